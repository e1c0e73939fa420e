"""The pages, as a browser without JavaScript gets them."""

import pytest
import requests
from markupsafe import Markup
from sendgrid import SendGridAPIClient
from twilio.rest import Client

from service.sandbox.wording import linked
from tests.sandbox.conftest import PHONE, SERVICE, eventually
from tests.sandbox.listener import Listener
from tests.sandbox.mail import mail_to


def _page(sandbox: str, path: str) -> str:
    answer = requests.get(f"{sandbox}{path}", timeout=3)
    answer.raise_for_status()
    return answer.text


def test_an_empty_board_says_what_to_do(sandbox: str) -> None:
    page = _page(sandbox, "/")
    assert "Import appointments" in page
    assert "No mail yet" in page


def test_the_board_shows_the_last_line_of_each_phone(twilio: Client, sandbox: str) -> None:
    for body in ("First", "Second"):
        twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body=body)
    page = _page(sandbox, "/")
    assert "(916) 555-0123" in page
    assert "Second" in page
    assert "First" not in page


def test_a_search_finds_a_number_however_it_is_written(twilio: Client, sandbox: str) -> None:
    twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello")
    assert "Hello" in _page(sandbox, "/?q=(916)+555")
    assert "Hello" not in _page(sandbox, "/?q=602")


def test_a_quick_answer_is_sent_and_shown(sandbox: str, listener: Listener) -> None:
    answer = requests.post(f"{sandbox}/phones/{PHONE}", data={"quick": "C"}, timeout=3)
    assert answer.url == f"{sandbox}/phones/{PHONE}#latest"
    assert eventually(lambda: listener.heard)[0].form["Body"] == "C"
    eventually(lambda: "Taken by the service" in _page(sandbox, f"/phones/{PHONE}"))


def test_a_text_cannot_smuggle_markup_into_the_page(twilio: Client, sandbox: str) -> None:
    twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="<script>alert(1)</script>")
    page = _page(sandbox, f"/phones/{PHONE}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_links_in_a_mail_can_be_followed(sendgrid: SendGridAPIClient, sandbox: str) -> None:
    sendgrid.send(mail_to("ana@example.com", text="Read it: https://clinic.invalid/m/1?a=b&c=d."))
    link = '<a href="https://clinic.invalid/m/1?a=b&amp;c=d" rel="noreferrer">'
    assert link in _page(sandbox, "/mailboxes/ana@example.com")


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("a < b", "a &lt; b"),
        ("(https://x.example/y)", '(<a href="https://x.example/y" rel="noreferrer">https://x.example/y</a>)'),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_only_web_addresses_become_links(text: str, page: str) -> None:
    assert linked(text) == Markup(page)


def test_a_fault_is_switched_on_and_off_by_its_form(sandbox: str) -> None:
    page = requests.post(f"{sandbox}/faults/add", data={"fault": "30006", "target": PHONE}, timeout=3).text
    assert "1 fault switched on" in page
    rule = requests.get(f"{sandbox}/faults.json", timeout=3).json()["rules"][0]
    assert (rule["fault"], rule["target"], rule["percent"], rule["times"]) == ("30006", PHONE, 100, None)
    page = requests.post(f"{sandbox}/faults/remove", data={"rule": rule["rule_id"]}, timeout=3).text
    assert "Everything works" in page


def test_switches_keep_their_form_and_forget_an_unchecked_box(sandbox: str) -> None:
    requests.post(f"{sandbox}/faults/switch", data={"callbacks": "held", "opt_out": "advanced"}, timeout=3)
    requests.post(f"{sandbox}/faults/switch", data={"opt_out": "advanced"}, timeout=3)
    switches = requests.get(f"{sandbox}/faults.json", timeout=3).json()["switches"]
    assert (switches["callbacks"], switches["opt_out"]) == ("flowing", "advanced")


def test_a_form_of_another_site_is_refused(sandbox: str, listener: Listener) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = requests.post(f"{sandbox}/phones/{PHONE}", data={"quick": "STOP"}, headers=headers, timeout=3)
    assert answer.status_code == 403
    assert requests.get(f"{sandbox}/phones/{PHONE}.json", timeout=3).json()["lines"] == []


@pytest.mark.parametrize("path", ["/", "/clock", "/faults", f"/phones/{PHONE}", "/mailboxes/a@b.example"])
def test_every_page_forbids_inline_code_and_has_none(sandbox: str, path: str) -> None:
    answer = requests.get(f"{sandbox}{path}", timeout=3)
    assert "default-src 'none'; style-src 'self'; script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


def test_the_sandbox_says_when_it_is_ready(sandbox: str) -> None:
    assert requests.get(f"{sandbox}/readyz", timeout=3).status_code == 200


def test_a_number_that_is_none_is_explained(sandbox: str) -> None:
    answer = requests.get(f"{sandbox}/phones", params={"number": "12"}, timeout=3)
    assert answer.status_code == 400
    assert "ten digits" in answer.text
