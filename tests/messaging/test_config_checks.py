"""What only shows when files are read together. Each test changes one thing in a sound folder."""

from pathlib import Path

import pytest

from service.messaging.config_folder import load_folder
from tests.messaging.small_folder import small_folder
from tests.messaging.test_config_folder import mistakes_in, only_mistake_in


def warnings_in(folder: Path) -> list[tuple[str, int, str]]:
    return [
        (Path(found.file).relative_to(folder).as_posix(), found.line, found.problem)
        for found in load_folder(folder).warnings
    ]


def test_a_step_without_an_english_text_is_a_mistake_at_the_step(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, schedules_iv=('key = "home_safe"', 'key = "home"'))

    assert only_mistake_in(folder) == ("schedules/iv.toml", 18, "there is no text 'iv.home' in English")


def test_a_text_missing_in_another_language_is_a_warning(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, templates_es_iv=("[home_safe]", "[other]"))

    assert warnings_in(folder) == [("schedules/iv.toml", 18, "the text 'iv.home_safe' is missing in 'es'")]


def test_an_unknown_variable_is_named_with_its_line(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path, templates_en_iv=('sms = "{{ clinic.name }}: home', 'sms = """\nHello,\n{{ clinic.nam }}"""\n#')
    )

    assert only_mistake_in(folder) == ("templates/en/iv.toml", 7, "there is no variable clinic.nam")


def test_a_clock_that_the_schedule_does_not_set_is_a_mistake_of_the_text(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, templates_es_iv=("clock.solids", "clock.medicines"))
    file, line, problem = only_mistake_in(folder)

    assert (file, line) == ("templates/es/iv.toml", 2)
    assert problem.startswith("clock.medicines has no value for this visit (used by iv-infusion, step fasting)")


def test_a_schedule_without_a_driving_rule_cannot_say_when_to_drive(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, schedules_iv=('[driving]\nafter_end = "24h"\n', ""))

    assert {file for file, _, _ in mistakes_in(folder)} == {"templates/en/iv.toml", "templates/es/iv.toml"}


@pytest.mark.parametrize("words", ["your ketamine", "your infusion", "for depression", "Reply YES"])
def test_a_text_that_gives_a_patient_away_is_a_mistake_with_its_line(tmp_path: Path, words: str) -> None:
    folder = small_folder(tmp_path, templates_en_iv=("home safe?", words))
    file, line, _ = only_mistake_in(folder)

    assert (file, line) == ("templates/en/iv.toml", 5)


def test_a_clinic_name_that_patients_see_must_be_discreet(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, clinics_sacramento=("Lakeside Clinic", "Lakeside Ketamine"))

    assert only_mistake_in(folder) == ("clinics/sacramento.toml", 2, "says 'Ketamine'")


def test_the_answer_to_a_crisis_may_name_its_help_line(tmp_path: Path) -> None:
    folder = load_folder(small_folder(tmp_path))

    assert "Suicide" in folder.texts["en"]["common.crisis"].sms


def test_a_missing_answer_is_a_mistake(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, templates_en_common=("[help]", "[helpful]"))

    assert only_mistake_in(folder) == ("templates/en/common.toml", 1, "the text 'help' is missing")


def test_an_answer_that_concerns_no_visit_cannot_quote_one(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, templates_en_common=("Call {{ clinic.phone }}", "See you {{ visit.when }}"))

    assert only_mistake_in(folder)[2].startswith("visit.when has no value")


def test_a_step_by_sms_needs_a_text_with_sms(tmp_path: Path) -> None:
    only_mail = '[home_safe]\nsubject = "a"\nbody = "b"\n#'
    folder = small_folder(tmp_path, templates_en_iv=("[home_safe]\n", only_mail))

    assert only_mistake_in(folder)[0] == "schedules/iv.toml"


def test_a_kind_of_visit_belongs_to_one_schedule(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    second = (folder / "schedules/iv.toml").read_text().replace('"iv-infusion"', '"second"')
    (folder / "schedules/second.toml").write_text(second.replace('"im", "esketamine", "oral", ', ""))

    assert [problem for _, _, problem in mistakes_in(folder)] == [
        f"{kind!r} already has the schedule 'iv-infusion'" for kind in ("iv", "consultation", "integration")
    ]


def test_a_kind_without_a_schedule_is_a_warning(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, schedules_iv=(', "consultation", "integration"', ""))

    assert warnings_in(folder) == [("schedules/iv.toml", 3, "no schedule covers consultation, integration")]


def test_a_text_too_long_for_an_sms_is_a_mistake_and_a_very_long_one_a_warning(tmp_path: Path) -> None:
    too_long = small_folder(tmp_path / "a", templates_en_iv=("home safe?", "home " * 400))
    very_long = small_folder(tmp_path / "b", templates_en_iv=("home safe?", "home " * 250))

    assert "more than an SMS can hold" in only_mistake_in(too_long)[2]
    assert "SMS segments" in warnings_in(very_long)[0][2]
