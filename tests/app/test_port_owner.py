"""Who holds a port, told by the system itself."""

import os
import socket
import sys
from pathlib import Path

import pytest

from llmgw_desktop.app.gateway import start_checks
from llmgw_desktop.app.gateway.start_checks import bad_qt_version, port_owner, start_problem
from llmgw_desktop.domain.errors import PortTaken, StoreUnavailable

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_listening_program_is_named_with_its_pid(family: socket.AddressFamily) -> None:
    with socket.socket(family) as listening:
        listening.bind(("::1" if family is socket.AF_INET6 else "127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        assert f"(pid {os.getpid()})" in port_owner(port)
        sentence = start_problem(PortTaken("127.0.0.1", port))
    assert str(port) in sentence
    assert str(os.getpid()) in sentence
    assert "--port" in sentence


def test_where_nothing_is_told_it_is_another_program(tmp_path: Path) -> None:
    assert port_owner(3333, tmp_path) == "another program"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/venv/bin/python -P -m llmgw_desktop serve --port 3333", "another LLM Gateway"),
        ("/venv/bin/python /venv/bin/llmgw", "another LLM Gateway"),
        ("llmgw serve", "another LLM Gateway"),
        ("/usr/bin/ollama serve", "ollama"),
        ("vim llmgw_desktop -m", "ollama"),
        ("", "ollama"),
    ],
)
@linux
def test_another_gateway_is_called_so(tmp_path: Path, command: str, name: str) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(
        "heads\n0: 0100007F:0D05 00000000:0000 0A 0:0 0:0 0 1000 0 4711 1\n"
    )
    process = tmp_path / "812"
    (process / "fd").mkdir(parents=True)
    (process / "fd" / "7").symlink_to("socket:[4711]")
    (process / "comm").write_text("ollama\n")
    (process / "cmdline").write_bytes(command.replace(" ", "\0").encode() + b"\0")
    assert port_owner(3333, tmp_path) == f"{name} (pid 812)"


def test_other_errors_speak_for_themselves() -> None:
    assert start_problem(StoreUnavailable("the disk is full")) == "the disk is full"


def test_this_machine_has_a_good_pair_of_python_and_qt() -> None:
    assert bad_qt_version() == ""


def test_a_bad_pair_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "6.12.0")
    monkeypatch.setattr(start_checks, "PYTHON", (3, 11))
    sentence = bad_qt_version()
    assert "6.12.0" in sentence
    assert "pip install" in sentence
