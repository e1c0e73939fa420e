"""Schedules through the API: look, compare, save, go back, apply. Saving sends nothing by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from service.domain.reading import BadFile
from service.messaging.comparing import compare
from service.messaging.replanning import apply_schedule
from service.messaging.saving_schedules import (
    NoSuchSchedule,
    Outdated,
    check_candidate,
    roll_back,
    save_schedule,
    schedule_called,
)
from service.storage.schedule_versions import stored_schedules, versions_of
from service.web.api.answers import ApiError, ApiRoute, mistake_answers
from service.web.api.keys import Caller, Writer, services_of
from service.web.api.schedule_shapes import (
    AppliedAnswer,
    DiffAnswer,
    DiffBody,
    RollbackBody,
    SaveBody,
    SavedAnswer,
    ScheduleAnswer,
    ScheduleSummary,
)

APPOINTMENTS_A_CALL = 1000  # a call must end before whoever made it gives up waiting

router = APIRouter(prefix="/api/v1/schedules", route_class=ApiRoute, tags=["schedules"])
IfMatch = Annotated[str | None, Header(alias="If-Match")]


@router.get("")
def list_schedules(request: Request, key: Caller) -> list[ScheduleSummary]:
    with services_of(request).database.organisation(key.organisation_id) as connection:
        return [ScheduleSummary.of(stored) for stored in stored_schedules(connection)]


@router.get("/{name}")
def read_schedule(request: Request, response: Response, name: str, key: Caller) -> ScheduleAnswer:
    with _told(), services_of(request).database.organisation(key.organisation_id) as connection:
        stored = schedule_called(connection, name)
        response.headers["ETag"] = f'"{stored.version.number}"'
        return ScheduleAnswer.whole(stored, versions_of(connection, stored.id))


@router.put("/{name}")
def put_schedule(request: Request, name: str, body: SaveBody, key: Writer, if_match: IfMatch = None) -> SavedAnswer:
    """Puts a new version in force. Messages already planned stay as they are until it is applied."""
    services = services_of(request)
    with _told(), services.database.organisation(key.organisation_id) as connection:
        saved = save_schedule(
            connection,
            key.organisation_id,
            name,
            body.schedule,
            body.texts,
            base_version=_base(body.base_version, if_match),
            actor=key.actor,
            reason=body.reason,
            now=services.clock.now(),
        )
    return SavedAnswer.of(saved)


@router.post("/{name}/rollback")
def rollback_schedule(
    request: Request, name: str, body: RollbackBody, key: Writer, if_match: IfMatch = None
) -> SavedAnswer:
    """A new version with the content of an older one."""
    services = services_of(request)
    with _told(), services.database.organisation(key.organisation_id) as connection:
        saved = roll_back(
            connection,
            key.organisation_id,
            name,
            body.version,
            base_version=_base(body.base_version, if_match),
            actor=key.actor,
            reason=body.reason,
            now=services.clock.now(),
        )
    return SavedAnswer.of(saved)


@router.post("/{name}/diff")
def diff_schedule(request: Request, name: str, body: DiffBody, key: Caller) -> DiffAnswer:
    """Whose queued messages would change if this were saved and applied. Nothing is stored."""
    services, now = services_of(request), services_of(request).clock.now()
    with _told(), services.database.organisation(key.organisation_id) as connection:
        candidate = check_candidate(connection, name, body.schedule, body.texts, now)
    answer = DiffAnswer.of(compare(services.database, key.organisation_id, candidate, now=now))
    return answer.model_copy(update={"warnings": mistake_answers(candidate.warnings)})


@router.post("/{name}/apply")
def apply_saved_schedule(request: Request, name: str, key: Writer) -> AppliedAnswer:
    """Plans coming visits anew under the version in force. Nothing goes out at once because of it."""
    services = services_of(request)
    with _told():
        applied = apply_schedule(
            services.database,
            key.organisation_id,
            name,
            now=services.clock.now(),
            actor=key.actor,
            at_most=APPOINTMENTS_A_CALL,
        )
    return AppliedAnswer(version=applied.version, appointments=applied.appointments, left=applied.left)


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong, in the API's words. The transaction inside is rolled back first."""
    try:
        yield
    except NoSuchSchedule as error:
        raise ApiError(404, "not_found", str(error)) from None
    except Outdated as error:
        raise ApiError(409, "outdated", str(error), base_version=error.base, current_version=error.current) from None
    except BadFile as error:
        message = "The schedule cannot be used as it is; nothing was stored."
        raise ApiError(422, "bad_schedule", message, mistakes=error.mistakes) from None


def _base(in_body: int | None, if_match: str | None) -> int | None:
    """The version the change was made to. Raises where the two places disagree or make no sense."""
    if if_match is None or if_match.strip() == "*":
        return in_body
    said = if_match.strip().removeprefix("W/").strip('"')
    if not said.isascii() or not said.isdigit():
        raise ApiError(422, "bad_if_match", 'If-Match names a version by its number, such as "7".')
    if in_body is not None and in_body != int(said):
        raise ApiError(422, "bad_if_match", "If-Match and base_version name different versions. Send one of them.")
    return int(said)
