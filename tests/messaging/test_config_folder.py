from pathlib import Path

import pytest

from service.messaging.config_folder import BadFolder, bundle, load_folder, open_bundle
from tests.messaging.small_folder import small_folder


def mistakes_in(folder: Path) -> list[tuple[str, int, str]]:
    """(file, line, problem) of each, in the order they are told."""
    with pytest.raises(BadFolder) as caught:
        load_folder(folder)
    assert all(mistake.remedy for mistake in caught.value.mistakes)
    return [
        (Path(mistake.file).relative_to(folder).as_posix(), mistake.line, mistake.problem)
        for mistake in caught.value.mistakes
    ]


def only_mistake_in(folder: Path) -> tuple[str, int, str]:
    (found,) = mistakes_in(folder)
    return found


def test_a_sound_folder_becomes_values_without_warnings(tmp_path: Path) -> None:
    folder = load_folder(small_folder(tmp_path))

    assert list(folder.clinics) == ["Sacramento"]
    assert [step.text for step in folder.schedules["iv-infusion"].steps] == ["iv.fasting", "iv.home_safe"]
    assert set(folder.texts["es"]) == {"iv.fasting", "iv.home_safe"}
    assert folder.warnings == ()


def test_mistakes_of_all_files_are_told_at_once_and_in_order(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path,
        clinics_sacramento=("America/Los_Angeles", "Pacific"),
        schedules_iv=('"8h"', '"8 hours"'),
        templates_en_iv=("{{ clock.solids }}", "{{ clock.solid }}"),
        templates_es_iv=("coma", "KETAMINA"),
    )

    assert [file for file, _, _ in mistakes_in(folder)] == [
        "clinics/sacramento.toml",
        "schedules/iv.toml",
        "templates/en/iv.toml",
        "templates/es/iv.toml",
    ]


def test_a_folder_that_is_not_there_is_one_mistake(tmp_path: Path) -> None:
    with pytest.raises(BadFolder, match="there is no such folder"):
        load_folder(tmp_path / "nowhere")


def test_an_empty_folder_names_everything_it_lacks(tmp_path: Path) -> None:
    assert [file for file, _, _ in mistakes_in(tmp_path)] == ["clinics", "schedules", "templates"]


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / "templates/es/iv.toml").write_bytes('[fasting]\nsms = "mañana"'.encode("latin-1"))

    assert only_mistake_in(folder)[0] == "templates/es/iv.toml"


def test_two_schedules_cannot_have_one_name(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / "schedules/second.toml").write_text((folder / "schedules/iv.toml").read_text())

    assert "taken by" in only_mistake_in(folder)[2]


def test_a_bundle_opens_to_the_same_schedule_and_words(tmp_path: Path) -> None:
    folder = load_folder(small_folder(tmp_path))
    schedule = folder.schedules["iv-infusion"]
    opened = open_bundle(bundle(schedule, folder).content)

    assert opened.schedule == schedule
    assert opened.text("iv.fasting", "es").sms == folder.texts["es"]["iv.fasting"].sms
    assert opened.text("iv.fasting", "en").short == "Eat until {{ clock.solids }}."
    assert opened.email("iv.fasting", "es").subject == "A message from {{ clinic.name }}"
    assert "common.help" in opened.texts["en"]
    assert "im.fasting" not in opened.texts["en"]


def test_a_bundle_of_the_same_words_has_the_same_digest_wherever_it_lies(tmp_path: Path) -> None:
    one = load_folder(small_folder(tmp_path / "one"))
    two = load_folder(small_folder(tmp_path / "two", templates_en_iv=("[fasting]", "# a remark\n\n[fasting]")))
    first, second = (bundle(folder.schedules["iv-infusion"], folder) for folder in (one, two))

    assert first == second
    assert len(first.digest) == 32


@pytest.mark.parametrize(
    "change",
    [
        {"templates_es_iv": ("coma", "Coma")},
        {"schedules_iv": ("12:00:00", "13:00:00")},
        {"templates_en_common": ("Read it", "Please read it")},
    ],
)
def test_a_bundle_of_other_words_or_times_has_another_digest(
    tmp_path: Path, change: dict[str, tuple[str, str]]
) -> None:
    one = load_folder(small_folder(tmp_path / "one"))
    two = load_folder(small_folder(tmp_path / "two", **change))
    first, second = (bundle(folder.schedules["iv-infusion"], folder) for folder in (one, two))

    assert first.digest != second.digest


def test_the_delivered_configuration_is_sound() -> None:
    folder = load_folder(Path(__file__).parents[2] / "config")

    assert len(folder.schedules) == 6
    assert {"en", "es"} <= set(folder.texts)
