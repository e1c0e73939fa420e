"""What patients write is read as they mean it, and no text whatever can make it fail."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.domain.reading import BadFile
from service.domain.reply_rules import Intent, ReplyRules, Urgency, read_rules
from service.domain.understand import Understood, understand
from service.domain.values import Question

REPOSITORY = Path(__file__).parents[2]


def read_file(language: str) -> ReplyRules:
    file = REPOSITORY / "config" / "replies" / f"{language}.toml"
    return read_rules(file.read_text(encoding="utf-8"), str(file))


RULES = (read_file("en"), read_file("es"))


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One text of the corpus; empty fields are not checked."""

    text: str
    asked: Question | None
    language: str
    intent: str
    never: str
    needs_staff: bool | None
    urgency: str
    value: str


def _labelled() -> list[Labelled]:
    corpus = tomllib.loads((Path(__file__).parent / "replies.toml").read_text(encoding="utf-8"))
    return [
        Labelled(
            text=text,
            asked=Question(group["asked"]) if group.get("asked", "none") != "none" else None,
            language=group.get("language", "en"),
            intent=group.get("intent", ""),
            never=group.get("not", ""),
            needs_staff=group.get("needs_staff"),
            urgency=group.get("urgency", ""),
            value=group.get("value", ""),
        )
        for group in corpus["group"]
        for text in group["texts"]
    ]


CORPUS = _labelled()
CRISES = [each.text for each in CORPUS if each.intent == Intent.CRISIS]
OPT_OUTS = [each.text for each in CORPUS if each.intent == Intent.OPT_OUT]


@pytest.fixture(scope="module", autouse=True)
def _rules_are_compiled() -> None:
    """Once, as in a worker, so that no property pays for it inside its time limit."""
    for language in ("en", "es", "fr", ""):
        for text in CRISES[:20] + OPT_OUTS[:20]:
            understand(text, RULES, None, language)


def read(text: str, asked: Question | None = None, language: str = "en") -> Understood:
    return understand(text, RULES, asked, language)


@pytest.mark.parametrize("label", CORPUS, ids=lambda label: f"{label.asked}: {label.text!r}")
def test_the_corpus_is_read_as_labelled(label: Labelled) -> None:
    understood = read(label.text, label.asked, label.language)
    assert understood.intent != label.never
    assert understood.intent == (label.intent or understood.intent), understood.rule
    assert understood.needs_staff is (understood.needs_staff if label.needs_staff is None else label.needs_staff)
    assert understood.urgency == (label.urgency or understood.urgency)
    assert understood.value == (label.value or understood.value)


def test_the_corpus_knows_every_intent_in_both_languages() -> None:
    assert {each.intent for each in CORPUS} >= set(Intent)
    assert {each.language for each in CORPUS} == {"en", "es"}


@pytest.mark.parametrize("asked", [None, *Question])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_open_question_hides_a_crisis_or_a_stop(asked: Question | None, language: str) -> None:
    heard_always = (Intent.CRISIS, Intent.OPT_OUT, Intent.URGENT_SYMPTOM)
    labels = [each for each in CORPUS if each.intent in heard_always]
    hidden = [each.text for each in labels if read(each.text, asked, language).intent != each.intent]
    assert hidden == []


def test_a_cry_for_help_that_also_says_stop_keeps_the_wish_to_be_left_alone() -> None:
    understood = read("stop, I want it all to end")
    assert understood.intent is Intent.CRISIS
    assert understood.value == "opt_out"


def test_minutes_late_are_told() -> None:
    assert read("I'm running 15 minutes late").value == "15"


def test_a_crisis_is_heard_after_ten_thousand_other_characters() -> None:
    assert read("so much to tell you " * 500 + "I want to die").intent is Intent.CRISIS


def test_a_crisis_is_heard_below_a_signature_and_inside_a_quotation() -> None:
    assert read("ok\n--\nI want to kill myself").intent is Intent.CRISIS
    assert read("> I want to kill myself\nok").intent is Intent.CRISIS


def test_a_tapback_on_our_crisis_text_is_no_crisis_and_on_our_stop_line_no_stop() -> None:
    ours = "In danger? Call 911. Trouble breathing or chest pain: call 911. Reply STOP to end texts."
    assert read(f"Liked “{ours}”").intent is Intent.THANKS


def test_a_quoted_stop_line_is_no_stop() -> None:
    assert read("> Reply STOP to end texts\nC", Question.CONFIRM).intent is Intent.CONFIRM


def test_a_very_long_text_is_never_a_yes() -> None:
    understood = read("yes " * 500, Question.CONFIRM)
    assert (understood.intent, understood.rule) == (Intent.UNCLEAR, "too_long")


def test_the_patients_own_language_is_tried_first() -> None:
    assert read("C", Question.CONFIRM, "es").rule == "es.confirm.answer"
    assert read("C", Question.CONFIRM, "en").rule == "confirm.answer"


# --- whatever the text --------------------------------------------------------------------------

UNFAMILIAR = st.text(st.characters(codec=None), max_size=80)
PUNCTUATION = st.text("!.?,;:…*~ \n", min_size=1, max_size=4)
DECORATION = st.sampled_from(["😀", "👍🏽", "🙏🏿", "❤️", "\u200b", "\u200f", "\x00", " ", "!!", "...", "🛑"])


@given(UNFAMILIAR, st.sampled_from([None, *Question]), st.sampled_from(["en", "es", "fr", ""]))
@example("\ud83d C \udc4d", Question.CONFIRM, "en")
@example("\x00" * 10_000, None, "en")
@example("“" * 10_000, None, "en")
def test_no_text_makes_it_fail(text: str, asked: Question | None, language: str) -> None:
    understood = read(text, asked, language)
    assert understood.rule
    assert understood == read(text, asked, language)


CASES: list[Callable[[str], str]] = [str.upper, str.lower, str.title, str.swapcase, str]


def _mutated(draw: st.DrawFn, text: str) -> str:
    """The same words in another case, with punctuation and emoji between them."""
    words = text.split()
    case: Callable[[str], str] = draw(st.sampled_from(CASES))
    between = [draw(st.sampled_from([" ", "  ", "\n", " \u200b"])) for _ in words]
    after = [draw(st.one_of(st.just(""), DECORATION)) for _ in words]
    body = "".join(case(word) + mark + gap for word, mark, gap in zip(words, after, between, strict=True))
    return draw(st.one_of(st.just(""), DECORATION)) + body + draw(st.one_of(st.just(""), PUNCTUATION))


@st.composite
def mutated_crises(draw: st.DrawFn) -> str:
    return _mutated(draw, draw(st.sampled_from(CRISES)))


@st.composite
def mutated_opt_outs(draw: st.DrawFn) -> str:
    return _mutated(draw, draw(st.sampled_from(OPT_OUTS)))


@settings(max_examples=300, deadline=None)
@given(mutated_crises(), st.sampled_from([None, *Question]))
def test_a_crisis_stays_one_however_it_is_typed(text: str, asked: Question | None) -> None:
    assert read(text, asked).intent is Intent.CRISIS
    assert read(text, asked).urgency is Urgency.NOW


@settings(max_examples=300, deadline=None)
@given(mutated_opt_outs(), st.sampled_from([None, *Question]))
def test_a_stop_stays_one_however_it_is_typed(text: str, asked: Question | None) -> None:
    assert read(text, asked).intent is Intent.OPT_OUT


@given(st.sampled_from(CRISES), UNFAMILIAR, UNFAMILIAR)
def test_words_around_a_crisis_do_not_hide_it_from_people(text: str, before: str, after: str) -> None:
    understood = read(f"{before}. {text}. {after}")
    assert understood.needs_staff


@given(UNFAMILIAR.filter(lambda text: sum(map(str.isalnum, text)) > 2), st.sampled_from([*Question]))
def test_a_yes_with_unknown_words_after_it_is_no_yes(text: str, asked: Question) -> None:
    certain = {Intent.CONFIRM, Intent.RIDE_YES, Intent.FASTING_OK}
    assert read(f"yes but qzx {text}", asked).intent not in certain


# --- rules with mistakes ------------------------------------------------------------------------

WRONG = """language = "en"
polite = ["please?"]
[[rules]]
name = "a"
intent = "confrim"
match = "whole"
phrases = ["<nobody>", "yes"]
[[rules]]
name = "a"
intent = "help"
match = "whole"
phrases = ["no*"]
colour = "blue"
"""


def test_every_mistake_in_a_file_is_told_at_once_with_its_line() -> None:
    with pytest.raises(BadFile) as raised:
        read_rules(WRONG, "replies/en.toml")
    told = str(raised.value)
    expected = ("confrim", "nobody", "twice", "colour", "at least 4 letters", "could be empty")
    assert [word for word in expected if word not in told] == []
    assert all(mistake.file == "replies/en.toml" and mistake.remedy for mistake in raised.value.mistakes)


def test_a_file_without_rules_is_refused() -> None:
    with pytest.raises(BadFile, match="rules"):
        read_rules('language = "en"\n', "replies/en.toml")


def test_a_group_that_contains_itself_is_refused() -> None:
    rule = '[[rules]]\nname = "a"\nintent = "help"\nmatch = "whole"\nphrases = ["<loop>"]\n'
    with pytest.raises(BadFile, match="contains itself"):
        read_rules(f'language = "en"\n[groups]\nloop = ["a <loop>"]\n{rule}', "en.toml")
