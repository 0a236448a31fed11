"""Files that somebody sent become sets by themselves: ours whole, others' as far as they go, and
hostile ones change nothing else.
"""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from llmgw_desktop.app.flights.export import importing
from llmgw_desktop.app.flights.export.exporting import line_object
from llmgw_desktop.app.flights.export.har import har_entry, har_head
from llmgw_desktop.app.flights.export.importing import (
    Imported,
    NothingToImport,
    import_file,
    name_of,
    set_path,
)
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord, FlightState
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.at_rest.cells import PLAIN
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from tests.support.made_flights import record, summary

SECRET = "sk-ant-api03-" + "Zq7" * 31 + "AA"


def _imported(file: Path, target: Path, **more: Any) -> tuple[Imported, list[FlightRecord]]:
    done = import_file(file, target, Redactor().clean, PLAIN, **more)
    with closing(FlightReader(target)) as reader:
        listed = reader.page(FlightQuery(), offset=0, limit=500)[::-1]
        found = [reader.record(each.id) for each in listed]
    return done, [each for each in found if each is not None]


def _lines(*records: FlightRecord) -> bytes:
    return b"".join(json.dumps(line_object(each)).encode() + b"\n" for each in records)


def _har(*entries: object) -> bytes:
    return json.dumps({"log": {**har_head("1"), "entries": entries}}).encode()


def _entry(**request: Any) -> dict[str, Any]:
    """As a browser's or a proxy's archive has it."""
    posted = {
        "mimeType": "application/json",
        "text": json.dumps({"model": "gpt-5", "stream": True}),
    }
    asked = {
        "method": "POST",
        "url": "https://api.openai.com/v1/chat/completions",
        "headers": [{"name": "Authorization", "value": f"Bearer {SECRET}"}],
        "postData": posted,
        "bodySize": 40,
    }
    return {
        "startedDateTime": "2026-11-20T10:00:00.250Z",
        "time": 1500,
        "request": asked | request,
        "response": {
            "status": 200,
            "headers": [],
            "content": {"size": 5, "text": b64encode(b"hello").decode(), "encoding": "base64"},
        },
        "timings": {"send": 1, "wait": 900, "receive": 599, "dns": -1},
    }


@pytest.mark.parametrize("form", ["jsonl", "har"])
def test_what_we_exported_comes_back(tmp_path: Path, form: str) -> None:
    first = record(summary=summary(1, owner="me", is_counted=True))
    second = replace(
        first,
        summary=summary(2, state=FlightState.FAILED, status=529, error_kind="upstream_529"),
        answer_body=b"\xff\x00",
    )
    file = tmp_path / f"Some File.{form}"
    both = (first, second)
    file.write_bytes(
        _lines(*both) if form == "jsonl" else _har(*(har_entry(each, "http://h") for each in both))
    )
    done, found = _imported(file, set_path(tmp_path, name_of(file)))
    assert (done.flights, done.skipped) == (2, 0)
    for ours, theirs in zip(both, found, strict=True):
        plain = replace(ours.summary, owner=None)
        assert replace(theirs.summary, usage=plain.usage) == plain
        assert theirs.summary.usage.input_tokens == plain.usage.input_tokens
        assert (theirs.request_body, theirs.answer_body) == (ours.request_body, ours.answer_body)
        assert theirs.phases == ours.phases or form == "har"
        assert theirs.path == ours.path


def test_an_archive_of_others_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    file = tmp_path / "a.har"
    other = _entry(url="https://example.org/index.html", postData={})
    file.write_bytes(_har(_entry(), other, "x", None, {"request": 7}))
    done, (found,) = _imported(file, set_path(tmp_path, "a"))
    assert (done.flights, done.skipped) == (1, 4)
    flight = found.summary
    assert (flight.protocol, flight.model_asked) == (ModelProtocol.OPENAI_CHAT, "gpt-5")
    assert (flight.provider, flight.state, flight.status) == ("api.openai.com", "ok", 200)
    assert (flight.streaming, flight.took_ms, flight.started_at_s) == (True, 1500, 1795168800.25)
    assert flight.usage.input_tokens is None
    assert flight.cost_usd is None
    assert found.answer_body == b"hello"
    assert [each.name for each in found.phases] == ["read", "wait", "stream"]
    assert dict(found.request_headers)["Authorization"] == "[secret removed]"
    assert SECRET.encode() not in set_path(tmp_path, "a").read_bytes()


def test_who_signed_in_and_with_which_words_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "a.har"
    lines = [
        {"name": name, "value": f"opaque words of {name}"}
        for name in ("X-Auth-Token", "x-session-key", "Set-Cookie", "x-trace")
    ]
    address = "https://bob:hunter22@api.example.com/v1/chat/completions"
    file.write_bytes(_har(_entry(url=address, headers=lines)))
    _, (found,) = _imported(file, set_path(tmp_path, "a"))
    assert found.summary.provider == "api.example.com"
    told = [value for _, value in found.request_headers]
    assert told == ["[secret removed]"] * 3 + ["opaque words of x-trace"]


def test_ids_are_once_and_ours(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    same = record(summary=summary(1))
    odd = record(summary=summary(2, id="../../x'; DROP TABLE flights"))
    file.write_bytes(_lines(same, same, odd))
    _, found = _imported(file, set_path(tmp_path, "a"))
    ids = [each.summary.id for each in found]
    assert ids[0] == same.summary.id or same.summary.id in ids
    assert len(set(ids)) == 3
    assert all(each.startswith("flt_") and each[4:].isalnum() for each in ids)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b"\x00\xff" * 100,
        b'{"log": {"entries": 7}}',
        b'{"format": "llmgw-flight/1"}',
        b"[" * 100_000,
        b'{"log": {"entries": [' + b"[" * 50_000,
        _har(_entry(url="https://[::1/v1/messages")),
        _har({**_entry(), "startedDateTime": "99999-01-01T00:00:00Z"}),
        _har({**_entry(), "startedDateTime": 5}),
    ],
)
def test_what_holds_no_flight_leaves_nothing(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "a.har"
    file.write_bytes(text)
    with pytest.raises(NothingToImport, match="holds no flight"):
        _imported(file, set_path(tmp_path, "a"))
    assert list((tmp_path / "imported").iterdir()) == []


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(_lines(*(record(summary=summary(number)) for number in range(9))))
    monkeypatch.setattr(importing, "MOST_FLIGHTS", 4)
    assert _imported(file, set_path(tmp_path, "a"))[0].flights == 4
    with pytest.raises(NothingToImport, match="already"):
        _imported(file, set_path(tmp_path, "a"))
    assert _imported(file, set_path(tmp_path, "b"), goes_on=lambda n: n < 2)[0].flights == 2
    monkeypatch.setattr(importing, "MOST_HAR_BYTES", 10)
    file.write_bytes(_har(_entry()))
    with pytest.raises(NothingToImport, match="more than"):
        _imported(file, set_path(tmp_path, "c"))
    for name in ("../x", "", "a/b", "A", "x" * 61, ".."):
        with pytest.raises(NothingToImport):
            set_path(tmp_path, name)


_odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ok", "running", "anthropic", "2026-11-20T10:00:00Z", "base64"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    places=st.lists(st.tuples(st.integers(0, 200), _odd), min_size=1, max_size=4), har=st.booleans()
)
def test_any_member_may_be_anything(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, Any]], har: bool
) -> None:
    folder = tmp_path_factory.mktemp("import")
    whole = record(summary=summary(1))
    told: Any = (
        {"log": {"entries": [har_entry(whole, "http://h"), _entry()]}}
        if har
        else line_object(whole)
    )
    told = json.loads(json.dumps(told))
    for number, odd in places:
        _put(told, number, odd)
    file = folder / "a.har"
    good = _har(_entry()) if har else _lines(whole)
    file.write_bytes(json.dumps(told).encode() if har else good + json.dumps(told).encode())
    try:
        _imported(file, set_path(folder, "a"))
    except NothingToImport:
        assert har


def _put(told: Any, number: int, odd: Any) -> None:
    """In the place of the member of this number."""
    members: list[tuple[Any, Any]] = []

    def walk(each: Any) -> None:
        keys = each.keys() if isinstance(each, dict) else range(len(each))
        for key in list(keys):
            members.append((each, key))
            if isinstance(each[key], dict | list):
                walk(each[key])

    walk(told)
    holder, key = members[number % len(members)]
    holder[key] = odd


def test_the_command_makes_lists_and_reads_sets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    places.config_file.write_text("[storage]\nencrypt = false\n")
    flight = record(summary=summary(1))
    file = tmp_path / "From Ann.jsonl"
    file.write_bytes(_lines(flight))

    def said(*words: str) -> tuple[int, str, str]:
        code = command.run(parse(["flights", *words]), places, {})
        told = capsys.readouterr()
        return code, told.out, told.err

    assert said("import", str(file))[0] == 0
    code, _, err = said("import", str(file))
    assert (code, "already" in err) == (1, True)
    assert said("import", str(file), "--as", "twice")[2] == "1 flight imported as 'twice'.\n"
    assert said("import")[1] == "from-ann\t1 flight\ntwice\t1 flight\n"
    flight_id = flight.summary.id
    listed = said("list", "--in", "from-ann", "model:claude*")[1].splitlines()
    assert [line.split("\t")[0] for line in listed] == ["ID", flight_id]
    assert said("list", "--in", "from-ann", "body:sky")[1].count("\n") in (1, 2)
    assert flight_id in said("show", flight_id, "--in", "from-ann")[1]
    assert said("show", flight_id)[0] == 1  # it is not among what was recorded
    out_file = tmp_path / "again.html"
    assert said("export", str(out_file), "--in", "twice")[0] == 0
    assert flight_id in out_file.read_text()
    for words in (("list", "--in", "none"), ("list", "--in", "../x"), ("import", "/none.har")):
        code, _, err = said(*words)
        assert (code, err.startswith("llmgw: ")) == (1, True)
    for among in ("../twice", "./twice"):
        with pytest.raises(LlmgwError, match="cannot be a set's name"):  # main tells its sentence
            said("show", flight_id, "--in", among)
    assert not places.flights_db.exists()


def test_the_command_knows_what_the_vault_keeps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    entry = address(EntryKind.API_KEY, "mine", "default")
    with closing(Vault(places.gateway_db, MasterKeys({}, places.data_folder), SystemClock())) as it:
        it.put(entry, b"correcthorsebattery", by="test")
    file = tmp_path / "a.har"
    asked = {"model": "m", "messages": [{"role": "user", "content": "correcthorsebattery"}]}
    file.write_bytes(_har(_entry(postData={"text": orjson.dumps(asked).decode()})))
    assert command.run(parse(["flights", "import", str(file)]), places, {}) == 0
    out = tmp_path / "o.jsonl"
    words = ["flights", "export", str(out), "--in", "a"]
    assert command.run(parse(words), places, {}) == 0
    assert b"correcthorsebattery" not in out.read_bytes()
    assert b"[secret removed]" in out.read_bytes()
    capsys.readouterr()
