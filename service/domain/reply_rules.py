"""The rules that read patients' texts: `config/replies/<lang>.toml` as frozen values.

A rule says what a text means (`intent`), how it must match (`match`) and by which phrases
(the language of `service.domain.phrases`). Rules are tried in the order of the file.
"""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.phrases import BadPhrase, Finder
from service.domain.reading import Document, Table
from service.domain.values import Question


class Intent(StrEnum):
    """What a reply means."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    CRISIS = "crisis"
    URGENT_SYMPTOM = "urgent_symptom"
    RIDE_YES = "ride_yes"
    RIDE_NO = "ride_no"
    FASTING_OK = "fasting_ok"
    FASTING_BROKEN = "fasting_broken"
    RUNNING_LATE = "running_late"
    WRONG_PERSON = "wrong_person"
    SCORE = "score"
    QUESTION = "question"
    THANKS = "thanks"
    UNCLEAR = "unclear"


class Urgency(StrEnum):
    """How soon a person must look: at once, in the clinic's working day, or with the rest."""

    NONE = "none"
    SOON = "soon"
    NOW = "now"


class Match(StrEnum):
    """How much of a text a rule's phrases must account for. Ordered from strict to loose."""

    ALONE = "alone"  # the phrase and nothing else
    WHOLE = "whole"  # every word: the rule's phrases and polite ones
    SENTENCE = "sentence"  # one clause read as `whole`; the others may say anything
    OPENING = "opening"  # the first clause read as `whole`
    STATED = "stated"  # anywhere, with no word of doubt before it in its clause and no question mark
    ANYWHERE = "anywhere"
    REACTION = "reaction"  # a tapback, of a text that holds one of `quoting`


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`asked`: only while one of these questions is open; empty: always. `unless`: phrases that undo a match."""

    name: str
    intent: Intent
    match: Match
    phrases: tuple[str, ...]
    unless: tuple[str, ...] = ()
    quoting: tuple[str, ...] = ()
    asked: tuple[Question, ...] = ()
    urgency: Urgency | None = None
    needs_staff: bool | None = None
    even_if_asking: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ReplyRules:
    """One language's rules. Compared by identity: rules are read once and kept.

    `numbers` are number words with their values; `polite` phrases carry no meaning; `doubt` words undo
    a statement; `breaks` start a new clause; `known` are real words that are never read as misspelt.
    """

    language: str
    numbers: tuple[tuple[str, int], ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    polite: tuple[str, ...]
    doubt: frozenset[str]
    breaks: frozenset[str]
    known: frozenset[str]
    rules: tuple[Rule, ...]


def read_rules(source: str, file: str) -> ReplyRules:
    """`source` is TOML; `file` names it in mistakes. Raises `BadFile` with every mistake."""
    document = Document(source, file)
    top = document.top
    groups = _texts_by_name(top.table("groups"))
    rules = ReplyRules(
        language=top.needed_text("language", '"en"'),
        numbers=_numbers(top.table("numbers")),
        groups=groups,
        polite=_texts(top, "polite"),
        doubt=frozenset(_texts(top, "doubt")),
        breaks=frozenset(_texts(top, "breaks")),
        known=frozenset(_texts(top, "known")),
        rules=tuple(_rule(table) for table in top.tables("rules")),
    )
    top.require("rules", "[[rules]]")
    top.finish()
    _refuse_bad_phrases(top, rules)
    _refuse_names_given_twice(top, rules.rules)
    document.raise_if_bad()
    return rules


def _rule(table: Table) -> Rule:
    table.require("intent", '"thanks"')
    table.require("match", '"whole"')
    table.require("phrases", '["thank you"]')
    rule = Rule(
        name=table.needed_text("name", '"thanks.words"'),
        intent=table.choice("intent", Intent) or Intent.UNCLEAR,
        match=table.choice("match", Match) or Match.WHOLE,
        phrases=_texts(table, "phrases"),
        unless=_texts(table, "unless"),
        quoting=_texts(table, "quoting"),
        asked=table.choices("asked", Question) or (),
        urgency=table.choice("urgency", Urgency),
        needs_staff=table.yes_or_no("needs_staff"),
        even_if_asking=table.yes_or_no("even_if_asking") or False,
    )
    table.finish()
    return rule


def _texts(table: Table, key: str) -> tuple[str, ...]:
    found = table._of_type(key, list) or []  # the reader of files has no list of free texts
    if any(not isinstance(each, str) or not each.strip() for each in found):
        table.mistake(key, "holds something that is not a text", 'Write it as ["one", "two"].')
        return ()
    return tuple(found)


def _texts_by_name(table: Table | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, _texts(table, name)) for name in table.keys) if table else ()


def _numbers(table: Table | None) -> tuple[tuple[str, int], ...]:
    if table is None:
        return ()
    return tuple((word, table.whole(word, at_least=0) or 0) for word in table.keys)


def _refuse_bad_phrases(top: Table, rules: ReplyRules) -> None:
    finder, groups = Finder(word for word, _ in rules.numbers), dict(rules.groups)
    phrases = [(top, "polite", rules.polite)]
    for table, rule in zip(top.tables("rules"), rules.rules, strict=True):
        phrases += [(table, "phrases", rule.phrases), (table, "unless", rule.unless), (table, "quoting", rule.quoting)]
    for table, key, texts in phrases:
        for text in texts:
            try:
                finder.add(text, 0, groups)
            except BadPhrase as error:
                table.mistake(key, f"{text!r} {error}", "The head of config/replies/en.toml explains phrases.")


def _refuse_names_given_twice(top: Table, rules: tuple[Rule, ...]) -> None:
    seen: set[str] = set()
    for table, rule in zip(top.tables("rules"), rules, strict=True):
        if rule.name and rule.name in seen:
            table.mistake("name", f"{rule.name!r} is there twice", "Give each rule its own name.")
        seen.add(rule.name)
