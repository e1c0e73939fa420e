import tomllib

from hypothesis import given
from hypothesis import strategies as st

from service.domain.toml_lines import line_of, lines_of

SOURCE = '''\
# [not.a.table]
name = "a # b"            # a comment with "quotes" and [brackets
list = [
  "x",  # ] not the end
  "y",
]

[hours]
weekday = { opens = 09:00:00, closes = 20:00:00 }
"2026-12-25" = "Christmas"

[[steps]]
key = "one"
text = """
first = "not a key"
[[steps]]
"""
[[steps]]
key = 'two'
a.b = 1
[steps.more]
deep = true
'''


def test_every_key_has_the_line_it_stands_on() -> None:
    tomllib.loads(SOURCE)
    assert lines_of(SOURCE) == {
        ("name",): 2,
        ("list",): 3,
        ("hours",): 8,
        ("hours", "weekday"): 9,
        ("hours", "2026-12-25"): 10,
        ("steps",): 12,
        ("steps", 0): 12,
        ("steps", 0, "key"): 13,
        ("steps", 0, "text"): 14,
        ("steps", 0, "text", ""): 15,
        ("steps", 1): 18,
        ("steps", 1, "key"): 19,
        ("steps", 1, "a", "b"): 20,
        ("steps", 1, "more"): 21,
        ("steps", 1, "more", "deep"): 22,
    }


def test_a_key_inside_an_inline_table_answers_with_that_tables_line() -> None:
    assert line_of(lines_of(SOURCE), ("hours", "weekday", "opens")) == 9


def test_a_missing_key_answers_with_the_first_line() -> None:
    assert line_of(lines_of(SOURCE), ("nothing",)) == 1


def test_lines_count_the_same_with_windows_line_ends() -> None:
    assert lines_of(SOURCE.replace("\n", "\r\n")) == lines_of(SOURCE)


values = st.sampled_from(['"a"', "'b#'", '"""\nx = 1\n"""', "'''[y]\nz'''", "[1, [2]]", "{ a = 1 }", '"\\""', "1"])


@given(st.lists(st.tuples(values, st.sampled_from(["", " # x", '  # "', "\n\n"])), max_size=8))
def test_keys_are_found_behind_any_value(entries: list[tuple[str, str]]) -> None:
    source = "".join(f"k{n} = {value}{ending}\n" for n, (value, ending) in enumerate(entries))
    tomllib.loads(source)
    rows = source.split("\n")
    for n in range(len(entries)):
        assert rows[line_of(lines_of(source), (f"k{n}",)) - 1].startswith(f"k{n} = ")
