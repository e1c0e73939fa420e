"""A message's life: one transition table.

From outside (a provider's callback) late or double news is normal and changes nothing.
From our own code an impossible edge is a bug and raises.
"""

from enum import StrEnum


class State(StrEnum):
    PLANNED = "planned"  # will be said at `due_at`
    CLAIMED = "claimed"  # a tick has picked it up; its short lease runs out back to planned
    SENDING = "sending"  # an attempt is written down; the call may have been made
    HANDED_OVER = "handed_over"  # the provider said it has it
    SENT = "sent"  # the provider passed it on
    DELIVERED = "delivered"  # it reached the handset or the mailbox
    UNDELIVERED = "undelivered"  # it was accepted, then could not be delivered
    UNCERTAIN = "uncertain"  # nobody can say yet whether the provider took it
    FAILED = "failed"  # the provider said no, for good
    SKIPPED = "skipped"  # the plan made no message of this step
    SUPPRESSED = "suppressed"  # the last check before sending said no
    CANCELLED = "cancelled"  # withdrawn before it was sent
    EXPIRED = "expired"  # no longer of use before it could be sent


NEVER_SENT = frozenset({State.SKIPPED, State.SUPPRESSED, State.CANCELLED, State.EXPIRED})
WITHDRAWABLE = frozenset({State.PLANNED, State.CLAIMED})
MAYBE_WITH_PROVIDER = frozenset(
    {State.SENDING, State.HANDED_OVER, State.SENT, State.DELIVERED, State.UNDELIVERED, State.UNCERTAIN}
)

# A message that was uncertain and then queued again may still turn out to have arrived the first time. That news
# must win wherever the message is by then, or it would be said twice, or shown as never said.
_ARRIVED_AFTER_ALL = frozenset({State.HANDED_OVER, State.SENT, State.DELIVERED})

TRANSITIONS: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.CLAIMED, State.CANCELLED, State.EXPIRED, State.SUPPRESSED}) | _ARRIVED_AFTER_ALL,
    State.CLAIMED: frozenset(
        {State.PLANNED, State.SENDING, State.CANCELLED, State.EXPIRED, State.SUPPRESSED, State.FAILED}
    )
    | _ARRIVED_AFTER_ALL,
    State.SENDING: frozenset(
        {
            State.PLANNED,  # the provider surely did not take it, and it may be tried again
            State.HANDED_OVER,
            State.SENT,
            State.DELIVERED,
            State.UNDELIVERED,
            State.FAILED,
            State.UNCERTAIN,
        }
    ),
    State.UNCERTAIN: frozenset(
        {
            State.PLANNED,  # proven not taken, or the step's own rule says to send again
            State.HANDED_OVER,
            State.SENT,
            State.DELIVERED,
            State.UNDELIVERED,
            State.FAILED,
        }
    ),
    State.HANDED_OVER: frozenset({State.SENT, State.DELIVERED, State.UNDELIVERED, State.FAILED}),
    State.SENT: frozenset({State.DELIVERED, State.UNDELIVERED, State.FAILED}),
    # A carrier may first report a failure and then deliver after all; delivery is the stronger news.
    State.UNDELIVERED: frozenset({State.DELIVERED}),
    State.FAILED: frozenset({State.DELIVERED}),
    State.DELIVERED: frozenset(),
    State.SKIPPED: frozenset(),
    State.SUPPRESSED: _ARRIVED_AFTER_ALL,
    State.CANCELLED: _ARRIVED_AFTER_ALL,
    State.EXPIRED: _ARRIVED_AFTER_ALL,
}


class ImpossibleTransition(Exception):
    """Our own code asked for an edge the table does not have."""


def can_become(now: State, then: State) -> bool:
    return then in TRANSITIONS[now]


def must_become(now: State, then: State) -> State:
    """The new state, or `ImpossibleTransition`. For our own code, never for a provider's news."""
    if not can_become(now, then):
        raise ImpossibleTransition(f"{now} cannot become {then}")
    return then


def sources_of(then: State) -> frozenset[State]:
    """Every state from which `then` may be reached: the guard of a compare-and-set."""
    return frozenset(state for state, targets in TRANSITIONS.items() if then in targets)
