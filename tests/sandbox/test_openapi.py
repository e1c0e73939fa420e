"""The sandbox's answers against the descriptions the providers publish."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from requests.auth import HTTPBasicAuth

from service.sandbox.records import TextStatus
from tests.sandbox.conftest import ACCOUNT, API_KEY, PHONE, SERVICE, TOKEN, eventually
from tests.sandbox.mail import mail_to

DESCRIPTIONS = Path(__file__).parents[2] / "../shared/data/openapi"
AUTH = HTTPBasicAuth(ACCOUNT, TOKEN)
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"

if not DESCRIPTIONS.is_dir():
    pytest.skip("the providers' descriptions are not beside this repository", allow_module_level=True)


def _description(name: str) -> dict[str, Any]:
    return dict(json.loads((DESCRIPTIONS / name).read_text()))


def _check(body: object, description: dict[str, Any], schema: dict[str, Any]) -> None:
    """Validate with OpenAPI 3.0's `nullable`, and refuse fields the description does not know."""
    whole = {"components": description["components"], **schema}
    Draft202012Validator(_as_json_schema(whole)).validate(body)


def _as_json_schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _as_json_schema(value) for name, value in node.items()}
    if plain.pop("nullable", False) is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    if isinstance(plain.get("properties"), dict) and plain.get("type") in ("object", ["object", "null"]):
        plain.setdefault("additionalProperties", False)
        plain.setdefault("required", [])
    return plain


def _twilio(path: str, method: str, status: str) -> tuple[dict[str, Any], dict[str, Any]]:
    description = _description("twilio_messages.json")
    answer = description["paths"][path][method]["responses"][status]
    return description, answer["content"]["application/json"]["schema"]


def _send(sandbox: str, **form: str) -> requests.Response:
    wanted = {"To": PHONE, "MessagingServiceSid": SERVICE, "Body": "Hello", **form}
    return requests.post(f"{sandbox}{MESSAGES}.json", data=wanted, auth=AUTH, timeout=3)


COLLECTION = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
ONE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"


def test_a_created_text_is_as_twilio_describes_it(sandbox: str) -> None:
    answer = _send(sandbox)
    assert answer.status_code == 201
    _check(answer.json(), *_twilio(COLLECTION, "post", "201"))


@pytest.mark.parametrize("fault", ["30003", "21610_later", "callbacks_never"])
def test_a_finished_text_is_as_twilio_describes_it(sandbox: str, add_fault: Callable[..., None], fault: str) -> None:
    add_fault(fault)
    url = f"{sandbox}{MESSAGES}/{_send(sandbox).json()['sid']}.json"
    over = {TextStatus.DELIVERED, TextStatus.UNDELIVERED, TextStatus.FAILED}
    body = eventually(lambda: b if (b := requests.get(url, auth=AUTH, timeout=3).json())["status"] in over else None)
    _check(body, *_twilio(ONE, "get", "200"))
    _check(requests.post(url, data={"Body": ""}, auth=AUTH, timeout=3).json(), *_twilio(ONE, "post", "200"))


def test_a_list_with_inbound_texts_is_as_twilio_describes_it(sandbox: str) -> None:
    requests.post(f"{sandbox}/phones/{PHONE}.json", json={"text": "STOP"}, timeout=3)
    requests.post(f"{sandbox}/phones/{PHONE}.json", json={"text": "START"}, timeout=3)
    _send(sandbox)
    for query in ({"PageSize": "2"}, {"To": "+13035550199"}, {"PageSize": "2", "Page": "1", "PageToken": "PAx"}):
        answer = requests.get(f"{sandbox}{MESSAGES}.json", params=query, auth=AUTH, timeout=3)
        _check(answer.json(), *_twilio(COLLECTION, "get", "200"))


def test_twilios_fields_are_all_there(sandbox: str) -> None:
    description = _description("twilio_messages.json")
    fields = description["components"]["schemas"]["api.v2010.account.message"]["properties"]
    assert set(_send(sandbox).json()) == set(fields)


@pytest.mark.parametrize(
    ("changes", "status"), [({"from": {"email": "nobody"}}, "400"), ({"content": []}, "400"), ({}, "202")]
)
def test_sendgrids_answers_are_as_it_describes_them(sandbox: str, changes: dict[str, object], status: str) -> None:
    description = _description("sendgrid_mail.json")
    described = description["paths"]["/v3/mail/send"]["post"]["responses"]
    body = {**mail_to("ana@example.com").get(), **changes}
    headers = {"Authorization": f"Bearer {API_KEY}"}
    answer = requests.post(f"{sandbox}/v3/mail/send", json=body, headers=headers, timeout=3)
    assert str(answer.status_code) == status
    assert status in described
    if status != "202":
        _check(answer.json(), description, description["components"]["schemas"]["ErrorResponse"])


@pytest.mark.parametrize(("fault", "status"), [("500", 500), (None, 401)])
def test_sendgrids_refusals_are_as_it_describes_them(
    sandbox: str, add_fault: Callable[..., None], fault: str | None, status: int
) -> None:
    description = _description("sendgrid_mail.json")
    if fault:
        add_fault(fault)
    headers = {"Authorization": f"Bearer {API_KEY if fault else 'SG.other'}"}
    body = mail_to("ana@example.com").get()
    answer = requests.post(f"{sandbox}/v3/mail/send", json=body, headers=headers, timeout=3)
    assert answer.status_code == status
    _check(answer.json(), description, description["components"]["schemas"]["ErrorResponse"])
