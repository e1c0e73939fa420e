"""config/example.env and the settings say the same, both ways."""

import base64
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.settings import Settings

EXAMPLE = (Path(__file__).parent.parent / "config" / "example.env").read_text(encoding="utf-8").splitlines()
LINE = re.compile(r"(?P<hidden>#?)(?P<name>[A-Z][A-Z_]+)=(?P<value>.*)")
SHOWN = {found["name"]: found for found in map(LINE.fullmatch, EXAMPLE) if found}
FIELDS = {name.upper(): field for name, field in Settings.model_fields.items()}
REQUIRED = {name for name, field in FIELDS.items() if field.is_required()}
DEFAULTS = {name: field.default for name, field in FIELDS.items() if not field.is_required()}
KEY = base64.b64encode(bytes(32)).decode()


def as_written(value: object) -> str:
    """A default as somebody would write it into the file; durations in seconds."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case timedelta():
            return str(int(value.total_seconds()))
        case SecretStr():
            return value.get_secret_value()
    return str(value)


def test_the_example_names_every_setting_and_no_other() -> None:
    assert sorted(SHOWN) == sorted(FIELDS)


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_what_must_be_set_stands_open_with_an_example(name: str) -> None:
    assert SHOWN[name]["hidden"] == ""
    assert SHOWN[name]["value"]


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_what_has_a_default_shows_it(name: str) -> None:
    assert (SHOWN[name]["hidden"], SHOWN[name]["value"]) == ("#", as_written(DEFAULTS[name]))


def test_the_defaults_shown_are_read_as_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: SHOWN[name]["value"] for name in FIELDS} | {"HANDRAIL_KEYS": f"k1:{KEY}", "HANDRAIL_INDEX_KEY": KEY}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    unlike = {name for name, default in DEFAULTS.items() if getattr(settings, name.lower()) != default}
    assert unlike <= {"DATABASE_ADMIN_URL"}  # set to nothing, it is nothing rather than absent


def test_every_setting_is_explained_above_its_line_or_its_group() -> None:
    alone = [line for above, line in pairwise(EXAMPLE) if LINE.fullmatch(line) and not above]
    assert alone == []


def test_the_example_holds_no_secret() -> None:
    secrets = ("TWILIO_AUTH_TOKEN", "SENDGRID_API_KEY", "HANDRAIL_KEYS", "HANDRAIL_INDEX_KEY")
    assert all(re.fullmatch(r"TOKEN|SG\.KEY|k1:BASE64|BASE64", SHOWN[name]["value"]) for name in secrets)
