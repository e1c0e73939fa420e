"""Dates and times as a patient reads them. A new language is one more entry in `LANGUAGES`.

Every argument ending in `_local` is a wall time; only its fields are read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

EVENING = 18  # the hour from which "today" is called "tonight"


class NearDay(StrEnum):
    """A day close enough to have a name of its own."""

    TODAY = "today"
    TONIGHT = "tonight"
    TOMORROW = "tomorrow"


@dataclass(frozen=True, kw_only=True)
class Language:
    """How one language says a day and a time. Weekdays begin with Monday, months with January.

    `on_day_at` says a moment by itself, `near_at` the same after a word like "tomorrow". `zones` maps a
    region's key in `_REGIONS` to its words; `offset` says a zone that has none, given "+5:45".
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    halves: tuple[str, str]
    day: str
    clock_day: str
    midnight: str
    on_day_at: str
    near_at: str
    at: Callable[[str], str]
    near: dict[NearDay, str]
    zones: dict[str, str]
    offset: str


def _at_in_spanish(time: str) -> str:
    return f"a la {time}" if time.startswith("1:") else f"a las {time}"


LANGUAGES: dict[str, Language] = {
    "en": Language(
        weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        halves=("AM", "PM"),
        day="{weekday}, {month} {day}",
        clock_day="{time} {weekday}",
        midnight="{said} (midnight {before} night)",
        on_day_at="{day} {at}",
        near_at="{near}, {day} {at}",
        at=lambda time: f"at {time}",
        near={NearDay.TODAY: "today", NearDay.TONIGHT: "tonight", NearDay.TOMORROW: "tomorrow"},
        zones={
            "eastern": "Eastern time",
            "central": "Central time",
            "mountain": "Mountain time",
            "arizona": "Arizona time",
            "pacific": "Pacific time",
            "alaska": "Alaska time",
            "hawaii": "Hawaii time",
            "atlantic": "Atlantic time",
        },
        offset="UTC{offset}",
    ),
    # Names in full: "mar" would be both Tuesday and March.
    "es": Language(
        weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        months=(
            *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
            *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ),
        halves=("a. m.", "p. m."),
        day="{weekday} {day} de {month}",
        clock_day="{time} del {weekday}",
        midnight="{said} (medianoche del {before} al {weekday})",
        on_day_at="el {day} {at}",
        near_at="{near}, {day}, {at}",
        at=_at_in_spanish,
        near={NearDay.TODAY: "hoy", NearDay.TONIGHT: "esta noche", NearDay.TOMORROW: "mañana"},
        zones={
            "eastern": "hora del Este",
            "central": "hora del Centro",
            "mountain": "hora de la Montaña",
            "arizona": "hora de Arizona",
            "pacific": "hora del Pacífico",
            "alaska": "hora de Alaska",
            "hawaii": "hora de Hawái",
            "atlantic": "hora del Atlántico",
        },
        offset="UTC{offset}",
    ),
}

_REGIONS: dict[str, str] = {
    zone: region
    for region, zones in {
        "eastern": "America/New_York America/Detroit America/Toronto America/Indiana/Indianapolis "
        "America/Kentucky/Louisville US/Eastern",
        "central": "America/Chicago America/Menominee America/Winnipeg US/Central",
        "mountain": "America/Denver America/Boise America/Edmonton US/Mountain",
        "arizona": "America/Phoenix US/Arizona",
        "pacific": "America/Los_Angeles America/Vancouver US/Pacific",
        "alaska": "America/Anchorage America/Juneau America/Sitka US/Alaska",
        "hawaii": "Pacific/Honolulu US/Hawaii",
        "atlantic": "America/Puerto_Rico America/Halifax America/St_Thomas",
    }.items()
    for zone in zones.split()
}


def language_for(code: str) -> Language:
    """The language of a code such as `es` or `es-MX`; English where there is none."""
    return LANGUAGES.get(code.lower().replace("_", "-").split("-")[0], LANGUAGES["en"])


def day(at_local: datetime, language: str) -> str:
    """`Tue, Mar 16`."""
    words = language_for(language)
    weekday, month = words.weekdays[at_local.weekday()], words.months[at_local.month - 1]
    return words.day.format(weekday=weekday, month=month, day=at_local.day)


def clock_time(at_local: datetime, language: str) -> str:
    """`9:00 AM`."""
    half = language_for(language).halves[at_local.hour // 12]
    return f"{at_local.hour % 12 or 12}:{at_local.minute:02} {half}"


def clock_day(at_local: datetime, language: str) -> str:
    """`2:00 AM Tue`: for a moment whose day could be mistaken.

    Midnight is said twice, as `12:00 AM Tue (midnight Mon night)`: a bare "12:00 AM Tue" is
    easily taken for the end of that day or for noon, and a fast would break.
    """
    words = language_for(language)
    weekday = words.weekdays[at_local.weekday()]
    said = words.clock_day.format(time=clock_time(at_local, language), weekday=weekday)
    if (at_local.hour, at_local.minute) != (0, 0):
        return said
    return words.midnight.format(said=said, weekday=weekday, before=words.weekdays[at_local.weekday() - 1])


def moment(at_local: datetime, language: str) -> str:
    """`Tue, Mar 16 at 9:00 AM`, true whenever it is read."""
    words = language_for(language)
    return words.on_day_at.format(day=day(at_local, language), at=words.at(clock_time(at_local, language)))


def when(starts_local: datetime, now_local: datetime, language: str) -> str:
    """`tomorrow, Tue, Mar 16 at 9:00 AM`, with the relative word only where it is true at `now_local`."""
    near = near_day(starts_local, now_local)
    if near is None:
        return moment(starts_local, language)
    words = language_for(language)
    return words.near_at.format(
        near=words.near[near],
        day=day(starts_local, language),
        at=words.at(clock_time(starts_local, language)),
    )


def near_day(starts_local: datetime, now_local: datetime) -> NearDay | None:
    """Which relative word is true of a moment, as the calendar stands at `now_local`."""
    ahead = starts_local.date() - now_local.date()
    if ahead == timedelta(days=1):
        return NearDay.TOMORROW
    if ahead:
        return None
    return NearDay.TONIGHT if starts_local.hour >= EVENING else NearDay.TODAY


def zone_words(timezone: str, at: datetime, language: str) -> str:
    """`Pacific time`, or `UTC+5:45` where a zone has no name here. `at` is an instant."""
    words = language_for(language)
    region = _REGIONS.get(timezone)
    if region in words.zones:
        return words.zones[region]
    return words.offset.format(offset=_offset(at.astimezone(ZoneInfo(timezone)).utcoffset()))


def _offset(offset: timedelta | None) -> str:
    minutes = int((offset or timedelta()).total_seconds() // 60)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"{sign}{hours}:{rest:02}" if rest else f"{sign}{hours}"
