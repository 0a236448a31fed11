"""`build.spec`: the program as one folder starts, serves, and says commands that work.

Making it takes a minute of the processor: `one_folder.py` makes it once, for all workers.
"""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import runpy
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from PyInstaller.archive.readers import CArchiveReader

from llmgw_desktop.app.gateway.licences import read_parts
from tests.packaging.machine import PACKAGING, ROOT
from tests.packaging.needs import need_programs
from tests.packaging.one_folder import BARE
from tests.support.gateway import Gateway, GatewaySetup, running_gateway
from tests.support.raw_http import Reply, openai_headers, send
from tests.support.stdio_client import stdio_client
from tests.support.x_screen import SCREEN_TOOLS, do, x_screen

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

MOST_BYTES = 190_000_000
FIRST = {"as_it_was_started", "own_libraries", "without_open_gl"} | {
    *("pyi_rth_pkgutil", "pyi_rth_cryptography_openssl"),
}
"""What runs before the program does, at every start of it. None reads in more than it needs."""
FIRST_ASKED = ("/metrics", "/v1/jobs", "/v1/models", "/ready")
"""Doors whose code may not be there before somebody comes."""


@pytest.fixture
def setup(program: Path, own_home: Path) -> GatewaySetup:
    return GatewaySetup(home=own_home, program=(str(program),), environment=BARE)


def ask(url: str, key: str) -> Reply:
    said = {"model": "practice/echo", "messages": [{"role": "user", "content": "Hello"}]}
    body = json.dumps(said).encode()
    return send(f"{url}/v1/chat/completions", headers=openai_headers(key), body=body)


@pytest.mark.daily
def test_nothing_is_left_out_that_every_program_needs() -> None:
    """Without building it: what the code imports."""
    [told] = [
        each.value
        for each in ast.parse((ROOT / "build.spec").read_text()).body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "NEVER_NEEDED"
    ]
    left_out = {each.value for each in ast.walk(told) if isinstance(each, ast.Constant)}
    assert "pytest" in left_out
    code = [path.read_text() for path in (ROOT / "llmgw_desktop").rglob("*.py")]
    imports = r"^\s*(?:import|from) (\w+)"
    wanted = {name for text in code for name in re.findall(imports, text, re.MULTILINE)}
    assert {"numpy", "pyqtgraph"} <= wanted
    assert not wanted & left_out


def test_it_is_one_program_of_bounded_size(program: Path) -> None:
    folder = program.parent
    assert {each.name for each in folder.iterdir()} == {"llmgw", "_internal"}
    sizes = {path: path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()}
    assert sum(sizes.values()) <= MOST_BYTES
    names = {path.name.lower() for path in sizes}
    assert not [name for name in names if "gtk" in name or "pytest" in name]
    assert not [path for path in folder.rglob("*") if path.is_symlink() and not path.exists()]


def test_nothing_is_read_in_ahead_of_the_program(program: Path) -> None:
    """PyInstaller's own preludes would read in Qt (too early: `ui/__init__.py`) and more."""
    kinds = {name: entry[-1] for name, entry in CArchiveReader(str(program)).toc.items()}
    scripts = {name for name, kind in kinds.items() if kind == "s"}
    assert scripts == FIRST | {"pyiboot01_bootstrap", "__main__"}


def test_it_knows_its_version_and_all_that_is_shipped(setup: GatewaySetup, program: Path) -> None:
    version = importlib.metadata.version("llmgw-desktop")
    assert setup.command("--version").stdout == f"llmgw {version}\n"
    shipped, here = program.parent / "_internal/llmgw_desktop/_resources", ROOT / "resources"
    found, wanted = ({path.relative_to(top) for path in top.rglob("*")} for top in (shipped, here))
    assert found == wanted | {Path("CHANGELOG.md")}


def test_it_tells_whose_work_it_holds(setup: GatewaySetup, program: Path) -> None:
    """Every file that is not ours belongs to a part, and every part brings its licence."""
    inside = program.parent / "_internal"
    listed = read_parts(inside / "llmgw_desktop/_licences/parts.json")
    told = {file for part in listed for file in part.files}
    files = {path for path in inside.rglob("*") if path.is_file() and not path.is_symlink()}
    there = {path.relative_to(inside).as_posix() for path in files}
    ours = {name for name in there if name.startswith("llmgw_desktop")}
    assert not there - ours - told
    assert not [part.name for part in listed if not part.texts]
    assert {"orjson", "Python", "ICU", "libx11-6"} <= {part.name for part in listed}
    assert not [name for name in there if "readline" in name]  # GPL: all of it would be, too
    said = setup.command("licences").stdout
    assert "orjson" in said
    assert "LGPL-3.0" in said
    assert "pytest" not in said
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in setup.command("licences", "shiboken6").stdout


def test_it_serves(setup: GatewaySetup) -> None:
    with running_gateway(setup) as gateway:
        assert send(f"{gateway.url}/health", method="GET").status == 200
        reply = ask(gateway.url, gateway.access_key())
        assert "Hello" in reply.json()["choices"][0]["message"]["content"]
        assert ask(gateway.url, "wrong").status == 401
        maps = Path(f"/proc/{gateway.process.pid}/maps").read_text()
        assert "libpython" in maps
        assert "libQt" not in maps  # it has no windows


def test_what_a_newer_version_replaces_is_still_read_in(
    setup: GatewaySetup, program: Path, tmp_path: Path
) -> None:
    """As a package manager does it: files of the same names, put in the place of the older ones."""
    folder = tmp_path / "replaced"
    shutil.copytree(program.parent, folder, symlinks=True, copy_function=os.link)
    with running_gateway(replace(setup, program=(str(folder / "llmgw"),))) as gateway:
        for name in ("llmgw", "_internal/base_library.zip"):
            (tmp_path / "newer").write_bytes(b"of another version")
            (tmp_path / "newer").replace(folder / name)
        assert ask(gateway.url, gateway.access_key()).status == 200
        for path in FIRST_ASKED:
            headers = [("Authorization", f"Bearer {gateway.access_key()}")]
            assert send(f"{gateway.url}{path}", method="GET", headers=headers).status == 200
        initialize(gateway)


def initialize(gateway: Gateway) -> None:
    """By the MCP SDK, which is read in then."""
    told = {"protocolVersion": "2025-06-18", "capabilities": {}}
    told["clientInfo"] = {"name": "test", "version": "1"}
    said = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": told}
    headers = [
        *openai_headers(gateway.access_key()),
        ("Accept", "application/json, text/event-stream"),
    ]
    reply = send(f"{gateway.url}/mcp", headers=headers, body=json.dumps(said).encode())
    assert reply.status == 200, reply.body
    assert b"serverInfo" in reply.body


def test_what_it_says_to_type_works_as_typed(setup: GatewaySetup) -> None:
    with running_gateway(setup) as gateway:
        told = setup.command("key", "list").stderr
        _, _, command = told.strip().partition("Make one with: ")
        assert command.endswith(" key add NAME")
        done = subprocess.run(
            ["/bin/sh", "-c", command], env=BARE, capture_output=True, text=True, check=True
        )
        assert ask(gateway.url, done.stdout.strip()).status == 200


def test_an_editor_starts_it_as_connect_wrote_it_down(
    setup: GatewaySetup, program: Path, own_home: Path
) -> None:
    """What the editor starts finds no engine, starts one of its own kind, and lends it none of our
    libraries."""
    done = setup.command("connect", "claude-code", "--stdio")
    assert done.returncode == 0, done.stderr
    settings = json.loads((own_home.parent / "user-home/.claude.json").read_text())
    entry: dict[str, Any] = settings["mcpServers"]["llmgw"]
    command = (entry["command"], *entry["args"], "--linger", "1")
    theirs = {**BARE, **entry["env"], "LD_LIBRARY_PATH": "/theirs"}
    with stdio_client(own_home, command=command, **theirs) as editor:
        editor.initialize()
        editor.request(1, "tools/list")
        assert editor.answer(1)["result"]["tools"]
        engine = psutil.Process(json.loads((own_home / "run/gateway.json").read_text())["pid"])
        assert Path(engine.exe()) == program
        lent = engine.environ()
        assert lent["LD_LIBRARY_PATH_ORIG"] == "/theirs"
        assert not [name for name in lent if name.startswith(("QT_", "QML"))]
    engine.wait(60)


def test_its_window_opens(setup: GatewaySetup, own_home: Path) -> None:
    need_programs(*SCREEN_TOOLS)
    setup.write_config()
    # without a welcome, and first steps above the charts, which stand where they do later
    state = "[told]\nwelcome=done\n[page-overview]\nsteps-over=true\n"
    (setup.config_file.parent / "window.ini").write_text(state)
    with x_screen() as screen, (own_home.parent / "said.log").open("w+") as said:
        child = subprocess.Popen(
            [*setup.program, "--port", "0"],
            env={**setup.child_environment(), **screen},
            stdin=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            run_file, ends = own_home / "run/gateway.json", time.monotonic() + 60
            while not run_file.exists():
                assert time.monotonic() < ends, "it does not serve"
                time.sleep(0.05)
            do(screen, "search", "--sync", "--onlyvisible", "--name", "LLM Gateway")
            url = json.loads(run_file.read_text())["url"]
            assert ask(url, (own_home / "run/access.key").read_text().strip()).status == 200
            _open_large_charts(screen)
            child.terminate()
            assert child.wait(60) == 0
        finally:
            child.kill()
            child.wait(60)
            said.seek(0)
            text = said.read()
            print(text)
        assert "Traceback" not in text


def _open_large_charts(screen: dict[str, str]) -> None:
    """By a key in the page, which shows the flight by then; what draws them is in the folder."""
    window = ("search", "--onlyvisible", "--name", "LLM Gateway", "windowactivate", "--sync")
    ends = time.monotonic() + 120
    while True:
        do(screen, *window, "key", "ctrl+1")
        do(screen, *window, "mousemove", "--window", "%1", "600", "350", "click", "1")
        do(screen, "key", "ctrl+g")
        with suppress(subprocess.CalledProcessError):
            do(screen, "search", "--onlyvisible", "--name", "^Overview, larger")
            return
        assert time.monotonic() < ends, "no large charts"
        time.sleep(0.5)


@pytest.mark.parametrize("theirs", [None, "/opt/theirs"])
def test_what_it_starts_finds_its_own_libraries(
    monkeypatch: pytest.MonkeyPatch, theirs: str | None
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/ours/_internal")
    monkeypatch.setenv("_PYI_PARENT_PROCESS_LEVEL", "1")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    if theirs:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", theirs)
    runpy.run_path(str(PACKAGING / "frozen/own_libraries.py"))
    assert os.environ.get("LD_LIBRARY_PATH") == theirs
    assert not [name for name in os.environ if name.startswith("_PYI_") or "_ORIG" in name]
