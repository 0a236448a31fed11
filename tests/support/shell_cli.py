"""A CLI whose prompts are shell scripts: each test writes the program that misbehaves as it needs.

Its output is lines of `text …`, `session …`, `model …`, `tokens N`, `tool`, `done`, `failed …`,
`limited …`, `refused STATUS …`, `retrying STATUS PAUSE …` (`-`: not told).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from typing_extensions import override

from llmgw_desktop.clis.checks import Rights
from llmgw_desktop.clis.cli import Cli, Packaging, RetryWords, SignIn
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliFacts,
    CliName,
    CliRequest,
    ErrorCategory,
    LaunchPlan,
    ModelTold,
    PlannedFile,
    Retrying,
    RunEnded,
    RunUsageTold,
    SessionTold,
    TextGrew,
    ToolBegan,
)
from llmgw_desktop.domain.clock import Clock, SystemClock, TimedIds
from llmgw_desktop.domain.events import Event
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.containment.homes import Homes
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.parts import Breaker, JobParts
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.routing.quota_windows import seconds_in
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.vault.master_key import VARIABLE, MasterKeys
from llmgw_desktop.store.vault.vault import Vault

LONGEST_LINE = 4096


class LineReader:
    """Drops what is longer than a line may be, so that it holds little."""

    def __init__(self) -> None:
        self._rest = b""
        self._ended: RunEnded | None = None

    def feed(self, chunk: bytes) -> list[CliEvent]:
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[:LONGEST_LINE]
        return [event for line in lines if (event := self._event(line[:LONGEST_LINE]))]

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        if self._ended is None:
            return [RunEnded(ok=False, error=stderr.strip(), category=ErrorCategory.CLI)]
        return [self._ended]

    def _event(self, line: bytes) -> CliEvent | None:
        word, _, rest = line.decode("utf-8", "replace").partition(" ")
        if (said := _SAID.get(word)) is not None:
            return said(rest)
        match word:
            case "limited":
                self._ended = RunEnded(ok=False, error=rest, category=ErrorCategory.RATE_LIMIT)
            case "refused":
                status = int(rest.partition(" ")[0])
                self._ended = RunEnded(
                    ok=False, error=rest, category=ErrorCategory.UPSTREAM, status=status
                )
            case "done":
                self._ended = RunEnded(ok=True)
            case "failed":
                self._ended = RunEnded(ok=False, error=rest, category=ErrorCategory.UPSTREAM)
        return None


def _retrying(told: str) -> Retrying:
    status, pause, reason = told.split(" ", 2)
    return Retrying(
        reason=reason,
        status=None if status == "-" else int(status),
        pause_s=None if pause == "-" else float(pause),
    )


_SAID: Mapping[str, Callable[[str], CliEvent]] = {
    "text": lambda rest: TextGrew(text=rest),
    "session": lambda rest: SessionTold(session_id=rest),
    "model": lambda rest: ModelTold(model=rest),
    "tokens": lambda rest: RunUsageTold(usage=Usage(output_tokens=int(rest))),
    "tool": lambda _: ToolBegan(call_id="c", name="t"),
    "retrying": _retrying,
}


def _plan(request: CliRequest) -> LaunchPlan:
    if request.prompt == "refuse":
        raise InvalidRun("cannot be asked.", field="prompt")
    stdin = request.options.get("stdin")
    return LaunchPlan(
        command=str(request.options.get("command", "sh")),
        arguments=("-c", request.prompt, "name", *_texts(request.options.get("more"))),
        environment={"OWN": "yes"},
        stdin=stdin.encode() if isinstance(stdin, str) else None,
        files=(PlannedFile(name="extra.json", content=b"{}"),),
        changes_files=bool(request.options.get("changes", True)),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def shell_cli(name: CliName = CliName.CLAUDE, **facts: Any) -> Cli:
    return Cli(
        name=name,
        title="Shell",
        vendor="own",
        packaging=Packaging(),
        variables=cli_of(name).variables,
        places=cli_of(name).places,
        rights=Rights(),
        commands=("sh",),
        facts=CliFacts(**{"streams": True, **facts}),
        options=(),
        plan=_plan,
        reader=lambda _request: LineReader(),
        sign_in=SignIn(
            command=(),
            guidance="",
            variables=("OWN_KEY",),
            kept=(".own/auth.json",),
            homes={"OWN_HOME": ".own"},
        ),
    )


def asking(script: str, *, cli: CliName = CliName.CLAUDE, **options: Any) -> Submission:
    return Submission(
        request=CliRequest(cli=cli, prompt=script, options=options), owner="me", client="test"
    )


@dataclass
class Yard:
    """A supervisor with everything around it, in one folder."""

    home: Path
    env: Mapping[str, str]
    jobs: JobSettings = field(default_factory=JobSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    facts: dict[str, Any] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)
    clean: Callable[[str], str] = str
    clock: Clock = field(default_factory=SystemClock)
    retry_words: RetryWords | None = None
    account: str = ""
    """In the vault: what runs of `claude` are signed in with."""
    master: Mapping[str, str] = field(default_factory=lambda: {VARIABLE: "ab" * 32})
    encrypts: bool = True
    """What ended jobs were asked and said."""

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.store = JobStore(self.home / "gateway.db")
        self.vault = self.open_vault()
        self.homes = Homes(self.home / "homes", self.vault)
        self.at_rest = AtRest(self.vault.data_keys, lambda: self.encrypts)
        self.folders = JobFolders(self.home / "jobs", self.at_rest)
        self.bus = Bus()
        self.bus.subscribe(self.told.append)
        parts = JobParts(
            store=self.store,
            folders=self.folders,
            launcher=Launcher(self.env, self._clis(), homes=self.homes),
            clock=self.clock,
            ids=TimedIds(self.clock),
            bus=self.bus,
            clean=self.clean,
            breaker=WordyBreaker(),
        )
        clis = {
            name: replace(shell_cli(name, **self.facts), retry_words=self.retry_words)
            for name in (CliName.CLAUDE, CliName.CODEX)
        }
        self.supervisor = Supervisor(parts, clis, jobs=self.jobs, limits=self.limits)

    def _clis(self) -> tuple[CliSettings, ...]:
        return (CliSettings(name=CliName.CLAUDE, vault=self.account),)

    def open_vault(self) -> Vault:
        """As any program would."""
        return Vault(self.home / "gateway.db", MasterKeys(self.master, self.home), self.clock)

    async def ended(self, script: str, **options: Any) -> Any:
        """Ask, wait, and give the result."""
        submitted = await self.supervisor.submit(asking(script, **options))
        await self.supervisor.wait(submitted.job.id)
        return await self.supervisor.result(submitted.job.id)

    async def put_away(self) -> None:
        """Until all that can be done to files of ended jobs has been done."""
        while self.supervisor._life._sweeping:
            await asyncio.sleep(0.01)
        assert await asyncio.to_thread(self.supervisor.ended_files.settled, 60.0)

    def again(self, **changes: Any) -> Yard:
        """As after a restart."""
        kept = {"account": self.account, "master": self.master, "encrypts": self.encrypts}
        return Yard(
            self.home,
            self.env,
            self.jobs,
            self.limits,
            self.facts,
            clean=self.clean,
            **(kept | changes),
        )

    async def close(self) -> None:
        await self.supervisor.close()
        self.store.close()
        self.vault.close()


def with_request(asked: Submission, **changes: Any) -> Submission:
    return replace(asked, request=replace(asked.request, **changes))


class WordyBreaker(Breaker):
    """Refuses nothing, and reads a pause out of `retry in Ns`."""

    @override
    def told_pause_s(self, error: str, said_at_s: float | None = None) -> float | None:
        _, _, pause = error.partition("retry in ")
        return seconds_in(pause)


def with_submission(asked: Submission, **changes: Any) -> Submission:
    return replace(asked, **changes)
