"""Flights as files: what each form holds, that programs of others read it, and no secret in any."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import zlib
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from llmgw_desktop.app.flights.export.exporting import (
    SUFFIXES,
    Cleaning,
    ExportCanceled,
    ExportForm,
    FlightExporter,
)
from llmgw_desktop.app.flights.export.har import har_entry
from llmgw_desktop.app.flights.export.sdk_code import python_text
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.flights.flight import (
    Attempt,
    FlightQuery,
    FlightRecord,
    FlightState,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.redaction.redactor import Redactor
from tests.support.made_flights import summary
from tests.support.npm_cli import install_lock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmgw_desktop.store.flights.flight_reader import FlightReader

SECRET = "sk-ant-api03-" + "Zq7" * 31 + "AA"
KNOWN = "tr0ub4dor-and-three"
BASE = "http://127.0.0.1:3333"
ASKED = {
    "model": "claude-sonnet",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": 'Say "ping" <b>& it\'s</b> \u202e fine\n$(id) `id`'}],
    "temperature": 0.5,
}
ANSWERED = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "ping <script>alert(1)</script>"}],
    "stop_reason": "end_turn",
}


def _record(number: int = 1, **changes: Any) -> FlightRecord:
    made = FlightRecord(
        summary=summary(number, streaming=False),
        path="/v1/messages?beta=true",
        request_headers=(("content-type", "application/json"), ("anthropic-beta", "a-1")),
        request_body=json.dumps(ASKED).encode(),
        answer_headers=(("content-type", "application/json"),),
        answer_body=json.dumps(ANSWERED).encode(),
        phases=(
            Phase(name=PhaseName.READ, start_ms=0, end_ms=1.5),
            Phase(name=PhaseName.CONNECT, start_ms=2, end_ms=4),
            Phase(name=PhaseName.WAIT, start_ms=4, end_ms=804),
            Phase(name=PhaseName.STREAM, start_ms=804, end_ms=4000),
        ),
    )
    return replace(made, **changes)


class Shelf:
    """A reader of made flights."""

    def __init__(self, *records: FlightRecord) -> None:
        self.records = {each.summary.id: each for each in records}

    def page(self, query: FlightQuery, *, offset: int, limit: int) -> list[Any]:
        newest = [each.summary for each in reversed(self.records.values())]
        return newest[offset : offset + limit]

    def record(self, flight_id: str) -> FlightRecord | None:
        return self.records.get(flight_id)


def _exporter(*records: FlightRecord) -> FlightExporter:
    redactor = Redactor()
    redactor.know([KNOWN])
    reader: Any = Shelf(*records)
    shelf: FlightReader = reader
    return FlightExporter(reader=shelf, clean=redactor.clean, base_url=BASE)


def _written(path: Path, form: ExportForm, records: Sequence[FlightRecord]) -> str:
    exporter = _exporter(*records)
    exporter.write(path, exporter.chosen(FlightQuery()), form)
    return path.read_text("utf-8")


def _odd_records() -> list[FlightRecord]:
    """Of every state, with everything that may be missing or strange."""
    lost = summary(2, state=FlightState.LOST, status=None, took_ms=None, ttft_ms=None, attempts=0)
    failed = summary(3, state=FlightState.FAILED, status=529, error_kind="upstream_529")
    return [
        _record(),
        FlightRecord(summary=lost),
        FlightRecord(summary=failed, unreadable="The vault is locked.", path="/v1/messages"),
        _record(4, answer_body=b"\xff\xfe\x00", request_body=b"\xff", answer_body_whole=False),
        _record(5, path="/v1beta/models/a b:generateContent", answer_headers=()),
        _record(6, summary=summary(6, status=799, protocol=ModelProtocol.CLI), phases=()),
        _record(7, request_body=b"[" * 5000, answer_body=b"data: {\n\n" * 40),
    ]


CHECK = """
import validator from "har-validator";
import { readFileSync } from "node:fs";
const har = JSON.parse(readFileSync(process.argv[2], "utf8"));
validator.har(har).then(
  () => console.log(har.log.entries.length),
  (error) => { console.error(JSON.stringify(error.errors ?? String(error))); process.exit(1); },
);
"""


def test_an_archive_is_one_to_a_validator_of_others(tmp_path: Path) -> None:
    modules = install_lock(Path(__file__).with_name("har_validator"))
    path = tmp_path / "out.har"
    har = json.loads(_written(path, ExportForm.HAR, _odd_records()))
    check = tmp_path / "check.mjs"
    check.write_text(CHECK)
    (tmp_path / "node_modules").symlink_to(modules)

    def checked() -> subprocess.CompletedProcess[str]:
        command = ["node", str(check), str(path)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    done = checked()
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "7", "")
    began = [each["startedDateTime"] for each in har["log"]["entries"]]
    assert began == sorted(began)
    del har["log"]["entries"][2]["response"]["status"]
    path.write_text(json.dumps(har))
    assert checked().returncode == 1  # or it would prove nothing


def test_an_archive_holds_what_was_said_and_when() -> None:
    entry = har_entry(_record(), BASE)
    request, response = entry["request"], entry["response"]
    assert request["url"] == f"{BASE}/v1/messages?beta=true"
    assert request["queryString"] == [{"name": "beta", "value": "true"}]
    assert json.loads(request["postData"]["text"]) == ASKED
    assert json.loads(response["content"]["text"]) == ANSWERED
    assert (response["status"], response["statusText"]) == (200, "OK")
    told = {
        name: entry["timings"][name] for name in ("blocked", "connect", "send", "wait", "receive")
    }
    assert told == {"blocked": -1, "connect": 2, "send": 1.5, "wait": 800, "receive": 3196}
    assert entry["time"] == pytest.approx(2 + 1.5 + 800 + 3196)
    assert entry["_llmgw"]["inputTokens"] == {"value": 48_200, "provenance": "told"}
    odd = har_entry(_record(answer_body=b"\xff", answer_body_whole=False), BASE)
    assert odd["response"]["content"]["text"] == b64encode(b"\xff").decode()
    assert odd["response"]["content"]["encoding"] == "base64"
    assert "only the beginning of the answer" in odd["comment"]
    lost = har_entry(FlightRecord(summary=summary(2, status=None), unreadable="Locked."), BASE)
    assert (lost["response"]["status"], "postData" in lost["request"]) == (0, False)
    assert "Locked." in lost["comment"]


def test_lines_hold_all_of_each_flight(tmp_path: Path) -> None:
    text = _written(tmp_path / "out.jsonl", ExportForm.JSONL, _odd_records())
    lines = [json.loads(line) for line in text.splitlines()]
    assert {each["format"] for each in lines} == {"llmgw-flight/1"}
    assert [each["flight"]["id"] for each in lines] == [each.summary.id for each in _odd_records()]
    assert json.loads(lines[0]["request"]["text"]) == ASKED
    assert lines[2]["unreadable"] == "The vault is locked."
    assert lines[3]["response"]["base64"] == b64encode(b"\xff\xfe\x00").decode()


def test_a_page_runs_and_fetches_nothing(tmp_path: Path) -> None:
    page = _written(tmp_path / "out.html", ExportForm.HTML, _odd_records())
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "ping &lt;script&gt;" in page
    assert not re.search(r"""(src|href)\s*=|url\(|@import|\u202e""", page)
    assert page.count("<article>") == page.count("</article>") == 7
    assert "The vault is locked." in page


def test_commands_are_a_shells_and_name_the_key_only(tmp_path: Path) -> None:
    text = _written(tmp_path / "out.sh", ExportForm.CURL, _odd_records())
    assert subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0
    assert '-H "x-api-key: $LLMGW_KEY"' in text
    assert "# The request of this flight was not recorded." in text
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    done = subprocess.run(
        ["sh"],
        input=_written(tmp_path / "one.sh", ExportForm.CURL, [_record()]),
        text=True,
        capture_output=True,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "LLMGW_KEY": "k"},
        check=False,
    )
    said = done.stdout.split("--data-raw\n")
    assert json.loads(said[1]) == ASKED
    assert "x-api-key: k" in said[0]


@pytest.mark.parametrize(
    ("protocol", "path", "body"),
    [
        (ModelProtocol.ANTHROPIC, "/v1/messages", ASKED),
        (
            ModelProtocol.OPENAI_CHAT,
            "/v1/chat/completions",
            {"model": "m", "messages": [], "stream": True, "seed": 7, "odd": {"a": [None, 1e3]}},
        ),
        (ModelProtocol.OPENAI_RESPONSES, "/v1/responses", {"model": "m", "input": "hi"}),
    ],
)
def test_a_program_says_all_of_the_request(
    protocol: ModelProtocol, path: str, body: dict[str, Any]
) -> None:
    flight = summary(1, protocol=protocol, streaming=bool(body.get("stream")))
    record = _record(summary=flight, path=path, request_body=json.dumps(body).encode())
    tree = ast.parse(python_text(record, BASE))
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    call = next(each for each in calls if ast.unparse(each.func).endswith("create"))
    told = {each.arg: ast.literal_eval(each.value) for each in call.keywords}
    assert told.pop("extra_headers") == {"anthropic-beta": "a-1"}
    assert told | told.pop("extra_body", {}) == body


def _planted() -> FlightRecord:
    """A secret that looks like one, and one that is known, wherever there is a text."""
    both = f"{SECRET} {KNOWN}"
    sent = f"{SECRET[:20]}"
    stream = "".join(
        f'event: content_block_delta\ndata: {{"type":"content_block_delta","index":0,"delta":'
        f'{{"type":"text_delta","text":{json.dumps(part)}}}}}\n\n'
        for part in ("key ", sent, SECRET[20:60], SECRET[60:], " end")
    )
    asked = {**ASKED, "system": both, "messages": [{"role": "user", "content": both}]}
    flight = summary(
        1,
        client=f"c {both}",
        label=both,
        model_asked=both,
        model_served=both,
        error_kind="upstream_401",
        error_text=f"Incorrect API key: {both}",
        stop_reason=KNOWN,
        account=f"a/{KNOWN}",
    )
    return _record(
        summary=flight,
        path=f"/v1/messages?key={SECRET}&x={KNOWN}",
        route_reason=both,
        request_headers=(
            ("authorization", f"Bearer {SECRET}"),
            ("x-api-key", "anything"),
            ("cookie", "session=abc"),
            ("x-other", both),
        ),
        request_body=json.dumps(asked).encode(),
        answer_headers=(("set-cookie", "a=b"), ("x-told", both)),
        answer_body=stream.encode(),
        attempt_log=(
            Attempt(
                account=f"a/{KNOWN}",
                model=both,
                protocol=ModelProtocol.ANTHROPIC,
                start_ms=0,
                end_ms=1,
                outcome=both,
            ),
        ),
        phases=(Phase(name=PhaseName.WAIT, start_ms=0, end_ms=1, note=both),),
        unreadable=f"Because of {KNOWN}",
    )


@pytest.mark.parametrize("form", ExportForm)
def test_no_secret_leaves_in_any_form(tmp_path: Path, form: ExportForm) -> None:
    plain = _planted()
    readable = replace(plain, unreadable="")
    binary = replace(plain, unreadable="", request_body=f"\xff{SECRET}".encode("latin-1"))
    text = _written(tmp_path / "out", form, [plain, readable, binary])
    for each in (SECRET, KNOWN, SECRET[20:60], "anything", "session=abc", "a=b"):
        assert each not in text, form
    for coded in re.findall(r"[A-Za-z0-9+/]{40,}={0,2}", text):
        assert SECRET.encode() not in b64decode(coded[: len(coded) // 4 * 4])
    assert "secret removed" in text


def test_cleaning_leaves_all_else_as_it_was() -> None:
    record = _record()
    assert Cleaning(Redactor().clean).record(record) == record


def test_what_is_there_stays_until_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.har"
    path.write_text("before")
    exporter = _exporter(*_odd_records())
    seen: list[int] = []

    def goes_on(done: int) -> bool:
        seen.append(done)
        return done < 3

    with pytest.raises(ExportCanceled):
        exporter.write(path, exporter.chosen(FlightQuery()), ExportForm.HAR, goes_on)
    assert seen == [0, 1, 2, 3]
    assert (path.read_text(), list(tmp_path.iterdir())) == ("before", [path])
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        exporter.write(tmp_path / "none" / "a.har", [], ExportForm.HAR)


def test_what_came_of_it_is_said(tmp_path: Path) -> None:
    exporter = _exporter(*_odd_records())
    ids = [*exporter.chosen(FlightQuery()), "flt_gone"]
    done = exporter.write(tmp_path / "a.py", ids, ExportForm.PYTHON)
    assert (done.flights, done.unreadable) == (2, 1)
    assert done.skipped == 5
    assert done.words.startswith("2 flights exported. 5 requests cannot be told in this form. Of 1")
    assert exporter.chosen(FlightQuery(), most=2) == ids[5:7]
    assert set(SUFFIXES) == set(ExportForm)
    compile((tmp_path / "a.py").read_text(), "a.py", "exec")


def test_an_operation_without_a_call_says_so(tmp_path: Path) -> None:
    record = _record(summary=summary(1, operation=Operation.COMPACT))
    text = _written(tmp_path / "a.py", ExportForm.PYTHON, [record])
    assert "no call for this request" in text


def test_bodies_of_megabytes_go_out_whole(tmp_path: Path) -> None:
    body = json.dumps({**ASKED, "system": "word " * 400_000}).encode()
    text = _written(tmp_path / "a.har", ExportForm.HAR, [_record(request_body=body)])
    entry = json.loads(text)["log"]["entries"][0]
    assert zlib.crc32(entry["request"]["postData"]["text"].encode()) == zlib.crc32(body)
