"""The texts that come with Handrail: complete, discreet, short, and asking only for answers that work."""

import re
from collections.abc import Callable

import pytest

from service.domain import segments
from service.domain.lint import indiscreet_words, marketing_words, trap_words
from service.domain.values import Category, Question
from service.messaging.config_folder import load_folder
from service.messaging.rendering import context_without_visit, render_email, render_sms
from tests.config.shipped import CONFIG, LANGUAGES, SACRAMENTO, SCHEDULES, TEXTS, Said, everything_said

SAID = list(everything_said())
ANSWERS_NAMED = {
    Question.CONFIRM: re.compile(r"\bC\b.*\bR\b"),
    Question.RIDE: re.compile(r"\b1\b.*\b2\b"),
    Question.FASTING: re.compile(r"\b1\b.*\b2\b"),
    Question.SCORE: re.compile(r"\b0\b.*\b10\b"),
}


def those(wanted: Callable[[Said], bool]) -> list[Said]:
    found = [said for said in SAID if wanted(said)]
    assert found, "nothing to look at: the test would prove nothing"
    return found


def test_the_shipped_folder_loads_without_a_mistake_or_a_warning() -> None:
    assert load_folder(CONFIG).warnings == ()


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_step_has_a_text_in_every_language(name: str) -> None:
    for step in SCHEDULES[name].steps:
        file, text = step.text.split(".")
        for language in LANGUAGES:
            assert TEXTS[language][file][text].sms, f"{language}: {step.text}"


def test_every_language_has_the_same_texts_in_the_same_forms() -> None:
    shapes = {
        language: {
            (file, name, bool(text.short), bool(text.body))
            for file, texts in TEXTS[language].items()
            for name, text in texts.items()
        }
        for language in LANGUAGES
    }
    assert shapes["en"] == shapes["es"]


def test_every_text_belongs_to_a_step_or_is_shared() -> None:
    used = {step.text for schedule in SCHEDULES.values() for step in schedule.steps}
    own = {f"{file}.{name}" for file, texts in TEXTS["en"].items() for name in texts if file != "common"}
    assert own <= used


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_tells_a_stranger_what_the_visit_is_for(language: str) -> None:
    for texts in TEXTS[language].values():
        for text in texts.values():
            for source in (text.sms, text.short, text.subject, text.body):
                assert not indiscreet_words(source, language), source
                assert not marketing_words(source, language), source
                assert not trap_words(source), source


def test_every_text_begins_with_the_clinics_discreet_name() -> None:
    assert [said.words for said in SAID if not said.words.startswith("Lakeside Clinic: ")] == []


def test_a_text_that_asks_names_the_answers() -> None:
    for said in those(lambda said: said.step.asks is not None):
        assert said.step.asks is not None
        assert ANSWERS_NAMED[said.step.asks].search(said.words), said


def test_a_text_that_asks_nothing_asks_for_no_answer() -> None:
    for said in those(lambda said: said.step.asks is None):
        assert not re.search(r"(?:[Rr]eply|[Rr]esponda) (?!STOP)", said.words), said


def test_a_check_in_names_the_crisis_line_and_that_nobody_watches_this_one() -> None:
    for said in those(lambda said: said.step.category is Category.CHECK_IN):
        assert "988" in said.words, said
        assert "911" in said.words, said
        assert "around the clock" in said.words or "las 24 horas" in said.words, said


@pytest.mark.parametrize("key", ["prepare", "check_day1", "book_next"])
def test_the_first_text_of_each_sort_says_how_to_stop(key: str) -> None:
    firsts = {(said.schedule, said.language): said for said in reversed(SAID) if said.step.key == key}
    assert len(firsts) >= 5 * len(LANGUAGES)
    assert [said for said in firsts.values() if "STOP" not in said.words] == []


def test_english_texts_fill_two_segments_at_most() -> None:
    for said in those(lambda said: said.language == "en"):
        assert segments.count(said.words).segments <= 2, said


def test_spanish_texts_fill_three_segments_at_most_unless_a_word_needs_its_accent() -> None:
    dear = {f"{said.schedule}.{said.step.key}" for said in SAID if segments.count(said.words).segments > 3}
    assert dear == {"oral.prepare"}


def test_a_short_form_is_shorter() -> None:
    for texts in (file for language in LANGUAGES for file in TEXTS[language].values()):
        for text in texts.values():
            assert not text.short or len(text.short) < len(text.sms)


def test_no_full_stop_follows_a_spanish_time() -> None:
    spanish = those(lambda said: said.language == "es" and "a. m." in said.words)
    assert [said for said in spanish if ".." in said.words] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["help", "opted_out", "opted_in", "crisis"])
def test_an_answer_to_a_reply_needs_no_visit(language: str, name: str) -> None:
    words = render_sms(TEXTS[language]["common"][name].sms, context_without_visit(clinic=SACRAMENTO, first_name=""))
    assert words.startswith("Lakeside Clinic: ")
    assert segments.count(words).segments <= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_email_says_only_that_there_is_a_message_and_where(language: str) -> None:
    text = TEXTS[language]["common"]["email"]
    there = context_without_visit(clinic=SACRAMENTO, first_name="Maria", link="https://example.org/m/1")
    subject, body = render_email(text.subject, text.body, there)
    assert "https://example.org/m/1" in body
    assert "(916) 555-0180" in body
    assert "Maria" not in subject + body
