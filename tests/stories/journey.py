"""What the people of a story do: import a file, look at a phone, write a text, jump the clock, read a page."""

import http.cookiejar
import json
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.stack import ROOT, Stack


@dataclass
class Journey:
    stack: Stack
    _browser: urllib.request.OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(cookies)

    # --- the clinic -----------------------------------------------------------------------------

    def handrail(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "service.cli", *arguments]
        return subprocess.run(command, env=self.stack.env, cwd=ROOT, capture_output=True, text=True, check=False)

    def import_file(self, file: Path) -> dict[str, Any]:
        done = self.handrail("import", str(file), "--json")
        assert done.returncode in (0, 3), done.stderr
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def sign_in(self) -> None:
        page = self.page("/sign-in")
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        fields = form | {"email": "manager@lakeside.example", "password": self.stack.env["DEMO_PASSWORD"]}
        self._browser.open(f"{self.stack.web_url}/sign-in", urllib.parse.urlencode(fields).encode()).close()

    def page(self, path: str) -> str:
        with self._browser.open(f"{self.stack.web_url}{path}") as answer:
            text: str = answer.read().decode()
        return text

    # --- time -----------------------------------------------------------------------------------

    def set_clock(self, to: datetime) -> None:
        """Straight there. What was due on the way goes out late, if it is still of use."""
        self.move_clock(to)
        self.settle()

    def move_clock(self, to: datetime) -> None:
        """Straight there, without waiting for what is due now."""
        self._clock(json.dumps({"to": to.isoformat()}).encode())

    def settle(self, seconds: float = 60) -> None:
        """Until nothing is due, on its way or waiting to be applied."""
        self.stack.wait_until(lambda: self._clock()["waiting"] == 0, "everything due was sent", seconds=seconds)

    def _clock(self, body: bytes | None = None) -> dict[str, Any]:
        headers = {
            "Authorization": f"Bearer {self.stack.env['TWILIO_AUTH_TOKEN']}",
            "Content-Type": "application/json",
        }
        request = urllib.request.Request(f"{self.stack.web_url}/sandbox/clock", body, headers)
        with urllib.request.urlopen(request) as answer:
            state: dict[str, Any] = json.load(answer)
        return state

    # --- the patient ----------------------------------------------------------------------------

    def texts_to(self, number: str) -> list[str]:
        """What the clinic sent to a phone, oldest first."""
        with urllib.request.urlopen(f"{self.stack.sandbox_url}/phones/{number}.json") as answer:
            lines = json.load(answer)["lines"]
        return [line["body"] for line in lines if line["written_by"] == "us"]

    def write(self, number: str, words: str) -> None:
        """A patient types a text; returns when the service has dealt with it."""
        body = json.dumps({"text": words}).encode()
        url = f"{self.stack.sandbox_url}/phones/{number}.json"
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request).close()
        self.settle()

    def ledger(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.stack.sandbox_url}/ledger") as answer:
            entries: list[dict[str, Any]] = json.load(answer)["entries"]
        return entries

    def fault(self, name: str, **where: object) -> None:
        body = json.dumps({"fault": name, **where}).encode()
        url = f"{self.stack.sandbox_url}/faults"
        urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"})).close()
