"""Imports run one way. The table below is the rule; the tests read every import in the code."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Who may import whom, inside the project. Whoever is not named in a row must not be imported there.
#   domain     knows nothing of the rest, and of the world only the standard library
#   storage, providers   know the domain, not each other
#   messaging  the use cases; intake feeds them from outside
#   tasks, web, cli      the edges; they call use cases, and leave putting parts together to wiring
#   sandbox    stands for other companies, so it knows our settings and nothing else
#   embedded   servers for one machine; knows nobody
#   logs       how lines are written, and which noisy loggers of the providers' libraries are quiet
#   setup, wiring        put the parts together
MAY_IMPORT: dict[str, set[str]] = {
    "domain": set(),
    "settings": set(),
    "clock": set(),
    "embedded": set(),
    "storage": {"domain"},
    "providers": {"domain"},
    "sandbox": {"settings"},
    "logs": {"providers"},
    "messaging": {"domain", "storage", "providers", "settings"},
    "intake": {"domain", "storage", "providers", "messaging"},
    "wiring": {"domain", "storage", "providers", "messaging", "intake", "settings", "clock", "logs"},
    "setup": {"domain", "storage", "providers", "messaging", "intake", "settings", "clock", "wiring", "demo"},
    "demo": {"domain", "storage", "messaging", "intake", "settings", "clock", "wiring"},
    "tasks": {"domain", "storage", "providers", "messaging", "settings", "clock", "wiring", "embedded"},
    "web": {"domain", "storage", "providers", "messaging", "intake", "tasks", "settings", "clock", "wiring"},
    "cli": {
        *{"domain", "storage", "providers", "messaging", "intake", "tasks", "sandbox", "settings", "clock"},
        *{"wiring", "setup", "demo", "embedded"},
    },
    "worker": {"tasks", "wiring", "settings", "embedded"},
    "scheduler": {"tasks", "wiring", "settings", "embedded"},
}
ENTRIES = ("worker", "scheduler")
# The pretend companies have clocks of their own.
CLOCK_READERS = {"service/clock.py", "service/sandbox/service_clock.py"}


@dataclass(frozen=True, kw_only=True)
class Import:
    """`place` is file and line; `module` the dotted name imported."""

    place: str
    room: str
    module: str

    @property
    def target(self) -> str | None:
        """The room imported, or None for what is not ours."""
        first, _, rest = self.module.partition(".")
        if first in ENTRIES:
            return first
        return rest.partition(".")[0] or "service" if first == "service" else None


def source_files() -> list[Path]:
    files = [*(ROOT / "service").rglob("*.py"), *(ROOT / f"{name}.py" for name in ENTRIES)]
    return sorted(path for path in files if path.exists())


def room_of(path: Path) -> str:
    """`service/domain/plan.py` is in the room `domain`, `service/clock.py` in `clock`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "service" and len(parts) > 1 else parts[0]


def imports_of(path: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for module in modules_of(node, path):
            yield Import(
                place=f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", room=room_of(path), module=module
            )


def modules_of(node: ast.AST, path: Path) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        package = path.relative_to(ROOT).parts[: -node.level]
        base = ".".join([*package, base]).rstrip(".")
    return [f"service.{alias.name}" for alias in node.names] if base == "service" else [base]


ALL = [found for path in source_files() for found in imports_of(path)]


def test_every_room_has_its_row_in_the_table() -> None:
    rooms = {room_of(path) for path in source_files()} - {"__init__"}
    assert rooms <= MAY_IMPORT.keys()


def test_imports_run_one_way() -> None:
    wrong = [
        f"{found.place}: {found.room} imports {found.module}"
        for found in ALL
        if found.target not in (None, found.room, *MAY_IMPORT.get(found.room, ()))
    ]
    assert wrong == []


def test_the_table_has_no_circle() -> None:
    order = list(TopologicalSorter(MAY_IMPORT).static_order())
    assert order.index("domain") < order.index("messaging") < order.index("web")


def test_the_domain_needs_the_standard_library_alone() -> None:
    foreign = [
        f"{found.place}: {found.module}"
        for found in ALL
        if found.room == "domain"
        and not found.module.startswith("service.domain")
        and found.module.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert foreign == []


def test_product_code_never_imports_tests() -> None:
    assert [found.place for found in ALL if found.module.partition(".")[0] in ("tests", "bench")] == []


def test_only_the_clock_reads_the_time() -> None:
    readers = [f"{path.relative_to(ROOT)}:{line}" for path in source_files() for line in time_readings(path)]
    assert [place for place in readers if place.partition(":")[0] not in CLOCK_READERS] == []


def time_readings(path: Path) -> list[int]:
    """Lines that ask the machine what time it is: `datetime.now()`, `date.today()`, `time.time()`, ..."""
    asked = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (last_name(node.func.value), node.func.attr) in asked
    ]


def last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("import service.storage.people", ["service.storage.people"]),
        ("from service import wiring", ["service.wiring"]),
        ("from service.web.app import x", ["service.web.app"]),
        ("from . import plan", ["service.domain"]),
        ("from ..storage import people", ["service.storage"]),
    ],
)
def test_every_form_of_import_is_read(code: str, modules: list[str]) -> None:
    node = ast.parse(code).body[0]
    assert modules_of(node, ROOT / "service" / "domain" / "hours.py") == modules
