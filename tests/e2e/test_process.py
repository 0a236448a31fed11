"""The life of the process: it starts once, says where it is, refuses bad settings in one sentence,
takes good ones while it runs, and ends in order."""

from __future__ import annotations

import json
import os
import resource
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import llmgw_desktop
from tests.support.answers import Answer, Delivery
from tests.support.dialects import ANTHROPIC, OPENAI, DialectOfDoor
from tests.support.flight_log import read_flights, wait_flight, wait_flights
from tests.support.gateway import (
    Gateway,
    GatewaySetup,
    anthropic_provider,
    openai_provider,
    running_gateway,
)
from tests.support.raw_http import Reply, anthropic_headers, open_exchange, read_reply, send
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e


def ask(gateway: Gateway, model: str = "practice/echo", key: str = "") -> Reply:
    headers = anthropic_headers(key or gateway.access_key())
    return send(gateway.url + ANTHROPIC.path, headers=headers, body=ANTHROPIC.body(model))


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What a failed command says: one line, and nothing on stdout."""
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.skipif(sys.platform != "linux", reason="limits are read in /proc")
def test_a_crash_writes_no_memory_down(own_home: Path):
    """Prompts and keys are in it, in plain."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    allowed = "unlimited" if most == resource.RLIM_INFINITY else str(most)
    setup = GatewaySetup(home=own_home, prefix=("prlimit", f"--core={allowed}", "--"))
    with running_gateway(setup) as gateway:
        limits = Path(f"/proc/{gateway.process.pid}/limits").read_text()
    (line,) = (each for each in limits.splitlines() if each.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", allowed]


def test_a_reader_that_has_read_enough_is_no_failure_to_tell(own_home: Path):
    keys = [sys.executable, "-m", "llmgw_desktop", "key"]
    subprocess.run([*keys, "add", "editor"], capture_output=True, timeout=60, check=True)
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as closed:
        done = subprocess.run(
            [*keys, "list"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "")


def eventually(happens: Callable[[], bool], timeout_s: float = 10.0) -> None:
    ends = time.monotonic() + timeout_s
    while not happens():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.1)


class TestStart:
    def test_it_is_the_program_that_the_tests_import(self, own_home: Path):
        tell = "import llmgw_desktop; print(llmgw_desktop.__file__)"
        told = subprocess.run(
            [sys.executable, "-c", tell],
            cwd=own_home.parent,
            env=GatewaySetup(home=own_home).child_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == llmgw_desktop.__file__

    def test_the_ready_line_says_where_everything_is(self, own_home: Path):
        with running_gateway(GatewaySetup(home=own_home, is_fresh=True)) as gateway:
            ready = gateway.ready
            assert set(ready) >= {"event", "url", "mcp", "key_file", "pid"}
            assert ready["pid"] == gateway.process.pid
            assert Path(ready["key_file"]) == own_home / "run" / "access.key"
            run_file = json.loads((own_home / "run" / "gateway.json").read_text())
            assert (run_file["url"], run_file["pid"]) == (ready["url"], ready["pid"])
            assert send(gateway.url + "/health", method="GET").status == 200
            assert ask(gateway).status == 200
        assert not (own_home / "run" / "gateway.json").exists()

    def test_files_are_for_their_owner_alone_whatever_the_umask(self, own_home: Path):
        lax = ("sh", "-c", 'umask 000; exec "$@"', "sh")
        with running_gateway(GatewaySetup(home=own_home, prefix=lax)) as gateway:
            wait_flight(own_home, ask(gateway).flight_id)
            modes = {path: stat.S_IMODE(path.stat().st_mode) for path in own_home.rglob("*")}
        made = {path.name for path in modes}
        assert {"access.key", "gateway.json", "gateway.db", "flights.db"} <= made
        ours = {p: m for p, m in modes.items() if p.name != "config.toml"}
        assert {oct(m) for p, m in ours.items() if p.is_dir()} == {"0o700"}
        assert {oct(m) for p, m in ours.items() if not p.is_dir() and p.exists()} <= {"0o600"}

    def test_the_access_key_stays_the_same(self, own_home: Path):
        keys = []
        for _ in range(2):
            with running_gateway(GatewaySetup(home=own_home)) as gateway:
                keys.append(gateway.access_key())
        assert keys[0] == keys[1]
        assert len(keys[0]) >= 32

    def test_a_second_start_says_that_one_runs_already(self, own_home: Path):
        setup = GatewaySetup(home=own_home)
        with running_gateway(setup) as gateway:
            second = setup.command("serve", "--port", "0")
            assert second.returncode == 3
            assert str(gateway.process.pid) in one_sentence(second)
            assert ask(gateway).status == 200

    def test_a_taken_port_is_named_with_its_holder(self, own_home: Path):
        with socket.create_server(("127.0.0.1", 0)) as plug:
            port = plug.getsockname()[1]
            done = GatewaySetup(home=own_home).command("serve", "--port", str(port))
        assert done.returncode == 1
        sentence = one_sentence(done)
        assert str(port) in sentence
        assert str(os.getpid()) in sentence
        assert psutil.Process().name() in sentence

    def test_a_key_made_while_it_runs_works_until_it_is_revoked(self, own_home: Path):
        setup = GatewaySetup(home=own_home)
        with running_gateway(setup) as gateway:
            key = setup.add_key("editor")
            assert ask(gateway, key=key).status == 200, "it opens at once"
            wait_flights(own_home, lambda found: any(f.client == "editor" for f in found))
            assert setup.command("key", "revoke", "editor").returncode == 0
            eventually(lambda: ask(gateway, key=key).status == 401)
        listed = setup.command("key", "list").stdout
        assert "editor" in listed
        assert key not in listed


BAD_SETTINGS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "not TOML": ("[http]\nport = = 3\n", 2, ()),
    "text for a number": ('[http]\nport = "many"\n', 2, ("http.port", "number")),
    "number out of range": ("\n\n[http]\nport = 70000\n", 4, ("http.port", "65535")),
    "number for text": ("[http]\nhost = 5\n", 2, ("http.host",)),
    "unknown kind": (
        '[providers.x]\nkind = "nonsense"\n',
        2,
        ("providers.x.kind", "anthropic", "openai-compatible"),
    ),
    "no kind": ('[providers.x]\nbase_url = "http://127.0.0.1:1"\n', 1, ("providers.x", "kind")),
    "no address": (
        '[providers.x]\nkind = "openai-compatible"\n',
        1,
        ("providers.x", "base_url"),
    ),
    "odd address": (
        '[providers.x]\nkind = "openai"\nbase_url = "ftp://example.com"\n',
        3,
        ("providers.x.base_url", "http"),
    ),
    "one model as text": (
        '[providers.x]\nkind = "openai"\nmodels = "m"\n',
        3,
        ("providers.x.models",),
    ),
    "unknown level": ('[recorder]\nlevel = "some"\n', 2, ("recorder.level", "figures")),
}


class TestSettings:
    @pytest.mark.parametrize(("toml", "line", "words"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
    def test_a_mistake_is_named_with_file_line_key_and_what_was_expected(
        self, own_home: Path, toml: str, line: int, words: tuple[str, ...]
    ):
        setup = GatewaySetup(home=own_home, toml=toml)
        setup.write_config()
        done = setup.command("serve")
        assert done.returncode == 2
        sentence = one_sentence(done)
        assert str(setup.config_file) in sentence
        assert f"line {line}" in sentence
        for word in words:
            assert word.rpartition(".")[2] in sentence

    @pytest.mark.parametrize("arguments", [("serve", "--port", "x"), ("nonsense",)], ids=" ".join)
    def test_wrong_usage_is_a_2(self, own_home: Path, arguments: tuple[str, ...]):
        done = GatewaySetup(home=own_home).command(*arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr

    def test_a_wrong_variable_is_named(self, own_home: Path):
        setup = GatewaySetup(home=own_home, environment={"LLM_GATEWAY_HTTP_PORT": "many"})
        done = setup.command("serve")
        assert done.returncode == 2
        assert "LLM_GATEWAY_HTTP_PORT" in one_sentence(done)

    def test_a_wrong_option_is_named_as_it_was_used(self, own_home: Path):
        setup = GatewaySetup(home=own_home, environment={"LLM_GATEWAY_HTTP_HOST": "127.0.0.1"})
        done = setup.command("serve", "--host", "0.0.0.0")
        assert done.returncode == 2
        sentence = one_sentence(done)
        assert "--host: 0.0.0.0 can be reached from other computers" in sentence
        assert "LLM_GATEWAY" not in sentence

    def test_an_unknown_key_is_warned_about_and_kept(self, own_home: Path):
        setup = GatewaySetup(home=own_home, toml="[http]\ncolour = 'red'\n")
        with running_gateway(setup) as gateway:
            assert ask(gateway).status == 200
            assert "colour" in gateway.said
            assert "line 2" in gateway.said
        assert "colour" in setup.config_file.read_text()

    def test_new_settings_are_taken_and_broken_ones_are_not(
        self, own_home: Path, upstream: Upstream
    ):
        first, second = upstream.lane("first"), upstream.lane("second")
        setup = GatewaySetup(home=own_home, providers=[anthropic_provider(first)])
        with running_gateway(setup) as gateway:
            assert ask(gateway, "first").status == 200
            good = setup.config_file.read_text()
            setup.config_file.write_text(good + "\n[http\nport = broken")
            eventually(lambda: ask(gateway, "first").status == 200 and "line" in gateway.said)
            assert str(setup.config_file) in gateway.said
            assert ask(gateway, "second").status == 404
            setup.config_file.write_text(good + anthropic_provider(second).toml())
            eventually(lambda: ask(gateway, "second").status == 200)
            assert ask(gateway, "first").status == 200

    def test_a_mistake_is_told_of_though_nobody_asks(self, own_home: Path):
        setup = GatewaySetup(home=own_home)
        with running_gateway(setup) as gateway:
            setup.config_file.write_text("[recorder]\nlevel = 'some'\n")
            eventually(lambda: "recorder.level" in gateway.said)
            assert "line 2" in gateway.said
            headers = anthropic_headers(gateway.access_key())
            detail = send(gateway.url + "/health/detail", method="GET", headers=headers)
            assert detail.json()["status"] == "degraded"
            assert "recorder.level" in detail.json()["settings"]["problem"]
            setup.config_file.write_text("")
            eventually(lambda: "settings read again" in gateway.said)

    def test_a_provider_without_its_key_is_told_of_and_not_asked(
        self, own_home: Path, upstream: Upstream
    ):
        lane = upstream.lane("keyless")
        setup = GatewaySetup(
            home=own_home,
            providers=[anthropic_provider(lane)],
            environment={"STUB_PROVIDER_KEY": ""},
        )
        with running_gateway(setup) as gateway:
            assert "providers.keyless.api_key_env" in gateway.said
            reply = ask(gateway, "keyless")
            assert reply.status == 502
            assert "'keyless' was not asked" in reply.json()["error"]["message"]
            flight = wait_flight(own_home, reply.flight_id)
            assert (flight.provider, flight.error_kind) == ("keyless", "key_missing")
            headers = anthropic_headers(gateway.access_key())
            detail = send(gateway.url + "/health/detail", method="GET", headers=headers)
            (warning,) = detail.json()["settings"]["warnings"]
            assert "is not set, or empty" in warning
        assert not lane.requests

    def test_settings_that_vanish_while_it_runs_break_nothing(
        self, own_home: Path, upstream: Upstream
    ):
        setup = GatewaySetup(home=own_home, providers=[anthropic_provider(upstream.lane("only"))])
        with running_gateway(setup) as gateway:
            setup.config_file.unlink()
            time.sleep(1.5)
            assert ask(gateway, "practice/echo").status == 200
            assert gateway.process.poll() is None


class TestEnd:
    @pytest.mark.parametrize("dialect", [ANTHROPIC, OPENAI], ids=lambda d: d.kind)
    def test_a_running_stream_may_end(
        self, own_home: Path, upstream: Upstream, dialect: DialectOfDoor
    ):
        reply, gateway = self.terminated_in_stream(own_home, upstream, dialect, pieces=20)
        dialect.assert_stream_whole(reply)
        flight = read_flights(own_home)[-1]
        assert (flight.state, flight.output_tokens) == ("ok", 9)
        with pytest.raises(ConnectionRefusedError):
            send(gateway.url + "/health", method="GET")

    @pytest.mark.parametrize("dialect", [ANTHROPIC, OPENAI], ids=lambda d: d.kind)
    def test_a_stream_that_takes_too_long_is_told_so(
        self, own_home: Path, upstream: Upstream, dialect: DialectOfDoor
    ):
        began = time.monotonic()
        reply, _ = self.terminated_in_stream(own_home, upstream, dialect, pieces=2000)
        dialect.assert_stream_broken(reply)
        assert time.monotonic() - began > 3, "it was given its three seconds"
        flight = read_flights(own_home)[-1]
        assert (flight.state, flight.error_kind) == ("cut", "gateway_closed")

    @staticmethod
    def terminated_in_stream(
        home: Path, upstream: Upstream, dialect: DialectOfDoor, *, pieces: int
    ) -> tuple[Reply, Gateway]:
        """SIGTERM when the first byte is there; what the caller got, and a clean end."""
        lane = upstream.lane("paced")
        provider = anthropic_provider if dialect is ANTHROPIC else openai_provider
        text = "0123456789" * pieces
        lane.always = Answer(text=text, pieces=pieces, delivery=Delivery(pace_s=0.05))
        setup = GatewaySetup(home=home, providers=[provider(lane)])
        with running_gateway(setup) as gateway:
            headers = anthropic_headers(gateway.access_key())
            body = dialect.body("paced", stream=True)
            url = gateway.url + dialect.path
            with open_exchange(url, headers=headers, body=body) as response:
                first = response.read1(1)
                gateway.terminate()
                rest = read_reply(response)
            gateway.wait_clean_exit()
        whole = Reply(
            status=rest.status, headers=rest.headers, body=first + rest.body, whole=rest.whole
        )
        return whole, gateway

    def test_new_requests_are_refused_while_it_ends(self, own_home: Path, upstream: Upstream):
        lane = upstream.lane("paced")
        lane.always = Answer(text="x" * 400, pieces=40, delivery=Delivery(pace_s=0.05))
        setup = GatewaySetup(home=own_home, providers=[anthropic_provider(lane)])
        with running_gateway(setup) as gateway:
            headers = anthropic_headers(gateway.access_key())
            body = ANTHROPIC.body("paced", stream=True)
            url = gateway.url + ANTHROPIC.path
            with open_exchange(url, headers=headers, body=body) as response:
                response.read1(1)
                gateway.terminate()
                time.sleep(0.3)
                with pytest.raises(ConnectionRefusedError):
                    send(url, headers=headers, body=body)
                assert b"message_stop" in response.read()
            gateway.wait_clean_exit()

    def test_an_idle_gateway_ends_at_once(self, own_home: Path):
        with running_gateway(GatewaySetup(home=own_home)) as gateway:
            assert ask(gateway).status == 200
            began = time.monotonic()
            gateway.terminate()
            gateway.wait_clean_exit()
            assert gateway.process.returncode == 0
        assert time.monotonic() - began < 15, "it waits for nothing that may take its time"
        assert [flight.state for flight in read_flights(own_home)] == ["ok"]

    def test_a_keep_alive_connection_does_not_hold_it(self, own_home: Path):
        with running_gateway(GatewaySetup(home=own_home)) as gateway:
            idle = socket.create_connection(("127.0.0.1", gateway.port))
            with idle:
                began = time.monotonic()
                gateway.terminate()
                gateway.wait_clean_exit()
        assert time.monotonic() - began < 3

    def test_two_signals_are_as_good_as_one(self, own_home: Path):
        with running_gateway(GatewaySetup(home=own_home)) as gateway:
            gateway.terminate()
            time.sleep(0.02)
            gateway.terminate()
            gateway.wait_clean_exit()
