"""The sandbox's memory on disk: one JSON record a line, appended, last one wins."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import Field, TypeAdapter, ValidationError

from service.sandbox.records import Record

_LINE: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])
_log = logging.getLogger(__name__)


class Journal:
    """Each record is handed to the operating system before `append` returns, so that killing the
    sandbox loses nothing. It does not wait for the disk: this is no bank."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / "journal.jsonl"
        self._file: BinaryIO | None = None

    def append(self, record: Record) -> None:
        if self._file is None:
            self._file = self._path.open("ab", buffering=0)
        self._file.write(_LINE.dump_json(record) + b"\n")

    def records(self) -> Iterator[Record]:
        """Everything ever written, oldest first. A line that cannot be read is left out and counted in the log."""
        if not self._path.exists():
            return
        unreadable = 0
        with self._path.open("rb") as lines:
            for line in lines:
                try:
                    yield _LINE.validate_json(line)
                except ValidationError:
                    unreadable += 1
        if unreadable:
            _log.warning("%d unreadable lines left out of %s", unreadable, self._path)

    def rewrite(self, records: list[Record]) -> None:
        """Put these in place of everything written so far."""
        self.close()
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(b"".join(_LINE.dump_json(record) + b"\n" for record in records))
        fresh.replace(self._path)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
