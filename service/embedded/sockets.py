"""Where a server's unix socket goes: beside its files, or in the temporary folder when that path is too long."""

import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

_LONGEST_PATH = 103  # bytes; macOS allows 103 and Linux 107 (sockaddr_un.sun_path)


class UnsafeFolder(Exception):
    """A folder for sockets exists but belongs to somebody else."""


def socket_folder(folder: Path, socket_name: str, *, uid: int, gid: int) -> Path:
    """A folder that only `uid` may enter, the same one at every call. Raises `UnsafeFolder`."""
    folder = folder.resolve()
    place = folder / "socket"
    if len(os.fsencode(place / socket_name)) > _LONGEST_PATH:
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        place = Path(tempfile.gettempdir()).resolve() / f"handrail-{digest}"
    _make_private(place, uid=uid, gid=gid)
    return place


def _make_private(place: Path, *, uid: int, gid: int) -> None:
    if not os.path.lexists(place):
        place.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(place, uid, gid)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise UnsafeFolder(f"{place} should be a folder of this server's own user. Remove it, then start again.")
    if found.st_mode & 0o077:
        place.chmod(0o700)


def answers(socket_path: Path) -> bool:
    """Whether a server takes connections there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(socket_path))
        except OSError:
            return False
        return True
