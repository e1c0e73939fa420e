"""The settings of an installation on one machine: made at the first start, kept in `var/handrail.env`."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from service.sandbox.keys import new_event_keys
from service.settings import environment_of

_REAL_ACCOUNTS = ("TWILIO_ACCOUNT_SID", "SENDGRID_API_KEY")
_HEADER = """\
# Made at the first start and kept for good. Keep a copy of the keys in a safe place: without them
# nothing stored about a patient can be read again. What the environment says goes before this file.
"""


def local_settings(file: Path, given: Mapping[str, str]) -> dict[str, str]:
    """`given` (the environment) completed with the file's settings; the file is made or added to where one lacks.

    With a real account in `given`, none of the sandbox's made-up accounts are added and SANDBOX is false.
    """
    kept = environment_of(file) if file.exists() else {}
    refuse_lost_keys(file, kept | dict(given))
    fresh = {name: value for name, value in _new_settings(kept).items() if name not in kept}
    if fresh:
        _append(file, fresh)
    settings = kept | fresh
    if uses_real_accounts(given):
        settings = {name: value for name, value in settings.items() if name in _own_keys()}
    return {**settings, "SANDBOX": _word(not uses_real_accounts(given)), **given}


class LostKeys(Exception):
    """A database stands here, and the keys it was written with do not: new ones could read nothing of it."""


def refuse_lost_keys(file: Path, known: Mapping[str, str]) -> None:
    """Raises `LostKeys`, before new keys would hide that the old ones are gone."""
    lost = [name for name in ("HANDRAIL_KEYS", "HANDRAIL_INDEX_KEY") if not known.get(name)]
    if lost and (file.parent / "postgres" / "PG_VERSION").exists():
        raise LostKeys(
            f"{' and '.join(lost)} missing from {file}, but {file.parent / 'postgres'} holds data sealed with them.\n"
            f"Put back your copy of the keys. If nothing stored matters, remove {file.parent} and start anew."
        )


def uses_real_accounts(given: Mapping[str, str]) -> bool:
    """Whether somebody set up an account at Twilio or SendGrid, and meant it."""
    return given.get("SANDBOX", "").lower() not in ("true", "1", "yes") and any(map(given.get, _REAL_ACCOUNTS))


def _own_keys() -> dict[str, str]:
    return {
        "HANDRAIL_KEYS": f"k1:{_random_key()}",
        "HANDRAIL_INDEX_KEY": _random_key(),
        "DEMO_PASSWORD": "-".join(secrets.token_hex(2) for _ in range(3)),
    }


def _sandbox_accounts() -> dict[str, str]:
    private_key, public_key = new_event_keys()
    return {
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_MESSAGING_SERVICE_SID": f"MG{secrets.token_hex(16)}",
        "SENDGRID_API_KEY": f"SG.{secrets.token_urlsafe(16)}.{secrets.token_urlsafe(32)}",
        "SENDGRID_WEBHOOK_PUBLIC_KEY": public_key,
        "SANDBOX_SENDGRID_PRIVATE_KEY": private_key,
    }


def _new_settings(kept: Mapping[str, str]) -> dict[str, str]:
    """A key pair belongs together: when one half is missing both are made anew."""
    accounts = _sandbox_accounts()
    if not accounts.keys() <= kept.keys():
        return _own_keys() | accounts
    return _own_keys()


def _append(file: Path, fresh: Mapping[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as out:
        if out.tell() == 0:
            out.write(_HEADER)
        out.writelines(f"{name}={value}\n" for name, value in fresh.items())
        out.flush()
        os.fsync(out.fileno())  # the database is about to be filled with values only these keys can read


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _word(value: bool) -> str:
    return "true" if value else "false"
