"""The JSON API for other programs, and its description."""

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from service.web.api.answers import ApiError, answer_error
from service.web.api.schedules import router as schedules

_description = APIRouter(prefix="/api/v1")


def add_api(app: FastAPI) -> None:
    app.include_router(schedules)
    app.include_router(_description)
    app.add_exception_handler(ApiError, answer_error)


@_description.get("/openapi.json", include_in_schema=False)
def openapi() -> Response:
    """What the API takes and gives. Needs no key: nothing of a clinic is in it."""
    return JSONResponse(get_openapi(title="Handrail", version="1", routes=schedules.routes))
