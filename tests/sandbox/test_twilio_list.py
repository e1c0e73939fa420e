"""Listing, fetching, redacting and deleting texts through the real Twilio SDK."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from service.sandbox.twilio_list import read_filter
from tests.sandbox.conftest import PHONE, SERVICE, eventually

OTHER = "+16025550144"


@pytest.fixture
def send(twilio: Client) -> Callable[..., MessageInstance]:
    def send(to: str = PHONE, body: str = "Hello") -> MessageInstance:
        return twilio.messages.create(to=to, messaging_service_sid=SERVICE, body=body)

    return send


def _delivered(twilio: Client, sid: str) -> MessageInstance:
    def look() -> MessageInstance | None:
        text = twilio.messages(sid).fetch()
        return text if text.status == "delivered" else None

    return eventually(look)


def test_the_list_is_newest_first_and_filtered_by_recipient(
    twilio: Client, send: Callable[..., MessageInstance]
) -> None:
    first, second, _ = send(body="1"), send(body="2"), send(to=OTHER)
    assert [text.sid for text in twilio.messages.list(to=PHONE)] == [second.sid, first.sid]


def test_pages_join_up_even_while_new_texts_arrive(twilio: Client, send: Callable[..., MessageInstance]) -> None:
    sids = [send(body=str(number)).sid for number in range(7)]
    page = twilio.messages.page(to=PHONE, page_size=3)
    seen = [text.sid for text in page]
    send(body="late")
    while page := page.next_page():
        seen += [text.sid for text in page]
    assert seen == sids[::-1]


def test_a_text_that_is_not_sent_yet_passes_no_date_filter(
    twilio: Client, send: Callable[..., MessageInstance], sandbox: str
) -> None:
    requests.post(f"{sandbox}/switches", json={"step_seconds": 60}, timeout=3)
    send()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert twilio.messages.list(to=PHONE, date_sent_after=yesterday) == []
    assert len(twilio.messages.list(to=PHONE)) == 1


def test_a_sent_text_is_found_by_its_date(twilio: Client, send: Callable[..., MessageInstance]) -> None:
    text = _delivered(twilio, send().sid)
    assert text.date_sent is not None
    minute = timedelta(minutes=1)
    after = twilio.messages.list(to=PHONE, from_=text.from_, date_sent_after=text.date_sent)
    assert [found.sid for found in after] == [text.sid]
    assert twilio.messages.list(to=PHONE, date_sent_after=text.date_sent + minute) == []
    assert twilio.messages.list(to=PHONE, date_sent_before=text.date_sent - minute) == []


def test_redacting_empties_the_log_but_not_the_phone(
    twilio: Client, sandbox: str, send: Callable[..., MessageInstance]
) -> None:
    sid = _delivered(twilio, send(body="Private").sid).sid
    assert twilio.messages(sid).update(body="").body == ""
    assert twilio.messages(sid).fetch().body == ""
    phone = requests.get(f"{sandbox}/phones/{PHONE}.json", timeout=3).json()
    assert phone["lines"][0]["body"] == "Private"


def test_a_body_can_only_be_emptied(twilio: Client, send: Callable[..., MessageInstance]) -> None:
    sid = send().sid
    with pytest.raises(TwilioRestException, match="redact"):
        twilio.messages(sid).update(body="other words")


def test_what_is_on_its_way_cannot_be_cancelled(twilio: Client, send: Callable[..., MessageInstance]) -> None:
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages(send().sid).update(status="canceled")
    assert refused.value.code == 30409


def test_a_deleted_text_is_gone_from_the_log(twilio: Client, send: Callable[..., MessageInstance]) -> None:
    sid = _delivered(twilio, send().sid).sid
    assert twilio.messages(sid).delete()
    assert twilio.messages.list() == []
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages(sid).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_a_date_that_is_none_is_refused(twilio: Client) -> None:
    with pytest.raises(TwilioException, match="not a date"):
        twilio.messages.list(date_sent="soon")


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)))  # noqa: DTZ001
def test_a_moment_lies_within_its_own_day_and_second(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC, microsecond=0)
    for name in (f"{moment:%Y-%m-%d}", f"{moment:%Y-%m-%dT%H:%M:%SZ}"):
        span = read_filter({"DateSent": name})
        assert span.sent_from is not None
        assert span.sent_until is not None
        assert span.sent_from <= moment < span.sent_until
