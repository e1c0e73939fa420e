"""What only shows when a folder's files are read together."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from service.domain.lint import Severity, indiscreet_words
from service.domain.reading import Mistake
from service.domain.schedule import Schedule, Step
from service.domain.toml_lines import line_of, lines_of
from service.domain.values import Appointment, AppointmentStatus, Channel, Clinic, Kind, Recipient
from service.messaging.fasting_checks import check_timeliness
from service.messaging.folder_files import ConfigFolder, SourceFile
from service.messaging.rendering import TextContext, context, context_without_visit, render_email, render_sms
from service.messaging.review_checks import check_review
from service.messaging.schedule_bundle import DEFAULT_LANGUAGE, EMAIL, text_in
from service.messaging.step_checks import check_steps
from service.messaging.step_place import StepPlace
from service.messaging.text_checks import Findings, PlacedText, check_length, check_text
from service.messaging.text_templates import BadText

# Said without a schedule, most of them without a visit.
ANSWERS = ("common.help", "common.opted_out", "common.opted_in", "common.crisis", "common.stop_line")
ANSWERS_TO_A_VISIT = ("common.confirmed_ack",)

SAMPLE_CLINIC = Clinic(
    name="Sample", discreet_name="Lakeside Clinic", timezone="America/Los_Angeles", phone="(916) 555-0180"
)
SAMPLE_NAME = "Alexandra"
SAMPLE_LINK = "https://clinic.example/m/0123456789abcdefghijklmnopqrstuv"
SAMPLE_START = datetime(2027, 9, 15, 19, 30, tzinfo=UTC)  # Wednesday; long words make long texts


def check_folder(folder: ConfigFolder, *, is_complete: bool, today: date | None = None) -> Findings:
    """`is_complete` is false where a file could not be read: what that alone explains is not told.

    Without `today` the age of reviews is not judged.
    """
    found = _sum(check_text(placed) for placed in _all_texts(folder)) + _clinic_names(folder)
    if not is_complete or found.mistakes:
        return found
    return found + _kinds(folder) + _answers(folder) + _schedules(folder, today)


def check_schedule(folder: ConfigFolder, *, today: date) -> Findings:
    """One schedule of `folder` by itself, as it is about to be saved."""
    found = _sum(check_text(placed) for placed in _all_texts(folder))
    return found if found.mistakes else found + _answers(folder) + _schedules(folder, today)


def _schedules(folder: ConfigFolder, today: date | None) -> Findings:
    clinics = tuple(folder.clinics.values())
    found = Findings()
    for schedule in folder.schedules.values():
        found += _schedule(folder, schedule)
        place = StepPlace(schedule, folder.schedule_files[schedule.name])
        found += check_steps(schedule, [file.clinic for file in clinics], folder.texts, place)
        found += check_review(schedule, folder.schedule_files[schedule.name], clinics, today)
    return found


def _sum(findings: Iterable[Findings]) -> Findings:
    return sum(findings, Findings())


def _all_texts(folder: ConfigFolder) -> Iterator[PlacedText]:
    for language, said in folder.texts.items():
        for name in said:
            yield _placed(folder, language, name)


def _placed(folder: ConfigFolder, language: str, name: str) -> PlacedText:
    file, text = folder.file_of_text(language, name), folder.texts[language][name]
    return PlacedText(name=name, language=language, file=file, text=text)


# --- clinics and kinds -------------------------------------------------------------------------


def _clinic_names(folder: ConfigFolder) -> Findings:
    return Findings(
        mistakes=tuple(
            _at(folder.clinic_files[name], ("discreet_name",), f"says {found.word!r}", found.remedy)
            for name, clinic in folder.clinics.items()
            for found in indiscreet_words(clinic.clinic.discreet_name, DEFAULT_LANGUAGE)
            if found.severity is Severity.ERROR
        )
    )


def _kinds(folder: ConfigFolder) -> Findings:
    """Which schedule an appointment gets must never be a matter of luck."""
    mistakes: list[Mistake] = []
    owner: dict[Kind, str] = {}
    for name, schedule in folder.schedules.items():
        for kind in schedule.kinds:
            if kind in owner:
                problem = f"{kind.value!r} already has the schedule {owner[kind]!r}"
                remedy = "Take the kind out of one of the two."
                mistakes.append(_at(folder.schedule_files[name], ("kinds",), problem, remedy))
            owner.setdefault(kind, name)
    return Findings(mistakes=tuple(mistakes), warnings=tuple(_uncovered(folder, set(owner))))


def _uncovered(folder: ConfigFolder, covered: set[Kind]) -> Iterator[Mistake]:
    missing = [kind.value for kind in Kind if kind not in covered]
    if missing:
        file = next(iter(folder.schedule_files.values()), SourceFile(file="schedules", source=""))
        problem = f"no schedule covers {', '.join(missing)}"
        yield _at(
            file, ("kinds",), problem, "Patients with such a visit get no message; add a schedule if you have any."
        )


def _at(file: SourceFile, path: tuple[str | int, ...], problem: str, remedy: str) -> Mistake:
    line = line_of(lines_of(file.source), path)
    return Mistake(file=file.file, line=line, where=str(path[-1]), problem=problem, remedy=remedy)


# --- texts that somebody says ------------------------------------------------------------------


def _answers(folder: ConfigFolder) -> Findings:
    bare = context_without_visit(clinic=SAMPLE_CLINIC, first_name=SAMPLE_NAME, link=SAMPLE_LINK)
    schedule = next(iter(folder.schedules.values()))
    file = folder.schedule_files[schedule.name].file
    found = Findings()
    for name in (*ANSWERS, *ANSWERS_TO_A_VISIT, EMAIL):
        if name not in folder.texts.get(DEFAULT_LANGUAGE, {}):
            found += Findings(mistakes=(_no_answer(folder, name, file),))
            continue
        for language in _languages_with(folder, name):
            values = _sample(schedule, language) if name in ANSWERS_TO_A_VISIT else bare
            found += _tried(_placed(folder, language, name), values, "")
    return found


def _no_answer(folder: ConfigFolder, name: str, elsewhere: str) -> Mistake:
    file = folder.text_files.get((DEFAULT_LANGUAGE, "common"), elsewhere)
    section = name.split(".")[1]
    remedy = f"Add a table [{section}] to templates/{DEFAULT_LANGUAGE}/common.toml."
    return Mistake(file=file, line=1, where="", problem=f"the text {section!r} is missing", remedy=remedy)


def _schedule(folder: ConfigFolder, schedule: Schedule) -> Findings:
    place = StepPlace(schedule, folder.schedule_files[schedule.name])
    return _sum(_step(folder, schedule, step, place) for step in schedule.steps)


def _step(folder: ConfigFolder, schedule: Schedule, step: Step, place: StepPlace) -> Findings:
    languages = _languages_with(folder, step.text)
    if DEFAULT_LANGUAGE not in languages:
        file, section = step.text.split(".")
        remedy = f"Add a table [{section}] to templates/{DEFAULT_LANGUAGE}/{file}.toml, or name another text."
        return Findings(mistakes=(place.mistake(step, "text", f"there is no text {step.text!r} in English", remedy),))
    found = check_timeliness(schedule, step, text_in(folder.texts, step.text, DEFAULT_LANGUAGE), place)
    for language in folder.texts:
        if language not in languages:
            problem = f"the text {step.text!r} is missing in {language!r}"
            found += Findings(warnings=(place.mistake(step, "text", problem, "Such patients get it in English."),))
    for language in languages:
        found += _said(folder, schedule, step, language, place)
    return found


def _said(folder: ConfigFolder, schedule: Schedule, step: Step, language: str, place: StepPlace) -> Findings:
    placed = _placed(folder, language, step.text)
    if Channel.SMS in step.channels and not placed.text.sms:
        problem = f"it goes out by SMS, but the text {step.text!r} has no sms in {language!r}"
        remedy = f'Add sms = "..." in {placed.file}, or leave "sms" out of the channels.'
        return Findings(mistakes=(place.mistake(step, "channels", problem, remedy),))
    return _tried(placed, _sample(schedule, language), f" (used by {schedule.name}, step {step.key})")


def _languages_with(folder: ConfigFolder, name: str) -> list[str]:
    return [language for language, said in folder.texts.items() if name in said]


def _tried(placed: PlacedText, values: TextContext, used_by: str) -> Findings:
    """Fills the text in as for a visit, so that a variable without a value shows here and not at a patient's."""
    text, found = placed.text, Findings()
    for field, source in (("sms", text.sms), ("short", text.short)):
        if source:
            found += _tried_sms(placed, field, source, values, used_by)
    try:
        render_email(text.subject, text.body, values)
    except BadText as error:
        found += _bad(placed, "body", error, used_by)
    return found


def _tried_sms(placed: PlacedText, field: str, source: str, values: TextContext, used_by: str) -> Findings:
    try:
        return check_length(placed, field, render_sms(source, values))
    except BadText as error:
        return _bad(placed, field, error, used_by)


def _bad(placed: PlacedText, field: str, error: BadText, used_by: str) -> Findings:
    found = error.problem
    return Findings(mistakes=(placed.mistake(field, found.line, found.problem + used_by, found.remedy),))


def _sample(schedule: Schedule, language: str) -> TextContext:
    appointment = Appointment(
        id=UUID(int=0),
        kind=schedule.kinds[0],
        status=AppointmentStatus.BOOKED,
        starts_at=SAMPLE_START,
        ends_at=SAMPLE_START + timedelta(minutes=40),
    )
    return context(
        appointment=appointment,
        schedule=schedule,
        clinic=SAMPLE_CLINIC,
        recipient=Recipient(language=language),
        first_name=SAMPLE_NAME,
        link=SAMPLE_LINK,
        now=SAMPLE_START - timedelta(days=1),
    )
