"""Who calls the API."""

from typing import Annotated

from fastapi import Depends, Request

from service.storage.api_keys import ApiKey, api_key_of
from service.web.api.answers import ApiError
from service.wiring import Services

LARGEST_BODY = 2_000_000


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def caller(request: Request) -> ApiKey:
    """The program whose key came with the request."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise ApiError(401, "no_key", "Send a key as `Authorization: Bearer KEY`. `handrail add-api-key` makes one.")
    if int(request.headers.get("content-length") or 0) > LARGEST_BODY:
        raise ApiError(413, "too_large", f"The body is larger than {LARGEST_BODY} bytes.")
    services = services_of(request)
    with services.database.system() as connection:
        found = api_key_of(connection, key.strip(), services.clock.now())
    if found is None:
        raise ApiError(401, "unknown_key", "This key is not known. `handrail add-api-key` makes one.")
    return found


Caller = Annotated[ApiKey, Depends(caller)]


def writer(key: Caller) -> ApiKey:
    """As `caller`, but the key must be one that may change things."""
    if not key.may_write:
        raise ApiError(403, "read_only", f"The key {key.name!r} may look, and change nothing. Use another key.")
    return key


Writer = Annotated[ApiKey, Depends(writer)]
