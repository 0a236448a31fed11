"""A gateway behind proxies that people run: tinyproxy for CONNECT, microsocks for SOCKS5."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.gateway import Gateway, GatewaySetup, running_gateway
from tests.support.raw_http import openai_headers, send
from tests.support.upstream import upstream_thread

pytestmark = pytest.mark.e2e
NAME, PASSWORD = "ada", "s3cret-of-the-proxy"
SIGN_IN = f"{NAME}:{PASSWORD}"


@contextmanager
def _running(program: str, *arguments: str, port: int) -> Iterator[None]:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: packaging/linux/packages-test.txt names it")
    child = subprocess.Popen(
        [found, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        patience = time.monotonic() + 60
        while True:
            assert child.poll() is None, f"{program} ended at its start"
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < patience, f"{program} does not listen"
                time.sleep(0.02)
        yield
    finally:
        child.kill()
        child.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _tinyproxy(folder: Path) -> Iterator[int]:
    port = _free_port()
    (folder / "tinyproxy.conf").write_text(
        f'Port {port}\nListen 127.0.0.1\nTimeout 60\nLogFile "{folder}/tinyproxy.log"\n'
        f"LogLevel Connect\nMaxClients 20\nBasicAuth {NAME} {PASSWORD}\n"
    )
    with _running("tinyproxy", "-d", "-c", str(folder / "tinyproxy.conf"), port=port):
        yield port


@contextmanager
def _microsocks() -> Iterator[int]:
    port = _free_port()
    arguments = ("-i", "127.0.0.1", "-p", str(port), "-u", NAME, "-P", PASSWORD)
    with _running("microsocks", *arguments, port=port):
        yield port


def _ask(gateway: Gateway, model: str) -> tuple[int, bytes]:
    asked = {"model": model, "messages": [{"role": "user", "content": "ping"}]}
    answer = send(
        f"{gateway.url}/v1/chat/completions",
        headers=openai_headers(gateway.access_key()),
        body=json.dumps(asked).encode(),
    )
    return answer.status, answer.body


def _provider(name: str, base_url: str, lines: str) -> str:
    return (
        f'[providers.{name}]\nkind = "openai-compatible"\nbase_url = "{base_url}"\n'
        f'local = true\nmodels = ["{name}-model"]\n{lines}'
    )


def test_real_proxies_pass_on_and_ask_for_a_sign_in(tmp_path: Path) -> None:
    with _tinyproxy(tmp_path) as http, _microsocks() as socks, upstream_thread() as upstream:
        lane = upstream.lane("far")
        vaulted = f'proxy = "http://127.0.0.1:{http}"\nproxy_vault = "proxy/office"\n'
        tables = {
            "by-http": vaulted,
            "by-socks": vaulted.replace(f"http://127.0.0.1:{http}", f"socks5://127.0.0.1:{socks}"),
            "by-env": 'proxy = "environment"\n',
            "unsigned": f'proxy = "socks5://127.0.0.1:{socks}"\n',
            "straight": "",
        }
        setup = GatewaySetup(
            home=tmp_path / "home",
            toml="\n".join(_provider(name, lane.base_url, it) for name, it in tables.items()),
            environment={
                "ALL_PROXY": f"socks5h://{SIGN_IN}@127.0.0.1:{socks}",
                "LLM_GATEWAY_MASTER_KEY": "ab" * 32,
            },
        )
        with running_gateway(setup) as gateway:
            assert _ask(gateway, "by-http-model")[0] == 502, "its sign-in is not there yet"
            _store_sign_in(setup)
            for name in ("by-http", "by-socks", "by-env", "straight"):
                for _ in range(3):
                    status, body = _ask(gateway, f"{name}-model")
                    assert (status, name) == (200, name), body
            status, body = _ask(gateway, "unsigned-model")
            assert status == 502
            assert b"wants a sign-in" in body
            assert PASSWORD.encode() not in body
            told = setup.command("doctor", "--json").stdout
            assert f"socks5://127.0.0.1:{socks}" in told
            assert PASSWORD not in told + gateway.said
        tunnels = (tmp_path / "tinyproxy.log").read_text().count("Established connection to host")
        assert tunnels == 1, "one tunnel is kept for three requests"
    holders = [
        path
        for path in (tmp_path / "home").rglob("*")
        if path.is_file() and PASSWORD.encode() in path.read_bytes()
    ]
    assert holders == []
    looked = setup.command("doctor", "--secrets")  # the flights decrypted, too
    assert looked.returncode == 0, looked.stdout


def _store_sign_in(setup: GatewaySetup) -> None:
    done = subprocess.run(
        [*setup.program, "vault", "set", "proxy", "office"],
        input=SIGN_IN,
        env=setup.child_environment(),
        cwd=setup.home.parent,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
