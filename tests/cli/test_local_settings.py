"""The settings file of an installation on one machine."""

import stat
from pathlib import Path

import pytest

from service.cli.local_settings import LostKeys, local_settings
from service.sandbox.keys import read_event_key
from service.sandbox.signing import SendGridSigner
from service.settings import Settings, environment_of

ADDRESSES = {"DATABASE_URL": "postgresql://", "REDIS_URL": "redis://"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "handrail.env"


def test_the_first_start_makes_settings_that_are_valid(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in local_settings(file, ADDRESSES).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.sandbox
    SendGridSigner(read_event_key(settings.sandbox_sendgrid_private_key.get_secret_value()))


def test_only_the_owner_may_read_the_keys(file: Path) -> None:
    local_settings(file, {})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_second_start_keeps_every_key(file: Path) -> None:
    assert local_settings(file, {}) == local_settings(file, {})


def test_the_environment_goes_before_the_file(file: Path) -> None:
    local_settings(file, {})
    assert local_settings(file, {"DEMO_PASSWORD": "mine"})["DEMO_PASSWORD"] == "mine"


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    one, other = (set(local_settings(tmp_path / name, {}).values()) for name in ("one", "other"))
    assert one & other == {"true"}


def test_an_older_file_gets_what_it_lacks_and_keeps_the_rest(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("HANDRAIL_INDEX_KEY=kept\n")
    settings = local_settings(file, {})
    assert settings["HANDRAIL_INDEX_KEY"] == "kept"
    assert environment_of(file)["HANDRAIL_KEYS"] == settings["HANDRAIL_KEYS"]


@pytest.mark.parametrize("account", ["TWILIO_ACCOUNT_SID", "SENDGRID_API_KEY"])
def test_a_real_account_switches_the_sandbox_off(file: Path, account: str) -> None:
    settings = local_settings(file, {account: "real"})
    assert settings["SANDBOX"] == "false"
    made_up = ("TWILIO_AUTH_TOKEN", "TWILIO_MESSAGING_SERVICE_SID", "SENDGRID_WEBHOOK_PUBLIC_KEY")
    assert not settings.keys() & set(made_up)


def test_made_up_accounts_given_with_the_sandbox_on_stay_in_the_sandbox(file: Path) -> None:
    settings = local_settings(file, {"TWILIO_ACCOUNT_SID": "AC1", "SANDBOX": "true"})
    assert settings["SANDBOX"] == "true"
    assert settings["TWILIO_ACCOUNT_SID"] == "AC1"


def test_new_keys_are_not_made_where_a_database_needs_the_old_ones(tmp_path: Path) -> None:
    file = tmp_path / "handrail.env"
    local_settings(file, {})
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")
    kept = [line for line in file.read_text().splitlines() if not line.startswith("HANDRAIL_INDEX_KEY")]
    file.write_text("\n".join(kept) + "\n")
    with pytest.raises(LostKeys, match="HANDRAIL_INDEX_KEY missing"):
        local_settings(file, {})
    assert local_settings(file, {"HANDRAIL_INDEX_KEY": "from elsewhere"})["HANDRAIL_INDEX_KEY"] == "from elsewhere"
