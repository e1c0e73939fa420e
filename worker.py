"""Celery worker: `celery -A worker worker`. Settings, then the tasks; no logic here."""

from service.settings import load_settings
from service.tasks.app import make_celery

app = make_celery(load_settings().redis_url)
