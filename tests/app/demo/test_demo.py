"""The demo as a program of its own: it plays, tells what happened, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.app.demo.home import DEMO_VARIABLE, demo_home
from llmgw_desktop.app.gateway.autostart import Autostart
from llmgw_desktop.platform.environment import IS_POSIX

_PATIENCE_S = 180
_SECRETS = {"ANTHROPIC_API_KEY": "sk-of-the-person-0123456789", "https_proxy": "http://proxy.test"}


def _env(folder: Path) -> dict[str, str]:
    (folder / "person").mkdir()
    (folder / "tmp").mkdir()
    return {
        **os.environ,
        **_SECRETS,
        "HOME": str(folder / "person"),
        "LLMGW_HOME": str(folder / "person" / "home"),
        "TMPDIR": str(folder / "tmp"),
        "QT_QPA_PLATFORM": "offscreen",
    }


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "llmgw_desktop", "demo", *words]


def _left(folder: Path) -> list[Path]:
    return [*(folder / "person").iterdir(), *(folder / "tmp").glob("llmgw-demo-*")]


def test_one_round_is_played_and_leaves_nothing(tmp_path: Path) -> None:
    """Every scene tells what the gateway recorded of it; without a window the demo answers."""
    done = subprocess.run(
        _command("--once"), env=_env(tmp_path), capture_output=True, text=True, timeout=_PATIENCE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, address, key, *scenes = done.stdout.splitlines()
    assert first.startswith("This is a demo. ")
    assert re.fullmatch(r"Base URL: http://127\.0\.0\.1:\d+", address)
    assert key.endswith("access.key")
    told = dict(line.split(": ", 1) for line in scenes)
    assert list(told) == [
        *("Streams", "Failover", "Cache", "Three reviewers", "Permission", "Consent", "Budget")
    ]
    assert told["Streams"].count(" tokens") == 3
    assert "529" in told["Failover"]
    assert "anthropic/reserve" in told["Failover"]
    assert "clock" in told["Cache"]
    assert told["Three reviewers"].startswith("3 answers. Fail: 2 of 3")
    if IS_POSIX:
        assert "`npm publish --access public`; the demo denied it" in told["Permission"]
    assert "the demo refused it" in told["Consent"]
    share = int(re.search(r"has used (\d+) ?%", told["Budget"])[1])  # type: ignore[index]
    assert 80 <= share < 100
    assert _left(tmp_path) == []


@pytest.mark.skipif(not IS_POSIX, reason="Ctrl+C is sent as a signal")
@pytest.mark.parametrize("words", [("--headless",), ()], ids=["without a window", "with one"])
def test_an_interrupt_ends_it_and_takes_its_home_away(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    with subprocess.Popen(
        _command(*words), env=_env(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        assert child.stdout is not None
        said: list[str] = []
        for line in child.stdout:
            said.append(line.decode())
            if "Streams: " in said[-1]:
                break
        assert len([*(tmp_path / "tmp").glob("llmgw-demo-*")]) == 1, said
        child.send_signal(signal.SIGINT)
        rest = child.stdout.read().decode()
        assert child.wait(_PATIENCE_S) == 0, (said, rest)
    assert "Traceback" not in rest
    assert _left(tmp_path) == []


def test_nothing_of_the_persons_environment_is_in_it(tmp_path: Path) -> None:
    before = dict(os.environ)
    env = {**os.environ, **_SECRETS, "HOME": str(tmp_path), "DISPLAY": ":7"}
    with demo_home(env) as home:
        assert dict(os.environ) == dict(home.env)
        assert not set(_SECRETS) & set(home.env)
        assert home.env["DISPLAY"] == ":7"
        assert home.env["XAUTHORITY"] == env.get("XAUTHORITY", str(tmp_path / ".Xauthority"))
        own = ("HOME", "LLMGW_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA")
        assert all(Path(home.env[name]).is_relative_to(home.folder) for name in own)
        assert str(tmp_path) not in home.env["PATH"]
        folder = home.folder
    assert not folder.exists()
    assert dict(os.environ) == before


def test_a_demo_does_not_start_with_the_session(tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), DEMO_VARIABLE: "1"}
    told = Autostart(env).switch(on=True)
    assert not told.is_on
    assert told.problem == "A demo does not start when you log in."
    assert not [*tmp_path.iterdir()]
