"""Exports for tests: a header, and lines that name only what differs from an ordinary visit."""

from pathlib import Path

from service.domain.values import Clinic
from service.intake.csv_file import LineRead, read_visits
from service.intake.csv_source import open_csv
from service.intake.mapping import Mapping
from service.intake.mapping_file import load_mappings

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "files"
REAL_EXPORT = ROOT / "../shared/data/clinic-export.csv"

SACRAMENTO = Clinic(name="Sacramento", discreet_name="A", timezone="America/Los_Angeles", phone="(916) 555-0180")
PHOENIX = Clinic(name="Phoenix", discreet_name="B", timezone="America/Phoenix", phone="(602) 555-0142")
CLINICS = (SACRAMENTO, PHOENIX)

ORDINARY = {
    "Appt ID": "A1",
    "Patient ID": "P1",
    "Last Name": "Quinn",
    "First Name": "Ada",
    "DOB": "01/02/1980",
    "Mobile Phone": "(916) 555-0101",
    "Email": "ada@example.org",
    "Language": "en",
    "Appt Type": "Integration Session",
    "Date": "03/16/2027",
    "Time": "9:00 AM",
    "Length (min)": "50",
    "Provider": "Lena Voss NP",
    "Location": "Sacramento",
    "Status": "Booked",
    "OK to text": "Y",
    "Booked On": "03/01/2027 10:00 AM",
}
HEADER = ",".join(ORDINARY)


def mapping() -> Mapping:
    """The mapping that is shipped."""
    return load_mappings(ROOT / "config/imports", CLINICS)[0]


def line(**differing: str) -> str:
    """A line of the export. `appt_id="A2"` sets `Appt ID`."""
    named = {name.lower().replace(" (min)", "").replace(" ", "_"): name for name in ORDINARY}
    values = ORDINARY | {named[key]: value for key, value in differing.items()}
    return ",".join(values.values())


def export(folder: Path, *lines: str) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8-sig")
    return path


def read(path: Path, only: Clinic | None = None) -> list[LineRead]:
    with open_csv(path) as source:
        return list(read_visits(source, mapping(), only))
