"""Schedules through the API, with a real database and keys."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from service.storage.api_keys import add_api_key
from tests.web.browser import Answer, Browser
from tests.web.house import NOW, House, visit

WHEN = 'at = 12:00:00\npriority = "safety"\nasks = "fasting"'
PATH = "/api/v1/schedules/iv-infusion"


class Program(Browser):
    """Another program that calls the API."""

    key = ""

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None, **headers: str) -> Answer:
        sent = json.dumps(body or {}).encode() if method != "GET" else b""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        auth = {"authorization": f"Bearer {self.key}"} if self.key else {}
        return self._ask(method, path, sent, {"content-type": "application/json", **auth, **named})


def program(house: House, *, may_write: bool = True) -> Program:
    caller = Program(house.app)
    with house.services.database.organisation(house.organisation_id) as connection:
        caller.key = add_api_key(connection, house.organisation_id, f"ehr {may_write}", may_write=may_write, now=NOW)
    return caller


@pytest.fixture
def api(house: House) -> Program:
    return program(house)


def source(api: Program) -> str:
    found: str = json.loads(api.call("GET", PATH).text)["schedule"]
    return found


def changed(api: Program) -> str:
    """The fasting text two hours earlier."""
    return source(api).replace(WHEN, WHEN.replace("12", "10"))


def error(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.text)["error"]
    return found


def test_without_a_key_nothing_is_told(house: House) -> None:
    answer = Program(house.app).call("GET", PATH)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert error(answer)["code"] == "no_key"


def test_a_key_that_is_not_known_opens_nothing(api: Program) -> None:
    api.key = "hr_guessed"
    assert api.call("GET", PATH).status == 401


def test_a_key_that_may_only_look_cannot_save(house: House) -> None:
    api = program(house, may_write=False)
    body = {"schedule": source(api)}
    assert [api.call("GET", PATH).status, api.call("PUT", PATH, body).status] == [200, 403]


def test_only_a_hash_of_the_key_is_kept(house: House, api: Program) -> None:
    row = house.one("SELECT * FROM api_keys")
    assert api.key not in str(row)


def test_saving_makes_a_version_that_knows_who_and_why(api: Program) -> None:
    saved = json.loads(api.call("PUT", PATH, {"schedule": changed(api), "reason": "earlier"}).text)
    now = json.loads(api.call("GET", PATH).text)
    assert (saved["version"], saved["is_new"]) == (2, True)
    assert [(v["version"], v["made_by"], v["reason"]) for v in now["versions"]] == [
        (2, "api:ehr True", "earlier"),
        (1, "tests", "loaded from the configuration folder"),
    ]


def test_saving_the_same_makes_no_version(api: Program) -> None:
    assert json.loads(api.call("PUT", PATH, {"schedule": source(api)}).text)["is_new"] is False


def test_saving_plans_nothing_anew(house: House, api: Program) -> None:
    house.take(visit())
    before = house.all("SELECT id, due_at, state FROM messages ORDER BY id")
    api.call("PUT", PATH, {"schedule": changed(api)})
    assert house.all("SELECT id, due_at, state FROM messages ORDER BY id") == before


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('title = "IV session"', 'titel = "IV session"', "titel"),
        ('solids = "8h" ', 'solids = "3 hours-ish" ', "clocks.solids"),
        ("days_before = 7", "days_before = -7", "steps[1].days_before"),
        ('kinds = ["iv"]', 'kinds = ["im"]', "kinds"),
        ('name = "iv-infusion"', 'name = "other"', "name"),
    ],
)
def test_a_bad_schedule_is_refused_with_its_place_and_the_version_stays(
    api: Program, old: str, new: str, where: str
) -> None:
    answer = api.call("PUT", PATH, {"schedule": source(api).replace(old, new, 1)})
    [first, *_] = [m for m in error(answer)["mistakes"] if m["where"] == where]
    assert answer.status == 422
    assert first["file"] == "iv-infusion.toml"
    assert first["line"] > 0
    assert first["remedy"]
    assert json.loads(api.call("GET", PATH).text)["in_force"]["version"] == 1


@pytest.mark.parametrize("words", ["{{ ''.__class__ }}", "{{ visit.tme }}", "{% if %}", "your ketamine session"])
def test_a_text_that_must_not_be_said_is_refused(api: Program, words: str) -> None:
    texts = {"en": {"iv.prepare": {"sms": words}}}
    answer = api.call("PUT", PATH, {"schedule": source(api), "texts": texts})
    mistakes = error(answer)["mistakes"]
    assert answer.status == 422
    assert [(m["file"], m["where"]) for m in mistakes] == [("texts.en", "prepare.sms")]


def test_a_text_that_is_given_replaces_the_one_in_force(api: Program) -> None:
    texts = {"en": {"iv.prepare": {"sms": "{{ clinic.name }}: see you {{ visit.when }}."}}}
    api.call("PUT", PATH, {"schedule": source(api), "texts": texts})
    now = json.loads(api.call("GET", PATH).text)["texts"]
    assert now["en"]["iv.prepare"] == texts["en"]["iv.prepare"]
    assert "iv.fasting" in now["en"]
    assert "iv.prepare" in now["es"]


def test_a_change_to_an_outdated_version_is_refused_with_both_numbers(api: Program) -> None:
    body = {"schedule": changed(api)}
    assert api.call("PUT", PATH, {**body, "base_version": 1}).status == 200
    answer = api.call("PUT", PATH, {"schedule": source(api) + "\n# more"}, if_match='"1"')
    assert answer.status == 409
    assert {"base_version": 1, "current_version": 2}.items() <= error(answer).items()


def test_a_rollback_is_a_new_version_with_the_old_content(api: Program) -> None:
    first = source(api)
    api.call("PUT", PATH, {"schedule": changed(api)})
    back = json.loads(api.call("POST", f"{PATH}/rollback", {"version": 1, "reason": "too early"}).text)
    now = json.loads(api.call("GET", PATH).text)
    assert (back["version"], now["schedule"]) == (3, first)
    assert now["in_force"]["reason"] == "back to version 1: too early"


def test_what_does_not_exist_is_said_to(api: Program) -> None:
    assert api.call("GET", "/api/v1/schedules/none").status == 404
    assert api.call("POST", f"{PATH}/rollback", {"version": 9}).status == 404


def test_a_body_with_an_unknown_key_is_refused(api: Program) -> None:
    answer = api.call("PUT", PATH, {"schedule": "", "resaon": "x"})
    assert (answer.status, error(answer)["code"]) == (422, "unreadable")


def test_the_description_lists_the_schedules(house: House) -> None:
    described = json.loads(Program(house.app).call("GET", "/api/v1/openapi.json").text)
    assert {"get", "put"} <= described["paths"]["/api/v1/schedules/{name}"].keys()


def test_diff_names_what_would_move_and_apply_moves_it(house: House, api: Program) -> None:
    appointment = house.take(visit())
    before = house.message("fasting", appointment)
    told = json.loads(api.call("POST", f"{PATH}/diff", {"schedule": changed(api)}).text)
    assert told["counts"] == {"added": 0, "moved": 1, "reworded": 0, "withdrawn": 0}
    assert [(c["appointment"], c["step"]) for c in told["changes"]] == [("A-1", "fasting")]
    api.call("PUT", PATH, {"schedule": changed(api)})
    assert json.loads(api.call("POST", f"{PATH}/apply").text) == {"version": 2, "appointments": 1, "left": 0}
    assert house.message("fasting", appointment) != before
    assert json.loads(api.call("POST", f"{PATH}/apply").text)["appointments"] == 0


def test_the_folder_does_not_undo_what_was_saved_when_it_is_loaded_again(house: House, api: Program) -> None:
    api.call("PUT", PATH, {"schedule": changed(api)})
    house.furnish_again()
    assert json.loads(api.call("GET", PATH).text)["in_force"]["version"] == 2
