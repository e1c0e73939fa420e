"""Is the program alive, can it serve, and how are the messages doing."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from service.storage.heartbeats import last_beats
from service.storage.migrate import is_current
from service.wiring import Services

router = APIRouter()


@router.get("/healthz")
def healthz() -> Response:
    """The program runs. Says nothing of the database, so that a database fault restarts nobody."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """The program can serve: its database answers and has the schema this code was written for."""
    services: Services = request.app.state.services
    try:
        with services.database.nobody() as connection:
            if not is_current(connection):
                return _not_ready("the database's schema is not this version's; run `handrail migrate`")
        beats = last_beats(services.database)
    except SQLAlchemyError:
        return _not_ready("the database does not answer")
    return JSONResponse({"status": "ready", "last": {name: at.isoformat() for name, at in beats.items()}})


def _not_ready(why: str) -> Response:
    return JSONResponse({"status": "not ready", "why": why}, status_code=503)
