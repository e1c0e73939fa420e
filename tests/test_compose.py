"""docker-compose.yml and the Dockerfile say what the code says. No container engine is needed to know that."""

import inspect
import re
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from service.cli import COMMANDS
from service.settings import Settings

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
FIELDS = {name.upper(): field for name, field in Settings.model_fields.items()}
IMAGE_VARIABLES = {"postgres": {"POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"}, "redis": set[str]()}
ONLY_WITH_THE_SANDBOX = {"SANDBOX_SENDGRID_PRIVATE_KEY", "DEMO_PASSWORD"}
DEMANDED = re.compile(r"\$\{[A-Z_]+:\?[^}]+\}")


def environment(name: str) -> dict[str, str]:
    return dict(SERVICES[name].get("environment", {}))


def is_secret(name: str) -> bool:
    field = FIELDS.get(name)
    return "PASSWORD" in name or (field is not None and field.annotation in (SecretStr, SecretStr | None))


def test_everything_that_the_service_needs_is_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "scheduler", "sandbox"}
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]


@pytest.mark.parametrize("name", OURS)
def test_the_command_is_a_program_of_ours_with_these_options(name: str) -> None:
    command, *words = SERVICES[name]["command"]
    module, function = COMMANDS[command]
    parameters = inspect.signature(getattr(import_module(module), function)).parameters
    options = {word.removeprefix("--").replace("-", "_") for word in words if word.startswith("--")}
    assert options <= parameters.keys()


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_every_needed_setting_is_given(name: str) -> None:
    given = environment(name).keys()
    assert given <= FIELDS.keys() | {"DEMO_PASSWORD"}  # read once, when the demonstration is made
    assert {field for field, info in FIELDS.items() if info.is_required()} <= given


@pytest.mark.parametrize("name", sorted(IMAGE_VARIABLES))
def test_other_images_get_variables_that_they_know(name: str) -> None:
    assert environment(name).keys() <= IMAGE_VARIABLES[name]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_secret_stands_in_the_file(name: str) -> None:
    for variable, value in environment(name).items():
        if is_secret(variable) and variable not in ONLY_WITH_THE_SANDBOX:
            assert DEMANDED.search(value), f"{name}: {variable} should demand its value"
        elif is_secret(variable):
            assert value == f"${{{variable}:-}}"


def test_only_the_migration_owns_the_database() -> None:
    assert [name for name in OURS if "DATABASE_ADMIN_URL" in environment(name)] == ["migrate"]


@pytest.mark.parametrize(("name", "room", "port"), [("web", "web", "PORT"), ("sandbox", "sandbox", "SANDBOX_PORT")])
def test_health_is_asked_where_the_code_answers(name: str, room: str, port: str) -> None:
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", " ".join(SERVICES[name]["healthcheck"]["test"]))
    assert asked is not None
    assert int(asked[1]) == FIELDS[port].default
    assert any(f'"{asked[2]}"' in path.read_text() for path in (ROOT / "service" / room).rglob("*.py"))


def test_the_worker_is_asked_through_its_own_entry() -> None:
    test = SERVICES["worker"]["healthcheck"]["test"]
    assert (ROOT / f"{test[test.index('--app') + 1]}.py").exists()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_a_container_waits_for_exists_and_can_become_healthy(name: str) -> None:
    for other, condition in SERVICES[name].get("depends_on", {}).items():
        if condition["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert SERVICES[other]["restart"] == "on-failure"


def test_every_volume_is_declared_and_used() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_the_broker_never_evicts_and_keeps_nothing() -> None:
    command = SERVICES["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "no"


def test_the_image_installs_by_hash_and_runs_as_nobody_special() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    users = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    assert users
    assert "root" not in users


def test_the_image_has_a_python_that_the_project_allows() -> None:
    versions = {tuple(map(int, found)) for found in re.findall(r"^FROM python:(\d+)\.(\d+)", DOCKERFILE, re.MULTILINE)}
    assert len(versions) == 1
    assert min(versions) >= (3, 11)


def test_what_the_image_copies_exists_and_is_not_ignored() -> None:
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+) \S+$", DOCKERFILE, re.MULTILINE)
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for path in (path for line in copied for path in line.split()):
        assert (ROOT / path).exists(), f"{path} is copied into the image and does not exist"
        assert any(fnmatch(path, pattern) for pattern in allowed), f"{path} is ignored"
