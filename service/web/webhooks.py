"""What Twilio and SendGrid tell us: verify, store, answer. Everything else happens later, in a task.

A wrong or missing signature is 403 and stores nothing. Where the database is away the answer is 503, so that a
provider that retries will come again.
"""

from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from service.messaging.hearing import store_inbound, store_receipts
from service.providers import sendgrid_webhooks, twilio_webhooks
from service.tasks.asking import ask_to_apply
from service.wiring import Services

log = structlog.get_logger()
router = APIRouter(prefix="/webhooks")

_LARGEST_BODY = 2_000_000
_TWIML_SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _form(request: Request) -> list[tuple[str, str]]:
    """The parameters as sent: blank ones kept, nothing trimmed, since the signature covers them all."""
    body = await request.body()
    if len(body) > _LARGEST_BODY:
        return []
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)


def _is_from_twilio(request: Request, params: list[tuple[str, str]]) -> bool:
    """Against the public address that Twilio was given, whatever a proxy made of it."""
    settings = _services(request).settings
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{settings.public_base_url}{request.url.path}{query}"
    signature = request.headers.get("x-twilio-signature")
    return twilio_webhooks.is_genuine(url, params, signature, settings.twilio_auth_token.get_secret_value())


@router.post("/twilio/status")
async def twilio_status(request: Request) -> Response:
    params = await _form(request)
    if not _is_from_twilio(request, params):
        return _refused("twilio_status")
    services = _services(request)

    def store() -> int:
        now = services.clock.now()
        receipt = twilio_webhooks.read_status(params, request.query_params.get("m"), now)
        return store_receipts(services.database, [receipt], now)

    stored = await run_in_threadpool(store)
    return Response(status_code=204, background=_asking(services, stored))


@router.post("/twilio/inbound")
async def twilio_inbound(request: Request) -> Response:
    params = await _form(request)
    if not _is_from_twilio(request, params):
        return _refused("twilio_inbound")
    services = _services(request)
    inbound = twilio_webhooks.read_inbound(params)
    stored = await run_in_threadpool(lambda: store_inbound(services.database, inbound, services.clock.now()))
    return Response(_TWIML_SILENCE, media_type="text/xml", background=_asking(services, stored))


@router.post("/sendgrid/events")
async def sendgrid_events(request: Request) -> Response:
    services = _services(request)
    body = await request.body()
    genuine = len(body) <= _LARGEST_BODY and sendgrid_webhooks.is_genuine(
        body,
        request.headers.get("x-twilio-email-event-webhook-signature"),
        request.headers.get("x-twilio-email-event-webhook-timestamp"),
        services.settings.sendgrid_webhook_public_key,
    )
    if not genuine:
        return _refused("sendgrid_events")

    def store() -> int:
        now = services.clock.now()
        return store_receipts(services.database, sendgrid_webhooks.read_events(body, now), now)

    stored = await run_in_threadpool(store)
    return Response(status_code=204, background=_asking(services, stored))


def _asking(services: Services, new: int) -> BackgroundTask | None:
    """After the answer, asks a worker to apply what is new. If the broker is away, beat asks again within seconds."""
    return BackgroundTask(ask_to_apply, services.settings.redis_url) if new else None


def _refused(what: str) -> Response:
    log.warning("webhook_refused", webhook=what)
    return Response("The signature is missing or wrong.", status_code=403, media_type="text/plain")
