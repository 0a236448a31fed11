"""The recorder's disk against the worst: killed in the middle, read-only, corrupt, full.

Proxying goes on whatever happens to it, and the gateway says that recording is off.
"""

from __future__ import annotations

import base64
import os
import random
import resource
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.store.at_rest.files import is_encrypted_file
from tests.support.dialects import ANTHROPIC, OPENAI
from tests.support.flight_log import database, integrity, read_flights, wait_flight, wait_flights
from tests.support.gateway import Gateway, GatewaySetup, running_gateway
from tests.support.raw_http import Reply, anthropic_headers, send
from tests.support.rights import without_roots_rights

pytestmark = pytest.mark.e2e


def ask(gateway: Gateway, *, stream: bool = False, prompt: str = "ping", key: str = "") -> Reply:
    headers = anthropic_headers(key or gateway.access_key())
    messages = [{"role": "user", "content": prompt}]
    body = ANTHROPIC.body("practice/echo", stream=stream, messages=messages)
    return send(gateway.url + ANTHROPIC.path, headers=headers, body=body)


def health_detail(gateway: Gateway) -> dict[str, Any]:
    headers = anthropic_headers(gateway.access_key())
    reply = send(gateway.url + "/health/detail", method="GET", headers=headers)
    assert reply.status == 200
    detail: dict[str, Any] = reply.json()
    return detail


def wait_recording_off(gateway: Gateway) -> dict[str, Any]:
    """The gateway's own word that nothing is written down; it still answers meanwhile."""
    ends = time.monotonic() + 15
    while True:
        detail = health_detail(gateway)
        if detail["recorder"]["recording"] is False:
            assert detail["recorder"]["problem"]
            assert detail["status"] == "degraded"
            return detail
        assert time.monotonic() < ends, detail
        assert ask(gateway).status == 200
        time.sleep(0.1)


class TestKilled:
    ROUNDS = 3

    def test_at_a_random_moment_the_databases_stay_sound(self, own_home: Path):
        chance = random.Random(20261121)
        setup = GatewaySetup(home=own_home)
        setup.write_config()
        setup.add_key("kept")
        for _ in range(self.ROUNDS):
            on_disk = self.killed_under_load(setup, chance.uniform(0.3, 1.2))
            for name in ("flights.db", "gateway.db"):
                assert integrity(own_home / "data" / name) == "ok"
            left = {flight.id: flight for flight in read_flights(own_home)}
            assert on_disk <= set(left), "a committed batch is gone"
        with running_gateway(setup) as gateway:
            reply = ask(gateway)
            assert wait_flight(own_home, reply.flight_id).state == "ok"
            states = {flight.state for flight in read_flights(own_home)}
            assert states <= {"ok", "lost"}, "what ran when the program died is not running now"
        assert "kept" in setup.command("key", "list").stdout

    @staticmethod
    def killed_under_load(setup: GatewaySetup, after_s: float) -> set[str]:
        """The ids of the flights that stood on disk just before the end."""
        with running_gateway(setup) as gateway, traffic(gateway):
            started_with = len(read_flights(setup.home))
            wait_flights(setup.home, lambda found: len(found) > started_with + 5)
            time.sleep(after_s)
            on_disk = {f.id for f in read_flights(setup.home) if f.state != "running"}
            gateway.kill()
        return on_disk

    def test_a_stale_run_file_and_lock_are_no_obstacle(self, own_home: Path):
        setup = GatewaySetup(home=own_home)
        with running_gateway(setup) as gateway:
            gateway.kill()
        assert (own_home / "run" / "gateway.json").exists()
        with running_gateway(setup) as gateway:
            assert ask(gateway).status == 200

    def test_a_flight_in_the_air_is_lost_and_says_so(self, own_home: Path):
        setup = GatewaySetup(home=own_home)
        with running_gateway(setup) as gateway:
            caller = threading.Thread(target=self.ask_one_who_never_answers, args=(gateway,))
            caller.start()
            wait_flights(own_home, lambda found: any(f.state == "running" for f in found))
            gateway.kill()
            caller.join()
        with running_gateway(setup):
            flights = wait_flights(own_home, lambda found: found[0].state != "running")
        assert [flight.state for flight in flights] == ["lost"]
        assert flights[0].output_tokens is None

    @staticmethod
    def ask_one_who_never_answers(gateway: Gateway) -> None:
        headers = anthropic_headers(gateway.access_key())
        body = ANTHROPIC.body("practice/stall", stream=True)
        with suppress(OSError):  # the gateway is killed: that is what the test is about
            send(gateway.url + ANTHROPIC.path, headers=headers, body=body)


@contextmanager
def traffic(gateway: Gateway) -> Iterator[None]:
    """Four callers who never rest, until the gateway is gone."""
    done = threading.Event()

    def call(number: int) -> None:
        while not done.is_set():
            try:
                ask(gateway, stream=number % 2 == 0, prompt=f"ping {number}" * 50)
            except (OSError, ValueError):
                done.wait(0.05)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join(timeout=10)


class TestNoDisk:
    def test_a_read_only_data_folder(self, own_home: Path):
        """The client's key, stored before, still opens the door."""
        prepared = GatewaySetup(home=own_home)
        prepared.write_config()
        key = prepared.add_key("kept")
        with running_gateway(prepared) as gateway:
            wait_flight(own_home, ask(gateway).flight_id)
        data = own_home / "data"
        for path in data.iterdir():
            path.chmod(0o400)
        data.chmod(0o500)
        try:
            with running_gateway(
                GatewaySetup(home=own_home, prefix=without_roots_rights())
            ) as gateway:
                assert ask(gateway, stream=True).status == 200
                detail = wait_recording_off(gateway)
                assert "read-only" in detail["gateway"]["problem"]
                assert ask(gateway, key=key).status == 200
        finally:
            data.chmod(0o700)

    @pytest.mark.parametrize("damage", ["no database", "broken pages"])
    def test_a_corrupt_database(self, own_home: Path, damage: str):
        """It is put aside, the person is told, and a new one is begun."""
        setup = GatewaySetup(home=own_home)
        with running_gateway(setup) as gateway:
            for _ in range(20):
                ask(gateway, prompt=_noise(20_000))
        file = database(own_home)
        whole = file.read_bytes()
        head = b"this is not a database\n" * 50 if damage == "no database" else whole[:1024]
        damaged = head + os.urandom(len(whole) - len(head))
        file.write_bytes(damaged)
        with running_gateway(setup) as gateway:
            reply = ask(gateway, stream=True)
            assert reply.status == 200
            assert wait_flight(own_home, reply.flight_id).state == "ok"
            problem = health_detail(gateway)["recorder"]["problem"]
            kept = [*file.parent.glob("flights.db.corrupt-*")]
            assert len(kept) == 1, "the damaged file is put aside, not thrown away"
            assert kept[0].name in problem
            ends = time.monotonic() + 60  # it may hold what was said: it is encrypted as a whole
            while not is_encrypted_file(kept[0]):
                assert time.monotonic() < ends
                time.sleep(0.05)
        plain = own_home / "plain.db"
        done = setup.command("vault", "decrypt", str(kept[0]), str(plain))
        assert done.returncode == 0, done.stderr
        assert plain.read_bytes() == damaged

    def test_a_database_of_a_later_version_is_left_alone(self, own_home: Path):
        setup = GatewaySetup(home=own_home)
        with running_gateway(setup) as gateway:
            wait_flight(own_home, ask(gateway).flight_id)
        connection = sqlite3.connect(database(own_home))
        connection.execute("PRAGMA user_version = 9999")
        connection.close()
        before = database(own_home).read_bytes()
        with running_gateway(setup) as gateway:
            assert ask(gateway).status == 200
            wait_recording_off(gateway)
        assert database(own_home).read_bytes() == before

    def test_a_file_that_may_not_grow(self, own_home: Path):
        setup = GatewaySetup(home=own_home, prefix=("prlimit", "--fsize=1000000:unlimited", "--"))
        self.fill(setup)

    def test_a_full_disk(self, own_home: Path):
        data = own_home / "data"
        data.mkdir(parents=True, mode=0o700)
        mount = f'mount -t tmpfs -o size=1m,mode=0700 tmpfs "{data}" && exec "$@"'
        small = ("unshare", "-m", "sh", "-c", mount, "sh")
        if subprocess.run([*small, "true"], check=False, capture_output=True).returncode:
            pytest.skip("no right to mount a small disk here")
        self.fill(GatewaySetup(home=own_home, prefix=small))

    @staticmethod
    def fill(setup: GatewaySetup) -> None:
        with running_gateway(setup) as gateway:
            replies = [ask(gateway, prompt=_noise(200_000)) for _ in range(15)]
            assert {reply.status for reply in replies} == {200}
            wait_recording_off(gateway)
            for stream in (True, False):
                assert ask(gateway, stream=stream).status == 200

    def test_recording_comes_back_when_there_is_room_again(self, own_home: Path):
        """By itself, with what was asked meanwhile."""
        setup = GatewaySetup(home=own_home, prefix=("prlimit", "--fsize=1000000:unlimited", "--"))
        with running_gateway(setup) as gateway:
            replies = [ask(gateway, prompt=_noise(200_000)) for _ in range(15)]
            wait_recording_off(gateway)
            limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, limits)
            for reply in replies:
                assert wait_flight(own_home, reply.flight_id, 40).state == "ok"
            ends = time.monotonic() + 60  # what was said follows its figures, and what was kept
            told = health_detail(gateway)["recorder"]
            while not told["recording"] or told["encrypted_percent"] < 100:
                assert time.monotonic() < ends
                time.sleep(0.1)
                told = health_detail(gateway)["recorder"]
            assert "flights are recorded again" in gateway.said
            assert told.pop("lost_flights") in (0, None)
            assert told == {
                "recording": True,
                "problem": "",
                "dropped": 0,
                "left_out": 0,
                "fell_behind": False,
                "encrypted_percent": 100,
                "held_flights": 0,
            }


def _noise(size: int) -> str:
    """Text that cannot be packed."""
    return base64.b64encode(os.urandom(size)).decode()


def test_secrets_are_not_written_down(own_home: Path):
    """Keys in headers, bodies and answers: none of them stands in any file afterwards."""
    setup = GatewaySetup(home=own_home)
    setup.write_config()
    key = setup.add_key("careless")
    secrets = {
        "client key": key,
        "vendor key": "sk-ant-api03-" + "Ab1" * 30,
        "GitHub token": "ghp_" + "aB3d" * 9,
    }
    with running_gateway(setup) as gateway:
        prompt = " and ".join(secrets.values())
        for stream in (True, False):
            reply = ask(gateway, stream=stream, prompt=prompt, key=key)
            assert reply.status == 200
            wait_flight(own_home, reply.flight_id)
        headers = [("Authorization", "Bearer llmgw-" + "x" * 43)]
        send(gateway.url + OPENAI.path, headers=headers, body=b"{}")
        log = gateway.said
    files = [path for path in own_home.rglob("*") if path.is_file()]
    assert database(own_home) in files
    for name, secret in secrets.items():
        assert secret not in log, name
        holders = [path.name for path in files if secret.encode() in path.read_bytes()]
        assert holders == [], name
