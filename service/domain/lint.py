"""Words a text should not hold: what gives a patient away, what an SMS carrier takes as a command.

Being a patient of this clinic is itself health information, and a locked phone shows a text to anyone.
Case and accents do not matter; what stands inside `{{ }}` or `{% %}` is not read.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Severity(StrEnum):
    """An error keeps a text from being saved; a warning asks for a second look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One word as it stands in the text, where it starts (from 0), and what to write instead."""

    word: str
    start: int
    severity: Severity
    remedy: str


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """Words of one sort, as regular expressions without accents, in lower case."""

    words: tuple[str, ...]
    severity: Severity
    remedy: str


_DRUG = "It names a drug. Say what to do without it, or leave it to the clinic's own page."
_ILLNESS = "It names an illness. Leave it out: a locked phone shows this text to anyone."
_PROCEDURE = "It names a procedure. Write 'visit' or 'session' (Spanish: 'cita' or 'sesión')."
_HINT = "It hints at the care the patient gets. See whether the text can do without it."
_SELLING = "It sounds like advertising, which needs another permission than a reminder does."

_INDISCREET: dict[str, tuple[_Rule, ...]] = {
    "en": (
        _Rule(
            words=(
                *("(?:es)?ketamine?s?", "ketalar", "spravato", "troches?", "psychedelics?", "psilocybin"),
                *("mdma", "lsd", "narcotics?", "opioids?", "benzos?", "benzodiazepines?", "antidepressants?"),
                *("midazolam", "ondansetron", "zofran", "lorazepam", "propofol", "controlled substances?"),
            ),
            severity=Severity.ERROR,
            remedy=_DRUG,
        ),
        _Rule(
            words=(
                *("depression", "depressed", "depressive", "anxiety", "ptsd", "ocd", "bipolar", "mania"),
                *("suicid(?:e|al|ality)", "self[- ]harm", "addiction", "alcoholism", "substance use"),
                *("mental health", "mental illness", "psychiatr(?:y|ic|ist)", "psychos(?:is|es)", "trauma"),
                *("chronic pain", "fibromyalgia", "crps", "diagnos(?:is|es|ed|tic)", "disorders?"),
            ),
            severity=Severity.ERROR,
            remedy=_ILLNESS,
        ),
        _Rule(
            words=(
                *("infusions?", "infused?", "iv", "i\\.v\\.", "intravenous(?:ly)?", "intramuscular(?:ly)?"),
                *("injections?", "injected", "intranasal", "nasal(?: sprays?)?", "sublingual", "lozenges?"),
                *("sedat(?:ion|ed|ive|ives)", "an(?:a)?esthe(?:sia|tic)", "treatments?", "therap(?:y|ies)"),
                *("psychotherapy", "therapists?", "psychotherapists?", "doses?", "dosing", "dosage"),
                *("procedures?", "inductions?"),
            ),
            severity=Severity.ERROR,
            remedy=_PROCEDURE,
        ),
        _Rule(
            words=(
                *("medications?", "medicines?", "meds", "prescriptions?", "mood", "symptoms?", "pain"),
                *("trips?", "dissociat(?:ion|ive)", "hallucinat(?:ion|ions|ing)", "patients?", "doctor"),
            ),
            severity=Severity.WARNING,
            remedy=_HINT,
        ),
    ),
    "es": (
        _Rule(
            words=(
                *("(?:es)?ketaminas?", "trociscos?", "psicodelic[oa]s?", "psilocibina", "narcoticos?"),
                *("opioides?", "benzodiacepinas?", "antidepresiv[oa]s?", "sustancias? controladas?"),
            ),
            severity=Severity.ERROR,
            remedy=_DRUG,
        ),
        _Rule(
            words=(
                *("depresion", "deprimid[oa]s?", "depresiv[oa]s?", "ansiedad", "tept", "toc", "bipolar"),
                *("suicid(?:io|a|as)", "autolesion(?:es)?", "adiccion(?:es)?", "alcoholismo", "trauma"),
                *("salud mental", "enfermedad mental", "psiquiatr(?:ia|a|as|ico|ica)", "psicosis"),
                *("dolor cronico", "fibromialgia", "diagnosticos?", "trastornos?"),
            ),
            severity=Severity.ERROR,
            remedy=_ILLNESS,
        ),
        _Rule(
            words=(
                *("infusion(?:es)?", "intravenos[oa]s?", "intramuscular(?:es)?", "inyeccion(?:es)?"),
                *("inyectad[oa]s?", "intranasal", "nasal(?:es)?", "sublingual(?:es)?", "pastillas?"),
                *("sedacion", "sedad[oa]s?", "sedantes?", "anestesi(?:a|co|cos)", "tratamientos?"),
                *("terapias?", "terapeutas?", "psicoterapia", "dosis", "procedimientos?"),
            ),
            severity=Severity.ERROR,
            remedy=_PROCEDURE,
        ),
        _Rule(
            words=(
                *("medicamentos?", "medicinas?", "recetas?", "animo", "sintomas?", "dolor(?:es)?"),
                *("disociacion", "alucinacion(?:es)?", "pacientes?", "medic[oa]", "doctora?"),
            ),
            severity=Severity.WARNING,
            remedy=_HINT,
        ),
    ),
}

_MARKETING: dict[str, tuple[_Rule, ...]] = {
    "en": (
        _Rule(
            words=(
                *("discounts?", "coupons?", "promo(?:tions?|s)?", "special offers?", "limited[- ]time"),
                *("sales?", "deals?", "refer a friend", "\\d+ ?% off", "free of charge", "for free"),
                *("gift cards?", "packages?", "act now", "best prices?", "leave (?:us )?a review"),
            ),
            severity=Severity.WARNING,
            remedy=_SELLING,
        ),
    ),
    "es": (
        _Rule(
            words=(
                *("descuentos?", "cupon(?:es)?", "promocion(?:es)?", "ofertas?", "rebajas?", "gratis"),
                *("por tiempo limitado", "paquetes?", "tarjetas? de regalo", "recomiende a un amigo"),
            ),
            severity=Severity.WARNING,
            remedy=_SELLING,
        ),
    ),
}

# One-word answers that Twilio acts on by itself: out (CANCEL and its kin) or back in (YES).
_TRAP_WORDS = "yes|si|cancel|cancelar|end|fin|quit|stopall|unsubscribe|revoke|optout"
_TRAP_REQUEST = re.compile(
    r"\b(?:reply|respond|text|answer|send|responda|responde|conteste|envie|escriba)"
    rf"(?: (?:with|back|con|with the word|la palabra|con la palabra))? [\"'“‘«]?({_TRAP_WORDS})\b"
)
_TRAP_IN_CAPITALS = re.compile(r"\b(YES|SI|SÍ|CANCEL|CANCELAR|END|QUIT|STOPALL|UNSUBSCRIBE|REVOKE|OPTOUT)\b")
_TRAP_REMEDY = "The phone company takes such a word as a command. Ask for C, R, 1, 2 or 3 instead."

_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def indiscreet_words(text: str, language: str) -> tuple[Finding, ...]:
    """Words for drugs, illnesses and procedures, in order. English ones are looked for in every language."""
    return _findings(text, _rules(_INDISCREET, language))


def marketing_words(text: str, language: str) -> tuple[Finding, ...]:
    """Words that sell, in order; all of them warnings."""
    return _findings(text, _rules(_MARKETING, language))


def trap_words(text: str) -> tuple[Finding, ...]:
    """Words put forward as an answer that carriers and Twilio act on by themselves, in order."""
    folded = _fold(text)
    starts = {folded.places[found.start(1)]: len(found[1]) for found in _TRAP_REQUEST.finditer(folded.text)}
    starts |= {found.start(): len(found[0]) for found in _TRAP_IN_CAPITALS.finditer(_without_expressions(text))}
    return tuple(
        Finding(word=text[start : start + length], start=start, severity=Severity.ERROR, remedy=_TRAP_REMEDY)
        for start, length in sorted(starts.items())
    )


def _rules(table: dict[str, tuple[_Rule, ...]], language: str) -> tuple[_Rule, ...]:
    code = language.lower()[:2]
    return table["en"] + (table[code] if code != "en" and code in table else ())


def _findings(text: str, rules: Iterable[_Rule]) -> tuple[Finding, ...]:
    """A word that two rules know counts once, under the first."""
    folded = _fold(text)
    found: dict[int, Finding] = {}
    for rule in rules:
        for match in _pattern(rule.words).finditer(folded.text):
            start, end = folded.places[match.start()], folded.places[match.end()]
            finding = Finding(word=text[start:end], start=start, severity=rule.severity, remedy=rule.remedy)
            found.setdefault(start, finding)
    return tuple(found[start] for start in sorted(found))


@lru_cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{'|'.join(words)})(?!\w)")


@dataclass(frozen=True, kw_only=True)
class _Folded:
    """`places[i]` is where character i of `text` stands in the original, its end included."""

    text: str
    places: tuple[int, ...]


def _fold(text: str) -> _Folded:
    """Lower case, without accents, invisible characters and expressions."""
    kept = [
        (bare, place)
        for place, char in enumerate(_without_expressions(text))
        for bare in unicodedata.normalize("NFKD", char).lower()
        if unicodedata.category(bare) not in {"Mn", "Cf"}
    ]
    return _Folded(text="".join(bare for bare, _ in kept), places=(*(place for _, place in kept), len(text)))


def _without_expressions(text: str) -> str:
    return _EXPRESSION.sub(lambda found: " " * len(found.group()), text)
