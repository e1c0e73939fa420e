"""Reads `config/imports/*.toml`. Every mistake is found in one go, with its line and its remedy."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Meanings
from dataclasses import MISSING, fields
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from phonenumbers import SUPPORTED_REGIONS

from service.domain.reading import BadFile, Document, Mistake, Table
from service.domain.values import AppointmentStatus, Clinic, Kind
from service.intake.mapping import Answer, Columns, Mapping, Standing
from service.intake.words import Words, closest, fold

Meaning = TypeVar("Meaning")

_STANDINGS = {
    "booked": Standing(status=AppointmentStatus.BOOKED, confirmed=False),
    "confirmed": Standing(status=AppointmentStatus.BOOKED, confirmed=True),
    "attended": Standing(status=AppointmentStatus.ATTENDED, confirmed=False),
    "cancelled": Standing(status=AppointmentStatus.CANCELLED, confirmed=False),
    "no_show": Standing(status=AppointmentStatus.NO_SHOW, confirmed=False),
    "retracted": Standing(status=AppointmentStatus.RETRACTED, confirmed=False),
}
_KINDS = {kind.value: kind for kind in Kind}
_ANSWERS = {answer.value: answer for answer in Answer}
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SAMPLE = datetime(2027, 11, 23, 15, 5)  # noqa: DTZ001 - every part differs, so a format that loses one shows


def load_mappings(directory: Path, clinics: Sequence[Clinic]) -> tuple[Mapping, ...]:
    """Every mapping in the directory, by file name. Raises `BadFile` with the mistakes of all files."""
    mappings: list[Mapping] = []
    mistakes: list[Mistake] = []
    for path in sorted(directory.glob("*.toml")):
        try:
            mappings.append(read_mapping(path.read_text(encoding="utf-8"), str(path), clinics))
        except BadFile as bad:
            mistakes.extend(bad.mistakes)
    if mistakes:
        raise BadFile(mistakes)
    return tuple(mappings)


def read_mapping(source: str, file: str, clinics: Sequence[Clinic]) -> Mapping:
    """`source` is TOML, `file` names it in mistakes, `clinics` are those a location may mean.

    Raises `BadFile` with every mistake.
    """
    document = Document(source, file)
    top = document.top
    columns = _columns(_section(top, "columns", needed=True))
    formats = _section(top, "formats", needed=True)
    mapping = Mapping(
        name=_name(top, Path(file).stem),
        title=top.text("title") or "",
        default_region=_region(top),
        columns=columns,
        ignored=_ignored(_section(top, "ignored")),
        date_format=_format(formats, "date", "%m/%d/%Y", lambda read: read.date() == _SAMPLE.date()),
        time_format=_format(formats, "time", "%I:%M %p", lambda read: read.time() == _SAMPLE.time()),
        booked_format=_booked_format(formats, columns),
        kinds=_words(_section(top, "kinds", needed=True), _KINDS),
        statuses=_words(_section(top, "statuses", needed=True), _STANDINGS),
        locations=_words(
            _section(top, "locations", needed=columns.location is not None),
            {clinic.name: clinic for clinic in clinics},
        ),
        languages=_languages(_section(top, "languages")),
        may_email=_may_email(top, columns),
        may_text=_may_text(_section(top, "may_text", needed=columns.may_text is not None)),
    )
    top.finish()
    document.raise_if_bad()
    return mapping


def _section(top: Table, name: str, *, needed: bool = False) -> Table | None:
    found = top.table(name)
    if needed and found is None:
        top.mistake("", f"[{name}] is missing", f"Add the table [{name}].")
    return found


def _name(top: Table, stem: str) -> str:
    name = top.needed_text("name", f'"{stem}"')
    if name and name != stem:
        top.mistake("name", "is not the name of the file", f'Write name = "{stem}", or rename the file.')
    return name


def _region(top: Table) -> str:
    region = top.needed_text("default_region", '"US"')
    if region and region not in SUPPORTED_REGIONS:
        top.mistake("default_region", "is no country code", 'Write two capital letters, such as "US".')
    return region


# --- columns and formats -------------------------------------------------------------------------


def _columns(table: Table | None) -> Columns:
    named = {field.name: _column(table, field.name, field.default is MISSING) for field in fields(Columns)}
    columns = Columns(**{role: name for role, name in named.items() if name is not None})
    if table is None:
        return columns
    table.finish()
    if (columns.length_minutes is None) == (columns.end_time is None):
        table.mistake("", "needs one of length_minutes and end_time", "Name the column that says when visits end.")
    if columns.phone is None and columns.email is None:
        table.mistake("", "names neither phone nor email", "Name at least one of them.")
    return columns


def _column(table: Table | None, role: str, needed: bool) -> str | None:
    if table is None:
        return "" if needed else None
    return table.needed_text(role, '"the name in the first line of the export"') if needed else table.text(role)


def _ignored(table: Table | None) -> tuple[str, ...]:
    """Column names; each has its reason beside it, which is for people."""
    if table is None:
        return ()
    return tuple(name for name in table.keys if table.text(name))


def _format(table: Table | None, key: str, example: str, keeps: Callable[[datetime], bool]) -> str:
    if table is None:
        return ""
    wanted = table.needed_text(key, f'"{example}"')
    try:
        good = not wanted or keeps(datetime.strptime(_SAMPLE.strftime(wanted), wanted))  # noqa: DTZ007 - a trial
    except (ValueError, re.error):
        good = False
    if not good:
        table.mistake(key, f"{wanted!r} does not hold all of it", f'Write it in the signs of strptime: "{example}".')
    return wanted


def _booked_format(table: Table | None, columns: Columns) -> str:
    if columns.booked is None and (table is None or "booked" not in table):
        return ""
    return _format(table, "booked", "%m/%d/%Y %I:%M %p", lambda read: read == _SAMPLE)


# --- words -------------------------------------------------------------------------------------


def _words(table: Table | None, known: Meanings[str, Meaning]) -> Words[Meaning]:
    """The table's words, each with the meaning that `known` gives to what stands on its right."""
    meanings: dict[str, Meaning] = {}
    if table is None:
        return Words(meanings)
    for word in table.keys:
        named = table.text(word)
        if any(fold(word) == fold(other) for other in meanings):
            table.mistake(word, "is there twice, but for case and spaces", "Keep one of them.")
        if named is not None and named in known:
            meanings[word] = known[named]
        elif named is not None:
            remedy = f"{closest(named, tuple(known))}Use one of: {', '.join(known)}."
            table.mistake(word, f"{named!r} is not known here", remedy)
    return Words(meanings)


def _languages(table: Table | None) -> Words[str]:
    if table is None:
        return Words({})
    codes = {word: code for word in table.keys if (code := table.text(word))}
    for word, code in codes.items():
        if not _LANGUAGE.fullmatch(code):
            table.mistake(word, f"{code!r} is no language code", 'Write it like "en".')
    return Words(codes)


def _may_text(table: Table | None) -> Words[Answer]:
    words = _words(table, _ANSWERS)
    if table and words.meaning_of("") is None:
        table.mistake("", "does not say what an empty value means", 'Write "" = "no", or not_said, or yes.')
    return words


def _may_email(top: Table, columns: Columns) -> bool | None:
    found = top.yes_or_no("may_email")
    if columns.email is not None and "may_email" not in top:
        top.mistake("", "does not say whether patients may be e-mailed", "Add may_email = true, or false.")
    return found
