"""Texts that come with a schedule through the API, laid over those in force."""

import re
from collections.abc import Mapping

from service.domain.reading import BadFile, Mistake
from service.domain.texts_file import FIELDS, Text

GivenTexts = Mapping[str, Mapping[str, Mapping[str, str]] | None]
"""Language, the text's name as `file.section`, its fields. A language with None is taken away."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


def with_given(texts: Mapping[str, Mapping[str, Text]], given: GivenTexts) -> dict[str, dict[str, Text]]:
    """A text that is not given keeps its words. Raises `BadFile` with every mistake."""
    mistakes = [mistake for language, said in given.items() for mistake in _mistakes(language, said or {})]
    if mistakes:
        raise BadFile(mistakes)
    kept = {language: dict(said) for language, said in texts.items() if given.get(language, {}) is not None}
    for language, said in given.items():
        for name, words in (said or {}).items():
            kept.setdefault(language, {})[name] = Text(**words, lines={})
    return kept


def _mistakes(language: str, said: Mapping[str, Mapping[str, str]]) -> list[Mistake]:
    if _LANGUAGE.fullmatch(language) is None:
        return [_mistake(language, "", f"{language!r} is not a language", 'Use a code such as "en" or "es".')]
    return [mistake for name, words in said.items() for mistake in _in_text(language, name, words)]


def _in_text(language: str, name: str, words: Mapping[str, str]) -> list[Mistake]:
    found: list[tuple[str, str]] = []
    if _NAME.fullmatch(name) is None:
        found.append((f"{name!r} does not name a text", 'Write "file.section", such as "iv.prepare".'))
    found += [
        (f"{field!r} is not a known key", f"Known here: {', '.join(FIELDS)}.") for field in words if field not in FIELDS
    ]
    found += [
        (f"{field!r} is empty", "Write something or leave it out.") for field in words if not words[field].strip()
    ]
    if not words:
        found.append(("says nothing", "Give it sms, or subject and body for an e-mail."))
    if "short" in words and "sms" not in words:
        found.append(("has no full text to be the short form of", "Give it sms for first visits."))
    if ("subject" in words) is not ("body" in words):
        found.append(("an e-mail needs both subject and body", "Add the other one."))
    return [_mistake(language, name, problem, remedy) for problem, remedy in found]


def _mistake(language: str, where: str, problem: str, remedy: str) -> Mistake:
    return Mistake(file=f"texts.{language}", line=1, where=where, problem=problem, remedy=remedy)
