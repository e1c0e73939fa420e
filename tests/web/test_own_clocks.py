"""A patient's own fasting times, behind the link in an e-mail as well as in a text."""

from datetime import date, timedelta

from service.domain.values import Clock
from service.messaging.overrides import set_override
from tests.web.house import NOW, House, visit


def test_the_page_behind_a_link_tells_the_times_that_were_set_for_the_patient(house: House) -> None:
    about = house.take(visit())
    patient_id = house.one("SELECT patient_id FROM appointments WHERE id = :id", id=about).patient_id
    with house.services.database.organisation(house.organisation_id) as connection:
        set_override(
            connection,
            house.organisation_id,
            patient_id,
            clocks={Clock.SOLIDS: timedelta(hours=12)},
            review_on=date(2027, 6, 1),
            why="diabetes",
            actor="Dr. Osei",
            now=NOW,
        )
    page = house.stranger().get(house.link(house.message("fasting", about))).words
    assert "9:00 PM Thu" in page
    assert "1:00 AM Fri" not in page
