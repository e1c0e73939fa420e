"""Telephone numbers: what counts as one, which one a messaging service sends from, where one lives."""

import hashlib
import re
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_timezone

_NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")
_ELSEWHERE = re.compile(r"\+[2-9]\d{7,14}")
_AREAS = ("202", "303", "312", "415", "503", "602", "617", "702", "801", "916")


def is_phone_number(number: str) -> bool:
    """E.164, and ten digits after +1."""
    return bool(_NORTH_AMERICAN.fullmatch(number) or _ELSEWHERE.fullmatch(number))


def sending_number(messaging_service_sid: str) -> str:
    """The one fictional number (555-01xx) of a messaging service, always the same for the same service."""
    digest = hashlib.sha256(messaging_service_sid.encode()).digest()
    return f"+1{_AREAS[digest[0] % len(_AREAS)]}55501{digest[1] % 100:02d}"


def home_zone(number: str) -> ZoneInfo:
    """Where the number's area is; UTC when that is not known."""
    try:
        zones = phone_timezone.time_zones_for_number(phonenumbers.parse(number))
        return ZoneInfo(zones[0])
    except (phonenumbers.NumberParseException, KeyError, IndexError, ValueError):
        return ZoneInfo("UTC")


def for_reading(number: str) -> str:
    """`(916) 555-0123` for +19165550123; numbers elsewhere as they are."""
    if not _NORTH_AMERICAN.fullmatch(number):
        return number
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
