"""What is asked of whoever keeps the private HOMEs of runs, and one who keeps none."""

from collections.abc import Mapping, Set
from dataclasses import field
from pathlib import Path
from typing import Protocol

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault_errors import NoSuchEntry


@value
class WantedSignIn:
    """Whose sign-in a run needs. `account` is the vault's provider of its files, `files` those
    below HOME: the first must be there. None: the CLI's cannot be kept."""

    cli: CliName
    account: str
    files: tuple[str, ...]
    folders: Mapping[str, str] = field(default_factory=dict)
    """Variables that name a folder of the CLI's own, and where that is below HOME."""
    project: str = ""
    """Of the request: its own entries count before those of all projects."""


class HomeKeeper(Protocol):
    """What is asked of `homes.Homes`."""

    def check(self, wanted: WantedSignIn) -> None: ...

    def lend(self, wanted: WantedSignIn, job_id: str) -> Path: ...

    def home_of(self, job_id: str) -> Path | None: ...

    def give_back(self, job_id: str) -> None: ...

    def take_over(self, live: Set[str]) -> None: ...

    def settle(self) -> None: ...


class NoHomes:
    """A HomeKeeper that has none."""

    def check(self, wanted: WantedSignIn) -> None:
        raise NoSuchEntry("There is no vault here.")

    def lend(self, wanted: WantedSignIn, job_id: str) -> Path:
        raise NoSuchEntry("There is no vault here.")

    def home_of(self, job_id: str) -> Path | None:
        return None

    def give_back(self, job_id: str) -> None: ...

    def take_over(self, live: Set[str]) -> None: ...

    def settle(self) -> None: ...
