"""The `handrail` command. Each command is a function in a file of its own, imported only when it is asked for."""

import sys
from importlib import import_module

import typer

COMMANDS = {
    "run": ("service.cli.run", "run"),
    "web": ("service.cli.run", "web"),
    "worker": ("service.cli.run", "worker"),
    "scheduler": ("service.cli.run", "scheduler"),
    "sandbox": ("service.cli.run", "sandbox"),
    "migrate": ("service.cli.migrate", "migrate"),
    "import": ("service.cli.import_", "import_"),
    "preview": ("service.cli.preview", "preview"),
    "diff-schedule": ("service.cli.diff_schedule", "diff_schedule"),
    "apply-schedule": ("service.cli.apply_schedule", "apply_schedule"),
    "simulate": ("service.cli.simulate", "simulate"),
    "understand": ("service.cli.understand", "understand"),
    "explain": ("service.cli.explain", "explain"),
    "override-clocks": ("service.cli.override_clocks", "override_clocks"),
    "doctor": ("service.cli.doctor", "doctor"),
    "check-config": ("service.cli.check_config", "check_config"),
    "add-staff": ("service.cli.add_staff", "add_staff"),
    "add-api-key": ("service.cli.add_api_key", "add_api_key"),
    "new-key": ("service.cli.keys", "new_key"),
    "rotate-keys": ("service.cli.keys", "rotate_keys"),
}


def application(only: str | None = None) -> typer.Typer:
    """All commands, or one alone, which starts quicker."""
    app = typer.Typer(
        help="Reminders before a session, a hand after it.", no_args_is_help=True, pretty_exceptions_enable=False
    )
    app.callback()(lambda: None)
    for name, (module, function) in COMMANDS.items():
        if only in (None, name):
            app.command(name)(getattr(import_module(module), function))
    return app


def main() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    application(asked if asked in COMMANDS else None)()
