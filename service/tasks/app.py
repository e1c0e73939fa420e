"""The Celery application: ids in, one use case, nothing kept in the broker that matters.

Each setting guards against a failure that was seen or measured; the reasons stand beside them.
"""

from celery import Celery

from service.embedded.broker import celery_connection

QUEUES = ("urgent", "send", "inbound", "chores")


def make_celery(broker_url: str) -> Celery:
    """Without a result backend: results live in the database."""
    url, folder_options = celery_connection(broker_url)
    app = Celery("handrail", broker=url, include=["service.tasks.jobs"])
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,  # a killed worker's batch comes again; the epoch makes the second run change nothing
        task_reject_on_worker_lost=False,  # a batch that kills workers must not come back for ever: leases recover it
        worker_prefetch_multiplier=1,
        task_time_limit=150,
        task_soft_time_limit=140,
        timezone="UTC",
        enable_utc=True,
        worker_eta_task_limit=100,  # nothing here uses ETA; if something ever does, it must not fill the memory
        worker_max_tasks_per_child=2000,
        worker_max_memory_per_child=300_000,  # kilobytes
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # the default gives up after a hundred tries
        beat_max_loop_interval=1,
        broker_transport_options=folder_options or _REDIS_OPTIONS,
        task_default_queue="chores",
        task_routes={
            "handrail.tick": {"queue": "urgent"},
            "handrail.send_batch": {"queue": "send"},
            "handrail.apply_events": {"queue": "inbound"},
            "handrail.settle": {"queue": "chores"},
            "handrail.listen": {"queue": "chores"},
            "handrail.sweep": {"queue": "chores"},
            "handrail.heartbeat": {"queue": "chores"},
        },
    )
    return app


_REDIS_OPTIONS: dict[str, object] = {
    "visibility_timeout": 600,  # four times the time limit; the default hour would strand what a dead worker held
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
