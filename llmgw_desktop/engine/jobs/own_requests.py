"""Runs whose model requests come back to this gateway: how each is known again.

Whoever stands above the jobs does that; here is what it is told, and when.
"""

from collections.abc import Mapping
from typing import Protocol

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.folder import JobFolder


class OwnRequests(Protocol):
    """On the loop."""

    async def lend(
        self, job: Job, asked: Submission, cli: Cli, folder: JobFolder, given: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Before a run is started in the environment that is `given`: the variables by which its
        requests are known. What a later program needs for it is kept in `folder.run_key`."""

    async def follow(self, job: Job, asked: Submission, folder: JobFolder) -> None:
        """It runs, begun by this program or an earlier one; `job.process` says where."""

    def ended(self, job: Job) -> None:
        """Nothing of it asks any more. Once more does no harm."""


class NoOwnRequests:
    """Nobody knows them again."""

    async def lend(
        self, job: Job, asked: Submission, cli: Cli, folder: JobFolder, given: Mapping[str, str]
    ) -> Mapping[str, str]:
        del job, asked, cli, folder, given
        return {}

    async def follow(self, job: Job, asked: Submission, folder: JobFolder) -> None: ...

    def ended(self, job: Job) -> None: ...
