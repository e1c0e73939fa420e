import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake.contacts import e164, email_address

AREA_CODES = st.sampled_from(["916", "602", "808", "415", "530", "212"])
LINE_NUMBERS = st.integers(100, 199).map(lambda number: f"0{number}")
SPELLINGS = st.sampled_from(
    [
        "({0}) 555-{1}",
        "{0}-555-{1}",
        "{0} 555 {1} x2",
        "1.{0}.555.{1}",
        " {0}555{1} ",
        "+1{0}555{1}",
        "{0}.555.{1} ext. 40",
        "{0}/555-{1}",
        "+1 ({0}) 555-{1} #7",
        "\u00a0{0}\u2011555\u2011{1}",
    ]
)


@given(AREA_CODES, LINE_NUMBERS, SPELLINGS)
def test_every_spelling_of_a_number_is_one_number(area: str, number: str, spelling: str) -> None:
    assert e164(spelling.format(area, number), region="US") == f"+1{area}555{number}"


@given(AREA_CODES, LINE_NUMBERS)
def test_a_number_in_its_stored_form_stays_as_it_is(area: str, number: str) -> None:
    stored = f"+1{area}555{number}"
    assert e164(stored, region="US") == stored


@given(st.text(max_size=40))
def test_any_text_is_a_full_number_or_none(text: str) -> None:
    found = e164(text, region="US")
    assert found is None or (found.startswith("+") and found[1:].isdecimal() and len(found) >= 8)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "none",
        "555-0101",
        "DO NOT TEXT 916-555-0101",
        "916-555-0101 (mother)",
        "6.02556E+09",
        "916-555-0101 / 916-555-0102",
        "123-456-7890",
        "916 555 010",
    ],
)
def test_what_is_not_plainly_one_number_is_left_to_people(written: str) -> None:
    assert e164(written, region="US") is None


def test_a_number_with_its_own_country_needs_no_region() -> None:
    assert e164("+44 20 7946 0958", region="US") == "+442079460958"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Ada@Example.ORG ", "Ada@example.org"),
        ("siobhán@example.com", "siobhán@example.com"),
        ("siobha\u0301n@example.com", "siobhán@example.com"),
        ("ada@MÜLLER.example", "ada@müller.example"),
        ("o'brien+visits@example.co.uk", "o'brien+visits@example.co.uk"),
    ],
)
def test_an_address_keeps_its_accents_and_loses_its_padding(written: str, stored: str) -> None:
    assert email_address(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "a b@example.org",
        "ada@@example.org",
        "a..b@example.org",
        "ada@-example.org",
        "ada@example.org, bob@example.org",
        "ada@example.org\nBcc: x@example.org",
        "<a@b.example>",
    ],
)
def test_what_is_no_single_address_is_refused(written: str) -> None:
    assert email_address(written) is None
