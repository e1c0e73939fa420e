"""The tasks: take ids, call one use case, answer. Times are the service's clock, read here and passed on."""

from uuid import UUID

import structlog
from celery import shared_task

from service.messaging.dispatching import tick
from service.messaging.hearing import EVENTS_AT_ONCE, apply_events
from service.messaging.listening import listen
from service.messaging.settling import settle_all
from service.messaging.sweeping import look_after_all, plan_missing
from service.storage.heartbeats import beat
from service.tasks.heartbeat import call_heartbeat
from service.tasks.process import services

log = structlog.get_logger()


@shared_task(name="handrail.tick")  # type: ignore[untyped-decorator]  # celery ships no types
def tick_task() -> None:
    """Claims what is due and hands it to the workers, a batch a task."""
    parts = services()
    now = parts.clock.now()
    for organisation_id, claimed in tick(parts.database, parts.settings, now):
        ids = [[str(message_id), epoch] for message_id, epoch in claimed]
        # Without retries: where the broker is away the rows stay claimed, and their short lease brings them back.
        send_batch_task.apply_async((str(organisation_id), ids), retry=False)
    beat(parts.database, "tick", now)


@shared_task(name="handrail.send_batch")  # type: ignore[untyped-decorator]  # celery ships no types
def send_batch_task(organisation_id: str, claimed: list[tuple[str, int]]) -> None:
    parts = services()
    ids = [(UUID(message_id), epoch) for message_id, epoch in claimed]
    sent = parts.dispatcher.send_batch(UUID(organisation_id), ids, parts.clock.now())
    if sent:
        log.info("batch_sent", messages=sent)


@shared_task(name="handrail.apply_events")  # type: ignore[untyped-decorator]  # celery ships no types
def apply_events_task() -> None:
    """Applies what webhooks stored, until nothing waits that can be applied."""
    parts = services()
    while apply_events(parts.database, parts.reply_rules, parts.clock.now()) >= EVENTS_AT_ONCE:
        pass


@shared_task(name="handrail.sweep")  # type: ignore[untyped-decorator]  # celery ships no types
def sweep_task() -> None:
    parts = services()
    plan_missing(parts.database, parts.clock.now())
    look_after_all(parts.database, parts.clock.now())


@shared_task(name="handrail.heartbeat")  # type: ignore[untyped-decorator]  # celery ships no types
def heartbeat_task() -> None:
    parts = services()
    if parts.settings.heartbeat_url:
        call_heartbeat(parts.database, parts.settings.heartbeat_url, parts.clock.now())


@shared_task(name="handrail.settle")  # type: ignore[untyped-decorator]  # celery ships no types
def settle_task() -> None:
    """Asks the provider about messages of which nobody can say whether they were taken."""
    parts = services()
    settled = settle_all(parts.database, parts.settings, parts.twilio, parts.loop, parts.clock.now())
    if settled:
        log.info("uncertain_settled", messages=settled)


@shared_task(name="handrail.listen")  # type: ignore[untyped-decorator]  # celery ships no types
def listen_task() -> None:
    """Asks Twilio for texts whose webhook found nobody."""
    parts = services()
    heard = listen(parts.database, parts.twilio, parts.loop, parts.clock.now())
    if heard:
        log.warning("texts_heard_late", texts=heard)
