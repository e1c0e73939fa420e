import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.lint import Severity, indiscreet_words, marketing_words, trap_words


def _errors(text: str, language: str = "en") -> list[str]:
    return [item.word for item in indiscreet_words(text, language) if item.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Your Ketamine infusion is tomorrow", "en", ["Ketamine", "infusion"]),
        ("SPRAVATO nasal spray at 9", "en", ["SPRAVATO", "nasal spray"]),
        ("Your I.V. visit, for depression", "en", ["I.V.", "depression"]),
        ("Su infusión de KETAMINA", "es", ["infusión", "KETAMINA"]),
        ("su infusion para la depresion", "es", ["infusion", "depresion"]),
        ("Su cita de ketamine", "es", ["ketamine"]),
        ("Your infusio\u0301n of keta\u200bmine", "en-US", ["infusio\u0301n", "keta\u200bmine"]),
    ],
)
def test_words_that_give_a_patient_away_are_errors(text: str, language: str, words: list[str]) -> None:
    assert _errors(text, language) == words


@pytest.mark.parametrize(
    "text",
    [
        "Lakeside Clinic: your session is tomorrow. Bring a driver. Reply C to confirm, R to change.",
        "Please have nothing solid after 2:00 AM Tue. Questions? Call (916) 555-0180.",
        "I've asked Ivy, a private driver, to help with the transportation.",
        "Su visita es mañana. Responda C para confirmar o R para cambiarla. STOP para no recibir más.",
    ],
)
def test_a_discreet_text_has_no_findings(text: str) -> None:
    for language in ("en", "es"):
        assert indiscreet_words(text, language) == ()
        assert marketing_words(text, language) == ()
    assert trap_words(text) == ()


def test_an_expression_is_not_a_word_and_places_count_from_the_text_as_given() -> None:
    text = "{{ ketamine }} {% if dose %}Your treatment{% endif %}"
    (finding,) = indiscreet_words(text, "en")

    assert text[finding.start :].startswith("treatment")
    assert finding.remedy


def test_a_hint_is_a_warning_and_not_an_error() -> None:
    (finding,) = indiscreet_words("Take your medicines as usual", "en")

    assert (finding.word, finding.severity) == ("medicines", Severity.WARNING)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Reply YES to confirm", "YES"),
        ("reply 'yes' to confirm", "yes"),
        ("Reply C to confirm or CANCEL to cancel", "CANCEL"),
        ("Text END when you are home", "END"),
        ("Responda SÍ para confirmar", "SÍ"),
        ("Responda con la palabra cancelar", "cancelar"),
    ],
)
def test_asking_for_a_word_that_twilio_acts_on_is_an_error(text: str, word: str) -> None:
    (finding,) = trap_words(text)

    assert finding.word == word
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "text", ["Reply STOP to opt out", "Call us to cancel", "At the end, reply 1 if yes", "Si puede, responda C"]
)
def test_the_same_words_in_a_sentence_are_no_trap(text: str) -> None:
    assert trap_words(text) == ()


def test_selling_is_a_warning() -> None:
    assert [item.word for item in marketing_words("20% off packages this week!", "en")] == ["20% off", "packages"]
    assert [item.word for item in marketing_words("Oferta: gratis", "es")] == ["Oferta", "gratis"]


@given(st.text(), st.text())
def test_a_drug_is_found_wherever_it_stands_alone(before: str, after: str) -> None:
    plain_before = before.replace("{", "").replace("}", "")

    assert "Ketamine" in _errors(f"{plain_before} Ketamine {after}")
