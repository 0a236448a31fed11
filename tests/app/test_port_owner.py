"""Who holds a port, told by the system itself."""

import os
import socket
import sys
from pathlib import Path

import pytest

from llmgw_desktop.app import start_checks
from llmgw_desktop.app.port_owner import port_owner
from llmgw_desktop.app.start_checks import bad_qt_version, start_problem
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
