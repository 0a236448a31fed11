"""What holds for every test: no talk beyond loopback, a home of its own, its garbage taken out."""

from __future__ import annotations

import gc
import ipaddress
import itertools
import os
import re
import shutil
import signal
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import llmgw_desktop.ui  # noqa: F401 - Qt before pydantic, which its import hook would ask half-made
from llmgw_desktop.store.database import database
from tests.support import ready_tables

# How long an example takes says something of the machine, nothing of the code. A run of the suite
# answers the same twice; `--hypothesis-profile=search` looks among other and more examples.
_NO_CLOCK: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
"""On a busy machine even making the examples takes long, which says nothing of the code."""
settings.register_profile("search", max_examples=200, **_NO_CLOCK)
settings.register_profile("house", derandomize=True, max_examples=50, **_NO_CLOCK)
settings.load_profile("house")

pytest_plugins = ["tests.support.shares", "tests.support.vouching"]

_OWN_PREFIXES = ("LLMGW_", "LLM_GATEWAY_", "ANTHROPIC_", "OPENAI_", "GEMINI_", "GOOGLE_")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_KEPT = ("LLMGW_TEST_CACHE",)
_FULL_ROUND_EVERY = 25
_PURE = [("clis",), ("domain",), ("redaction",), ("wire",)]
_PURE_ROUND = 20
_HOME = "llmgw-home"
_numbers = itertools.count(1)
_sweeps = itertools.count(1)


def pytest_configure() -> None:
    """A shell has what it runs beside itself ignore Ctrl+C, children too; tests of it send it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    database._migrate = ready_tables.at_once


def pytest_collection_finish() -> None:
    """Python would collect in whichever thread makes something, and widgets must not die there.

    No test thaws what is frozen here: each full round would go through all that was imported."""
    gc.collect()
    gc.freeze()
    gc.disable()


@pytest.fixture(autouse=True)
def own_garbage(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test forgets to close complains in this test, not in one that comes later."""
    yield
    if _opens_nothing(request.path.parent) and next(_sweeps) % _PURE_ROUND:
        return
    gc.collect(2 if gc.get_count()[2] > _FULL_ROUND_EVERY else 1)


@cache
def _opens_nothing(folder: Path) -> bool:
    """Whether the floor that is tested there may do no I/O, as the contracts of imports have it."""
    return folder.relative_to(Path(__file__).parent).parts[:1] in _PURE


@pytest.fixture
def tmp_path(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """As pytest's own, which looks for a free number through the folders of all tests before.

    It goes with a test that passed: the folders of all of them lie in memory."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.mktemp(f"{name}-{next(_numbers)}", numbered=False)
    failed = request.session.testsfailed
    yield folder
    if request.session.testsfailed == failed:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_home(tmp_path: Path) -> Path:
    """What LLMGW_HOME names."""
    return tmp_path / _HOME


@pytest.fixture(autouse=True)
def own_environment(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty LLMGW_HOME, and nothing of the person's own settings, keys or proxies.

    A test that asks for no folder gets the name of one that nobody has made: most never look."""
    for name in list(os.environ):
        foreign = name.startswith(_OWN_PREFIXES) or name.lower() in _PROXIES
        if foreign and name not in _KEPT:
            monkeypatch.delenv(name)
    if "tmp_path" in request.fixturenames:
        folder = request.getfixturevalue("tmp_path")
    else:
        folder = tmp_path_factory.getbasetemp() / f"unmade-{next(_numbers)}"
    monkeypatch.setenv("LLMGW_HOME", str(folder / _HOME))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Fails what would leave the machine; sockets of the standard library, names included."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            pytest.fail(f"a test tried to reach {address}: only loopback is allowed")
        return connect(self, address)

    return guarded


def _guarded_lookup(lookup: Any) -> Any:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_loopback(name):
            pytest.fail(f"a test tried to look up {name}: only loopback is allowed")
        return lookup(host, *args, **kwargs)

    return guarded


def _is_loopback(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
