"""The texts of the configuration folder that a schedule's file stands in."""

from pathlib import Path

from service.domain.texts_file import read_texts
from service.messaging.given_texts import GivenTexts
from service.messaging.schedule_bundle import fields_by_language


def texts_beside(schedule_file: Path) -> GivenTexts:
    """Those of `templates/<language>/` beside the file's own folder; none where there is no such folder.

    Raises `BadFile`.
    """
    found = {}
    for folder in sorted((schedule_file.resolve().parent.parent / "templates").glob("*/")):
        found[folder.name] = {
            f"{path.stem}.{section}": text
            for path in sorted(folder.glob("*.toml"))
            for section, text in read_texts(path.read_text(encoding="utf-8-sig"), str(path)).items()
        }
    return fields_by_language(found)
