"""What is pasted into a shell does what was meant, whatever the request holds."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.flights.copies import CurlRequest, Shell, TooLongForShell, curl_command
from tests.support.windows_words import as_windows_reads

HOSTILE = (
    "'; touch owned; echo '$(id) `id` !! !x %PATH% ^& | < > \" \\ \\\" ’\u2028é🙂\nLLMGW_BODY\n'@\n"
)
KEY = "llmgw-THE-KEY"


def asked(said: object, key_file: str = "/home/o'neil/run/access.key") -> CurlRequest:
    return CurlRequest(
        url="http://127.0.0.1:3333/v1/messages?beta=true&a=%27%24",
        key_header="x-api-key:",
        key_file=key_file,
        body=json.dumps(said, ensure_ascii=False, indent="\t"),
        headers=["anthropic-version: 2023-06-01"],
        streams=True,
    )


@pytest.fixture
def curl(tmp_path: Path) -> Path:
    """A program, so that the system's bounds of arguments hold."""
    stub = tmp_path / "bin" / "curl"
    stub.parent.mkdir()
    stub.write_text(f'#!/bin/sh\ncat > {tmp_path}/stdin\nprintf "%s\\n" "$@" > {tmp_path}/args\n')
    stub.chmod(0o755)
    return stub


@pytest.mark.skipif(os.name != "posix", reason="for POSIX shells")
@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
@pytest.mark.parametrize("size", [10, 2_000_000])
def test_posix_shells(tmp_path: Path, curl: Path, shell: str, size: int) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    key_file = tmp_path / "it's a key"
    key_file.write_text(f"{KEY}\n")
    said = {"model": HOSTILE, "messages": [HOSTILE, "é" * (size // 2)]}
    command = curl_command(asked(said, str(key_file)), Shell.POSIX)
    assert KEY not in command
    env = {"PATH": f"{curl.parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    (tmp_path / "pasted").write_text(command)
    nothing = subprocess.DEVNULL
    subprocess.run([program, "pasted"], stdin=nothing, cwd=tmp_path, env=env, check=True)
    args = (tmp_path / "args").read_text()
    assert args.startswith("-sSN\nhttp://127.0.0.1:3333/v1/messages?beta=true&a=%27%24\n-H\n")
    assert f"-H\nx-api-key: {KEY}\n-H\ncontent-type: application/json\n" in args
    body = (tmp_path / "stdin").read_text() or args.partition("--data-raw\n")[2]
    assert json.loads(body) == said
    assert bool((tmp_path / "stdin").stat().st_size) == (size > 1000)
    assert not (tmp_path / "owned").exists()


def test_nothing_at_a_prompt_acts_before_the_shell_reads_it() -> None:
    command = curl_command(asked({"a": "!" * 70_000 + "\t"}), Shell.POSIX)
    assert not set("!\t") & set(command)


@given(st.text(max_size=60))
def test_powershell(text: str) -> None:
    said = {"model": f"{HOSTILE}{text}".encode("utf-8", "replace").decode()}
    command = curl_command(asked(said, "C:\\Users\\O'N’eil\\access.key"), Shell.POWERSHELL)
    body, ending, rest = command.removeprefix("@'\n").rpartition("\n'@ | ")
    assert ending
    assert "\n'@" not in body, "nothing ends it earlier"
    assert body.isascii(), "the older one passes on nothing else"
    assert json.loads(body) == said
    assert rest == (
        "curl.exe -sSN 'http://127.0.0.1:3333/v1/messages?beta=true&a=%27%24'"
        " -H ('x-api-key: ' + (Get-Content -Raw -LiteralPath"
        " 'C:\\Users\\O''N’’eil\\access.key').Trim())"
        " -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01'"
        " --data-binary '@-'\n"
    )


@given(st.text(max_size=60))
def test_cmd(text: str) -> None:
    said = {"model": f"{HOSTILE}{text}".encode("utf-8", "replace").decode(), "n": [1, 2.5, None]}
    command = curl_command(asked(said, "C:\\Users\\O Neil\\access.key"), Shell.CMD)
    reading, _, run = command.partition(" do @")
    assert reading == 'for /f "usebackq delims=" %k in ("C:\\Users\\O Neil\\access.key")'
    body = run.partition("--data-raw ")[2]
    assert not re.search(r"[^ -~]|[%!^&|<>()]", body), "cmd sees half of it outside of quotes"
    args = as_windows_reads(run)
    assert args[:3] == ["curl", "-sSN", asked({}).url]
    assert "x-api-key: %k" in args
    assert json.loads(args[-1]) == said


def test_cmd_takes_no_long_lines() -> None:
    with pytest.raises(TooLongForShell, match="PowerShell"):
        curl_command(asked({"a": "x" * 9000}), Shell.CMD)
