"""Whom a CLI asks for its models, and which run's process holds a connection."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.questions.consents.programs import connection_inodes
from llmgw_desktop.engine.runs.cli_files import key_variables, upstream_of
from llmgw_desktop.engine.runs.run_processes import RunProcesses, _told_by_kernel

OWN = "http://127.0.0.1:3333"
KEY = "llmgw-run-key"


@pytest.mark.parametrize(
    ("upstream", "is_ours"),
    [
        (OWN, True),
        ("http://localhost:3333/as/aider", True),
        ("http://[::1]:3333/v1", True),
        ("http://127.0.0.1:3334", False),
        ("https://api.anthropic.com", False),
        ("http://10.0.0.7:3333", False),
        ("http://127.0.0.1.example.com:3333", False),
        ("http://127.0.0.1:33333333", False),
        ("", False),
    ],
)
def test_a_key_is_shown_to_no_other_upstream(upstream: str, is_ours: bool) -> None:
    claude = cli_of(CliName.CLAUDE).upstream
    assert claude is not None
    given = {"ANTHROPIC_CUSTOM_HEADERS": "x-own: 1"}
    made = key_variables(claude, given, upstream=upstream, own_url=OWN, key=KEY)
    headers = {"ANTHROPIC_CUSTOM_HEADERS": f"x-own: 1\nx-llmgw-run: {KEY}"}
    assert made == (headers if is_ours else {})


def test_settings_of_claude_count_before_its_environment_and_those_of_gemini_after(
    tmp_path: Path,
) -> None:
    for name, text in (
        (".claude/settings.json", '{"env": {"ANTHROPIC_BASE_URL": "http://file"}}'),
        (".gemini/.env", '# mine\nexport GOOGLE_GEMINI_BASE_URL="http://file"\n'),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    home = {"HOME": str(tmp_path)}
    claude, gemini = cli_of(CliName.CLAUDE), cli_of(CliName.GEMINI)
    assert upstream_of(claude, {**home, "ANTHROPIC_BASE_URL": "http://env"}) == "http://file"
    assert upstream_of(gemini, {**home, "GOOGLE_GEMINI_BASE_URL": "http://env"}) == "http://env"
    assert upstream_of(gemini, home) == "http://file"
    (tmp_path / ".claude/settings.json").write_text("[nonsense")
    assert upstream_of(claude, {**home, "ANTHROPIC_BASE_URL": "http://env"}) == "http://env"
    assert upstream_of(cli_of(CliName.CODEX), home) == ""


_CHILD = """
import socket, sys
made = socket.create_connection((sys.argv[1], int(sys.argv[2])))
print(flush=True)
sys.stdin.readline()
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_who_holds_the_other_end_is_found_among_descendants_alone(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-c", _CHILD, host, str(port)]
        keeper = subprocess.Popen(
            ["sh", "-c", '"$@"; true', "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        stranger = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        assert keeper.stdin
        assert keeper.stdout
        keeper.stdout.readline()
        accepted, peer = server.accept()
        with accepted, socket.create_connection((host, port)) as own:
            told = connection_inodes(Path("/proc"), peer[0], peer[1], port)
            here, other, ours = (host, port), peer[:2], own.getsockname()[:2]
            assert told == _told_by_kernel(other, here) != set()
            find = RunProcesses().holder
            assert find(other, here, [stranger.pid, keeper.pid]) == keeper.pid
            assert find(other, here, [stranger.pid]) is None
            assert find(other, (host, port + 1), [keeper.pid]) is None, "another connection"
            assert find(ours, here, [keeper.pid]) is None
            assert find(ours, here, [os.getpid()]) == os.getpid()
            assert find(("10.0.0.7", peer[1]), here, [keeper.pid]) is None
        keeper.communicate(b"\n")
        stranger.communicate(b"")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc")
def test_no_other_address_of_loopback_hides_who_holds_the_other_end() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), source_address=("127.0.0.2", 0)) as own,
    ):
        find = RunProcesses().holder
        assert find(own.getsockname(), server.getsockname(), [os.getpid()]) == os.getpid()
