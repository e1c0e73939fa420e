from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.domain.values import Channel
from service.messaging.config_folder import bundle, load_folder, open_bundle
from service.messaging.previewing import ImaginaryVisit, Preview, preview_schedule
from tests.messaging.small_folder import small_folder

TUESDAY_9 = ImaginaryVisit(
    starts_at=datetime(2027, 3, 16, 16, 0, tzinfo=UTC), length=timedelta(minutes=40)
)  # 9:00 in Sacramento


def previewed(folder: Path, visit: ImaginaryVisit = TUESDAY_9) -> Preview:
    found = load_folder(folder)
    opened = open_bundle(bundle(found.schedules["iv-infusion"], found).content)
    return preview_schedule(opened, found.clinics["Sacramento"].clinic, visit)


def test_a_preview_says_the_words_of_the_moment_they_are_sent(tmp_path: Path) -> None:
    fasting, home = previewed(small_folder(tmp_path)).messages

    assert fasting.planned.due_at == datetime(2027, 3, 15, 19, 0, tzinfo=UTC)  # Monday noon
    assert fasting.text == "Lakeside Clinic: eat until 1:00 AM Tue, drink until 7:00 AM Tue."
    assert (fasting.subject, fasting.segments) == (None, 1)
    assert home.text.endswith("No driving before 9:40 AM Wed.")


def test_a_preview_speaks_the_patients_language(tmp_path: Path) -> None:
    fasting, _ = previewed(small_folder(tmp_path), replace(TUESDAY_9, language="es")).messages

    assert fasting.text == "Lakeside Clinic: coma hasta las 1:00 a. m. del martes."


def test_a_step_by_email_shows_the_discreet_mail_around_a_link(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, schedules_iv=('after_end = "3h"', 'after_end = "3h"\nchannels = ["email"]'))
    _, home = previewed(folder).messages

    assert home.planned.channel is Channel.EMAIL
    assert (home.subject, home.segments) == ("A message from Lakeside Clinic", None)
    assert home.text.startswith("Read it here: https://")


def test_a_late_booking_shows_what_is_skipped_and_why(tmp_path: Path) -> None:
    booked_too_late = replace(TUESDAY_9, booked_at=TUESDAY_9.starts_at - timedelta(hours=1))
    found = previewed(small_folder(tmp_path), booked_too_late)

    assert [message.planned.step for message in found.messages] == ["home_safe"]
    assert [skipped.step for skipped in found.skipped] == ["fasting"]
    assert found.skipped[0].why


@pytest.mark.parametrize("name", ["consultation", "esketamine", "im", "integration", "iv", "oral"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_delivered_schedule_can_be_previewed(name: str, language: str) -> None:
    folder = load_folder(Path(__file__).parents[2] / "config")
    schedule = next(
        found for key, found in folder.schedules.items() if folder.schedule_files[key].file.endswith(f"/{name}.toml")
    )
    opened = open_bundle(bundle(schedule, folder).content)
    clinic = next(iter(folder.clinics.values())).clinic
    found = preview_schedule(opened, clinic, replace(TUESDAY_9, language=language))

    assert found.messages
    assert all(clinic.discreet_name in message.text for message in found.messages)
