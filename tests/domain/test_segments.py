import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.segments import Encoding, count, plain

GSM = st.text("abc XYZ 019 @£$éñü\n^{}[]~|€\\")


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", Encoding.GSM7, 0, 0),
        ("a" * 160, Encoding.GSM7, 160, 1),
        ("a" * 161, Encoding.GSM7, 161, 2),
        ("a" * 306, Encoding.GSM7, 306, 2),
        ("a" * 307, Encoding.GSM7, 307, 3),
        ("a" * 1600, Encoding.GSM7, 1600, 11),
        ("€" * 80, Encoding.GSM7, 160, 1),
        ("á" * 70, Encoding.UCS2, 70, 1),
        ("á" * 71, Encoding.UCS2, 71, 2),
        ("á" * 1600, Encoding.UCS2, 1600, 24),
        ("🙂" * 35, Encoding.UCS2, 70, 1),
        ("🙂" * 36, Encoding.UCS2, 72, 2),
    ],
)
def test_a_text_fills_the_published_number_of_segments(
    text: str, encoding: Encoding, units: int, segments: int
) -> None:
    counted = count(text)

    assert (counted.encoding, counted.units, counted.segments) == (encoding, units, segments)


def test_a_character_of_two_units_is_never_cut_in_half() -> None:
    assert count("a" * 152 + "€" + "a" * 152).segments == 3
    assert count("á" * 66 + "🙂" + "á" * 66).segments == 3


@pytest.mark.parametrize("char", list("’“”–—…\u00a0\t`çáíóú"))
def test_the_usual_silent_characters_are_costly(char: str) -> None:
    assert count(f"Hi {char} {char}").costly == (char,)


@pytest.mark.parametrize("char", list("éñüàòèùìÇ¿¡ÑÉ\n^{}\\[]~|€"))
def test_characters_of_the_alphabet_cost_nothing_more(char: str) -> None:
    assert count(char).encoding is Encoding.GSM7


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_units_of_a_costly_text_are_utf_16_units(text: str) -> None:
    counted = count(text + "…")

    assert counted.units == len((text + "…").encode("utf-16-le")) // 2


@given(GSM, GSM)
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    assert count(text).segments <= count(text + more).segments
    assert count(text).units + count(more).units == count(text + more).units


def test_plain_keeps_the_words_and_drops_what_makes_them_dear() -> None:
    dear = "\ufeff“Don’t eat” – or drink…\u00a0after\u200b 9:00\u202fAM\tTue\u00ad"

    assert plain(dear) == '"Don\'t eat" - or drink... after 9:00 AM Tue'
    assert count(plain(dear)).encoding is Encoding.GSM7


def test_plain_composes_accents_so_that_they_cost_one_character() -> None:
    assert plain("man\u0303ana, cafe\u0301") == "mañana, café"


@given(st.text())
def test_plain_twice_is_plain_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_plain_leaves_no_invisible_character(text: str) -> None:
    said = plain(text)

    assert not set(said) & set("\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u00a0\t\r")
    assert all(char == "\n" or ord(char) >= 32 for char in said)


@given(GSM.filter(lambda text: "\\" not in text))
def test_plain_changes_nothing_that_is_already_plain(text: str) -> None:
    assert plain(text) == text
