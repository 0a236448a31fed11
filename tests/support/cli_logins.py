"""A vendor's CLI that logs in by OAuth, in a terminal and a home of its own; what it has a browser
open is written down for a test to open it."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE_S = 90
_BROWSER = '#!/bin/sh\nprintf "%s\\n" "$1" >> "$HOME/opened"\n'


@dataclass
class Login:
    """One that runs."""

    process: subprocess.Popen[bytes]
    opened: Path
    said: bytearray
    reader: threading.Thread
    """Of what it says, until its terminal is closed."""

    def address(self) -> str:
        """What it told the browser to open."""
        end = time.monotonic() + _PATIENCE_S
        while not self.opened.exists() or not (lines := self.opened.read_text().split()):
            assert self.process.poll() is None, self.text
            assert time.monotonic() < end, f"it opened no browser: {self.text}"
            time.sleep(0.05)
        return lines[-1]

    def ended(self) -> int:
        """Its exit code, once all that it said was read."""
        code = self.process.wait(_PATIENCE_S)
        self.reader.join(_PATIENCE_S)
        return code

    @property
    def text(self) -> str:
        return self.said.decode(errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginDesk:
    """A person's home, with a browser that only writes down what it should open."""

    program: Path
    home: Path

    def run(self, *words: str, **environment: str) -> str:
        """One command to its end; what it says on both."""
        done = subprocess.run(
            [str(self.program), *words],
            cwd=self._project(),
            env=self._environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout + done.stderr

    @contextmanager
    def login(self, *words: str) -> Iterator[Login]:
        """In a terminal: without one Claude Code logs nobody in."""
        opened = self.home / "opened"
        opened.unlink(missing_ok=True)
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [str(self.program), *words],
            cwd=self._project(),
            env=self._environment(),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        said = bytearray()
        reader = threading.Thread(target=_read, args=(ours, said), daemon=True)
        reader.start()
        login = Login(process, opened, said, reader)
        try:
            yield login
        finally:
            process.kill()
            process.wait()
            reader.join(10)
            os.close(ours)

    def _project(self) -> Path:
        project = self.home / "project"
        project.mkdir(parents=True, exist_ok=True)
        return project

    def _environment(self) -> dict[str, str]:
        browser, temporary = self.home / "browser.sh", self.home / "tmp"
        browser.write_text(_BROWSER)
        browser.chmod(0o755)
        temporary.mkdir(exist_ok=True)
        (self.home / ".codex").mkdir(exist_ok=True)
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "TMPDIR": str(temporary),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "BROWSER": str(browser),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1",
        }


def _read(terminal: int, said: bytearray) -> None:
    with contextlib.suppress(OSError):  # nobody holds its other end any more
        while part := os.read(terminal, 4096):
            said += part
