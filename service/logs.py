"""Logs: one event name and fields a line. Nothing of a person is ever a field."""

import logging

import structlog

from service.providers.http_client import quiet_sdk_loggers


def set_up_logs(level: str) -> None:
    """Once a process. JSON where a machine reads, short lines where a person does."""
    logging.basicConfig(level=level, format="%(message)s", force=False)
    quiet_sdk_loggers()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["event", "level"], drop_missing=True, bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
