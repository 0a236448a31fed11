"""What helps whoever looks into a fault, as one text that a person reads before it goes anywhere:
versions, the system, what is set otherwise than by default, what the doctor finds, the log's end.

It is sent to nobody. Secrets are taken out of all of it once more, and the person's own folder is
called `~`.
"""

import platform
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from llmgw_desktop.app.gateway.log_file import last_lines
from llmgw_desktop.app.settings.told import SettingsBook
from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.mcp_presentation import VERSION
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.paths import Places

LOG_LINES = 200
_PARTS = ("PySide6-Essentials", "aiohttp", "cryptography", "mcp")
_HIDDEN_NAMES = ("api_key", "secret", "token", "password", "bearer")


class Diagnostics:
    """`text` may wait for seconds: a worker asks. `keys` are those that are never shown."""

    def __init__(
        self,
        places: Places,
        env: Mapping[str, str],
        book: SettingsBook,
        keys: Callable[[], tuple[str, ...]],
    ) -> None:
        self._places = places
        self._env = env
        self._book = book
        self._keys = keys

    def text(self) -> str:
        parts = (
            ("Version", self._version),
            ("Settings that are not as by default", self._settings),
            ("llmgw doctor", self._doctor),
            (f"The last {LOG_LINES} lines of the log", self._log),
        )
        told = "\n\n".join(f"## {title}\n\n{_said(make)}" for title, make in parts)
        return self._cleaned(f"# LLM Gateway: report of a fault\n\n{told}\n")

    def _cleaned(self, text: str) -> str:
        redactor = Redactor()
        redactor.know(self._keys())
        clean = inert(redactor.clean_text(text))
        homes = {self._env.get("HOME", ""), self._env.get("USERPROFILE", ""), str(Path.home())}
        for home in sorted(homes, key=len, reverse=True):
            if len(home) > 1:
                clean = clean.replace(home, "~")
        return clean

    def _version(self) -> str:
        kind = "one folder" if getattr(sys, "frozen", False) else "installed with Python"
        lines = [
            f"llmgw {VERSION}, {kind}",
            f"Python {platform.python_version()}",
            f"{platform.platform()}, {platform.machine()}",
            *(f"{name} {found}" for name in _PARTS if (found := _found(name))),
        ]
        return "\n".join(lines)

    def _settings(self) -> str:
        lines = [
            f"{each.name} = {self._shown(each.name, each.shown)}"
            + ("" if each.said_by == "file" else f"  ({each.said_by})")
            for each in self._book.all()
            if each.said_by != "default"
        ]
        return "\n".join(lines) or "None."

    @staticmethod
    def _shown(name: str, shown: str) -> str:
        key = name.rpartition(".")[2]
        return "(not told)" if key in _HIDDEN_NAMES else shown

    def _doctor(self) -> str:
        from llmgw_desktop.app.doctor.command import examine

        return examine(self._places, self._env).text().rstrip()

    def _log(self) -> str:
        return "\n".join(last_lines(self._places.log_folder, LOG_LINES)) or "It is empty."


def _said(make: Callable[[], str]) -> str:
    """A part that cannot be had takes none of the others away."""
    try:
        return make()
    except (LlmgwError, OSError, ValueError) as error:
        return f"Not known: {error}"


def _found(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
