"""The real program as a child process, in a home of its own, with its settings file written here.

Starts it, reads its ready line, collects what it says, and ends it in the orderly way; a program
that does not end cleanly, or that logs a traceback, fails the test. What it has recorded is read in
flight_log.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.support.lane import Lane
from tests.support.prepared_program import ENVIRONMENT, PROGRAM, run, started

PROVIDER_KEY = "sk-provider-0123456789abcdef0123456789abcdef"
"""The one credential that an upstream may ever see."""
_KEY_VARIABLE = "STUB_PROVIDER_KEY"
_READY_TIMEOUT_S = 90
_STOP_TIMEOUT_S = 15
_COMPLAINTS = ("Traceback (most recent call last)", "never retrieved", "was destroyed", "Unclosed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTable:
    """One `[providers.NAME]` of config.toml."""

    name: str
    kind: str
    base_url: str
    models: Sequence[str]
    protocols: Sequence[str] = ()
    """Empty: those of its kind."""

    def toml(self) -> str:
        return (
            f"[providers.{self.name}]\n"
            f"kind = {json.dumps(self.kind)}\n"
            f"base_url = {json.dumps(self.base_url)}\n"
            f"api_key_env = {json.dumps(_KEY_VARIABLE)}\n"
            f"models = {json.dumps(list(self.models))}\n"
            + (f"protocols = {json.dumps(list(self.protocols))}\n" if self.protocols else "")
            + "local = true\n"
        )


def anthropic_provider(lane: Lane, *models: str) -> ProviderTable:
    lane.key = PROVIDER_KEY
    return ProviderTable(
        name=lane.name, kind="anthropic", base_url=lane.root_url, models=models or (lane.name,)
    )


def openai_provider(lane: Lane, *models: str, kind: str = "openai-compatible") -> ProviderTable:
    lane.key = PROVIDER_KEY
    return ProviderTable(
        name=lane.name, kind=kind, base_url=lane.base_url, models=models or (lane.name,)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySetup:
    """A home, what stands in its settings file, and how the program is started in it."""

    home: Path
    providers: Sequence[ProviderTable] = ()
    toml: str = ""
    """Further settings, put before the providers."""
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: Sequence[str] = ("--port", "0")
    prefix: Sequence[str] = ()
    """A command that starts the program under other conditions, such as prlimit."""
    program: Sequence[str] = PROGRAM
    is_fresh: bool = False
    """Started as a person starts it, where a fork would not do."""

    @property
    def config_file(self) -> Path:
        return self.home / "config" / "config.toml"

    def write_config(self) -> None:
        self.config_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        tables = [provider.toml() for provider in self.providers]
        self.config_file.write_text("\n".join([self.toml, *tables]))
        # where no window ever was, a welcome stands before all else
        state = self.config_file.parent / "window.ini"
        state.write_text("[told]\nwelcome=done\n")
        state.chmod(0o600)

    def child_environment(self) -> dict[str, str]:
        """Only what is named here: nothing of the person's own reaches the child, which runs the
        code that the tests themselves import."""
        fake_home = self.home.parent / "user-home"
        fake_home.mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(fake_home),
            "LLMGW_HOME": str(self.home),
            **ENVIRONMENT,
            _KEY_VARIABLE: PROVIDER_KEY,
            **self.environment,
        }

    def command(
        self, *arguments: str, timeout_s: float = 90, typed: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """One run of `llmgw …` in this home, to its end. `typed`: its stdin, empty otherwise."""
        return run(
            [*self.program, *arguments],
            cwd=self.home.parent,
            env=self.child_environment(),
            typed=typed,
            timeout_s=timeout_s,
        )

    def add_key(self, client: str) -> str:
        done = self.command("key", "add", client)
        assert done.returncode == 0, done.stderr
        words = done.stdout.split()
        assert len(words) == 1, f"stdout should be the key and nothing else: {done.stdout!r}"
        return words[0]


class Gateway:
    """A running `llmgw serve`."""

    def __init__(self, setup: GatewaySetup) -> None:
        self.setup = setup
        self.home = setup.home
        start = subprocess.Popen if setup.is_fresh else started
        self.process = start(
            [*setup.prefix, *setup.program, "serve", *setup.arguments],
            cwd=setup.home.parent,
            env=setup.child_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._stdout = _Lines(self.process.stdout)
        self._stderr = _Lines(self.process.stderr)
        self.ready: dict[str, Any] = {}

    @property
    def url(self) -> str:
        """The base, without a path and without a slash at the end."""
        return str(self.ready["url"]).rstrip("/")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def said(self) -> str:
        """All of stderr so far."""
        return self._stderr.text

    def access_key(self) -> str:
        """The key of the person at this computer."""
        return Path(self.ready["key_file"]).read_text().strip()

    def wait_ready(self) -> None:
        line = self._stdout.next(_READY_TIMEOUT_S)
        assert line is not None, f"no ready line; rc {self.process.poll()}: {self.said}"
        self.ready = json.loads(line)
        assert self.ready["event"] == "ready"

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait_clean_exit(self) -> None:
        returncode = self.process.wait(_STOP_TIMEOUT_S)
        self._close()
        assert returncode == 0, f"rc {returncode}: {self.said}"
        assert self._stdout.rest() == [], "stdout belongs to the ready line alone"
        found = [word for word in _COMPLAINTS if word in self.said]
        assert not found, self.said

    def kill(self) -> None:
        """The end without a warning; harmless when it is gone already."""
        self.process.kill()
        self.process.wait(_STOP_TIMEOUT_S)
        self._close()

    def _close(self) -> None:
        self._stdout.close()
        self._stderr.close()


@contextmanager
def running_gateway(setup: GatewaySetup) -> Iterator[Gateway]:
    """From settings to the ready line, and to a clean exit; killed when the test has failed."""
    setup.write_config()
    gateway = Gateway(setup)
    try:
        gateway.wait_ready()
        yield gateway
        if gateway.process.poll() is None:
            gateway.terminate()
            gateway.wait_clean_exit()
    except BaseException:
        print("the gateway said:\n" + gateway.said)
        raise
    finally:
        gateway.kill()


class _Lines:
    """Reads a pipe to its end in a thread, so that the child never waits for a reader."""

    def __init__(self, pipe: IO[str] | None) -> None:
        assert pipe is not None
        self._pipe = pipe
        self._fresh: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._all: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def text(self) -> str:
        return "".join(self._all)

    def next(self, timeout_s: float) -> str | None:
        """The next line; None when the pipe has ended or nothing came in time."""
        try:
            return self._fresh.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def rest(self) -> list[str]:
        lines = []
        while (line := self.next(0)) is not None:
            lines.append(line)
        return lines

    def close(self) -> None:
        self._thread.join(timeout=5)
        self._pipe.close()

    def _read(self) -> None:
        for line in self._pipe:
            self._all.append(line)
            self._fresh.put(line)
        self._fresh.put(None)
