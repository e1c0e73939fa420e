"""The keys of a `[[steps]]` entry that say how hard it tries, read into a `Reach`."""

from datetime import timedelta

from service.domain.reach import FallBackIf, Reach, SendBy
from service.domain.reading import Table

KEYS = ("send_by", "fallback_after", "fallback_if", "must_reach", "deadline_before_start")


def read_reach(table: Table, *, follows_visit: bool) -> Reach:
    """With each mistake recorded in the table's document."""
    reach = Reach(
        send_by=table.choice("send_by", SendBy) or SendBy.FIRST,
        fallback_after=table.duration("fallback_after"),
        fallback_if=table.choice("fallback_if", FallBackIf) or FallBackIf.FAILED,
        deadline_before_start=_deadline(table, follows_visit=follows_visit),
    )
    if "fallback_if" in table and "fallback_after" not in table:
        table.mistake("fallback_if", "only goes with fallback_after", 'Add fallback_after = "2h".')
    if reach.fallback_if is FallBackIf.NOT_DELIVERED and reach.fallback_after == timedelta():
        remedy = 'Give the first message time to arrive, such as fallback_after = "2h".'
        table.mistake("fallback_after", "would follow before anything can be delivered", remedy)
    if reach.send_by is SendBy.ALL and "fallback_after" in table:
        table.mistake("fallback_after", "every channel is used at once already", 'Remove it, or send_by = "all".')
    return reach


def _deadline(table: Table, *, follows_visit: bool) -> timedelta | None:
    must = table.yes_or_no("must_reach")
    deadline = table.duration("deadline_before_start")
    if must and "deadline_before_start" not in table:
        table.mistake("must_reach", "does not say by when", 'Add deadline_before_start = "18h".')
    if "deadline_before_start" in table and not must:
        table.mistake("deadline_before_start", "only goes with must_reach = true", "Add it, or remove this line.")
    if must and follows_visit:
        remedy = "Remove it here; it is for steps that are said before the visit."
        table.mistake("must_reach", "the step is only due once the visit is over", remedy)
    return deadline if must else None
