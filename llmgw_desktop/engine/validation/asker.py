"""What panels need of those who ask for them: runs of CLIs, and models of the HTTP doors."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliEvent, CliName
from llmgw_desktop.domain.job import Job, JobState
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.run import RunReply
from llmgw_desktop.domain.usage import Usage


class Runs(Protocol):
    """As `engine/runs/run_service` does it."""

    def cli(self, name: str) -> Cli: ...

    async def ask_to_read(
        self, cli: str, fields: Mapping[str, object], principal: Principal, *, project: str = ""
    ) -> RunReply: ...

    async def reply(self, job_id: str, owner: str) -> RunReply: ...

    def job(self, job_id: str, owner: str) -> Job: ...

    def jobs(
        self,
        owner: str,
        *,
        states: Collection[JobState] = (),
        cli: CliName | None = None,
        limit: int = 100,
    ) -> Sequence[Job]: ...

    def events(self, job_id: str, owner: str, *, after: int = 0) -> AsyncIterator[CliEvent]: ...

    async def cancel(self, job_id: str, owner: str) -> Job: ...


class Failure(Protocol):
    """Why a question was not answered."""

    @property
    def category(self) -> str: ...


class Told(Protocol):
    """How a question ended."""

    @property
    def text(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def cost_usd(self) -> float | None: ...
    @property
    def flight_id(self) -> str: ...
    @property
    def error(self) -> Failure | None: ...


class Question(Protocol):
    """One that was put to a model; iterate it for pieces of text."""

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def result(self) -> Told: ...

    def cancel(self) -> None: ...


class Models(Protocol):
    """As `engine/asking` does it."""

    def ask(
        self, model: str, prompt: str, principal: Principal, *, project: str = ""
    ) -> Question: ...


JobEnded = Callable[[str], Awaitable[Job | None]]
"""The job as it is when it ends."""
