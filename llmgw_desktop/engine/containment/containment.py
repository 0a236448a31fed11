"""What a run is started within, where the system has something for that."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from llmgw_desktop.domain.containment import Network
from llmgw_desktop.engine.containment.view import View


class Containment(Protocol):
    """One way to shut a run in. Each system has its own, or none."""

    @property
    def name(self) -> str:
        """For people and programs."""

    def problem(self) -> str:
        """Why it cannot be used now, as a sentence; empty where it can. May start a program: for
        a thread."""

    def advice(self) -> str:
        """What a person can do about that."""

    def wrapped(self, argv: Sequence[str], view: View, cwd: Path, network: Network) -> list[str]:
        """The command that starts `argv` so that it sees this alone, from `cwd` on. Signals and
        exit status are those of `argv`."""


class NoContainment(Containment):
    """Of a system that we know no way for."""

    def __init__(self, why: str = "There is no way here to contain runs.") -> None:
        self._why = why

    @property
    @override
    def name(self) -> str:
        return ""

    @override
    def problem(self) -> str:
        return self._why

    @override
    def advice(self) -> str:
        return ""

    @override
    def wrapped(self, argv: Sequence[str], view: View, cwd: Path, network: Network) -> list[str]:
        raise NotImplementedError(self._why)
