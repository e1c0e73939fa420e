"""The documents say what is so: what they name exists, under that name."""

import inspect
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from service.cli import COMMANDS
from service.settings import Settings
from service.web import webhooks

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives", "Code"]
LONGEST_DECISION = 40

# What a reader is told to make, and what is not of this repository.
TO_BE_MADE = {"config/templates/vi/", "config/replies/vi.toml"}
PROGRAMS = {"pg_dump", "pg_restore"}
NOT_SETTINGS = {"DEMO_PASSWORD"}

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:service|tests|config|docs|bench)/[\w./-]*|[\w./-]+\.(?:py|yml|toml|lock)")
COMMAND = re.compile(r"\bhandrail ([a-z][a-z-]+)([^\n]*)")
NAME = re.compile(r"[a-z]+(?:_[a-z]+)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+")
SETTING = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
each_decision = pytest.mark.parametrize("document", DECISIONS, ids=lambda path: path.stem)


def code_in(document: Path) -> list[str]:
    """Everything set in code type: fenced blocks, and what stands between backticks."""
    text = document.read_text(encoding="utf-8")
    return FENCE.findall(text) + INLINE.findall(FENCE.sub("", text))


@cache
def all_code() -> str:
    folders = [*(ROOT / "service").rglob("*.py"), *(ROOT / "config").rglob("*.*"), *ROOT.glob("*.py")]
    files = [*folders, ROOT / "pyproject.toml", ROOT / "docker-compose.yml"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file())


def paths_in(document: Path) -> set[str]:
    """`service/tasks/`, `tasks/jobs.py`, `worker.py`; without those that hold a NAME or are an installation's own."""
    words = {word.strip(",.:()") for code in code_in(document) for word in code.split()}
    return {word for word in words if PATH.fullmatch(word) and "NAME" not in word and not word.startswith("var/")}


def is_there(path: str) -> bool:
    """A bare name may be told of without its folder."""
    places = (ROOT / path, ROOT / "service" / path)
    return any(place.exists() for place in places) or ("/" not in path and path in file_names())


@cache
def file_names() -> set[str]:
    return {path.name for folder in ("service", "config", "tests", "docs") for path in (ROOT / folder).rglob("*.*")}


@each_document
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


@each_document
def test_every_path_that_is_named_exists(document: Path) -> None:
    assert sorted(path for path in paths_in(document) - TO_BE_MADE if not is_there(path)) == []


@each_document
def test_every_command_and_each_of_its_options_exists(document: Path) -> None:
    for code in code_in(document):
        for name, rest in COMMAND.findall(code):
            assert name in COMMANDS, name
            assert set(re.findall(r"--([a-z-]+)", rest)) <= options_of(name), f"{name}{rest}"


def options_of(command: str) -> set[str]:
    module, function = COMMANDS[command]
    parameters = inspect.signature(getattr(import_module(module), function)).parameters
    return {name.strip("_").removeprefix("as_").replace("_", "-") for name in parameters} | {"help"}


@each_document
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for code in code_in(document) for target in re.findall(r"\bmake ([a-z]+)", code)}
    assert named <= targets


@each_document
def test_every_setting_is_one(document: Path) -> None:
    known = {name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    named = {found for code in code_in(document) for found in SETTING.findall(code)}
    assert named <= known


@each_document
def test_every_name_in_code_type_stands_in_the_code(document: Path) -> None:
    named = {code for code in code_in(document) if NAME.fullmatch(code)} - PROGRAMS
    assert sorted(name for name in named if name not in all_code()) == []


@each_document
def test_every_webhook_address_is_served(document: Path) -> None:
    served = {getattr(route, "path", "") for route in webhooks.router.routes}
    named = re.findall(r"/webhooks/[a-z]+/[a-z]+", document.read_text(encoding="utf-8"))
    assert set(named) <= served


@each_decision
def test_a_decision_has_its_sections_in_order_and_is_short(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert len(text.splitlines()) <= LONGEST_DECISION
    assert all(part.strip() for part in re.split(r"^## .+$", text, flags=re.MULTILINE))


@each_decision
def test_a_decision_bears_its_number_and_names_code(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"# {document.name[:4]}. ")
    assert INLINE.findall(text.rpartition("## Code")[2])


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:5] for path in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]


def test_the_operator_reads_of_every_gauge() -> None:
    source = (ROOT / "service" / "storage" / "gauges.py").read_text(encoding="utf-8")
    operating = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    gauges = re.findall(r'^        "([a-z ]+)",$', source, re.MULTILINE)
    assert gauges
    assert [name for name in gauges if f"| {name} |" not in operating] == []


def test_the_readme_names_every_room_of_the_house() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "service").glob("*/__init__.py")}
    assert {room for room in rooms if f"service/{room}/" not in readme} == set()
