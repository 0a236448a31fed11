"""How processes are told apart, on every system."""

from typing import Protocol

from llmgw_desktop.domain.values import value

MARKER = "LLMGW_JOB_ID"
"""Set for every run: by it all its descendants are found, whatever became of their parents. On
Windows the name of the run's job object says the same."""


@value
class ProcessMark:
    """One process, not confused with a later one of the same number."""

    pid: int
    started_ticks: int
    """The system's own: only whether it is the same one is ever asked, and which is later."""


@value
class Seen:
    """A process that is alive."""

    mark: ProcessMark
    parent: int
    """0 where it has gone, and its number may be another's."""
    session: int
    """Its process group, where the system tells no session; 0 where it has neither."""
    name: str = ""
    """As it calls itself; empty where that is not told."""


class EndHandle(Protocol):
    """Can be read when a process has ended."""

    def fileno(self) -> int: ...

    def close(self) -> None: ...
