"""A disk that is full or read-only, and a program that is not whole: one sentence each, nothing is
damaged, and what can go on does, as soon as there is room again."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import llmgw_desktop
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = pytest.mark.e2e
_ROOT = Path(llmgw_desktop.__file__).parents[1]
_PATIENCE_S = 90


def _mount(*words: str) -> bool:
    done = subprocess.run(["mount", *words], capture_output=True, check=False, timeout=60)
    return done.returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    is_there = shutil.which("mount") and sys.platform == "linux"
    if not is_there or not _mount("-t", "tmpfs", "-o", "size=16m", "none", str(disk)):
        pytest.skip("nobody may make a small disk here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True, timeout=60)


def _fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


def _sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    return line


def _ask(gateway: Gateway, path: str, body: object = None, key: str = "") -> Any:
    request = urllib.request.Request(
        gateway.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "authorization": f"Bearer {key or gateway.access_key()}",
            "content-type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
        return json.load(answer)


def _chat(gateway: Gateway) -> None:
    said = {"role": "user", "content": "hello"}
    body = {"model": "practice/echo", "messages": [said]}
    assert _ask(gateway, "/v1/chat/completions", body)["choices"]


def _standing(gateway: Gateway, word: str) -> None:
    """Until the gateway says of its recorder what is expected."""
    for _ in range(_PATIENCE_S * 10):
        if _ask(gateway, "/health/detail")["status"] == word:
            return
        _chat(gateway)
        time.sleep(0.05)
    pytest.fail(f"it never stood as {word}")


def test_a_full_disk_is_told_and_gone_on_from(small_disk: Path) -> None:
    setup = GatewaySetup(home=small_disk / "user" / "home")
    setup.home.parent.mkdir()
    with running_gateway(setup) as gateway:
        _chat(gateway)
        kept = setup.add_key("before")
        settings = setup.config_file.read_bytes()
        filler = _fill(small_disk)
        _standing(gateway, "degraded")
        assert "the disk is full" in setup.command("status").stdout
        for words, typed in (
            (("key", "add", "full"), None),
            (("workspace", "add", "x", "/tmp"), None),
            (("settings", "set", "limits.max_running_jobs", "9"), None),
            (("backup", str(small_disk / "b")), "correct horse\ncorrect horse\n"),
        ):
            assert "the disk is full" in _sentence(setup.command(*words, typed=typed))
        stored = setup.command("vault", "set", "openai", typed="sk-0123456789abcdefghij\n")
        assert "sk-0123" not in _sentence(stored)
        assert setup.config_file.read_bytes() == settings
        assert not [each for each in small_disk.iterdir() if each.name.endswith("b")]
        filler.unlink()
        _standing(gateway, "ok")
        setup.add_key("after")
        told = setup.command("key", "list").stdout
        assert "before" in told
        assert "after" in told
        assert "full" not in told
        assert _ask(gateway, "/v1/models", key=kept)["data"]
    for name in ("gateway.db", "flights.db"):
        with closing(sqlite3.connect(setup.home / "data" / name)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_start_without_room_is_one_sentence_and_the_next_one_goes(small_disk: Path) -> None:
    setup = GatewaySetup(home=small_disk / "user" / "home")
    setup.home.parent.mkdir()
    (small_disk / "user" / "user-home").mkdir()
    filler = _fill(small_disk)
    said = _sentence(setup.command("serve", "--port", "0"))
    assert "disk is full" in said or "No space left" in said
    filler.unlink()
    with running_gateway(setup) as gateway:
        _chat(gateway)


def test_a_home_that_is_read_only_is_one_sentence_and_can_be_read(small_disk: Path) -> None:
    setup = GatewaySetup(home=small_disk / "user" / "home")
    setup.home.parent.mkdir()
    setup.write_config()
    setup.add_key("before")
    setup.child_environment()
    if not _mount("-o", "remount,ro", str(small_disk)):
        pytest.skip("nobody may make a disk read-only here")
    for words in (("serve", "--port", "0"), ("key", "add", "x"), ("workspace", "add", "x", "/tmp")):
        assert "read-only" in _sentence(setup.command(*words)).lower()
    assert "before" in setup.command("key", "list").stdout
    assert setup.command("settings", "list").returncode == 0


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("engine/pipeline/pipeline.py", None, "llmgw_desktop.engine.pipeline.pipeline is missing"),
        ("engine/front/doors.py", b"def x(:\n", "doors.py is damaged"),
        ("store/paths.py", bytes(50), "is damaged"),
        ("store/paths.py", b"", "paths.py does not fit the rest"),
        ("app/serve.py", b"import library_that_went\n", "library_that_went is missing"),
        ("domain/errors.py", None, "llmgw_desktop.domain.errors is missing"),
    ],
)
def test_a_program_that_is_not_whole_says_what_is_missing(
    tmp_path: Path, file: str, content: bytes | None, words: str
) -> None:
    program = tmp_path / "program"
    program.mkdir()
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(_ROOT / "llmgw_desktop", program / "llmgw_desktop", ignore=ignored)
    (program / "resources").symlink_to(_ROOT / "resources")
    damaged = program / "llmgw_desktop" / file
    damaged.unlink()
    if content is not None:
        damaged.write_bytes(content)
    home = tmp_path / "home"
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LLMGW_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "llmgw_desktop", "serve", "--port", "0"],
        cwd=program,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )
    said = _sentence(done)
    assert words in said
    assert "Install it again" in said
