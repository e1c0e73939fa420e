"""How hard a step tries to reach the patient: one channel or all, what follows a failure, and when a person phones."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class SendBy(StrEnum):
    """`first`: the best contact point alone. `all`: one message on every channel the step may use."""

    FIRST = "first"
    ALL = "all"


class FallBackIf(StrEnum):
    """When the next channel is used. `not_delivered` accepts that the patient may hear a thing twice."""

    FAILED = "failed"
    NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """`fallback_after` None: never another channel. `deadline_before_start` None: nobody phones."""

    send_by: SendBy = SendBy.FIRST
    fallback_after: timedelta | None = None
    fallback_if: FallBackIf = FallBackIf.FAILED
    deadline_before_start: timedelta | None = None
