"""Headers on every answer: nothing from elsewhere, nothing inline, nothing framed, nothing of a person cached."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'"
)
_STATIC, _PATIENTS = "/static/", "/m/"
_A_YEAR = "max-age=31536000"


def set_security_headers(headers: MutableHeaders, path: str, *, secure: bool) -> None:
    """`secure`: the service is reached over https only."""
    headers["Content-Security-Policy"] = CONTENT_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    # Inside, a page may say where it was opened from; what patients open tells nobody anything.
    headers["Referrer-Policy"] = "no-referrer" if path.startswith(_PATIENTS) else "same-origin"
    headers["Cache-Control"] = "public, max-age=300" if path.startswith(_STATIC) else "no-store"
    if not path.startswith(_STATIC):
        headers["X-Robots-Tag"] = "noindex, nofollow"
    if secure:
        headers["Strict-Transport-Security"] = _A_YEAR


class SecurityHeaders:
    """ASGI middleware that adds them to every HTTP answer."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_security_headers(MutableHeaders(scope=message), scope["path"], secure=self._secure)
            await send(message)

        await self._app(scope, receive, send_with_headers)
