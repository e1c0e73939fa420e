import pytest

from service.domain.reading import BadFile, Mistake
from service.domain.values import AppointmentStatus, Kind
from service.intake.mapping import Answer
from service.intake.mapping_file import read_mapping
from tests.intake.exports import CLINICS, ROOT, SACRAMENTO, mapping

FILE = "config/imports/clinic-export.toml"
SHIPPED = (ROOT / FILE).read_text(encoding="utf-8")


def mistakes_after(*changes: tuple[str, str]) -> tuple[Mistake, ...]:
    source = SHIPPED
    for old, new in changes:
        assert old in source
        source = source.replace(old, new, 1)
    with pytest.raises(BadFile) as bad:
        read_mapping(source, FILE, CLINICS)
    return bad.value.mistakes


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SHIPPED.split("\n"), 1) if line.startswith(text))


def test_words_are_found_whatever_their_case_and_padding() -> None:
    shipped = mapping()
    assert shipped.kinds.meaning_of(" spravato -  ESKETAMINE nasal ") is Kind.ESKETAMINE
    assert shipped.locations.meaning_of("sacramento") == SACRAMENTO


def test_confirmed_is_a_booked_visit_that_the_patient_confirmed() -> None:
    standing = mapping().statuses.meaning_of("Confirmed")
    assert standing is not None
    assert (standing.status, standing.confirmed) == (AppointmentStatus.BOOKED, True)


def test_an_empty_permission_says_nothing() -> None:
    assert mapping().may_text.meaning_of("") is Answer.NOT_SAID


def test_the_date_of_birth_is_left_out_on_purpose() -> None:
    assert mapping().ignored == ("DOB",)
    assert "DOB" not in mapping().columns.named()


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    found = mistakes_after(
        ('= "no_show"', '= "noshow"'),
        ('"Phoenix" = "Phoenix"', '"Phoenix" = "Phenix"'),
        ('date = "%m/%d/%Y"', 'date = "%m/%Y"'),
        ("external_id =", "extrenal_id ="),
    )
    lines = {mistake.line for mistake in found}
    assert {line_of('"No Show"'), line_of('"Phoenix"'), line_of('date = "%m')} <= lines
    assert any("external_id" in mistake.problem + mistake.remedy for mistake in found)
    assert any('Did you mean "Phoenix"?' in mistake.remedy for mistake in found)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('default_region = "US"', 'default_region = "XX"', "no country code"),
        ('name = "clinic-export"', 'name = "other"', "not the name of the file"),
        ('"" = "not_said"', "", "what an empty value means"),
        ("may_email = true", "", "may be e-mailed"),
        ('length_minutes = "Length (min)"', "", "one of length_minutes and end_time"),
        ('"Booked" = "booked"', '"Booked" = "booked"\n"BOOKED " = "booked"', "there twice"),
        ('"es" = "es"', '"es" = "Spanish"', "no language code"),
        ("[locations]", "[places]", "[locations] is missing"),
        ('time = "%I:%M %p"', 'time = "%I:%M"', "does not hold all of it"),
        ('kind = "Appt Type"', "kind = 7", "wrong sort"),
    ],
)
def test_a_mistake_is_named(old: str, new: str, complaint: str) -> None:
    assert any(complaint in str(mistake) for mistake in mistakes_after((old, new)))


def test_a_file_that_is_no_toml_is_one_mistake_with_its_line() -> None:
    (mistake,) = mistakes_after(('family_name = "Last Name"', 'family_name = "Last Name'))
    assert mistake.line == line_of("family_name")
