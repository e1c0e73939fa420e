"""Staff pages and the patient's page: HTML made on the server, complete without JavaScript."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from service.web.pages.appointment import router as appointment
from service.web.pages.board import router as board
from service.web.pages.error_pages import add_error_pages
from service.web.pages.inbox import router as inbox
from service.web.pages.message_log import router as message_log
from service.web.pages.patient import router as patient
from service.web.pages.security import SecurityHeaders
from service.web.pages.sign_in import router as sign_in
from service.web.pages.tasks import router as tasks

_STATIC = Path(__file__).parent.parent / "static"


def add_pages(app: FastAPI) -> None:
    """Mounts every page, `/static`, the pages for errors, and the headers that keep browsers strict."""
    for router in (sign_in, board, tasks, appointment, inbox, message_log, patient):
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    add_error_pages(app)
    app.add_middleware(SecurityHeaders, secure=app.state.services.settings.secure_cookies)
