"""A CSV file opened for reading: its encoding, its separator, its header, and then its rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from service.intake.records import Flaw, Line, Records, lines_of, split
from service.intake.words import clean, fold

_SEPARATORS = (",", ";", "\t")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class UnusableFile(Exception):
    """Nothing of this file can be imported. The message is for the operator."""


@dataclass(frozen=True, kw_only=True)
class CsvSource:
    """`header` holds the names of the columns, cleaned. `records` can be gone through once."""

    header: tuple[str, ...]
    delimiter: str
    size: int
    records: Records
    _stream: TextIO

    def position(self) -> int:
        """Bytes read so far."""
        return self._stream.buffer.tell()


@contextmanager
def open_csv(path: Path) -> Iterator[CsvSource]:
    """Raises `UnusableFile` where there is no file, no text in it, or no header."""
    encoding, errors = _encoding(path)
    with path.open(encoding=encoding, errors=errors, newline="") as stream:
        lines = lines_of(stream)
        header, delimiter = _header(lines, path)
        yield CsvSource(
            header=header,
            delimiter=delimiter,
            size=path.stat().st_size,
            records=Records(lines, delimiter=delimiter, width=len(header)),
            _stream=stream,
        )


def _encoding(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}.") from None
    if start.startswith(b"PK"):
        raise UnusableFile(f"{path} is an Excel workbook. Save it as CSV UTF-8 and import that file.")
    if start.startswith(_UTF16_MARKS):
        return "utf-16", "replace"
    return "utf-8-sig", "surrogateescape"


def _header(lines: Iterator[Line], path: Path) -> tuple[tuple[str, ...], str]:
    first = next((line for line in lines if line.text.strip()), None)
    if first is None:
        raise UnusableFile(f"{path} is empty.")
    if first.flaw is Flaw.TOO_LONG or "\0" in first.text:
        raise UnusableFile(f"{path} does not begin with a header. Export it as CSV with column names.")
    rows = {mark: split(first.text, mark) or () for mark in _SEPARATORS}
    delimiter = max(rows, key=lambda mark: len(rows[mark]))
    header = tuple(clean(name) for name in rows[delimiter])
    _refuse_doubles(header, path)
    return header, delimiter


def _refuse_doubles(header: Sequence[str], path: Path) -> None:
    named = [fold(name) for name in header if name]
    doubles = sorted({name for name in header if named.count(fold(name)) > 1})
    if doubles:
        raise UnusableFile(f"{path} has more than one column called {', '.join(doubles)}. Rename one of them.")
