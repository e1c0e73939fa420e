"""An import that takes its time, so that a test can see what others do meanwhile."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from service.domain.incoming import IncomingVisit
from service.messaging.incoming_people import People
from tests.clinic import ClinicUnderTest


def while_an_import_is_at_work(
    clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch, changed: IncomingVisit, meanwhile: Callable[[], object]
) -> None:
    """Runs `meanwhile` after the import locked its visits and before it stores what changed. Raises what it raised."""
    real, at_work, problems = People.store, threading.Event(), list[Exception]()

    def slow(people: People, fresh: Sequence[IncomingVisit]) -> object:
        at_work.set()
        time.sleep(0.4)
        return real(people, fresh)

    def take() -> None:
        try:
            clinic.take(changed)
        except Exception as problem:
            problems.append(problem)

    monkeypatch.setattr(People, "store", slow)
    importing = threading.Thread(target=take)
    importing.start()
    assert at_work.wait(5)
    meanwhile()
    importing.join(10)
    assert problems == []
