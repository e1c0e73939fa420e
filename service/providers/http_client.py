"""The one way out to a provider: an aiohttp session with limits, and never a second try.

The SDKs build the requests and read the answers; only the sending is ours, because theirs waits for ever by
default, or posts again on a 5xx and so sends twice.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from service.providers.outcome import ErrorClass, Refused


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, whatever the status. Header names compare without case."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


class CallFailed(Exception):
    """No answer was had. The message says what kind of fault it was, nothing of the request."""

    refused: Refused


class NotReached(CallFailed):
    """No connection came about, so not a byte of the request left this machine."""

    refused = Refused(
        error=ErrorClass.TEMPORARY,
        code="not_reached",
        words="The provider could not be reached, so nothing was sent; it will be tried again.",
    )


class CannotConnect(CallFailed):
    """The address or its certificate is wrong, so not a byte of the request left this machine."""

    refused = Refused(
        error=ErrorClass.CONFIGURATION,
        code="cannot_connect",
        words="The provider's address or certificate is not as it should be, so nothing was sent.",
    )


class NoAnswer(CallFailed):
    """The request was, or may have been, on its way when the line went dead or time ran out."""

    refused = Refused(
        error=ErrorClass.UNCERTAIN,
        code="no_answer",
        words="The provider did not answer, so the message may or may not have gone out.",
    )


UNREADABLE = Refused(
    error=ErrorClass.UNCERTAIN,
    code="unreadable",
    words="The provider's answer could not be read, so the message may or may not have gone out.",
)


# An idle connection is dropped before the other side may drop it: a request written to a connection that is just
# being closed is a message nobody can account for.
KEPT_IDLE = timedelta(seconds=4)

_WRONG_ADDRESS = (aiohttp.ClientConnectorCertificateError, aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)


class HttpClient:
    """Kept-alive connections, one session for each event loop, made when first used.

    `timeout` covers a whole call; `connect_timeout` its beginning, until there is a connection to write on;
    `connections` is how many calls may be open at once. No proxy or password is read from the environment, and
    no redirect is followed.
    """

    def __init__(
        self,
        *,
        timeout: timedelta,
        connect_timeout: timedelta = timedelta(seconds=5),
        connections: int = 256,
    ) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout.total_seconds(), connect=connect_timeout.total_seconds())
        self._connections = connections
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def request(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """One call, once. Raises `NotReached`, `CannotConnect` or `NoAnswer`, never anything of aiohttp's."""
        try:
            return await self._call(method, url, headers, body)
        except _WRONG_ADDRESS as error:
            raise CannotConnect(type(error).__name__) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(type(error).__name__) from None

    async def close(self) -> None:
        """Closes the connections of the running event loop; a later call opens new ones."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    async def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        call = self._session().request(method, url, headers=headers, data=body, allow_redirects=False)
        async with call as response:
            content = await response.read()
            return Answer(
                status=response.status,
                reason=response.reason or "",
                headers=response.headers,
                body=content,
            )

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None or session.closed:
            session = self._sessions[loop] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEPT_IDLE.total_seconds()),
                timeout=self._timeout,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return session


def quiet_sdk_loggers() -> None:
    """Twilio's logger writes phone numbers at INFO, SendGrid's whole e-mails and the key at DEBUG."""
    for name in ("twilio", "python_http_client"):
        logging.getLogger(name).setLevel(logging.WARNING)
