"""What the API takes and gives about schedules."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from service.messaging.comparing import Comparison
from service.messaging.saving_schedules import Saved
from service.messaging.schedule_bundle import fields_by_language, open_bundle, source_of
from service.storage.schedule_versions import StoredSchedule, Version
from service.web.api.answers import MistakeAnswer, mistake_answers

Words = dict[str, dict[str, dict[str, str]] | None]
_TEXTS = "By language and name; what is not given keeps its words, and null takes a language away."
_BASE = "The version this change was made to; 0 for a new schedule. `If-Match` says the same."


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DiffBody(_Body):
    schedule: str = Field(description="The whole schedule, as TOML.")
    texts: Words = Field(default_factory=dict, description=_TEXTS)


class SaveBody(DiffBody):
    reason: str = Field(default="", max_length=500)
    base_version: int | None = Field(default=None, ge=0, description=_BASE)


class RollbackBody(_Body):
    version: int = Field(ge=1)
    reason: str = Field(default="", max_length=500)
    base_version: int | None = Field(default=None, ge=0, description=_BASE)


class VersionAnswer(BaseModel):
    version: int
    made_by: str
    reason: str
    made_at: datetime

    @classmethod
    def of(cls, version: Version) -> "VersionAnswer":
        return cls(version=version.number, made_by=version.made_by, reason=version.reason, made_at=version.made_at)


class ScheduleSummary(BaseModel):
    name: str
    kinds: list[str]
    in_force: VersionAnswer

    @classmethod
    def of(cls, stored: StoredSchedule) -> "ScheduleSummary":
        kinds = [kind.value for kind in stored.kinds]
        return cls(name=stored.name, kinds=kinds, in_force=VersionAnswer.of(stored.version))


class ScheduleAnswer(ScheduleSummary):
    title: str
    schedule: str
    texts: dict[str, dict[str, dict[str, str]]]
    versions: list[VersionAnswer]

    @classmethod
    def whole(cls, stored: StoredSchedule, versions: list[Version]) -> "ScheduleAnswer":
        opened = open_bundle(stored.bundle)
        return cls(
            **ScheduleSummary.of(stored).model_dump(),
            title=opened.schedule.title,
            schedule=source_of(stored.bundle),
            texts=fields_by_language(opened.texts),
            versions=[VersionAnswer.of(version) for version in versions],
        )


class SavedAnswer(BaseModel):
    """`is_new` is false where the content was in force already."""

    name: str
    version: int
    is_new: bool
    warnings: list[MistakeAnswer]

    @classmethod
    def of(cls, saved: Saved) -> "SavedAnswer":
        return cls(
            name=saved.stored.name,
            version=saved.stored.version.number,
            is_new=saved.is_new,
            warnings=mistake_answers(saved.warnings),
        )


class ChangeAnswer(BaseModel):
    appointment: str
    step: str
    channel: str
    change: str
    before_at: datetime | None
    after_at: datetime | None


class DiffAnswer(BaseModel):
    """`counts` are over all visits; `changes` are the first of them."""

    appointments: int
    affected: int
    counts: dict[str, int]
    changes: list[ChangeAnswer]
    warnings: list[MistakeAnswer] = []

    @classmethod
    def of(cls, found: Comparison) -> "DiffAnswer":
        changes = [
            ChangeAnswer(
                appointment=each.appointment,
                step=each.changed.step,
                channel=each.changed.channel.value,
                change=each.changed.difference.value,
                before_at=each.changed.before_at,
                after_at=each.changed.after_at,
            )
            for each in found.first
        ]
        counts = found.by_difference()
        return cls(appointments=found.appointments, affected=found.affected, counts=counts, changes=changes)


class AppliedAnswer(BaseModel):
    """`left` visits are still to be planned anew: call again until it is 0."""

    version: int
    appointments: int
    left: int
