"""Twilio's own SDK over our `HttpClient`: how requests are built and answers read, without its way of sending."""

import base64
from typing import Any
from urllib.parse import urlencode

from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from service.providers.http_client import HttpClient


def messages_of(account_sid: str, auth_token: str, base_url: str, http: HttpClient) -> Any:
    """The SDK's list of messages. Its calls raise `CallFailed`, or the SDK's own for a refusal."""
    # Without an environment of its own the SDK reads TWILIO_EDGE and TWILIO_REGION and rewrites our host.
    unset = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}
    client = Client(account_sid, auth_token, http_client=_Transport(http), environment=unset)
    client.api.base_url = base_url
    return client.messages


class _Transport(AsyncHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """What the SDK calls to send a request."""

    def __init__(self, http: HttpClient) -> None:
        super().__init__(None, is_async=True)
        self._http = http

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002  # `HttpClient` has its own, and follows no redirect
        allow_redirects: bool = False,  # noqa: ARG002
    ) -> Response:
        url = f"{uri}?{urlencode(params, doseq=True)}" if params else uri
        body = urlencode(data, doseq=True).encode() if data else None
        answer = await self._http.request(method, url, headers={**(headers or {}), **_basic(auth)}, body=body)
        return Response(answer.status, answer.text(), answer.headers)


def _basic(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(auth).encode()).decode()}
