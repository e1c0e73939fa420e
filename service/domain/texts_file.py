"""Texts as staff write them, `config/templates/<lang>/<file>.toml`: one table for each text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.reading import Document, Table

FIELDS = ("sms", "short", "subject", "body")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

TextsFile = Mapping[str, "Text"]


@dataclass(frozen=True, kw_only=True)
class Text:
    """The templates of one text, "" where there is none. `short` is for the later visits of a series.

    `lines` says for each field on which line of the file its text begins.
    """

    sms: str = ""
    short: str = ""
    subject: str = ""
    body: str = ""
    lines: Mapping[str, int]


def read_texts(source: str, file: str) -> TextsFile:
    """The texts by name. Raises `BadFile` with every mistake; templates are not looked into."""
    document = Document(source, file)
    top = document.top
    tables = {name: top.table(name) for name in top.keys}
    texts = {name: _text(top, name, table) for name, table in tables.items() if table is not None}
    if not tables:
        top.mistake("", "there is no text here", 'Add a table such as [prepare] with sms = "...".')
    document.raise_if_bad()
    return texts


def _text(top: Table, name: str, table: Table) -> Text:
    if _NAME.fullmatch(name) is None:
        remedy = "Begin with a small letter; go on with small letters, digits and underscores."
        top.mistake(name, f"{name!r} is not a usable name", remedy)
    fields = {field: table.text(field) for field in FIELDS}
    table.finish()
    if not table.keys:
        table.mistake("", "says nothing", 'Add sms = "...", or subject and body for an e-mail.')
    if "short" in table and "sms" not in table:
        table.mistake("short", "has no full text to be the short form of", 'Add sms = "..." for first visits.')
    if ("subject" in table) is not ("body" in table):
        table.mistake("", "an e-mail needs both subject and body", "Add the other one.")
    return Text(
        sms=fields["sms"] or "",
        short=fields["short"] or "",
        subject=fields["subject"] or "",
        body=fields["body"] or "",
        lines={field: table.line(field) for field in FIELDS if field in table},
    )
