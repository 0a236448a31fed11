"""A Windows of a person's own under wine, and set-up programs compiled for it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.packaging.needs import need_programs
from tests.support.x_screen import shows

WINE, SERVER = "/usr/lib/wine/wine64", "/usr/lib/wine/wineserver64"
_HIVE = r"Software\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\Uninstall\\\\LLMGateway"


class Computer:
    """A Windows of a person's own: a prefix of wine."""

    def __init__(self, folder: Path) -> None:
        self.prefix = folder / "prefix"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "LC_ALL": "C.UTF-8",  # else a name with umlauts does not reach it
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=",
        }
        self.run("wineboot", "--init")
        (self.person,) = (
            each for each in self.prefix.glob("drive_c/users/*") if each.name != "Public"
        )
        self.local = self.person / "AppData/Local"
        self.folder = self.local / "Programs/LLM Gateway"
        self.link = self.person.joinpath(
            "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/LLM Gateway.lnk"
        )

    def start(self, *words: str | Path, **more: str) -> subprocess.Popen[bytes]:
        """`more`: of its environment."""
        return subprocess.Popen(
            [WINE, *words],
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # wine's own way with files ends some programs
            stderr=subprocess.DEVNULL,
        )

    @contextmanager
    def desktop(self, screen: dict[str, str], patience_s: float = 600) -> Iterator[None]:
        """Wine's own, ready on this screen and held there by a window of Notepad. Who finds none
        starts it and waits for it, but for ten seconds: on a busy machine that is too short, and no
        window of that program ever comes. The next one finds it, as long as the first is there.
        """
        begun, again_at, ends = [], 0.0, time.monotonic() + patience_s
        try:
            while not shows(screen, "Notepad"):
                assert time.monotonic() < ends, "wine has no desktop"
                if time.monotonic() >= again_at:
                    begun.append(self.start("notepad.exe", **screen))
                    again_at = time.monotonic() + 30
                time.sleep(0.2)
            yield
        finally:
            for each in begun:
                each.kill()
                each.communicate(timeout=600)

    def run(self, *words: str | Path) -> int:
        """Until it and all that it has started have ended, and the registry is written."""
        child = self.start(*words)
        child.communicate(timeout=600)
        self._server("-w")
        return child.returncode

    def said(self, *words: str | Path) -> str:
        """What it prints; it ends well."""
        child = self.start(*words)
        out, _ = child.communicate(timeout=600)
        assert child.returncode == 0, out
        return out.decode().replace("\r\n", "\n")

    def processes(self, word: bytes) -> list[int]:
        """Those with this word of their command line, or with one that ends so."""
        ours, found = f"WINEPREFIX={self.prefix}".encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile
                words = (process / "cmdline").read_bytes().split(b"\0")
                is_ours = ours in (process / "environ").read_bytes().split(b"\0")
                if is_ours and any(each.endswith(word) for each in words):
                    found.append(int(process.name))
        return found

    def kill(self, name: str) -> None:
        """All programs of this name."""
        for process in self.processes(name.encode()):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def wait(self) -> None:
        """Until nothing runs any more, and the registry is written."""
        self._server("-w")

    def uninstall_entry(self) -> dict[str, str]:
        """What the system's list of programs knows of it; empty: nothing."""
        return self._values(_HIVE)

    def wait_removed(self) -> None:
        """Until that is so: on a busy machine wine writes its registry some time after the end of
        whoever changed it."""
        ends = time.monotonic() + 600
        while entry := self.uninstall_entry():
            assert time.monotonic() < ends, entry
            time.sleep(0.1)

    def variables(self) -> dict[str, str]:
        """The person's own ones."""
        return self._values("Environment")

    def _values(self, key: str) -> dict[str, str]:
        text = (self.prefix / "user.reg").read_text("utf-8", errors="replace")
        found = re.search(rf"\[{key}\][^\n]*\n(.*?)(?=\n\[|\Z)", text, re.DOTALL)
        values = r'^"(\w+)"=(?:str\(2\):)?"?(.*?)"?$'
        return dict(re.findall(values, found[1], re.MULTILINE)) if found else {}

    def files(self) -> set[str]:
        found = self.folder.rglob("*")
        return {str(path.relative_to(self.folder)) for path in found if path.is_file()}

    def end(self) -> None:
        self._server("-k")
        self._server("-w")
        shutil.rmtree(self.prefix, ignore_errors=True)  # what is ending may still write to it

    def _server(self, word: str) -> None:
        # it says by its code whether it runs at all
        subprocess.run([SERVER, word], env=self.environment, timeout=600, check=False)


@contextmanager
def windows(folder: Path) -> Iterator[Computer]:
    """Skips where there is no wine. Making one takes some seconds and 700 MB."""
    need_programs(WINE, SERVER, "makensis")
    made = Computer(folder)
    try:
        yield made
    finally:
        made.end()


def compiled(script: str | Path, *defines: str) -> None:
    done = subprocess.run(
        ["makensis", "-V2", "-WX", *defines, script],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
