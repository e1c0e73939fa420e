from datetime import UTC, datetime

import pytest

from service.domain.states import State
from service.providers.http_client import HttpClient
from service.providers.outcome import CannotTell, ErrorClass, Found, NotFound
from tests.providers.builders import ACCOUNT, PHONE, SID, listing, twilio_message, twilio_sender
from tests.providers.stand_in import Fault, Reply, StandIn

pytestmark = pytest.mark.anyio
TRIED_AT = datetime(2027, 3, 16, 16, 0, 0, 750_000, tzinfo=UTC)


async def _find(provider: StandIn, http: HttpClient, body: str = "See you Tuesday.") -> object:
    return await twilio_sender(provider.base_url, http).find(to=PHONE, body=body, since=TRIED_AT)


async def test_a_message_that_twilio_took_is_found_by_its_words(provider: StandIn, http: HttpClient) -> None:
    provider.will(listing(twilio_message(sid="SM9", body="Another"), twilio_message()))
    assert await _find(provider, http) == Found(provider_id=SID, state=State.HANDED_OVER)
    assert provider.asked[0].query["To"] == PHONE


async def test_what_was_not_sent_yet_is_looked_for_too(provider: StandIn, http: HttpClient) -> None:
    provider.will(listing())
    await _find(provider, http)
    assert not [name for name in provider.asked[0].query if name.startswith("DateSent")]


@pytest.mark.parametrize(
    "differing",
    [
        {"body": "Another text"},
        {"direction": "inbound"},
        {"date_created": "Tue, 16 Mar 2027 15:57:59 +0000"},
    ],
)
async def test_other_messages_do_not_count(provider: StandIn, http: HttpClient, differing: dict[str, object]) -> None:
    provider.will(listing(twilio_message(**differing)))
    assert await _find(provider, http) == NotFound()


async def test_smart_encoding_does_not_hide_a_message(provider: StandIn, http: HttpClient) -> None:
    provider.will(listing(twilio_message(body="You're due - see you...")))
    assert isinstance(await _find(provider, http, body="You’re due — see you… "), Found)


async def test_of_two_with_the_same_words_the_one_nearest_in_time_is_taken(provider: StandIn, http: HttpClient) -> None:
    before = twilio_message(sid="SM7", date_created="Tue, 16 Mar 2027 15:59:00 +0000")
    after = twilio_message(sid="SM8", date_created="Tue, 16 Mar 2027 16:00:03 +0000")
    provider.will(listing(before, after))
    assert await _find(provider, http) == Found(provider_id="SM8", state=State.HANDED_OVER)


async def test_a_message_found_failed_says_why(provider: StandIn, http: HttpClient) -> None:
    provider.will(listing(twilio_message(status="undelivered", error_code=30006)))
    found = await _find(provider, http)
    assert isinstance(found, Found)
    assert (found.state, found.error, found.code) == (State.UNDELIVERED, ErrorClass.BAD_ADDRESS, "30006")


async def test_later_pages_are_read(provider: StandIn, http: HttpClient) -> None:
    more = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1&PageToken=x"
    provider.will(listing(twilio_message(body="Another"), next_page_uri=more), listing(twilio_message()))
    assert isinstance(await _find(provider, http), Found)
    assert provider.asked[1].query["PageToken"] == "x"


async def test_where_the_words_are_redacted_nobody_can_tell(provider: StandIn, http: HttpClient) -> None:
    provider.will(listing(twilio_message(body="")))
    assert isinstance(await _find(provider, http), CannotTell)


@pytest.mark.parametrize(
    "answer",
    [
        Reply(status=500),
        Reply(status=429),
        Reply(status=401),
        Reply(status=200, body="<html>"),
        Reply(status=200, body='{"messages": [5]}'),
        Fault.SILENCE,
        Fault.HANG_UP,
    ],
)
async def test_where_twilio_does_not_say_nobody_can_tell(
    provider: StandIn, http: HttpClient, answer: Reply | Fault
) -> None:
    provider.will(answer)
    assert isinstance(await _find(provider, http), CannotTell)


async def test_more_texts_than_can_be_looked_through_leave_the_question_open(
    provider: StandIn, http: HttpClient
) -> None:
    provider.will(listing(*[twilio_message(body="Another")] * 1000))
    assert isinstance(await _find(provider, http), CannotTell)


# --- fetching what came in -----------------------------------------------------------------------


async def test_texts_that_came_in_are_fetched_from_that_second_on(provider: StandIn, http: HttpClient) -> None:
    ours = "+19165550180"
    provider.will(
        listing(
            twilio_message(sid="SM3", direction="inbound", to=ours, **{"from": PHONE}, body="C", num_media="1"),
            twilio_message(sid="SM4", direction="inbound", date_created="Tue, 16 Mar 2027 15:59:59 +0000"),
            twilio_message(sid="SM5"),
        )
    )
    texts = await twilio_sender(provider.base_url, http).inbound_since(to=ours, since=TRIED_AT)
    assert isinstance(texts, list)
    (text,) = texts
    assert (text.event_key, text.from_address, text.to_address) == ("twilio:in:SM3", PHONE, ours)
    assert (text.body, text.media, text.provider_answered) == ("C", 1, False)
    assert provider.asked[0].query["DateSent>"] == "2027-03-16T00:00:00Z"


async def test_texts_cannot_be_fetched_where_twilio_does_not_answer(provider: StandIn, http: HttpClient) -> None:
    provider.will(Fault.HANG_UP)
    fetched = await twilio_sender(provider.base_url, http).inbound_since(to=PHONE, since=TRIED_AT)
    assert isinstance(fetched, CannotTell)
