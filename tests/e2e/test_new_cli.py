"""A new vendor's CLI is one package and one line: a copy of one, renamed, is in every part of the
product that runs, tells or shows CLIs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import llmgw_desktop
from tests.support import fake_clis
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = pytest.mark.e2e

_HOUSE = Path(llmgw_desktop.__file__).parents[1]
_LINE = '    CLAUDE = "claude"\n'
_RENAMED = (
    ("Claude Code", "Kimi Code"),
    ("claude", "kimi"),
    ("Claude", "Kimi"),
    ("CLAUDE", "KIMI"),
    ("anthropic", "moonshot"),
    ("ANTHROPIC", "MOONSHOT"),
)
_ASKED_OF_EACH = (
    "tests/clis/test_rights.py",
    "tests/clis/test_mcp_servers.py",
    "tests/clis/test_subcommands.py",
    "tests/clis/test_tables.py",
    "tests/engine/runs/test_words_alone.py",
    "tests/ui/pages/test_provider_clis.py",
)
"""Tests that go through all CLIs by their names."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product and its tests with one more CLI, as a person adds it."""
    house = tmp_path_factory.mktemp("house")
    for name in ("tests", "docs", "resources"):
        (house / name).symlink_to(_HOUSE / name)
    shutil.copy(_HOUSE / "pyproject.toml", house)
    package, real = house / "llmgw_desktop", _HOUSE / "llmgw_desktop"
    shutil.copytree(real, package)  # with what Python made of it: times are kept
    names = (real / "domain" / "cli.py").read_text()
    assert names.count(_LINE) == 1
    (package / "domain" / "cli.py").write_text(names.replace(_LINE, f'{_LINE}    KIMI = "kimi"\n'))
    (package / "clis" / "kimi").mkdir()
    for file in (real / "clis" / "claude").glob("*.py"):
        text = file.read_text()
        for old, new in _RENAMED:
            text = text.replace(old, new)
        (package / "clis" / "kimi" / file.name).write_text(text)
    return house


@pytest.fixture(scope="module")
def gateway(house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    programs = folder / "programs"
    fake_clis.make_fake_clis(programs)["claude"].rename(programs / "kimi")
    setup = GatewaySetup(
        home=folder / "home",
        toml='[clis.kimi]\nmodels = ["k2"]\nwritable = ["~"]\n',
        environment={"PYTHONPATH": str(house), "PATH": f"{programs}:{os.environ['PATH']}"},
    )
    with running_gateway(setup) as gateway:
        yield gateway


def _call(gateway: Gateway, path: str, body: object = None, **more: str) -> Any:
    headers = {
        "Authorization": f"Bearer {gateway.access_key()}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        **more,
    }
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(gateway.url + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as refused:
        text = refused.read().decode()
    return json.loads(text.partition("data: ")[2] or text)


def _tool(gateway: Gateway, name: str, **arguments: object) -> Any:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": name, "arguments": arguments, "_meta": meta}
    told = _call(
        gateway,
        "/mcp",
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
        **{
            "Mcp-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call",
            "Mcp-Name": name,
        },
    )
    assert "result" in told, told
    assert not told["result"].get("isError"), told
    return told["result"]["structuredContent"]


def test_its_runs_are_jobs_that_are_asked_for_in_every_way(gateway: Gateway) -> None:
    told = _call(gateway, "/v1/jobs", {"cli": "kimi", "prompt": "answer hello", "wait": True})
    assert told["state"] == "completed", told
    managed = {"permissionMode": "bypassPermissions", "approvalStrategy": "mcp_managed"}
    refused = _call(gateway, "/v1/jobs", {"cli": "kimi", "prompt": "answer no", **managed})
    assert "permissionMode" in json.dumps(refused)
    assert "again" in json.dumps(_tool(gateway, "kimi_request", prompt="answer again"))
    panel = json.dumps(_tool(gateway, "ask_model", model="kimi", question="x"))
    assert '"kimi"' in panel
    models = {each["id"] for each in _call(gateway, "/v1/models")["data"]}
    assert "kimi-cli/k2" in models


def test_commands_know_it(gateway: Gateway) -> None:
    setup = gateway.setup
    doctor = json.loads(setup.command("doctor", "--json").stdout)
    (found,) = (each for each in doctor["sections"]["clis"] if each["name"] == "kimi")
    assert found["installed"]
    assert "Kimi Code" in setup.command("doctor").stdout
    assert "kimi" in setup.command("jobs", "list").stdout


def test_tests_of_all_clis_hold_for_it(house: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:xdist",
            "-k",
            "kimi and not takes_a_path",
            *_ASKED_OF_EACH,
        ],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "failed" not in done.stdout
    passed = int(done.stdout.rsplit(" passed", 1)[0].rsplit(None, 1)[-1])
    assert passed >= len(_ASKED_OF_EACH)


def test_pages_made_from_the_code_tell_of_it(house: Path) -> None:
    script = "from tests.engine.questions.approvals.gate_page import tables; print(tables())"
    env = {**os.environ, "PYTHONPATH": str(house)}
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=house,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.count("| kimi |") == 2
