"""A clinic's configuration as files: `clinics/`, `schedules/` and `templates/<language>/` of one folder."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from service.domain.reading import BadFile, Mistake
from service.domain.schedule import Schedule
from service.messaging.config_checks import check_folder
from service.messaging.folder_files import ConfigFolder, FolderReader
from service.messaging.schedule_bundle import (
    NoSuchText,
    OpenBundle,
    ScheduleBundle,
    bundled,
    choose_text,
    open_bundle,
)
from service.messaging.text_checks import Findings

__all__ = [
    "BadFolder",
    "ConfigFolder",
    "NoSuchText",
    "OpenBundle",
    "ScheduleBundle",
    "bundle",
    "choose_text",
    "load_folder",
    "open_bundle",
]


class BadFolder(BadFile):
    """Every mistake over all files, by file and line, and what else is worth a look."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings.mistakes)
        self.mistakes = _in_order(findings.mistakes)
        self.args = ("\n".join(map(str, self.mistakes)),)
        self.warnings = _in_order(findings.warnings)


def load_folder(path: Path, *, today: date | None = None) -> ConfigFolder:
    """Everything the folder says, or `BadFolder`. What follows from a file that cannot be read is not told.

    Without `today` an overdue review is not told either: a start must not fail because time went by.
    """
    if not path.is_dir():
        raise BadFolder(Findings(mistakes=(_no_folder(path),)))
    reader = FolderReader(path)
    folder = reader.read()
    findings = check_folder(folder, is_complete=not reader.mistakes, today=today)
    if reader.mistakes or findings.mistakes:
        raise BadFolder(Findings(mistakes=(*reader.mistakes, *findings.mistakes), warnings=findings.warnings))
    return replace(folder, warnings=_in_order(findings.warnings))


def bundle(schedule: Schedule, folder: ConfigFolder) -> ScheduleBundle:
    """One version of a schedule, as it is stored. `schedule` is one of the folder's own."""
    return bundled(schedule, folder.schedule_files[schedule.name].source, folder.texts)


def _no_folder(path: Path) -> Mistake:
    remedy = "Name the folder that holds clinics, schedules and templates."
    return Mistake(file=str(path), line=1, where="", problem="there is no such folder", remedy=remedy)


def _in_order(mistakes: tuple[Mistake, ...]) -> tuple[Mistake, ...]:
    return tuple(sorted(mistakes, key=lambda each: (each.file, each.line)))
