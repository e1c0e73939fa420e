"""The parts of this worker process, made after the fork: connections and event loops do not survive one."""

import os
from functools import lru_cache

from service.wiring import Services, services_from_environment


def services() -> Services:
    return _services_of(os.getpid())


@lru_cache(maxsize=1)
def _services_of(_pid: int) -> Services:
    return services_from_environment()
