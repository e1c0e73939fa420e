import io

from service.intake.records import LONGEST_LINE, Flaw, Record, Records, Unreadable, lines_of


def records_of(raw: bytes, width: int = 2) -> list[Record | Unreadable]:
    stream = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", errors="surrogateescape", newline="")
    return list(Records(lines_of(stream), delimiter=",", width=width))


def fields(raw: bytes) -> list[tuple[int, tuple[str, ...]]]:
    return [(found.line, found.fields) for found in records_of(raw) if isinstance(found, Record)]


def refused(raw: bytes) -> list[int]:
    return [found.line for found in records_of(raw) if isinstance(found, Unreadable)]


def test_a_quoted_value_may_run_over_lines_and_the_next_line_keeps_its_number() -> None:
    assert fields(b'a,"x\ny"\nb,c\n') == [(1, ("a", "x\ny")), (3, ("b", "c"))]


def test_an_unclosed_quote_costs_its_own_line_only() -> None:
    raw = b'a,"oops\nb,c\nd,e\n'
    assert refused(raw) == [1]
    assert fields(raw) == [(2, ("b", "c")), (3, ("d", "e"))]


def test_two_unclosed_quotes_do_not_swallow_what_is_between_them() -> None:
    raw = b'a,"oops\nb,c\nd,"oops\ne,f\n'
    assert refused(raw) == [1, 3]
    assert fields(raw) == [(2, ("b", "c")), (4, ("e", "f"))]


def test_an_unclosed_quote_in_the_last_line_is_told() -> None:
    assert refused(b'a,b\nc,"d') == [2]


def test_inches_and_apostrophes_inside_a_value_are_no_quotes() -> None:
    assert fields(b"O'Brien,5' 6\" tall\n") == [(1, ("O'Brien", "5' 6\" tall"))]


def test_a_nul_byte_costs_its_own_line_only() -> None:
    raw = b"a,b\0\nc,d\n"
    assert refused(raw) == [1]
    assert fields(raw) == [(2, ("c", "d"))]


def test_an_endless_line_is_skipped_without_being_held() -> None:
    raw = b"a," + b"x" * (3 * LONGEST_LINE) + b"\nc,d\n"
    assert refused(raw) == [1]
    assert fields(raw) == [(2, ("c", "d"))]


def test_a_line_in_windows_1252_keeps_its_accents_and_leaves_the_others_alone() -> None:
    windows, utf8 = records_of("José,é\n".encode("cp1252") + "Siobhán,ø\n".encode())
    assert windows == Record(line=1, fields=("José", "é"), flaw=Flaw.NOT_UTF8)
    assert utf8 == Record(line=2, fields=("Siobhán", "ø"))


def test_all_three_line_breaks_are_line_breaks() -> None:
    assert [line for line, _ in fields(b"a,b\r\nc,d\re,f\ng,h")] == [1, 2, 3, 4]


def test_empty_lines_and_lines_of_separators_are_passed_over() -> None:
    assert fields(b"\n , \n,,,\na,b\n") == [(4, ("a", "b"))]
