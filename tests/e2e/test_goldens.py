"""What people and programs have learned of us stays: commands, errors of settings, doors, MCP.

Each golden is one text file. A change that is meant: `python -m tests.e2e.test_goldens` writes them
anew, and the difference is read before it is committed.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.store.settings.reader import load_settings
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

_HERE = Path(__file__).with_name("goldens")
_SETTINGS_PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
_NO_VALUE_FITS = ("[[1], {}]", '"\\u0001"', "-7.5", "true", "[]")
"""What each key is given in turn: of a wrong kind, unprintable, too small, and what may fit."""
_WRONG_USAGE = (
    ("nonsense",),
    ("--hidden", "serve"),
    ("--port", "99999"),
    ("--port", "0", "status"),
    ("key",),
    ("key", "add"),
    ("key", "revoke", "nobody"),
    ("vault", "set", "openai", "default", "sk-a-secret"),
    ("route", "explain"),
    ("connect", "nobody"),
    ("consent", "allow", "x", "--scope", "all"),
    ("flights", "show", "nothing"),
    ("jobs", "show", "nothing"),
    ("status",),
    ("limits",),
    ("restart",),
    ("workspace", "add", "1x", "/nowhere"),
    ("workspace", "remove", "nothing"),
    ("receipt", "verify", "/nowhere"),
    ("restore", "/nowhere"),
)
_EMPTY_LISTS = (("key", "list"), ("vault", "list"), ("workspace", "list"), ("receipt", "list"))
_PATHS = (
    *("/", "/health", "/ready", "/health/detail", "/v1/health", "/metrics", "/mcp", "/nothing"),
    *("/v1/messages", "/v1/messages/count_tokens", "/anthropic/v1/messages"),
    *("/v1/chat/completions", "/chat/completions", "/openai/v1/chat/completions"),
    *("/v1/responses", "/responses", "/v1/responses/x", "/v1/embeddings", "/v1/models"),
    *("/v1/models/x", "/v1beta/models", "/v1beta/models/x:generateContent"),
    *("/v1beta/models/x:streamGenerateContent", "/v1beta/models/x:countTokens"),
    *("/v1/jobs", "/v1/jobs/x", "/v1/sessions", "/v1/sessions/x", "/v1/limits", "/v1/flights"),
    *(
        "/v1/tools",
        "/v1/flights/x",
        "/v1/approvals",
        "/v1/consents",
        "/v1/vault",
        "/v1/audit",
        "/v1/worktrees",
    ),
    *("/oauth/authorize", "/oauth/token", "/oauth/register", "/oauth/revoke", "/oauth/introspect"),
    *("/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"),
    "/.well-known/oauth-protected-resource/mcp",
)
_COLUMNS = {"COLUMNS": "100"}
_BODIES: Mapping[str, bytes | None] = {"GET": None, "POST": b"{}", "DELETE": None}
_HEADERS_THAT_COUNT = ("content-type", "allow", "www-authenticate", "retry-after", "cache-control")


def _anew() -> bool:
    return __name__ == "__main__"


def _compare(name: str, text: str) -> None:
    file = _HERE / f"{name}.txt"
    if _anew():
        file.write_text(text)
        return
    assert text.splitlines() == file.read_text().splitlines()


def _without_chance(text: str, places: Mapping[str, str]) -> str:
    for found, word in places.items():
        text = text.replace(found, word)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-][\d:]+)?", "TIME", text)
    text = re.sub(r"\b(flt|req|job|msg|resp|gws|val|cli)_[0-9A-Za-z]{20,}", r"\1_ID", text)
    text = re.sub(r'("(?:at_ms|pid)":\s*)\d+', r"\1N", text)
    text = re.sub(r'("door":"command","name":)"\w*"', r'\1"USER"', text)
    return re.sub(r"\b(?=\d*[a-f])[0-9a-f]{16,}\b|\b[0-9A-HJKMNP-TV-Z]{26}\b", "ID", text)


def _said(setup: GatewaySetup, words: tuple[str, ...]) -> str:
    done = setup.command(*words)
    places = {
        str(setup.home): "HOME",
        str(setup.home.parent): "PARENT",
        sys.executable: "PYTHON",
    }
    told = _without_chance(done.stdout + done.stderr, places)
    # What to type is named by what this machine's PATH finds: that is chance, too.
    told = re.sub(r"PYTHON(?: -\w)* -m llmgw_desktop", "llmgw", told)
    return f"$ llmgw {' '.join(words)}\n{told}exit {done.returncode}\n\n"


def _commands_below(told: str) -> list[str]:
    """Those that a help names: the indented first words below its list of commands."""
    return re.findall(r"^    ([a-z-]+)(?:  |$)", told, re.MULTILINE)


def _help(*words: str) -> str:
    """As the program says it, which would be started 130 times."""
    out = io.StringIO()
    with patch.dict(os.environ, _COLUMNS), redirect_stdout(out), pytest.raises(SystemExit) as end:
        parse([*words, "--help"])
    told = _without_chance(out.getvalue(), {})
    return f"$ llmgw {' '.join((*words, '--help'))}\n{told}exit {end.value.code or 0}\n\n"


def _helps(*words: str) -> Iterator[str]:
    told = _help(*words)
    yield told
    for name in _commands_below(told):
        yield from _helps(*words, name)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="argparse words its help anew")
def test_the_command_line_says_what_it_said(tmp_path: Path) -> None:
    setup = GatewaySetup(home=tmp_path / "home", environment=_COLUMNS)
    for words in ((), ("key",), ("key", "add")):
        assert _said(setup, (*words, "--help")) == _help(*words)
    _compare("help", "".join(_helps()))
    _compare("usage", "".join(_said(setup, words) for words in (*_WRONG_USAGE, *_EMPTY_LISTS)))


def _keys_of_the_page() -> Iterator[tuple[str, str]]:
    """Each table's heading and each of its keys, as docs/settings.md has them."""
    table = ""
    for line in _SETTINGS_PAGE.read_text().splitlines():
        if heading := re.match(r"#{2,3} `(\[.*\])`", line):
            table = heading[1].replace("NAME", "x" if "clis" not in line else "claude")
        elif key := re.match(r"\| `([a-z_]+)` \|", line):
            yield table, key[1]


def _error_of(file: Path, table: str, key: str, value: str) -> str:
    file.write_text(f"{table}\n{key} = {value}\n")
    try:
        load_settings(file, {})
    except ConfigError as error:
        return str(error).replace(str(file), "config.toml")
    return "fits"


def test_errors_of_settings_say_what_they_said(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    told = [
        f"{table} {key} = {value}\n  {_error_of(file, table, key, value)}\n"
        for table, key in _keys_of_the_page()
        for value in _NO_VALUE_FITS
    ]
    assert len(told) > 600
    _compare("settings", "".join(told))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    yield from _gateway(tmp_path_factory.mktemp("goldens"))


def _gateway(folder: Path) -> Iterator[Gateway]:
    setup = GatewaySetup(home=folder / "home")
    setup.write_config()
    with running_gateway(setup) as running:
        yield running


def _ask(gateway: Gateway, method: str, path: str, headers: Mapping[str, str]) -> str:
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    try:
        kind = {"content-type": "application/json"} if _BODIES[method] else {}
        connection.request(method, path, _BODIES[method], {**kind, **headers})
        reply = connection.getresponse()
        # a refusal is recorded, and so has an id, only as often as a minute allows
        body = re.sub(r',"request_id":"\w+"', "", reply.read().decode())
        # how many came before is a matter of time
        body = re.sub(r'^\{"total":\d+,"next":\w+,"flights":.*', '{"total","next","flights"}', body)
        if path == "/metrics":
            body = re.sub(r"^(?!# TYPE).*\n", "", body, flags=re.MULTILINE)
        told = [
            f"{name}: {reply.headers[name]}"
            for name in _HEADERS_THAT_COUNT
            if name in reply.headers
        ]
        return "\n  ".join([str(reply.status), *told, body])
    finally:
        connection.close()


def test_doors_answer_what_they_answered(gateway: Gateway) -> None:
    local = {"authorization": f"Bearer {gateway.access_key()}"}
    while '"gateway.started"' not in _ask(gateway, "GET", "/v1/audit", local):
        time.sleep(0.05)  # it is noted beside the start, and comes before what is done here
    keys = {
        "no key": {},
        "wrong key": {"authorization": "Bearer llmgw_nobody"},
        "a program's": {"authorization": f"Bearer {gateway.setup.add_key('golden')}"},
        "the person's": local,
        "a page's": {"origin": "https://elsewhere.example"},
    }
    askers: dict[str, list[str]] = {}
    for path in _PATHS:
        for method in _BODIES:
            for who, headers in keys.items():
                if path != "/health/detail" or who != "the person's":  # which holds figures
                    told = _ask(gateway, method, path, headers).replace(path, "PATH")
                    told = _without_chance(told, {str(gateway.setup.home): "HOME"})
                    askers.setdefault(told, []).append(f"{method} {path} ({who})")
    _compare("doors", "\n".join("\n".join([*of, f"  {told}\n"]) for told, of in askers.items()))


class _Mcp:
    """A session of the person's at the MCP door."""

    def __init__(self, gateway: Gateway, profile: str) -> None:
        self._gateway = gateway
        self._path = f"/mcp?profile={profile}"
        self._headers = {
            "authorization": f"Bearer {gateway.access_key()}",
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": "2025-06-18",
        }
        about = {"name": "golden", "version": "1"}
        params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": about}
        self.greeting = self.call("initialize", params)

    def call(self, method: str, params: Mapping[str, Any]) -> Any:
        connection = HTTPConnection("127.0.0.1", self._gateway.port, timeout=60)
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        try:
            connection.request("POST", self._path, body, self._headers)
            reply = connection.getresponse()
            self._headers["mcp-session-id"] = reply.headers.get(
                "mcp-session-id"
            ) or self._headers.get("mcp-session-id", "")
            raw = reply.read().decode()
        finally:
            connection.close()
        return json.loads(raw if raw.startswith("{") else raw.split("data: ", 1)[1].split("\n")[0])


def test_mcp_offers_what_it_offered(gateway: Gateway) -> None:
    sessions = {profile: _Mcp(gateway, profile) for profile in ("core", "review", "full")}
    told: dict[str, Any] = {}
    for profile, session in sessions.items():
        told[f"initialize {profile}"] = session.greeting
        tools = session.call("tools/list", {})["result"]["tools"]
        told[f"tools/list {profile}"] = tools if profile == "full" else [t["name"] for t in tools]
    full = sessions["full"]
    for method in ("prompts/list", "resources/list", "resources/templates/list", "nothing/list"):
        told[method] = full.call(method, {})
    for name in ("list_models", "nothing"):
        told[f"call {name}"] = full.call("tools/call", {"name": name, "arguments": {}})
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
    _compare("mcp", _without_chance(text, {str(gateway.setup.home): "HOME"}))


def _write_anew() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        tests: list[Callable[[Path], None]] = [
            test_the_command_line_says_what_it_said,
            test_errors_of_settings_say_what_they_said,
        ]
        for number, test in enumerate(tests):
            (root / str(number)).mkdir()
            test(root / str(number))
        for running in _gateway(root):
            test_doors_answer_what_they_answered(running)
            test_mcp_offers_what_it_offered(running)


if __name__ == "__main__":
    sys.exit(_write_anew())
