from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.reading import BadFile, Document, Mistake, duration
from service.domain.values import Channel


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("45m", timedelta(minutes=45)),
        ("3h", timedelta(hours=3)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("1h30m", timedelta(minutes=90)),
        ("1d2h3m", timedelta(days=1, hours=2, minutes=3)),
        ("0m", timedelta()),
    ],
)
def test_durations_are_days_hours_and_minutes(text: str, wanted: timedelta) -> None:
    assert duration(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["", "3", "3 h", "-3h", "3 hours-ish", "1.5h", "30m1h", "3s", "3H", "h", "٣h", "3h\n", "99999999999d"],
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration(text)


def test_a_duration_of_more_than_a_year_is_a_slip() -> None:
    assert duration("366d") == timedelta(days=366)
    with pytest.raises(ValueError, match="longer than 366 days"):
        duration("366d1m")


@given(days=st.integers(0, 300), hours=st.integers(0, 99), minutes=st.integers(0, 999))
def test_every_duration_that_can_be_written_is_read(days: int, hours: int, minutes: int) -> None:
    assert duration(f"{days}d{hours}h{minutes}m") == timedelta(days=days, hours=hours, minutes=minutes)


def test_a_mistake_reads_as_one_line_with_place_and_remedy() -> None:
    mistake = Mistake(file="a.toml", line=3, where="steps[1].at", problem="is missing", remedy="Add it.")
    assert str(mistake) == "a.toml:3: steps[1].at: is missing. Add it."


def test_what_is_no_toml_is_told_with_its_line() -> None:
    with pytest.raises(BadFile) as bad:
        Document('a = 1\nb = "open\n', "a.toml")
    assert str(bad.value).startswith("a.toml:2: this is not valid TOML: ")


def test_a_file_that_breaks_off_is_told_with_its_last_line() -> None:
    with pytest.raises(BadFile) as bad:
        Document("a = 1\nb = [1,", "a.toml")
    assert bad.value.mistakes[0].line == 2


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert Document('\ufeffname = "a"', "a.toml").top.text("name") == "a"


def test_an_unknown_key_suggests_the_nearest() -> None:
    document = Document("chanels = []\n", "a.toml")
    document.top.choices("channels", Channel)
    document.top.finish()
    assert [str(mistake) for mistake in document.mistakes] == [
        "a.toml:1: chanels: is not a known key. Did you mean 'channels'?"
    ]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 5", "5 is of the wrong sort"),
        ("x = []", "the list is empty"),
        ('x = ["sms", "sms"]', "names something twice"),
        ('x = ["pigeon"]', "'pigeon' is not known here"),
        ("x = [1]", "1 is not known here"),
    ],
)
def test_a_list_of_words_is_checked_word_by_word(source: str, problem: str) -> None:
    document = Document(source, "a.toml")
    document.top.choices("x", Channel)
    assert [mistake.problem for mistake in document.mistakes] == [problem]


def test_a_truth_value_is_no_number_and_a_moment_no_date() -> None:
    document = Document("n = true\nd = 2027-03-15T09:00:00\n", "a.toml")
    assert document.top.whole("n", at_least=0) is None
    assert document.top.day("d") is None
    assert [mistake.line for mistake in document.mistakes] == [1, 2]


def test_all_mistakes_come_together_in_the_order_of_their_lines() -> None:
    document = Document("a = 1\nb = 2\n", "a.toml")
    document.top.text("b")
    document.top.text("a")
    with pytest.raises(BadFile) as bad:
        document.raise_if_bad()
    assert [mistake.where for mistake in bad.value.mistakes] == ["a", "b"]
