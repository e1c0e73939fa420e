import json
import shutil
from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from service.cli.check_config import check_config
from tests.clinic import ROOT
from tests.messaging.small_folder import small_folder

app = typer.Typer()
app.command()(check_config)


def run(folder: Path, *extra: str) -> Result:
    if not (folder / "replies").exists():
        shutil.copytree(ROOT / "config" / "replies", folder / "replies")
    return CliRunner().invoke(app, ["--config", str(folder), *extra])


def test_a_sound_folder_ends_well_with_a_summary(tmp_path: Path) -> None:
    found = run(small_folder(tmp_path))

    assert found.exit_code == 0
    assert found.stdout == "All good: 1 clinic; 1 schedule; 2 steps; 9 texts in en, es. 0 warnings.\n"


def test_each_mistake_is_a_line_with_place_problem_and_remedy(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, templates_en_iv=("driving.until", "driving.untill"))
    found = run(folder)
    line, tally = found.stdout.splitlines()

    assert found.exit_code == 1
    assert line.startswith(f"{folder}/templates/en/iv.toml:5: home_safe.sms: there is no variable driving.untill. Use")
    assert tally == "1 mistake to mend, 0 warnings."


def test_warnings_do_not_fail_the_check(tmp_path: Path) -> None:
    found = run(small_folder(tmp_path, schedules_iv=(', "integration"', "")))

    assert found.exit_code == 0
    assert found.stdout.startswith("warning: ")
    assert "no schedule covers integration" in found.stdout


def test_json_lists_the_same_for_a_program(tmp_path: Path) -> None:
    bad = run(small_folder(tmp_path / "bad", templates_en_iv=("home safe?", "ketamine?")), "--json")
    good = run(small_folder(tmp_path / "good"), "--json")
    (mistake,) = json.loads(bad.stdout)["mistakes"]

    assert bad.exit_code == 1
    assert (mistake["line"], mistake["where"]) == (5, "home_safe.sms")
    assert json.loads(good.stdout) == {"ok": True, "mistakes": [], "warnings": []}


def test_rules_for_replies_that_cannot_be_read_are_a_mistake(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / "replies").mkdir()
    assert "en.toml" in run(folder).stdout
    (folder / "replies" / "en.toml").write_text("[[rules]\n")
    found = run(folder)
    assert found.exit_code == 1
    assert "en.toml:1" in found.stdout


def test_a_mapping_for_a_clinic_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    shutil.copytree(ROOT / "config" / "imports", folder / "imports")
    found = run(folder)
    assert found.exit_code == 1
    assert "Phoenix" in found.stdout
