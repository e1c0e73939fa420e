"""Celery beat: `celery -A scheduler beat`. The table of periodic work, each with its period and its reason.

Several beats at once are harmless: every job here may run twice or overlap, since the claim is the lock.
A run that was not picked up before the next one is due expires, so that a stopped worker finds no pile.
"""

from service.settings import load_settings
from service.tasks.app import make_celery

app = make_celery(load_settings().redis_url)


def every(seconds: float, task: str) -> dict[str, object]:
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 2.0), "retry": False}}


app.conf.beat_schedule = {
    # A reminder may be a second late, not a minute.
    "tick": every(1.0, "handrail.tick"),
    # Webhooks ask for this at once; beat asks again for what they could not.
    "apply_events": every(2.0, "handrail.apply_events"),
    # A callback usually settles the matter first; asking the provider sooner would only find nothing yet.
    "settle": every(15.0, "handrail.settle"),
    # A text whose webhook found us away would otherwise never be heard.
    "listen": every(120.0, "handrail.listen"),
    # Should find nothing; a visit without a plan is a patient who hears nothing.
    "sweep": every(60.0, "handrail.sweep"),
    # Often enough for an outside watcher to notice within a minute that reminders have stopped.
    "heartbeat": every(30.0, "handrail.heartbeat"),
}
