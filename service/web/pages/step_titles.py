"""What a message is called in front of staff: the title of its step, or what it answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from service.messaging.planning import opened
from service.storage.clinics import ScheduleRecord

_ANSWERS = {
    "confirmed_ack": "Thanks for confirming",
    "help": "Answer to HELP",
    "opted_out": "Answer to STOP",
    "opted_in": "Answer to START",
    "crisis": "Answer to words of crisis, with 988 and 911",
}


@dataclass(frozen=True, kw_only=True)
class StepTitles:
    """Of the schedules in force. A step of an older version has the name it has now, or its key if it is gone."""

    by_version: Mapping[UUID, Mapping[str, str]]
    by_key: Mapping[str, str]

    def of(self, step: str, version_id: UUID | None, *, in_reply_to: UUID | None = None) -> str:
        if in_reply_to is not None:
            return _ANSWERS.get(step, _spelled_out(step))
        exact = self.by_version.get(version_id, {}) if version_id else {}
        return exact.get(step) or self.by_key.get(step) or _spelled_out(step)


def step_titles(records: Iterable[ScheduleRecord]) -> StepTitles:
    by_version = {
        record.version_id: {step.key: step.title for step in opened(record.version_id, record.bundle).schedule.steps}
        for record in records
    }
    by_key = {key: title for titles in by_version.values() for key, title in titles.items()}
    return StepTitles(by_version=by_version, by_key=by_key)


def _spelled_out(step: str) -> str:
    return step.replace("_", " ").capitalize()
