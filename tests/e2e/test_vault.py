"""The vault in the real program: with a real keyring, and with several processes at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.dialects import OPENAI
from tests.support.gateway import Gateway, GatewaySetup, running_gateway
from tests.support.lane import Lane
from tests.support.raw_http import Reply, openai_headers, send
from tests.support.secret_service import secret_service
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

SECRET = "an-odd-key-of-no-known-family-0123456789"
OTHER = "another-odd-key-of-no-known-family-9876543"
MODEL = "stub-model"


def _toml(lane: Lane) -> str:
    return (
        '[providers.work]\nkind = "openai-compatible"\nvault = "openai/default"\nlocal = true\n'
        f'base_url = "{lane.base_url}"\nmodels = ["{MODEL}"]\n'
    )


def _setup(home: Path, lane: Lane, environment: Mapping[str, str]) -> GatewaySetup:
    return GatewaySetup(home=home, toml=_toml(lane), environment=environment)


def _llmgw(setup: GatewaySetup, *words: str, stdin: str = "") -> str:
    """What it said, stderr after stdout."""
    done = setup.command("vault", *words, typed=stdin)
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done.stdout + done.stderr


def _ask(gateway: Gateway, prompt: str = "ping", **headers: str) -> Reply:
    body = OPENAI.body(MODEL, stream=False, messages=[{"role": "user", "content": prompt}])
    sent = openai_headers(gateway.access_key(), headers)
    return send(gateway.url + OPENAI.path, headers=sent, body=body)


def _ask_until(gateway: Gateway, status: int) -> Reply:
    """What another process changes is noticed within a moment."""
    ends = time.monotonic() + 15
    while (reply := _ask(gateway)).status != status:
        assert time.monotonic() < ends, reply.body
        time.sleep(0.05)
    return reply


def _key_files(setup: GatewaySetup) -> list[Path]:
    return list((setup.home / "data").glob("vault-*.key"))


def _holds_no_secret(setup: GatewaySetup) -> None:
    for path in setup.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert SECRET.encode() not in data, path
            assert OTHER.encode() not in data, path


def test_the_master_key_lies_in_a_real_keyring(tmp_path: Path, upstream: Upstream) -> None:
    lane = upstream.lane()
    home, keyring_home = tmp_path / "home", tmp_path / "k"
    with secret_service(keyring_home) as environment:
        setup = _setup(home, lane, environment)
        said = _llmgw(setup, "set", "openai", stdin=f"{SECRET}\n")
        assert "is kept in the file" not in said
        assert _key_files(setup) == []
        lane.key = SECRET
        with running_gateway(setup) as gateway:
            assert _ask(gateway).status == 200
            _llmgw(setup, "rotate")
            assert _key_files(setup) == []
            assert _ask_until(gateway, 200).status == 200
            _llmgw(setup, "set", "openai", stdin=f"{OTHER}\n")
            lane.key = OTHER
            _ask_until(gateway, 200)
    # the service has ended: the rows stay, and nothing is made in the key's place
    away = _setup(home, lane, {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
    with running_gateway(away) as gateway:
        reply = _ask(gateway)
        assert reply.status == 502
        assert b"lies in the system's keyring, which does not give it out here" in reply.body
    assert _key_files(away) == []
    # and a new session of the same person has it again
    with secret_service(keyring_home) as environment:
        setup = _setup(home, lane, environment)
        with running_gateway(setup) as gateway:
            assert _ask(gateway).status == 200
    _holds_no_secret(setup)


def test_a_keyring_that_was_never_unlocked_leads_to_a_file(
    tmp_path: Path, upstream: Upstream
) -> None:
    lane = upstream.lane()
    with secret_service(tmp_path / "k", unlocked=False) as environment:
        setup = _setup(tmp_path / "home", lane, environment)
        said = _llmgw(setup, "set", "openai", stdin=f"{SECRET}\n")
        assert "the system's keyring could not be" in said
        assert "is kept in the file" in said
        (path,) = _key_files(setup)
        assert path.stat().st_mode & 0o777 == 0o600
        lane.key = SECRET
        with running_gateway(setup) as gateway:
            assert _ask(gateway).status == 200


NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def test_a_running_gateway_follows_the_command_line(tmp_path: Path, upstream: Upstream) -> None:
    lane = upstream.lane()
    setup = _setup(tmp_path / "home", lane, NO_KEYRING)
    with running_gateway(setup) as gateway:
        missing = _ask(gateway)
        assert missing.status == 502
        assert b"the vault has no key openai/default" in missing.body
        _llmgw(setup, "set", "openai", stdin=f"{SECRET}\n")
        _llmgw(setup, "set", "openai", "--project", "shop", stdin=f"{OTHER}\n")
        lane.key = SECRET
        _ask_until(gateway, 200)
        lane.key = OTHER
        assert _ask(gateway, f"is {OTHER} a key?", **{"x-project": "shop"}).status == 200
        _llmgw(setup, "rotate")
        _llmgw(setup, "rm", "openai")
        _ask_until(gateway, 502)
        assert _ask(gateway, **{"x-project": "shop"}).status == 200
        assert "vault: provider work used api-key openai/default of project shop" in gateway.said
        assert SECRET not in gateway.said
        assert OTHER not in gateway.said
    _holds_no_secret(setup)


def test_a_rotation_that_is_killed_under_a_running_gateway(
    tmp_path: Path, upstream: Upstream
) -> None:
    lane = upstream.lane()
    lane.key = SECRET
    setup = _setup(tmp_path / "home", lane, NO_KEYRING)
    _llmgw(setup, "set", "openai", stdin=f"{SECRET}\n")
    with running_gateway(setup) as gateway:
        for pause_s in (0.15, 0.25, 0.3, 0.35, 0.4, 0.5):
            child = subprocess.Popen(
                [sys.executable, "-m", "llmgw_desktop", "vault", "rotate"],
                env=setup.child_environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(pause_s)
            child.send_signal(signal.SIGKILL)
            child.wait(30)
            assert _ask(gateway).status == 200
    with running_gateway(setup) as gateway:
        assert _ask(gateway).status == 200
    _llmgw(setup, "rotate")
    assert len(_key_files(setup)) == 1


def test_no_secret_is_in_the_arguments_of_a_process(tmp_path: Path, upstream: Upstream) -> None:
    setup = _setup(tmp_path / "home", upstream.lane(), NO_KEYRING)
    child = subprocess.Popen(
        [sys.executable, "-m", "llmgw_desktop", "vault", "set", "openai"],
        env=setup.child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    child.stdin.write(SECRET)
    child.stdin.flush()
    assert SECRET not in Path(f"/proc/{child.pid}/cmdline").read_text()
    assert SECRET not in Path(f"/proc/{child.pid}/environ").read_text()
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert SECRET not in out
    assert os.fsencode(out).startswith(b"Stored openai/default an-odd-...***")


def test_a_key_from_the_command_line_brings_its_account_back(
    tmp_path: Path, upstream: Upstream
) -> None:
    lane, second = upstream.lane("first"), upstream.lane("second")
    lane.key = OTHER
    toml = _toml(lane) + (
        '[providers.spare]\nkind = "openai-compatible"\nlocal = true\n'
        f'base_url = "{second.base_url}"\nmodels = ["{MODEL}"]\n'
    )
    setup = GatewaySetup(home=tmp_path / "home", toml=toml)
    with running_gateway(setup) as gateway:
        _llmgw(setup, "set", "openai", stdin=SECRET)
        for _ in range(2):
            assert _ask(gateway).headers["x-llmgw-provider"] == "spare"
        asked = len(lane.requests)
        _llmgw(setup, "set", "openai", stdin=OTHER)
        ends = time.monotonic() + 15
        while _ask(gateway, str(time.monotonic())).headers["x-llmgw-provider"] != "work":
            assert time.monotonic() < ends
            time.sleep(0.05)
        assert len(lane.requests) == asked + 1, "nobody polled it meanwhile"
