"""Starting with the person's session: off until a person asks, and read from the system each time,
for the person may change it there as well."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from llmgw_desktop.app.command_line.this_program import this_program
from llmgw_desktop.domain.values import value
from llmgw_desktop.platform import autostart

_HIDDEN = "--hidden"
_WINDOWED = "llmgw-desktop"


@value
class AutostartState:
    """As the system has it now."""

    is_on: bool
    place: str
    """Where the system keeps it."""
    problem: str = ""
    """Why it cannot be changed here, as a sentence."""


class Autostart:
    """Quick, but of the disk: a worker asks. `env` is that of the program."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        self._env = env

    def look(self) -> AutostartState:
        if self._env.get(_DEMO):
            return AutostartState(is_on=False, place="", problem=_NOT_FROM_A_DEMO)
        place = autostart.place(self._env)
        try:
            problem = _FORBIDDEN if autostart.is_forbidden(self._env) else ""
            return AutostartState(is_on=autostart.is_on(self._env), place=place, problem=problem)
        except OSError as error:
            why = f"{place} cannot be read: {error.strerror or error}."
            return AutostartState(is_on=False, place=place, problem=why)

    def switch(self, *, on: bool) -> AutostartState:
        """Raises OSError."""
        if self._env.get(_DEMO):
            return self.look()
        if on:
            home = self._env.get("LLMGW_HOME", "")
            kept = {"LLMGW_HOME": str(Path(home).expanduser().absolute())} if home else {}
            autostart.put(self._env, started_argv(self._env), kept)
        else:
            autostart.remove(self._env)
        return self.look()


_DEMO = "LLMGW_DEMO"
_NOT_FROM_A_DEMO = "A demo does not start when you log in."
_FORBIDDEN = "It is switched off in the Task Manager, under Startup apps: switch it on there."


def started_argv(env: Mapping[str, str]) -> tuple[str, ...]:
    """What shows the icon alone, without a console, from whatever folder."""
    image = env.get("APPIMAGE", "")
    if image:  # where the program runs is gone with it
        return (image, _HIDDEN)
    if getattr(sys, "frozen", False):
        return (sys.executable, _HIDDEN)
    own = Path(sys.executable)
    beside = own.with_name(f"{_WINDOWED}{own.suffix}")
    return (str(beside), _HIDDEN) if beside.is_file() else (*this_program(), _HIDDEN)
