"""The real Codex CLI, signed in out of the vault, renews its sign-in: the vendor takes each refresh
token once, so what is not written back is lost."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.store.vault.master_key import VARIABLE, MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from tests.support import codex_cli, npm_cli
from tests.support.chatgpt_stub import ChatgptStub, chatgpt_stub, sign_in
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

ENTRY = address(EntryKind.FILE, "codex.work", "auth.json")
MASTER = {VARIABLE: "ab" * 32}
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def codex_program() -> Path:
    return npm_cli.install(codex_cli.PACKAGE, codex_cli.VERSION, codex_cli.BINARY)


def _setup(home: Path, program: Path, stub: ChatgptStub) -> GatewaySetup:
    variables = {
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE": f"{stub.url}/token",
        "HTTPS_PROXY": NOWHERE,
        "HTTP_PROXY": NOWHERE,
        "NO_PROXY": "127.0.0.1",
    }
    env = ", ".join(f'{name} = "{text}"' for name, text in variables.items())
    toml = f'[clis.codex]\ncommand = "{program}"\nvault = "codex.work"\nenv = {{ {env} }}\n'
    return GatewaySetup(home=home, toml=toml, environment=MASTER)


def _call(gateway: Gateway, path: str, body: Any) -> Any:
    request = urllib.request.Request(
        gateway.url + path,
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {gateway.access_key()}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


def _run(gateway: Gateway, stub: ChatgptStub, **fields: Any) -> Any:
    provider = {
        "name": "stub",
        "base_url": f"{stub.url}/v1",
        "requires_openai_auth": True,
        "wire_api": "responses",
        "request_max_retries": 0,
        "stream_max_retries": 0,
        "supports_websockets": False,
    }
    settings = {
        "model_providers.stub": provider,
        "model_provider": "stub",
        "analytics.enabled": False,
    }
    body = {"cli": "codex", "prompt": "say pong", "wait": True, "configOverrides": settings}
    told = _call(gateway, "/v1/jobs", body | fields)
    assert (told["state"], told["text"]) == ("completed", "PONG"), told
    return told


def _refresh_token(home: Path) -> str:
    vault = Vault(home / "data" / "gateway.db", MasterKeys(MASTER, home / "data"), SystemClock())
    try:
        token: str = json.loads(vault.secret(ENTRY, by="test"))["tokens"]["refresh_token"]
        return token
    finally:
        vault.close()


def test_a_sign_in_that_a_real_cli_renews_comes_back(codex_program: Path, own_home: Path) -> None:
    with chatgpt_stub() as stub:
        setup = _setup(own_home, codex_program, stub)
        with running_gateway(setup) as gateway:
            file = {"provider": "codex.work", "fileName": "auth.json", "content": sign_in(1, -99)}
            _call(gateway, "/v1/files", file)
            first = _run(gateway, stub)
            while _refresh_token(own_home) != "refresh-2":
                time.sleep(0.05)
        kept = own_home / "data" / "homes" / "codex" / "codex.work" / "home" / ".codex"
        assert kept.is_dir()
        assert not (kept / "auth.json").exists()
        with running_gateway(setup) as gateway:
            again = _run(gateway, stub, sessionId=first["sessionId"], prompt="once more")
            let_in = len(stub.let_in)
            asking = _run(gateway, stub, approvals="ask", prompt="and where it asks")
    assert again["providerSessionId"] == first["providerSessionId"]
    assert asking["providerSessionId"] != first["providerSessionId"]
    assert len(stub.let_in) > let_in, "its app server is signed in as well"
    assert not (kept / "auth.json").exists()
    assert stub.renewed == ["refresh-1"]
    assert set(stub.let_in) == {True}
    assert not (own_home.parent / "user-home" / ".codex").exists()
