"""As much of a browser as the pages need: cookies, forms, redirects followed by hand. Speaks ASGI to the program."""

import asyncio
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import unquote, urlencode, urlsplit

from fastapi import FastAPI
from starlette.types import Message, Scope

HOST = "handrail.test"
_CSRF = re.compile(r'name="csrf" value="([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`headers` have lower-case names; of several `set-cookie` only the browser knows all."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    text: str

    @property
    def leads_to(self) -> str:
        return self.headers.get("location", "")

    @property
    def words(self) -> str:
        """What a person reads: without tags, entities and runs of blanks."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.text)).split())

    @property
    def csrf(self) -> str:
        found = _CSRF.search(self.text)
        assert found is not None, "the page has no form"
        return found[1]


class Browser:
    def __init__(self, app: FastAPI, *, address: str = "192.0.2.1") -> None:
        self._app = app
        self._address = address
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, b"", {})

    def post(self, path: str, form: Mapping[str, str] | None = None, *, from_page: str = "/") -> Answer:
        """Sends a form that stood on `from_page`, as browsers tell."""
        headers = {"content-type": "application/x-www-form-urlencoded", "referer": f"http://{HOST}{from_page}"}
        return self._ask("POST", path, urlencode(form or {}).encode(), headers)

    def submit(self, page: str, action: str, form: Mapping[str, str] | None = None) -> Answer:
        """Opens `page`, takes the token of its forms, and sends one of them."""
        return self.post(action, {"csrf": self.get(page).csrf, **(form or {})}, from_page=page)

    def sign_in(self, email: str, password: str, *, at: str = "/sign-in") -> Answer:
        page = self.get(at)
        wanted = re.search(r'name="next" value="([^"]*)"', page.text)
        form = {"csrf": page.csrf, "email": email, "password": password, "next": wanted[1] if wanted else "/"}
        return self.post("/sign-in", form, from_page=at)

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        sent: list[Message] = []
        try:
            asyncio.run(self._exchange(self._scope(method, path, headers), body, sent))
        except Exception:
            # The program answers a fault with a page and then raises it, for the server's log.
            if not sent:
                raise
        return self._answer(sent)

    async def _exchange(self, scope: Scope, body: bytes, sent: list[Message]) -> None:
        unread = [body]

        async def receive() -> Message:
            if not unread:
                await asyncio.Event().wait()  # nobody hangs up
            return {"type": "http.request", "body": unread.pop(), "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)

    def _scope(self, method: str, path: str, headers: Mapping[str, str]) -> Scope:
        parts = urlsplit(path)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        everything = {"host": HOST, **headers, **({"cookie": cookies} if cookies else {})}
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in everything.items()],
            "client": (self._address, 50_000),
            "server": (HOST, 80),
        }

    def _answer(self, sent: list[Message]) -> Answer:
        start = next(message for message in sent if message["type"] == "http.response.start")
        body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        pairs = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
        cookies = tuple(value for name, value in pairs if name == "set-cookie")
        for line in cookies:
            self._keep(line)
        return Answer(
            status=start["status"], headers=dict(pairs), cookies=cookies, text=body.decode("utf-8", "replace")
        )

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
