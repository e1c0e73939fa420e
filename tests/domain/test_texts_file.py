import pytest

from service.domain.reading import BadFile
from service.domain.texts_file import read_texts

SOURCE = '''\
[prepare]
sms = "Hello {{ patient.first_name }}"
short = """
See you
{{ visit.when }}"""

[email]
subject = "A message"
body = """Hello
{{ link }}"""
'''


def mistakes_in(source: str) -> list[str]:
    with pytest.raises(BadFile) as bad:
        read_texts(source, "iv.toml")
    return [str(mistake) for mistake in bad.value.mistakes]


def test_texts_are_read_by_name() -> None:
    found = read_texts(SOURCE, "iv.toml")
    assert found["prepare"].sms == "Hello {{ patient.first_name }}"
    assert found["prepare"].short == "See you\n{{ visit.when }}"
    assert (found["email"].subject, found["email"].sms) == ("A message", "")


def test_each_field_knows_the_line_on_which_its_text_begins() -> None:
    found = read_texts(SOURCE, "iv.toml")
    assert found["prepare"].lines == {"sms": 2, "short": 4}
    assert found["email"].lines == {"subject": 8, "body": 9}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "iv.toml:1: there is no text here"),
        ("[prepare]\n", "iv.toml:1: prepare: says nothing"),
        ('[prepare]\nsmss = "x"\n', "iv.toml:2: prepare.smss: is not a known key. Did you mean 'sms'?"),
        ('[prepare]\nsms = ""\n', "iv.toml:2: prepare.sms: is empty"),
        ("[prepare]\nsms = 5\n", "iv.toml:2: prepare.sms: 5 is of the wrong sort"),
        ('[prepare]\nshort = "x"\n', "prepare.short: has no full text"),
        ('[prepare]\nsubject = "x"\n', "prepare: an e-mail needs both subject and body"),
        ('[Prepare]\nsms = "x"\n', "'Prepare' is not a usable name"),
        ('sms = "x"\n', "iv.toml:1: sms: x is of the wrong sort. Write a table."),
    ],
)
def test_a_mistake_names_line_key_and_remedy(source: str, says: str) -> None:
    [only] = mistakes_in(source)
    assert says in only
