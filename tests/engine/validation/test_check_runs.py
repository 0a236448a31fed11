"""Regression sets, from a recorded flight to a signed receipt: `POST /v1/checks`, `llmgw check`."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.validation import check_command, receipt_command
from llmgw_desktop.domain.access.principal import LOCAL, Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.engine.validation.check_set import read_set, written
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer, Delivery, Refusal

SECRET = "sk-ant-REDACTED" + "a1B2" * 12
PRICES = '[[prices]]\nmodel = "claude-stub"\ninput = 10\noutput = 100\n'
SEAT = '[[prices]]\nmodel = "gpt-stub"\ninput = 1\noutput = 1\n'


def _asked(words: str = "Say ping.", **more: object) -> dict[str, Any]:
    messages = [{"role": "user", "content": words}]
    return {"model": "claude-stub", "max_tokens": 64, "messages": messages, **more}


def _case(name: str = "one", words: str = "Say ping.", **checks: object) -> dict[str, Any]:
    return {
        "name": name,
        "protocol": "anthropic",
        "model": "claude-stub",
        "request": _asked(words),
        "checks": [{kind: wanted} for kind, wanted in checks.items()],
    }


def _set(*cases: dict[str, Any]) -> dict[str, Any]:
    return {"format": "check-set.v1", "case": list(cases)}


async def _events(house: House, fields: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    async with house.post("/v1/checks", fields) as answer:
        text = await answer.text()
        if answer.status != 200:
            return [("refused", json.loads(text)["error"])]
    told = []
    for frame in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in frame.splitlines() if not line.startswith(":"))
        if lines:
            told.append((lines["event"], json.loads(lines["data"])))
    return told


async def _ran(house: House, *cases: dict[str, Any], **more: object) -> dict[str, Any]:
    """With its rows in the order of the set."""
    events = await _events(house, {"set": _set(*cases), "name": "shop", **more})
    assert events[0][0] == "began", events
    assert events[-1][0] == "ended", events
    rows = sorted((told for name, told in events if name == "row"), key=lambda row: row["number"])
    return {**events[-1][1], "rows": rows}


async def _told(house: House, *words: str) -> tuple[int, str, str]:
    """A command, beside the gateway that runs."""
    places, env = house.container.places, dict[str, str]()

    def run() -> tuple[int, str, str]:
        arguments = parse(list(words))
        work = receipt_command.run if words[0] == "receipt" else check_command.run
        out, err, kept = io.StringIO(), io.StringIO(), (sys.stdout, sys.stderr)
        sys.stdout, sys.stderr = out, err
        try:
            return work(arguments, places, env), out.getvalue(), err.getvalue()
        finally:
            sys.stdout, sys.stderr = kept

    return await asyncio.to_thread(run)


async def test_exact_regex_and_schema_pass_and_fall(house: House) -> None:
    house.lane.always = Answer(text='```json\n{"city": "Oslo", "c": 7}\n```')
    schema = {"type": "object", "required": ["city"], "properties": {"c": {"maximum": 5}}}
    good = {"type": "object", "properties": {"city": {"pattern": "^O"}}}
    done = await _ran(
        house,
        _case("exact", exact='\n```json\n{"city": "Oslo", "c": 7}\n```'),
        _case("other words", exact="Oslo"),
        _case("pattern", regex='(?i)"CITY": "\\w+"'),
        _case("no such", regex="^Oslo"),
        _case("fits", schema=json.dumps(good)),
        _case("does not", schema=schema, regex="never"),
    )
    assert [row["passed"] for row in done["rows"]] == [True, False, True, False, True, False]
    last = done["rows"][-1]["checks"]
    assert [each["passed"] for each in last] == [False, False]
    assert last[0]["words"].startswith("c: 7 is greater than")
    run = done["run"]
    assert (run["passed"], run["failed"], run["notAsked"], run["cases"]) == (3, 3, 0, 6)
    assert run["firstFallen"] == "other words · claude-stub"
    assert run["set"] == "shop"
    agreement = done["receipt"]["body"]["agreement"]
    assert agreement["summary"] == "3 of 6 answers passed their checks."
    assert agreement["signals"][0].startswith("2. other words · claude-stub: exact: It says")
    async with house.get(f"/v1/checks/{run['id']}") as answer:
        kept = await answer.json()
    assert kept["run"]["rows"] == done["rows"]
    assert kept["receipt"] == done["receipt"]
    async with house.get("/v1/checks") as answer:
        assert [each["id"] for each in (await answer.json())["runs"]] == [run["id"]]


async def test_each_model_and_time_is_a_flight_down_the_pipeline(house: House) -> None:
    tools = [{"name": "rm", "description": "Removes.", "input_schema": {"type": "object"}}]
    case = {**_case("calls", regex="^rm "), "request": _asked(tools=tools), "flight": "flt_1"}
    done = await _ran(house, case, models=["claude-stub", "gpt-stub"], times=2)
    assert [row["passed"] for row in done["rows"]] == [True] * 4
    assert len(house.lane.requests) == 4, "nobody went on with a tool's result"
    assert {flight.replay_of for flight in house.closed} == {"flt_1"}
    assert {row["flight"] for row in done["rows"]} == {flight.id for flight in house.closed}
    assert {flight.client for flight in house.closed} == {"local"}


async def test_what_is_not_answered_is_no_pass(house: House) -> None:
    house.lane.then(Refusal(status=400))
    done = await _ran(house, _case(regex="."), _case("two", regex="."), atOnce=1)
    first, second = done["rows"]
    assert (first["passed"], second["passed"]) == (None, True)
    assert first["problem"]
    assert (done["run"]["notAsked"], done["run"]["firstFallen"]) == (1, "one · claude-stub")


async def test_judges_decide_by_most_of_their_verdicts(house: House) -> None:
    verdicts = [
        Answer(text=f"Verdict: {word}\nRationale: it says so.") for word in ("PASS", "FAIL")
    ]
    house.lane.always = verdicts[0]
    case = _case(judge="It names no date.")
    done = await _ran(house, case, judges=["chat/gpt-stub"])
    [row] = done["rows"]
    assert row["passed"] is True, row
    assert row["checks"][0]["words"].startswith("1 of 1 judges pass it.")
    judged = json.loads(house.lane.requests[-1].body)["messages"][-1]["content"]
    assert "It names no date." in judged
    house.lane.always = verdicts[1]
    [row] = (await _ran(house, case, judges=["chat/gpt-stub"]))["rows"]
    assert (row["passed"], row["checks"][0]["passed"]) == (False, False)
    asked = len(house.lane.requests)
    [row] = (await _ran(house, case))["rows"]
    assert row["checks"][0]["words"] == "No judge was named for this run."
    assert len(house.lane.requests) == asked + 1, "none is asked that the file could name"
    async with house.get("/v1/checks") as answer:
        assert len((await answer.json())["runs"]) == 3, "panels of judges are no runs"


async def test_a_budget_is_never_passed(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", PRICES) as house:
        cases = [_case(f"case {number}", regex=".") for number in range(6)]
        most = 64 * 100 / 1e6
        done = await _ran(house, *cases, budgetUsd=2.5 * most)
        asked = [row for row in done["rows"] if row["flight"]]
        assert 2 <= len(asked) <= 6
        assert done["run"]["costUsd"] <= 2.5 * most
        assert len(house.lane.requests) == len(asked)
        done = await _ran(house, *cases, budgetUsd=0.9 * most)
        assert all("may not hold it" in row["problem"] for row in done["rows"])
        assert len(house.lane.requests) == len(asked)
        [row] = (await _ran(house, _case(regex="."), models=["gpt-stub"], budgetUsd=9))["rows"]
        assert "No price is known" in row["problem"]
        assert len(house.lane.requests) == len(asked)


async def test_so_many_are_asked_at_once_and_who_leaves_cancels(house: House) -> None:
    house.lane.always = Answer(delivery=Delivery(begin_s=30.0))
    cases = [_case(f"case {number}", regex=".") for number in range(9)]
    fields = {"set": _set(*cases), "atOnce": 3}
    async with house.post("/v1/checks", fields) as answer:
        assert (await answer.content.readline()) == b"event: began\n"
        await asyncio.to_thread(house.lane.wait_for, 3)
    while len(house.closed) < 3:
        await asyncio.sleep(0.01)
    assert {flight.state.value for flight in house.closed} <= {"canceled", "failed"}
    assert len(house.lane.requests) == 3
    async with house.get("/v1/checks") as answer:
        assert (await answer.json())["runs"] == []


async def test_an_agent_runs_a_set_and_reads_of_earlier_runs(house: House) -> None:
    toolbox, heard = house.container.mcp_offer().toolbox, list[tuple[float, str]]()

    async def progress(done: float, total: float | None, message: str) -> None:
        heard.append((done, message))

    house.lane.always = Answer(text="ping")
    cases = [_case("good", exact="ping"), _case("bad", regex="pong")]
    text = "".join(
        written(case, is_first=not at)
        for at, case in enumerate(read_set(_set(*cases), "shop").cases)
    )
    given = {"set": text, "name": "shop", "times": 2, "atOnce": 1}
    told = await toolbox.call("check_run", given, LOCAL, progress=progress)
    run = told.structured["run"]
    assert (run["set"], run["passed"], run["failed"]) == ("shop", 2, 2)
    assert told.structured["receipt"]["body"]
    assert (told.text or "").startswith("2 of 4 answers passed their checks.")
    assert "3. bad · claude-stub: fell. regex:" in (told.text or "")
    assert heard[0][1] == "good · claude-stub: passed"
    assert [done for done, _ in heard] == [1, 2, 3, 4]
    listed = await toolbox.call("check_runs", {"limit": 1}, LOCAL)
    assert [each["id"] for each in listed.structured["runs"]] == [run["id"]]
    one = await toolbox.call("check_runs", {"checkId": run["id"]}, LOCAL)
    assert [row["passed"] for row in one.structured["run"]["rows"]] == [True, True, False, False]
    for broken, words in (("format = 1", "regression set"), ("[[", "no TOML")):
        refused = await toolbox.call("check_run", {"set": broken}, LOCAL)
        assert refused.is_error
        assert words in json.dumps(refused.structured)


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"regex": "(unclosed"}, "RE2"),
        ({"regex": "(?=ahead)"}, "RE2"),
        ({"regex": "x" * 5_000}, "4,096"),
        ({"schema": "{"}, "no JSON"),
        ({"schema": {"type": "nothing"}}, "no JSON Schema"),
        ({"schema": {"$ref": "file:///etc/passwd"}}, "this schema alone"),
        ({"schema": {"$ref": "http://127.0.0.1:1/x"}}, "this schema alone"),
        ({"schema": {"patternProperties": {"(a+)+$": {}}}}, "patternProperties"),
        ({"schema": {"properties": {"a": {"pattern": "(?=x)"}}}}, "RE2"),
        ({"schema": json.loads('{"not":' * 150 + "{}" + "}" * 150)}, "deep"),
        ({"exact": ""}, "1 to 65,536"),
        ({"run": "rm -rf /"}, "exact, regex, schema, judge"),
    ],
)
async def test_a_hostile_check_is_refused_before_anything_is_asked(
    house: House, spoilt: dict[str, Any], words: str
) -> None:
    [(name, told)] = await _events(house, {"set": _set(_case("good", exact="x"), _case(**spoilt))})
    assert (name, told["code"]) == ("refused", "invalid_run")
    assert words in told["message"]
    assert house.lane.requests == []


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"headers": {"authorization": "Bearer x"}}, "anthropic-version"),
        ({"headers": {"x-project": "other"}}, "anthropic-version"),
        ({"path": "/etc/passwd"}, "not known"),
        ({"flight": "../../x"}, "flight's id"),
        ({"protocol": "cli"}, "protocol"),
        ({"name": "a\x1b[31m"}, "printable"),
        ({"request": "{"}, "no JSON"),
        ({"request": "[]"}, "object"),
        ({"request": _asked(tools=[{"type": "web_search_20250305", "name": "w"}])}, "runs none"),
        ({"checks": []}, "1 to 20"),
    ],
)
async def test_a_hostile_case_is_refused(house: House, spoilt: dict[str, Any], words: str) -> None:
    [(name, told)] = await _events(house, {"set": _set({**_case(exact="x"), **spoilt})})
    assert name == "refused"
    assert words in told["message"]
    many = _set(*(_case(f"case {number}", exact="x") for number in range(200)))
    [(name, told)] = await _events(house, {"set": many, "times": 3})
    assert "600 answers" in json.dumps(told)
    assert house.lane.requests == []


async def test_a_schema_that_multiplies_itself_ends(house: House) -> None:
    defs = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    bomb = {"$ref": "#/$defs/d0", "$defs": {**defs, "d40": {}}}
    house.lane.always = Answer(text="{}")
    loop = {"$ref": "#"}
    first, second = (await _ran(house, _case("a", schema=bomb), _case("b", schema=loop)))["rows"]
    assert "steps" in first["checks"][0]["words"]
    assert (second["passed"], first["passed"]) == (False, False)


async def test_from_a_flight_by_command_to_a_receipt_that_verifies(
    house: House, tmp_path: Path
) -> None:
    async with house.post("/v1/messages", _asked(f"My key is {SECRET}, 'quote' it.")) as answer:
        flight = answer.headers["x-llmgw-flight"]
        await answer.read()
    assert await asyncio.to_thread(house.container.recording.store.flush, 5.0)
    file, schema = tmp_path / "shop.toml", tmp_path / "schema.json"
    schema.write_text('{"type": "object"}')
    code, out, err = await _told(house, "check", "add", flight, "--to", str(file))
    assert (code, err) == (0, ""), err
    assert "with 1 check; 1 case in it" in out
    added = ("--regex", "pong$", "--judge", "It's\nshort.", "--schema", str(schema))
    more = ("--name", "second", *added)
    assert (await _told(house, "check", "add", flight, "--to", str(file), *more))[0] == 0
    code, _, err = await _told(house, "check", "add", flight, "--to", str(file), "--name", "second")
    assert (code, "already" in err) == (2, True)
    text = file.read_text()
    assert SECRET not in text
    told = tomllib.loads(text)
    assert told["case"][0]["checks"] == [{"exact": "pong from the upstream"}]
    assert told["case"][1]["checks"][2] == {"judge": "It's\nshort."}
    assert "[secret removed], 'quote' it." in told["case"][0]["request"]
    assert told["case"][0]["flight"] == flight
    receipt = tmp_path / "receipt.json"
    run = ("check", "run", str(file), "--receipt", str(receipt))
    code, out, err = await _told(house, *run)
    assert code == 1, (out, err)
    lines = out.splitlines()
    assert lines[0].startswith("shop: 2 cases, set ")
    assert sorted(line.split("\t")[0] for line in lines[2:4]) == ["FAIL", "pass"]
    assert "1 passed, 1 fell" in out
    assert "First to fall: second · claude-stub" in out
    code, out, err = await _told(house, "receipt", "verify", str(receipt))
    assert (code, err) == (0, ""), err
    assert "genuine" in out
    spoilt = receipt.read_bytes().replace(b'"PASS"', b'"FAIL"', 1)
    assert spoilt != receipt.read_bytes()
    receipt.write_bytes(spoilt)
    assert (await _told(house, "receipt", "verify", str(receipt)))[0] == 1
    _, out, _ = await _told(house, "check", "runs")
    run_id = out.splitlines()[1].split("\t")[0]
    assert out.splitlines()[1].split("\t")[6] == "–", "nobody told a cost: that is not $0"
    assert (await _told(house, "check", "show", run_id))[1].count("\n") == 5
    assert (await _told(house, "check", "show", "val_0"))[0] == 2


async def test_a_file_that_is_none_is_said(house: House, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    for text, words in (
        ("[[[", "cannot be read"),
        ('format = "check-set.v9"', "check-set.v1"),
        ("a = " + "[" * 5_000, "cannot be read"),
        ("#" * 9_000_000, "8,388,608"),
    ):
        file.write_text(text)
        code, _, err = await _told(house, "check", "run", str(file))
        assert (code, words in err) == (2, True), err
    none = str(tmp_path / "none.toml")
    code, _, err = await _told(house, "check", "run", none)
    assert (code, err) == (2, f"llmgw: {none} cannot be used: No such file or directory.\n")
    assert house.lane.requests == []


async def test_a_set_that_all_pass_exits_with_0(house: House, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    body = json.dumps(_asked())
    file.write_text(
        f"""format = "check-set.v1"
[[case]]
name = "by hand"
protocol = "anthropic"
model = "claude-stub"
request = '{body}'
checks = [{{ exact = "pong from the upstream" }}, {{ regex = "pong" }}]
"""
    )
    code, out, _ = await _told(house, "check", "run", str(file), "--model", "gpt-stub", "--json")
    assert code == 0, out
    events = [json.loads(line) for line in out.splitlines()]
    assert [each["event"] for each in events] == ["began", "row", "ended"]


async def test_a_run_is_its_owners_or_not_found(house: House) -> None:
    keys = ClientKeys(
        house.container.access.clients, house.container.clock, TimedIds(house.container.clock)
    )
    asking = keys.add("asking", [Scope.MODELS_USE])
    looking = keys.add("looking", [Scope.FLIGHTS_READ])
    run = (await _ran(house, _case(regex=".")))["run"]
    for path in ("/v1/checks", f"/v1/checks/{run['id']}"):
        async with house.get(path, Authorization=f"Bearer {looking}") as answer:
            assert answer.status == 403
    async with house.get("/v1/checks", Authorization=f"Bearer {asking}") as answer:
        assert (await answer.json())["runs"] == []
    async with house.get(f"/v1/checks/{run['id']}", Authorization=f"Bearer {asking}") as answer:
        assert answer.status == 404
