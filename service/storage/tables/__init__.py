"""All tables. Every row of a clinic's data carries its organisation, and row-level security reads it."""

from service.storage.tables.base import metadata
from service.storage.tables.clinics import clinics, organisations, schedule_versions, schedules, senders
from service.storage.tables.logs import audit, clock, heartbeats, provider_events
from service.storage.tables.messages import attempts, messages
from service.storage.tables.people import clock_overrides, consent_events, contact_points, patient_contacts, patients
from service.storage.tables.staff import api_keys, staff, staff_sessions
from service.storage.tables.visits import appointments, readiness, replies, tasks

__all__ = [
    "api_keys",
    "appointments",
    "attempts",
    "audit",
    "clinics",
    "clock",
    "clock_overrides",
    "consent_events",
    "contact_points",
    "heartbeats",
    "messages",
    "metadata",
    "organisations",
    "patient_contacts",
    "patients",
    "provider_events",
    "readiness",
    "replies",
    "schedule_versions",
    "schedules",
    "senders",
    "staff",
    "staff_sessions",
    "tasks",
]
