"""Brings a CLI to another version, the way it was installed: without a shell, within a time, with
what it said cleaned of secrets, and a line in the log."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path

from llmgw_desktop.app.cli_installation import way_to
from llmgw_desktop.app.cli_survey import CliFound, CliSurvey
from llmgw_desktop.app.inert_text import inert
from llmgw_desktop.app.program_words import ProgramAsker, Words
from llmgw_desktop.clis.packaging import packaging_of
from llmgw_desktop.clis.registry import program_of
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.engine.jobs.environment import environment_for_installer, search_path
from llmgw_desktop.engine.mcp.cli_desk import Upgraded, UpgradePlan
from llmgw_desktop.store.audit_rows import log_unwritten

MOST_SHOWN = 8_000
_MOST_BYTES = 4 * 1024 * 1024
_BUSY_WITH_RUNS = "jobs of it go on; wait for them or cancel them, then ask again"
_BUSY = "another upgrade of it goes on; wait for its end"
_log = logging.getLogger(__name__)


class CliUpgrader:
    """`running`: the CLI of each run that goes on now. `clean`: removes secrets. Close it."""

    def __init__(
        self,
        survey: CliSurvey,
        env: Mapping[str, str],
        *,
        running: Callable[[], Sequence[CliName]],
        clean: Callable[[str], str],
        note: Callable[[Act], object] = lambda _: None,
    ) -> None:
        """`note` writes an act into the audit log, and raises StoreError."""
        self._survey = survey
        self._note = note
        self._env = env
        self._running = running
        self._clean = clean
        self._ask = ProgramAsker()
        self._under_way: set[CliName] = set()
        # one after the other: package managers do not like each other in one folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="upgrade")

    async def plan(self, name: CliName, target: str) -> UpgradePlan:
        return await asyncio.to_thread(self._planned, name, target)

    async def run(self, plan: UpgradePlan, timeout_s: float, who: str) -> Upgraded:
        name = plan.cli
        if name in self._running():
            raise InvalidRun(_BUSY_WITH_RUNS, field="cli")
        if name in self._under_way:
            raise InvalidRun(_BUSY, field="cli")
        self._under_way.add(name)
        # goes on, and is written down, though its caller has left meanwhile
        loop = asyncio.get_running_loop()
        as_now = copy_context().run  # who acts is known in the thread as well
        doing = loop.run_in_executor(self._thread, as_now, self._run, plan, timeout_s, who)
        doing.add_done_callback(lambda _: self._under_way.discard(name))
        return await asyncio.shield(doing)

    def close(self) -> None:
        self._ask.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _planned(self, name: CliName, target: str) -> UpgradePlan:
        found = self._survey.find(name)
        packaging = packaging_of(name, program_of(found.command))
        if not found.program:
            how = f": {packaging.install}" if packaging.package else ""
            raise InvalidRun(f"{name} is not installed{how}", field="cli")
        path = search_path(self._env)
        # the loader, not what it loads: where that lies says nothing of how it was installed
        program = shutil.which(found.command, path=path) or found.program
        way = way_to(
            target,
            Path(program).absolute(),
            packaging,
            lambda command: shutil.which(command, path=path) or "",
        )
        is_own = way.strategy == "own-update"
        env = self._survey.environment(name) if is_own else environment_for_installer(self._env)
        return UpgradePlan(
            cli=name,
            target=target,
            argv=way.argv,
            strategy=way.strategy,
            note=way.note,
            environment=env,
        )

    def _run(self, plan: UpgradePlan, timeout_s: float, who: str) -> Upgraded:
        before = self._survey.look(plan.cli)
        _log.warning(
            "%s upgrades %s from %s to %s by %s",
            who,
            plan.cli,
            before.version,
            plan.target,
            plan.argv,
        )
        was = {"version": before.version}
        after_it: dict[str, object] = {"to": plan.target, "by": list(plan.argv)}
        self._note(Act(verb="cli.upgrade_begun", subject=str(plan.cli), before=was, after=after_it))
        ask = partial(self._ask, patience_s=timeout_s, most_bytes=_MOST_BYTES)
        try:
            words = ask(plan.argv, plan.environment)
        except OSError as error:
            words = Words(code=None, err=f"It cannot be started: {error.strerror}.")
        after = self._survey.look(plan.cli, anew=True)
        self._write_down(plan, words, before, after)
        return Upgraded(
            exit_code=words.code,
            out=self._shown(words.out),
            err=self._shown(words.err),
            version_before=before.version,
            version_after=after.version,
        )

    def _write_down(
        self, plan: UpgradePlan, words: Words, before: CliFound, after: CliFound
    ) -> None:
        ended = "was broken off" if words.code is None else f"ended with exit code {words.code}"
        _log.warning(
            "the upgrade of %s %s: version %s, before %s",
            plan.cli,
            ended,
            after.version or "unknown",
            before.version or "unknown",
        )
        act = Act(
            verb="cli.upgraded" if words.code == 0 else "cli.upgrade_failed",
            subject=str(plan.cli),
            before={"version": before.version},
            after={"version": after.version},
            note=ended,
        )
        try:
            self._note(act)
        except StoreError as error:  # it is done: who began it stands there
            log_unwritten(act, error)

    def _shown(self, text: str) -> str:
        """Its end, where it is long: there stands what went wrong."""
        cleaned = inert(self._clean(text)).strip()
        return cleaned if len(cleaned) <= MOST_SHOWN else f"…{cleaned[-MOST_SHOWN:]}"
