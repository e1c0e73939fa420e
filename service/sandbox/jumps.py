"""Moving the service's clock far ahead: from one due message to the next, so that each is sent in its own hour."""

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.sandbox.courier import Chores
from service.sandbox.service_clock import ClockTrouble, Face, ServiceClock

_LOOK_EVERY_SECONDS = 0.2


class Phase(StrEnum):
    RUNNING = "running"
    ARRIVED = "arrived"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Journey:
    """`stops` counts the due messages' instants the clock has rested at. `impatient` counts those it left
    although something was still waiting."""

    phase: Phase
    started_from: datetime
    target: datetime
    now: datetime
    stops: int = 0
    impatient: int = 0
    waiting: int = 0
    trouble: str = ""

    @property
    def fraction(self) -> float:
        """How far along, 0 to 1."""
        whole = (self.target - self.started_from).total_seconds()
        return 1.0 if whole <= 0 else min(1.0, (self.now - self.started_from).total_seconds() / whole)


class AlreadyUnderWay(Exception):
    """One journey at a time; stop it first."""


class Jumps:
    def __init__(self, clock: ServiceClock, chores: Chores, *, patience_seconds: float = 10.0) -> None:
        self._clock = clock
        self._chores = chores
        self._patience_seconds = patience_seconds
        self._task: asyncio.Task[None] | None = None
        self.journey: Journey | None = None

    @property
    def is_running(self) -> bool:
        return self.journey is not None and self.journey.phase is Phase.RUNNING

    def begin(self, face: Face, target: datetime) -> None:
        """Set out from `face.now` to `target`. Raises `AlreadyUnderWay`."""
        if self.is_running:
            raise AlreadyUnderWay
        self.journey = Journey(phase=Phase.RUNNING, started_from=face.now, target=target, now=face.now)
        self._task = self._chores.begin(self._travel(target))

    def stop(self) -> None:
        if self.is_running and self._task is not None:
            self._task.cancel()
            self.journey = replace(self._journey, phase=Phase.STOPPED)

    def forget(self) -> None:
        self.stop()
        self.journey = None

    async def _travel(self, target: datetime) -> None:
        try:
            face = await self._wait_until_handed_over()
            while face.next_due_at is not None and face.now < face.next_due_at <= target:
                await self._move(face.next_due_at)
                face = await self._wait_until_handed_over()
                self.journey = replace(self._journey, stops=self._journey.stops + 1)
            if face.now < target:
                await self._move(target)
                await self._wait_until_handed_over()
            self.journey = replace(self._journey, phase=Phase.ARRIVED)
        except ClockTrouble as trouble:
            self.journey = replace(self._journey, phase=Phase.FAILED, trouble=str(trouble))

    async def _move(self, to: datetime) -> None:
        self._see(await self._clock.move(to))

    async def _wait_until_handed_over(self) -> Face:
        """The clock's face once nothing is waiting, or once patience has run out."""
        give_up_at = time.monotonic() + self._patience_seconds
        while True:
            face = await self._clock.read()
            self._see(face)
            if face.waiting == 0:
                return face
            if time.monotonic() > give_up_at:
                self.journey = replace(self._journey, impatient=self._journey.impatient + 1)
                return face
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    @property
    def _journey(self) -> Journey:
        assert self.journey is not None
        return self.journey

    def _see(self, face: Face) -> None:
        self.journey = replace(self._journey, now=face.now, waiting=face.waiting)
