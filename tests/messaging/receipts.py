"""What a provider says later of the newest message of a step, applied at once."""

from service.domain.states import State
from service.messaging.hearing import store_receipts
from service.messaging.sweeping import look_after_all
from service.providers.outcome import ErrorClass, Receipt
from tests.clinic import ClinicUnderTest


def told_of(clinic: ClinicUnderTest, step: str, state: State, *, code: str = "") -> None:
    message = clinic.message(step)
    attempt = max((a for a in clinic.rows("attempts") if a.message_id == message.id), key=lambda a: a.number)
    receipt = Receipt(
        provider="twilio",
        event_key=f"test:{attempt.id}:{state}",
        attempt_id=attempt.id,
        provider_id=attempt.provider_id or "",
        state=state,
        error=ErrorClass.BAD_ADDRESS if state is State.UNDELIVERED else None,
        code=code,
        words="",
        occurred_at=clinic.now,
    )
    store_receipts(clinic.services.database, [receipt], clinic.now)
    clinic.apply_events()


def sweep(clinic: ClinicUnderTest) -> None:
    look_after_all(clinic.services.database, clinic.now)


def kinds(clinic: ClinicUnderTest) -> list[str]:
    """What each task is for."""
    return sorted(task.kind for task in clinic.rows("tasks"))
