"""Twilio's message list: its filters and its pages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import urlencode

from service.sandbox.records import Direction, Keeping, Text

_LARGEST_PAGE = 1000


class BadFilter(Exception):
    """A filter that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """`sent_from` is included, `sent_until` is not. A text not sent yet has no date and passes no date filter."""

    to: str
    sender: str
    sent_from: datetime | None
    sent_until: datetime | None

    def passes(self, text: Text) -> bool:
        if text.keeping is Keeping.DELETED:
            return False
        inbound = text.direction is Direction.INBOUND
        to, sender = (text.ours, text.phone) if inbound else (text.phone, text.ours)
        if (self.to and to != self.to) or (self.sender and sender != self.sender):
            return False
        return self._in_time(text.sent_at)

    def _in_time(self, sent_at: datetime | None) -> bool:
        if sent_at is None:
            return self.sent_from is None and self.sent_until is None
        # The resource shows whole seconds; what it shows is what the filter compares.
        shown = sent_at.replace(microsecond=0)
        after_start = self.sent_from is None or shown >= self.sent_from
        return after_start and (self.sent_until is None or shown < self.sent_until)


@dataclass(frozen=True, kw_only=True)
class Page:
    number: int
    size: int
    texts: list[Text]
    next_token: str  # "" on the last page


def read_filter(query: Mapping[str, str]) -> Filter:
    """Raises `BadFilter` for a date that is none."""
    on, before, after = (query.get(f"DateSent{sign}", "") for sign in ("", "<", ">"))
    starts = [_span(text)[0] for text in (on, after) if text]
    ends = [_span(text)[1] for text in (on, before) if text]
    return Filter(
        to=query.get("To", ""),
        sender=query.get("From", ""),
        sent_from=max(starts, default=None),
        sent_until=min(ends, default=None),
    )


def _span(text: str) -> tuple[datetime, datetime]:
    """The day or the second a filter names, as start and end."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadFilter(f"'{text}' is not a date. Write 2027-03-15 or 2027-03-15T09:00:00Z.") from None
    length = timedelta(days=1) if len(text) == 10 else timedelta(seconds=1)
    instant = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    return instant, instant + length


def page_of(newest_first: Iterable[Text], wanted: Filter, query: Mapping[str, str]) -> Page:
    """The page the query names. A token names the last text of the page before, so that new texts shift nothing."""
    size = min(max(_number(query.get("PageSize", ""), 50), 1), _LARGEST_PAGE)
    token = query.get("PageToken", "")
    found = list(islice(_after(filter(wanted.passes, newest_first), token), size + 1))
    next_token = f"PA{found[size - 1].sid}" if len(found) > size else ""
    return Page(number=_number(query.get("Page", ""), 0), size=size, texts=found[:size], next_token=next_token)


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default


def _after(texts: Iterator[Text], token: str) -> Iterator[Text]:
    if not token:
        return texts
    for text in texts:
        if f"PA{text.sid}" == token:
            break
    return texts


def page_uri(path: str, query: Mapping[str, str], *, page: int, token: str) -> str:
    """The address of a page of the same list, relative to the API's host."""
    filters = {name: value for name, value in query.items() if name not in ("Page", "PageToken")}
    return f"{path}?{urlencode({**filters, 'Page': str(page), **({'PageToken': token} if token else {})})}"
