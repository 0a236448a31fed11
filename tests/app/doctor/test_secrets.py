"""Secrets are found wherever they lie below the home, told by kind and place, never themselves."""

import argparse
import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.app.doctor import secrets
from llmgw_desktop.app.doctor.secrets import run
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.files import encrypt_file
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_file import place_of_old
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from tests.redaction.samples import SAMPLES, sample
from tests.support.made_flights import record, summary

Said = pytest.CaptureFixture[str]


def look(places: Places, env: dict[str, str], capsys: Said) -> tuple[int, str]:
    code = run(argparse.Namespace(json=True), places, env)
    return code, capsys.readouterr().out


def test_all_that_lies_on_disk_is_looked_through(
    tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"LLMGW_HOME": str(tmp_path / "home"), "LLM_GATEWAY_MASTER_KEY": "ab" * 32}
    places = Places.of(env)
    places.make()
    assert look(places, env, capsys)[0] == 0

    keys = {name: sample(SAMPLES[name]) for name in ("GitHub token", "SendGrid key", "Slack token")}
    pieces = (
        "data: " + json.dumps({"choices": [{"delta": {"content": each}}]})
        for each in (keys["Slack token"][:9], keys["Slack token"][9:])
    )
    stream = "\n\n".join(pieces).encode()
    with closing(Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())) as v:
        at_rest = AtRest(v.data_keys)
        key = at_rest.key()
        assert key is not None
        for number, kept in enumerate((at_rest, AtRest(None))):
            store = FlightStore(
                places.flights_db,
                clock=SystemClock(),
                seal=Seal(bytes),
                on_status=lambda _: None,
                settings=RecorderSettings(),
                at_rest=kept,
            )
            store.start()
            store.closed(record(summary=summary(90 + number), request_body=b"", answer_body=b""))
            body = b"%b%s" % (b"long " * 2000, keys["GitHub token"].encode())
            made = record(summary=summary(number), request_body=body, answer_body=stream)
            store.opened(made.summary.id, lambda made=made: made.summary)
            store.closed(made)
            store.stop(10)
        job = places.jobs_folder / "job_1"
        job.mkdir(parents=True)
        (job / "stdout").write_text(f"said {keys['SendGrid key']}")
        place = f"job\x1f{job.name}\x1fstdout"
        assert encrypt_file(job / "stdout", key, place)
        aside = places.data_folder / "flights.db.corrupt-20260101T000000"
        aside.write_text(f"torn {keys['GitHub token']}")
        assert encrypt_file(aside, key, place_of_old(aside))
    (job / "stderr").write_bytes(b"." * 1_048_570 + f" {keys['GitHub token']} ".encode())
    log = f'{{"password": "hunter22"}} {keys["Slack token"]}'
    (places.log_folder / "llmgw.log").write_text(log)
    for name, size in (("even", 2**20), ("odd", 2**20 + 1)):  # as long as what is read at once
        ends = f" {keys['SendGrid key']}".encode()
        (places.cache_folder / name).write_bytes(b"-" * (size - len(ends)) + ends)
    places.aside_folder.mkdir()
    with closing(sqlite3.connect(places.aside_folder / "old.db")) as old:
        old.execute("CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB)")
        packed = zlib.compress(b"much " * 99 + keys["SendGrid key"].encode())
        old.execute("INSERT INTO bodies (body) VALUES (?)", (packed,))
        old.commit()
    for kept in ("", ".before-20261123T065738Z", ".undone-20261123T065738Z-2"):
        file = places.access_key_file.with_name(places.access_key_file.name + kept)
        file.write_text(sample(SAMPLES["our own client key"]))

    code, said = look(places, env, capsys)
    assert code == 1
    assert not any(each in said for each in (*keys.values(), "hunter22", "LLM_GATEWAY_MASTER_KEY"))
    told = json.loads(said)
    found = {(each["where"], each["encrypted"]): each["kinds"] for each in told["places"]}
    bodies = "data/flights.db: flight_bodies"
    for is_encrypted in (True, False):
        assert found[f"{bodies}.request_body", is_encrypted] == {"GitHub token": 1}
        assert found[f"{bodies}.answer_body", is_encrypted] == {"Slack token in pieces": 1}
    assert found["data/jobs/job_1/stdout", True] == {"SendGrid key": 1}
    assert found["data/jobs/job_1/stderr", False] == {"GitHub token": 1}
    assert found["data/flights.db.corrupt-20260101T000000", True] == {"GitHub token": 1}
    assert found["log/llmgw.log", False] == {"Slack token": 1, "assigned to a name": 1}
    for name in ("even", "odd"):
        assert found[f"cache/{name}", False] == {"SendGrid key": 1}
    assert found["data/set-aside/old.db: bodies.body", False] == {"SendGrid key": 1}
    assert ("data/flights.db", False) not in found
    assert told["found"] == sum(sum(each["kinds"].values()) for each in told["places"])
    assert sorted(told["meant"]) == [
        "run/access.key",
        "run/access.key.before-20261123T065738Z",
        "run/access.key.undone-20261123T065738Z-2",
    ], "what a restore keeps is there to hold one, too"
    assert told["unread"] == []

    code, said = look(places, env | {"LLM_GATEWAY_MASTER_KEY": "cd" * 32}, capsys)
    assert code == 1
    assert len(json.loads(said)["unread"]) >= 2
    monkeypatch.setattr(secrets, "_TELL_EVERY_S", 0.0)
    assert run(argparse.Namespace(json=False), places, env) == 1
    text, progress = capsys.readouterr()
    assert "MB …" in progress
    assert "log/llmgw.log" in text
    assert not any(each in text for each in keys.values())


def test_what_lies_in_plain_counts_once_and_what_cannot_be_read_is_no_clean_bill(
    tmp_path: Path, capsys: Said
) -> None:
    env = {"LLMGW_HOME": str(tmp_path / "home"), "LLM_GATEWAY_MASTER_KEY": "ab" * 32}
    places = Places.of(env)
    places.make()
    key = sample(SAMPLES["GitHub token"])

    def keep(number: int, at_rest: AtRest, body: bytes) -> None:
        store = FlightStore(
            places.flights_db,
            clock=SystemClock(),
            seal=Seal(bytes),
            on_status=lambda _: None,
            settings=RecorderSettings(),
            at_rest=at_rest,
        )
        store.start()
        store.closed(record(summary=summary(number), request_body=body, answer_body=b""))
        assert store.flush(30)
        store.stop(10)

    keep(1, AtRest(None), b"use %b now" % key.encode())
    code, said = look(places, env, capsys)
    assert (code, json.loads(said)["found"]) == (1, 1)
    assert [each["where"] for each in json.loads(said)["places"]] == [
        "data/flights.db: flight_bodies.request_body"
    ]
    for file in places.data_folder.glob("flights.db*"):
        file.unlink()
    keys = MasterKeys(env, places.data_folder)
    with closing(Vault(places.gateway_db, keys, SystemClock())) as vault:
        keep(2, AtRest(vault.data_keys), b"nothing that is secret")
    assert look(places, env, capsys)[0] == 0
    other = env | {"LLM_GATEWAY_MASTER_KEY": "cd" * 32}
    code, said = look(places, other, capsys)
    assert code == 3
    assert "is not the one in LLM_GATEWAY_MASTER_KEY" in " ".join(json.loads(said)["unread"])
    with closing(sqlite3.connect(places.gateway_db)) as connection:
        connection.execute("DELETE FROM data_keys")
        connection.commit()
    (places.backups_folder / "keys.json").unlink()
    code, said = look(places, env, capsys)
    told = json.loads(said)
    assert (code, told["found"]) == (3, 0)
    assert told["unread_texts"] == len(told["unread"]) > 0
    assert all("lies neither in gateway.db nor beside it" in each for each in told["unread"])
    assert run(argparse.Namespace(json=False), places, env) == 3
    text = capsys.readouterr().out
    assert "could not be.\n" in text
    assert text.count("lies neither in gateway.db") == 1, "for so many texts it is said once"
    assert "as above." in text
