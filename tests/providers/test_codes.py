import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.providers import sendgrid_codes, twilio_codes
from service.providers.outcome import ErrorClass, ProviderCode

EVERY_ROW = [
    *twilio_codes.TWILIO_CODES.values(),
    *sendgrid_codes.SENDGRID_STATUSES.values(),
    *sendgrid_codes.DROP_REASONS.values(),
    *sendgrid_codes.BOUNCE_TYPES.values(),
    *sendgrid_codes.COMPLAINTS.values(),
]


@pytest.mark.parametrize("row", EVERY_ROW, ids=lambda row: row.code)
def test_each_row_is_one_sentence_with_a_remedy_and_a_source(row: ProviderCode) -> None:
    assert re.fullmatch(r"[A-Z][^.]*\.", row.words)
    assert re.match(r"[A-Z].*\.$", row.remedy)
    assert row.source.startswith("https://")


def test_no_code_is_listed_twice() -> None:
    assert len(twilio_codes.TWILIO_CODES) == len(twilio_codes._ROWS)


@given(status=st.integers(100, 599), code=st.none() | st.integers())
def test_no_refusal_is_sent_again_unless_surely_not_taken(status: int, code: int | None) -> None:
    error = twilio_codes.why_refused(status, code).error
    listed_temporary = str(code) in twilio_codes.TWILIO_CODES and status < 500
    assert (error is ErrorClass.TEMPORARY) <= (status == 429 or listed_temporary)
    assert (status >= 500) <= (error is ErrorClass.UNCERTAIN)


@given(status=st.integers(100, 599).filter(lambda status: not 200 <= status < 300), fields=st.lists(st.text()))
def test_no_refused_email_is_sent_again_unless_surely_not_taken(status: int, fields: list[str]) -> None:
    error = sendgrid_codes.why_refused(status, tuple(fields)).error
    assert (error is ErrorClass.TEMPORARY) == (status == 429)
    assert (status >= 500) <= (error is ErrorClass.UNCERTAIN)


@given(text=st.text())
def test_an_unlisted_failure_is_never_sent_again_by_itself(text: str) -> None:
    for why in (
        twilio_codes.why_failed("failed", f"x{text}"),
        sendgrid_codes.why_dropped(f"x{text}"),
        sendgrid_codes.why_bounced(f"x{text}"),
    ):
        assert why is not None
        assert why.error is ErrorClass.PERMANENT
