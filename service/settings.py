"""Every setting, read once from the environment. `config/example.env` says what each means.

`load_settings` lists all mistakes together, so that a wrong start is mended in one go.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TWILIO_API = "https://api.twilio.com"
SENDGRID_API = "https://api.sendgrid.com"


_DURATIONS = ("provider_timeout", "claim_lease", "sending_lease", "uncertain_after", "link_lifetime")


class Settings(BaseSettings):
    """Frozen and typed. Durations are seconds in the environment and `timedelta` here."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: SecretStr
    database_admin_url: SecretStr | None = None
    redis_url: str
    public_base_url: str = "http://127.0.0.1:8000"
    handrail_keys: SecretStr
    handrail_index_key: SecretStr
    config_dir: Path = Path("config")
    organisation_name: str = "Lakeside Clinics"

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    secure_cookies: bool = False

    twilio_account_sid: str
    twilio_auth_token: SecretStr
    twilio_messaging_service_sid: str
    twilio_base_url: str = TWILIO_API
    sendgrid_api_key: SecretStr
    sendgrid_base_url: str = SENDGRID_API
    sendgrid_webhook_public_key: str
    email_from: str = "no-reply@clinic.invalid"
    heartbeat_url: str = ""

    sandbox: bool = False
    demonstration: bool = True
    sandbox_host: str = "127.0.0.1"
    sandbox_port: Annotated[int, Field(ge=1, le=65535)] = 8001
    sandbox_dir: Path = Path("var/sandbox")
    sandbox_inbound_url: str = ""
    sandbox_sendgrid_private_key: SecretStr = SecretStr("")

    log_level: str = "INFO"
    provider_timeout: timedelta = timedelta(seconds=15)
    claim_lease: timedelta = timedelta(seconds=30)
    sending_lease: timedelta = timedelta(seconds=120)
    uncertain_after: timedelta = timedelta(minutes=3)
    claim_limit: Annotated[int, Field(ge=1)] = 400
    batch_size: Annotated[int, Field(ge=1)] = 100
    calls_at_once: Annotated[int, Field(ge=1)] = 64
    link_lifetime: timedelta = timedelta(days=14)

    @field_validator(*_DURATIONS, mode="before")
    @classmethod
    def _durations_are_seconds(cls, value: object) -> object:
        """A bare number is seconds; pydantic by itself wants "PT15S"."""
        try:
            return timedelta(seconds=float(value)) if isinstance(value, str) else value
        except ValueError:
            return value

    @field_validator("handrail_keys")
    @classmethod
    def _keys_are_readable(cls, value: SecretStr) -> SecretStr:
        parse_keys(value.get_secret_value())
        return value

    @field_validator("handrail_index_key")
    @classmethod
    def _index_key_is_readable(cls, value: SecretStr) -> SecretStr:
        _key_bytes(value.get_secret_value(), "HANDRAIL_INDEX_KEY")
        return value

    @field_validator("public_base_url", "twilio_base_url", "sendgrid_base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")


def parse_keys(text: str) -> list[tuple[str, bytes]]:
    """`"k2:<base64>,k1:<base64>"` as (id, 32 bytes), the key for new values first."""
    keys: list[tuple[str, bytes]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, colon, encoded = part.partition(":")
        if not colon or not name or len(name) > 16 or not name.isalnum():
            raise ValueError("write each key as name:base64, the name of 1 to 16 letters and digits")
        keys.append((name, _key_bytes(encoded, f"key {name!r}")))
    if not keys:
        raise ValueError("holds no key; `handrail new-key` prints one")
    if len({name for name, _ in keys}) != len(keys):
        raise ValueError("names a key twice")
    return keys


def _key_bytes(encoded: str, name: str) -> bytes:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{name} is not base64; `handrail new-key` prints a good one") from error
    if len(raw) != 32:
        raise ValueError(f"{name} has {len(raw)} bytes instead of 32; `handrail new-key` prints a good one")
    return raw


class BadSettings(Exception):
    """One line for each mistake, ready to print."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def load_settings() -> Settings:
    """The settings of this process. Raises `BadSettings` with every mistake."""
    try:
        return Settings()
    except ValidationError as error:
        mistakes = [_mistake(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        raise BadSettings(mistakes) from None


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings that a child started with `environment` will read. Raises `BadSettings` with every mistake."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        return load_settings()
    finally:
        os.environ.clear()
        os.environ.update(before)


def _mistake(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(loc[0]).upper() if loc else "settings"
    if kind == "missing":
        return f"{name} is not set. config/example.env says what it is and shows an example."
    return f"{name}: {message.removeprefix('Value error, ')}"


def environment_of(settings_file: Path) -> dict[str, str]:
    """`NAME=value` lines of a file, for a supervisor that hands them to its children."""
    pairs = (
        line.split("=", 1)
        for line in settings_file.read_text().splitlines()
        if "=" in line and not line.lstrip().startswith("#")
    )
    return {name.strip(): value.strip() for name, value in pairs}
