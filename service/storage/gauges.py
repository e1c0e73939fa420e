"""Numbers that should be zero. Each is counted from the rows themselves, open-ended: nothing grows too old to see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """`count` of rows in trouble and the age of the oldest. `means`: for patients; `remedy`: for whoever looks."""

    name: str
    count: int
    oldest: timedelta
    means: str
    remedy: str


_GAUGES = (
    (
        "due and unclaimed",
        "SELECT count(*), min(due_at) FROM messages WHERE state = 'planned' AND due_at <= :now - interval '1 minute'",
        "Reminders are late.",
        "Check that the worker and the scheduler run, and whether a sender is paused.",
    ),
    (
        "lease run out",
        "SELECT count(*), min(lease_until) FROM messages WHERE lease_until IS NOT NULL"
        " AND lease_until <= :now - interval '1 minute'",
        "Reminders were picked up and not finished.",
        "Check that the scheduler runs: its tick takes them back.",
    ),
    (
        "uncertain",
        "SELECT count(*), min(updated_at) FROM messages WHERE state IN ('uncertain', 'handed_over')"
        " AND state = 'uncertain' AND updated_at <= :now - interval '10 minutes'",
        "Nobody knows yet whether these reached the patient; they are not sent again blindly.",
        "Check that Twilio can be asked and that its callbacks arrive.",
    ),
    (
        "handed over without receipt",
        "SELECT count(*), min(updated_at) FROM messages WHERE state IN ('uncertain', 'handed_over')"
        " AND state = 'handed_over' AND updated_at <= :now - interval '1 hour'",
        "The provider took these and has said nothing since; patients may not have them.",
        "Check PUBLIC_BASE_URL and the provider's webhook settings.",
    ),
    (
        "events waiting",
        "SELECT count(*), min(received_at) FROM provider_events WHERE applied_at IS NULL"
        " AND received_at <= :now - interval '1 minute'",
        "Replies or delivery reports came in and were not dealt with.",
        "Look for event_not_applied or reply_to_an_unknown_number in the log of the worker.",
    ),
    (
        "appointment without plan",
        "SELECT count(*), min(a.created_at) FROM appointments a WHERE a.status = 'booked' AND a.starts_at > :now"
        " AND NOT EXISTS (SELECT FROM messages m WHERE m.appointment_id = a.id AND m.in_reply_to IS NULL)",
        "These patients will hear nothing of their visit.",
        "The scheduler plans them within a minute. If they stay, look for plan_missing_failed in the worker's log.",
    ),
    (
        "reply without reader",
        "SELECT count(*), min(received_at) FROM replies WHERE read_at IS NULL AND needs_staff"
        " AND received_at <= :now - interval '4 hours'",
        "Patients wrote something that needs a person, and nobody has read it.",
        "Open the inbox.",
    ),
)


def gauges(connection: Connection, now: datetime) -> list[Gauge]:
    """All of them, as far as this transaction may see."""
    read = []
    for name, sql, means, remedy in _GAUGES:
        count, oldest_at = connection.execute(text(sql), {"now": now}).one()
        oldest = now - oldest_at if oldest_at else timedelta()
        read.append(Gauge(name=name, count=count, oldest=oldest, means=means, remedy=remedy))
    return read
