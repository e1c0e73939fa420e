"""The web program: webhooks, health, and the pages."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from service.settings import BadSettings
from service.web import health, sandbox_clock, webhooks
from service.web.api import add_api
from service.web.pages import add_pages
from service.wiring import Services, services_from_environment


def create_app(services: Services) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        services.close()

    app = FastAPI(title="Handrail", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.services = services
    app.include_router(webhooks.router)
    app.include_router(health.router)
    if services.settings.sandbox:
        app.include_router(sandbox_clock.router)
    app.add_exception_handler(SQLAlchemyError, _database_away)
    add_api(app)
    add_pages(app)
    return app


def _database_away(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("The database does not answer. Please try again in a minute.", status_code=503)


def app_from_environment() -> FastAPI:
    """For `uvicorn --factory`. Ends the program with every mistake in the settings."""
    try:
        return create_app(services_from_environment())
    except BadSettings as error:
        sys.exit("\n".join(error.mistakes))
