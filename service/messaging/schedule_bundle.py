"""A schedule together with the exact words of its texts: what is stored as one version of a schedule.

A message names the version it was planned by, so its words stay what staff saw when they saved it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from service.domain.schedule import Schedule
from service.domain.schedule_file import read_schedule
from service.domain.texts_file import FIELDS, Text

DEFAULT_LANGUAGE = "en"
COMMON = "common."
EMAIL = "common.email"  # the discreet e-mail around a link, for every text that has none of its own

TextsByLanguage = Mapping[str, Mapping[str, Text]]
"""Language, then the text's name as `file.section`."""


class NoSuchText(LookupError):
    """A text that neither the language nor English has. The name is the text's, not a person's."""


@dataclass(frozen=True, kw_only=True)
class ScheduleBundle:
    """`content` is JSON text; `digest` its SHA-256, 32 bytes: equal content, equal digest."""

    name: str
    content: str
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class OpenBundle:
    schedule: Schedule
    texts: TextsByLanguage

    def text(self, name: str, language: str) -> Text:
        """In the patient's language, else in English. Raises `NoSuchText`."""
        return text_in(self.texts, name, language)

    def email(self, name: str, language: str) -> Text:
        """The text whose `subject` and `body` make the e-mail. Raises `NoSuchText`."""
        own = text_in(self.texts, name, language)
        return own if own.subject else text_in(self.texts, EMAIL, language)


def text_in(texts: TextsByLanguage, name: str, language: str) -> Text:
    """`es-MX` finds the texts of `es`. Raises `NoSuchText`."""
    for code in (language, language.split("-", maxsplit=1)[0], DEFAULT_LANGUAGE):
        found = texts.get(code, {}).get(name)
        if found is not None:
            return found
    raise NoSuchText(f"There is no text {name} in {language} or English. Add it under config/templates.")


def choose_text(text: Text, first_visit: bool) -> str:
    """The short form on later visits of a series, where there is one."""
    return text.sms if first_visit or not text.short else text.short


def names_used_by(schedule: Schedule, texts: TextsByLanguage) -> tuple[str, ...]:
    """Every text a schedule can say, each once: those of its steps, and the common ones that answer a patient."""
    common = sorted(name for said in texts.values() for name in said if name.startswith(COMMON))
    return tuple(dict.fromkeys([*(step.text for step in schedule.steps), *common]))


def bundled(schedule: Schedule, source: str, texts: TextsByLanguage) -> ScheduleBundle:
    """`source` is the schedule's TOML. A language that has none of its texts is left out."""
    names = names_used_by(schedule, texts)
    words = {
        language: {name: _fields(found[name]) for name in names if name in found} for language, found in texts.items()
    }
    value = {"schedule": source, "texts": {language: said for language, said in words.items() if said}}
    content = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return ScheduleBundle(name=schedule.name, content=content, digest=hashlib.sha256(content.encode()).digest())


def open_bundle(content: str) -> OpenBundle:
    """Raises `BadFile` if the schedule in it can no longer be read."""
    value = cast("dict[str, object]", json.loads(content))
    texts = cast("dict[str, dict[str, dict[str, str]]]", value["texts"])
    return OpenBundle(
        schedule=read_schedule(cast(str, value["schedule"]), "stored schedule"),
        texts={
            language: {name: Text(**fields, lines={}) for name, fields in said.items()}
            for language, said in texts.items()
        },
    )


def source_of(content: str) -> str:
    """The schedule's TOML, as it was saved."""
    return cast(str, json.loads(content)["schedule"])


def fields_by_language(texts: TextsByLanguage) -> dict[str, dict[str, dict[str, str]]]:
    """The texts as plain words, without what is empty."""
    return {language: {name: _fields(text) for name, text in said.items()} for language, said in texts.items()}


def _fields(text: Text) -> dict[str, str]:
    said = {field: str(getattr(text, field)) for field in FIELDS}
    return {field: words for field, words in said.items() if words}
