"""Marking a task as done."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from service.storage.audits import record_audit
from service.storage.staff_tasks import finish_task
from service.web.pages.frame import scene_of
from service.web.pages.signed_in import ActingStaff, Parts, page_before

router = APIRouter()


@router.post("/tasks/{task_id}/done")
def task_done(request: Request, services: Parts, staff: ActingStaff, task_id: UUID) -> Response:
    """Done twice, by two people at once, is done."""
    with scene_of(request, services, staff) as scene:
        if finish_task(scene.connection, task_id, staff.actor, scene.now):
            audited = [("task.done", "task", str(task_id))]
            record_audit(scene.connection, staff.organisation_id, audited, actor=staff.actor, now=scene.now)
    return RedirectResponse(page_before(request), 303)
