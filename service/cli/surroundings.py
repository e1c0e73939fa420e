"""What a single command needs around it: settings and a database, joined where `handrail run` has them already."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.cli.local_settings import local_settings
from service.cli.run_lock import published
from service.embedded.broker import use_a_folder
from service.embedded.database import prepare_database
from service.embedded.postgres import start_postgres


@contextmanager
def surroundings(folder: Path = Path("var")) -> Iterator[dict[str, str]]:
    """The environment for one command. With DATABASE_URL set it is taken as it is; else the embedded PostgreSQL
    of `folder` is joined, or started for the length of the command. Raises `PostgresDidNotStart`."""
    if os.environ.get("DATABASE_URL"):
        yield dict(os.environ)
        return
    environment = local_settings(folder / "handrail.env", os.environ)
    environment |= {name: value for name, value in published(folder / "run.lock").items() if name != "PID"} | os.environ
    if "REDIS_URL" not in environment:  # nobody listens now; what is due is found in the database later
        environment["REDIS_URL"] = use_a_folder(folder / "broker").url
    with start_postgres(folder / "postgres") as postgres:
        admin_url, app_url = prepare_database(postgres.admin_url)
        yield environment | {"DATABASE_ADMIN_URL": admin_url, "DATABASE_URL": app_url}
