"""A configuration folder as small as it can be, with one thing changed at a time."""

from pathlib import Path

CLINIC = """\
name = "Sacramento"
discreet_name = "Lakeside Clinic"
timezone = "America/Los_Angeles"
phone = "(916) 555-0180"
"""

SCHEDULE = """\
name = "iv-infusion"
title = "IV session"
kinds = ["iv", "im", "esketamine", "oral", "consultation", "integration"]
texts = "iv"
reviewed_by = "Medical director"
reviewed_on = 2026-11-01
[clocks]
solids = "8h"
clear_liquids = "2h"
[driving]
after_end = "24h"
[[steps]]
key = "fasting"
title = "When to stop eating and drinking"
days_before = 1
at = 12:00:00
expires_before_start = "2h"
[[steps]]
key = "home_safe"
title = "Home safe"
after_end = "3h"
"""

ENGLISH = """\
[fasting]
sms = "{{ clinic.name }}: eat until {{ clock.solids }}, drink until {{ clock.clear_liquids }}."
short = "Eat until {{ clock.solids }}."
[home_safe]
sms = "{{ clinic.name }}: home safe? No driving before {{ driving.until }}."
"""

SPANISH = """\
[fasting]
sms = "{{ clinic.name }}: coma hasta las {{ clock.solids }}."
[home_safe]
sms = "{{ clinic.name }}: no conduzca antes de las {{ driving.until }}."
"""

COMMON = """\
[help]
sms = "Call {{ clinic.phone }}."
[opted_out]
sms = "No more texts from {{ clinic.name }}."
[opted_in]
sms = "Texts from {{ clinic.name }} again."
[crisis]
sms = "988 Suicide & Crisis Lifeline: call or text 988."
[stop_line]
sms = "Reply STOP to end texts."
[confirmed_ack]
sms = "See you {{ visit.when }}."
[email]
subject = "A message from {{ clinic.name }}"
body = "Read it here: {{ link }}"
"""

FILES = {
    "clinics/sacramento.toml": CLINIC,
    "schedules/iv.toml": SCHEDULE,
    "templates/en/iv.toml": ENGLISH,
    "templates/es/iv.toml": SPANISH,
    "templates/en/common.toml": COMMON,
}


def small_folder(folder: Path, **changes: tuple[str, str]) -> Path:
    """Each change replaces a piece of a file: `schedules_iv=("8h", "9h")`, `templates_en_iv=(…)`."""
    for name, source in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        old, new = changes.get(name.removesuffix(".toml").replace("/", "_"), ("", ""))
        assert old in source
        path.write_text(source.replace(old, new, 1) if old else source + new, encoding="utf-8")
    return folder
