"""Carrying callbacks: at once, late, twice, never, or held until someone lets them go."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

from service.sandbox.faults import Fault, FaultBook

Post = Callable[[], Awaitable[object]]


class Chores:
    """Running tasks, kept from the garbage collector, and ended together."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def end_all(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Courier:
    def __init__(self, faults: FaultBook, chores: Chores) -> None:
        self._faults = faults
        self._chores = chores
        self._held: list[Post] = []

    @property
    def held(self) -> int:
        return len(self._held)

    def round_for(self, habits: frozenset[Fault]) -> "Round":
        return Round(self, habits)

    def hand_over(
        self, post: Post, habits: frozenset[Fault], previous: asyncio.Task[None] | None
    ) -> asyncio.Task[None] | None:
        """Take one callback to be posted after `previous`. Returns its task, or None if none is under way."""
        if Fault.CALLBACKS_NEVER in habits:
            return previous
        posts = [post, post] if Fault.CALLBACKS_TWICE in habits else [post]
        if self._faults.switches.callbacks == "held":
            self._held.extend(posts)
            return previous
        return self._chores.begin(self._carry(posts, habits, previous))

    async def _carry(self, posts: list[Post], habits: frozenset[Fault], previous: asyncio.Task[None] | None) -> None:
        if Fault.CALLBACKS_LATE in habits:
            await asyncio.sleep(self._faults.switches.late_by.total_seconds())
        if previous is not None:
            await asyncio.wait([previous])
        for post in posts:
            await post()

    async def deliver_held(self) -> int:
        """Post everything held, in the order it came about. Returns how many there were."""
        held, self._held = self._held, []
        for post in held:
            await post()
        return len(held)

    def forget(self) -> None:
        self._held.clear()


class Round:
    """The callbacks of one message, in their order, unless a fault turns it round."""

    def __init__(self, courier: Courier, habits: frozenset[Fault]) -> None:
        self._courier = courier
        self._habits = habits
        self._backlog: list[Post] = []
        self._last: asyncio.Task[None] | None = None

    def tell(self, post: Post) -> None:
        if Fault.CALLBACKS_OUT_OF_ORDER in self._habits:
            self._backlog.append(post)
        else:
            self._last = self._courier.hand_over(post, self._habits, self._last)

    def finish(self) -> None:
        """There is nothing more to tell."""
        while self._backlog:
            self._last = self._courier.hand_over(self._backlog.pop(), self._habits, self._last)
