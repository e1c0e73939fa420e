"""Staff pages and the patient's page: HTML made on the server, complete without JavaScript."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from service.web.pages import appointment, board, inbox, message_log, patient, sign_in, tasks
from service.web.pages.error_pages import add_error_pages
from service.web.pages.security import SecurityHeaders

_STATIC = Path(__file__).parent.parent / "static"


def add_pages(app: FastAPI) -> None:
    """Mounts every page, `/static`, the pages for errors, and the headers that keep browsers strict."""
    for room in (sign_in, board, tasks, appointment, inbox, message_log, patient):
        app.include_router(room.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    add_error_pages(app)
    app.add_middleware(SecurityHeaders, secure=app.state.services.settings.secure_cookies)
