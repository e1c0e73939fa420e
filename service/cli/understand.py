"""`handrail understand`: what a patient's text means, and which rule says so."""

import json
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.domain.reading import BadFile
from service.domain.reply_rules import ReplyRules, read_rules
from service.domain.understand import Understood
from service.domain.understand import understand as read_reply
from service.domain.values import Question


class Asked(StrEnum):
    """Which question is open for the number that wrote."""

    NONE = "none"
    CONFIRM = "confirm"
    RIDE = "ride"
    FASTING = "fasting"
    SCORE = "score"


def understand(
    text: Annotated[str | None, typer.Argument(help="One text. Without it, one text a line on stdin.")] = None,
    asked: Annotated[Asked, typer.Option(help="The question that is open.")] = Asked.NONE,
    language: Annotated[str, typer.Option(help="The patient's language; the others are read too.")] = "en",
    config: Annotated[Path, typer.Option(help="The folder that holds replies/.")] = Path("config"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Say what a patient's text means: intent, urgency, and whether a person must look."""
    rules = _rules(config)
    question = None if asked is Asked.NONE else Question(asked)
    write = _as_json if as_json else _as_line
    for each in _lines(sys.stdin.buffer) if text is None else [text]:
        sys.stdout.write(write(each, read_reply(each, rules, question, language)) + "\n")
        if text is None and _somebody_waits():
            sys.stdout.flush()


def _rules(config: Path) -> tuple[ReplyRules, ...]:
    files = sorted((config / "replies").glob("*.toml"))
    if not files:
        _give_up([f"{config / 'replies'} holds no rules. Name the folder of the configuration with --config."])
    mistakes: list[str] = []
    rules: list[ReplyRules] = []
    for file in files:
        try:
            rules.append(read_rules(file.read_text(encoding="utf-8"), str(file)))
        except BadFile as error:
            mistakes += map(str, error.mistakes)
    if mistakes:
        _give_up(mistakes)
    return tuple(rules)


def _give_up(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(code=2)


def _lines(source: Iterable[bytes]) -> Iterator[str]:
    """Bytes that are no UTF-8 become U+FFFD: what can be read of the text still counts."""
    for line in source:
        yield line.decode("utf-8", errors="replace").removesuffix("\n").removesuffix("\r")


def _somebody_waits() -> bool:
    """Into a terminal or a pipe each answer goes at once; into a file they may gather."""
    return not sys.stdout.seekable()


def _as_json(text: str, understood: Understood) -> str:
    answer = {
        "text": text,
        "intent": understood.intent,
        "needs_staff": understood.needs_staff,
        "urgency": understood.urgency,
        "value": understood.value,
        "rule": understood.rule,
    }
    # ASCII, so that a terminal's encoding or half a surrogate pair cannot stop the run.
    return json.dumps(answer)


def _as_line(text: str, understood: Understood) -> str:
    staff = "a person looks" if understood.needs_staff else "done"
    value = f" = {understood.value}" if understood.value else ""
    shown = ascii(text) if not text.isprintable() else text
    line = f"{understood.intent}{value}  ({understood.rule}; {staff}; urgency {understood.urgency})  {shown}"
    encoding = sys.stdout.encoding or "utf-8"
    return line.encode(encoding, errors="replace").decode(encoding)
