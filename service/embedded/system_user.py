"""PostgreSQL refuses to run as root. Started by root (a container, a CI machine), it gets a user of its own."""

import contextlib
import os
import pwd
import stat
import subprocess
from pathlib import Path

from service.embedded.processes import SystemUser

_NAME = "handrail-postgres"
_LAST_RESORT = "nobody"


def user_for_postgres() -> SystemUser | None:
    """None when we are not root: then PostgreSQL runs as we do."""
    if os.geteuid() != 0:
        return None
    entry = _find(_NAME) or _create() or pwd.getpwnam(_LAST_RESORT)
    return SystemUser(uid=entry.pw_uid, gid=entry.pw_gid)


def _find(name: str) -> pwd.struct_passwd | None:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name)
    return None


def _create() -> pwd.struct_passwd | None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", _NAME]
    with contextlib.suppress(OSError):
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603  fixed words
    return _find(_NAME)  # another process may have made it in the meantime


def open_the_way(path: Path) -> tuple[Path, ...]:
    """Lets other users pass through (not list, not read) every folder above `path`; returns the ones changed."""
    closed = [folder for folder in path.resolve().parents if not folder.stat().st_mode & stat.S_IXOTH]
    for folder in closed:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)
    return tuple(closed)


def make_readable(tree: Path) -> None:
    """Gives everybody what the owner may do in this tree of programs, except writing: pip obeys a strict umask."""
    for path in (tree, *tree.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        wanted = mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6
        if wanted != mode and not path.is_symlink():
            path.chmod(wanted)
