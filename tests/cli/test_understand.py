"""`handrail understand`: one answer a text, whatever arrives on stdin."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from service.cli.understand import understand

REPOSITORY = Path(__file__).parents[2]
KEYS = ["text", "intent", "needs_staff", "urgency", "value", "rule"]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.chdir(REPOSITORY)
    app = typer.Typer()
    app.command()(understand)
    return app


def run(command: typer.Typer, *arguments: str, stdin: bytes = b"") -> list[dict[str, object]]:
    result = CliRunner().invoke(command, ["--json", *arguments], input=stdin)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_text_is_answered_with_exactly_the_promised_keys(command: typer.Typer) -> None:
    [answer] = run(command, "about a 6 I guess", "--asked", "score")
    assert list(answer) == KEYS
    assert (answer["intent"], answer["value"], answer["needs_staff"]) == ("score", "6", False)
    assert answer["urgency"] == "none"


def test_stdin_is_one_text_a_line_and_an_empty_line_is_a_text_too(command: typer.Typer) -> None:
    answers = run(command, stdin=b"C\n\nme quiero morir\r\n")
    assert [answer["intent"] for answer in answers] == ["confirm", "unclear", "crisis"]
    assert answers[2]["text"] == "me quiero morir"


def test_bytes_that_are_no_utf8_neither_crash_nor_hide_the_rest(command: typer.Typer) -> None:
    answers = run(command, stdin=b"\xff\xfe STOP\n\x80\x00\nI want to die \xc3\n")
    assert [answer["intent"] for answer in answers] == ["opt_out", "unclear", "crisis"]


def test_without_json_a_line_is_for_people(command: typer.Typer) -> None:
    result = CliRunner().invoke(command, ["STOP"])
    assert result.stdout.startswith("opt_out")
    assert "opt_out.word" in result.stdout


def test_a_folder_without_rules_is_named(command: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["C", "--config", str(tmp_path)])
    assert result.exit_code == 2
    assert str(tmp_path) in result.output.replace("\n", "")


def test_a_mistake_in_a_rule_file_is_shown_with_its_line(command: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "en.toml").write_text('language = "en"\nrules = 3\n')
    result = CliRunner().invoke(command, ["C", "--config", str(tmp_path)])
    assert result.exit_code == 2
    assert "en.toml:2" in result.output.replace("\n", "")


def test_each_answer_comes_before_the_next_text_is_asked_for() -> None:
    program = "import typer; from service.cli.understand import understand; typer.run(understand)"
    with subprocess.Popen(
        [sys.executable, "-c", program, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY
    ) as process:
        assert process.stdin
        assert process.stdout
        for text, intent in ((b"STOP\n", "opt_out"), (b"C\n", "confirm")):
            process.stdin.write(text)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["intent"] == intent
        process.stdin.close()
