"""Which part gets which: the one place where the sandbox is put together."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from fastapi import Depends, Request

from service.sandbox.courier import Chores, Courier
from service.sandbox.faults import FaultBook
from service.sandbox.inbound import Inbound
from service.sandbox.journal import Journal
from service.sandbox.jumps import Jumps
from service.sandbox.keys import read_event_key
from service.sandbox.ledger import Ledger
from service.sandbox.mailing import EventFeed, Mailing
from service.sandbox.posting import Poster
from service.sandbox.service_clock import ServiceClock
from service.sandbox.signing import SendGridSigner, TwilioSigner
from service.sandbox.texting import Texting
from service.settings import BadSettings, Settings

_CONNECTIONS = 50


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """`patience` is for how many seconds an answer is withheld: longer than the service waits."""

    settings: Settings
    ledger: Ledger
    faults: FaultBook
    courier: Courier
    clock: ServiceClock
    jumps: Jumps
    texting: Texting
    mailing: Mailing
    feed: EventFeed
    inbound: Inbound
    chores: Chores
    session: ClientSession

    @property
    def patience(self) -> float:
        return self.settings.provider_timeout.total_seconds() + 5

    def start(self) -> None:
        """Continue where the last run stopped."""
        self.ledger.load()
        self.texting.resume()
        self.mailing.resume()

    async def forget_everything(self) -> None:
        """Nothing that was under way happens any more."""
        self.jumps.forget()
        self.clock.forget()
        await self.chores.end_all()
        self.courier.forget()
        self.feed.forget()
        self.ledger.forget_everything()

    async def stop(self) -> None:
        await self.chores.end_all()
        await self.session.close()
        self.ledger.close()


def event_signer(settings: Settings) -> SendGridSigner:
    """Raises `BadSettings` when the signing key cannot be read."""
    try:
        return SendGridSigner(read_event_key(settings.sandbox_sendgrid_private_key.get_secret_value()))
    except ValueError:
        remedy = "`new_event_keys` in service/sandbox/keys.py makes one and the public key that belongs to it"
        raise BadSettings([f"SANDBOX_SENDGRID_PRIVATE_KEY is no P-256 key (base64 of PKCS#8). {remedy}."]) from None


def build(settings: Settings, faults: FaultBook) -> Sandbox:
    """To be called on the event loop that will serve."""
    asyncio.get_running_loop()
    connector = TCPConnector(limit=_CONNECTIONS)
    session = ClientSession(connector=connector, cookie_jar=DummyCookieJar())
    token = settings.twilio_auth_token.get_secret_value()
    account, public = settings.twilio_account_sid, settings.public_base_url
    clock = ServiceClock(session, base_url=public, auth_token=token)
    poster = Poster(session, twilio=TwilioSigner(token), sendgrid=event_signer(settings), clock=clock)
    ledger, chores = Ledger(Journal(settings.sandbox_dir)), Chores()
    courier = Courier(faults, chores)
    feed = EventFeed(poster, chores, url=f"{public}/webhooks/sendgrid/events")
    return Sandbox(
        settings=settings,
        ledger=ledger,
        faults=faults,
        courier=courier,
        clock=clock,
        jumps=Jumps(clock, chores),
        texting=Texting(
            account_sid=account,
            ledger=ledger,
            faults=faults,
            courier=courier,
            poster=poster,
            clock=clock,
            chores=chores,
        ),
        mailing=Mailing(ledger=ledger, faults=faults, courier=courier, feed=feed, clock=clock, chores=chores),
        feed=feed,
        inbound=Inbound(
            account_sid=account,
            default_service_sid=settings.twilio_messaging_service_sid,
            url=settings.sandbox_inbound_url or f"{public}/webhooks/twilio/inbound",
            ledger=ledger,
            faults=faults,
            poster=poster,
            clock=clock,
        ),
        chores=chores,
        session=session,
    )


def sandbox_of(request: Request) -> Sandbox:
    sandbox = request.app.state.sandbox
    assert isinstance(sandbox, Sandbox)
    return sandbox


async def _sandbox(request: Request) -> Sandbox:
    """`sandbox_of` without the thread FastAPI would give to a plain function."""
    return sandbox_of(request)


TheSandbox = Annotated[Sandbox, Depends(_sandbox)]
