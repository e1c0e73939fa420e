"""The sandbox's web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from service.sandbox import clock_pages, fault_pages, json_api, phone_pages, sendgrid_api, twilio_api
from service.sandbox.faults import FaultBook, Switches
from service.sandbox.guard import Guard
from service.sandbox.wiring import build, event_signer
from service.settings import Settings, load_settings


def create_app(settings: Settings, *, switches: Switches | None = None) -> FastAPI:
    """The pretend providers of one service. Raises `BadSettings` when the event signing key is unreadable."""
    event_signer(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sandbox = build(settings, FaultBook(switches=switches or Switches()))
        sandbox.start()
        app.state.sandbox = sandbox
        try:
            yield
        finally:
            await sandbox.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(twilio_api.TwilioError, twilio_api.answer_twilio_error)
    app.add_api_route("/readyz", _ready)
    app.add_middleware(Guard)
    # `json_api` before the pages: /phones/+1916….json would be a phone's number to them.
    for part in (twilio_api, sendgrid_api, json_api, phone_pages, fault_pages, clock_pages):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app


async def _ready() -> Response:
    return Response("ready\n", media_type="text/plain")


def app_from_environment() -> FastAPI:
    """For `uvicorn --factory service.sandbox.app:app_from_environment`."""
    return create_app(load_settings())
