"""Rights that another user of the machine needs, and no more."""

import stat
from pathlib import Path

from service.embedded.system_user import make_readable, open_the_way


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_closed_folders_on_the_way_let_others_through_but_not_look(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "project" / "data").mkdir(parents=True)
    home.chmod(0o700)
    assert home in open_the_way(home / "project" / "data")
    assert mode(home) == 0o701


def test_an_open_way_is_not_touched(tmp_path: Path) -> None:
    open_the_way(tmp_path / "data")
    assert open_the_way(tmp_path / "data") == ()


def test_programs_become_readable_but_never_writable(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir(mode=0o700)
    tool, note = tmp_path / "bin" / "tool", tmp_path / "bin" / "note"
    for path, rights in ((tool, 0o700), (note, 0o600)):
        path.write_text("x")
        path.chmod(rights)
    make_readable(tmp_path)
    assert (mode(tool), mode(note), mode(tmp_path / "bin")) == (0o755, 0o644, 0o755)
