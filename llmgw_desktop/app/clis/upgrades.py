"""How a CLI came onto this computer, as its files tell, and which command brings another version.

Only what shows is believed: where it does not, the CLI's own update is the way, or none.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path

from llmgw_desktop.app.clis.programs import ProgramAsker, Words
from llmgw_desktop.app.clis.survey import CliFound, CliSurvey
from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.clis.cli import Packaging
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.environment import environment_for_installer, search_path
from llmgw_desktop.engine.mcp.cli_desk import Upgraded, UpgradePlan
from llmgw_desktop.store.audit.audit_rows import log_unwritten

NEWEST = "latest"
_NPM_SILENT = ("--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
_OTHER_MANAGERS = frozenset({".bun", ".pnpm", "pnpm", ".volta", ".yarn"})
_OTHER_LOCKS = ("pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb")


@value
class Way:
    """One way to another version."""

    strategy: str
    argv: tuple[str, ...]
    note: str = ""


def way_to(target: str, program: Path, packaging: Packaging, find: Callable[[str], str]) -> Way:
    """`program`: as it was found. `find`: a command's absolute path, or nothing. Raises InvalidRun
    where there is none."""
    real = program.resolve()
    way = (
        _by_npm(target, real, packaging, find)
        or _by_brew(target, real, find)
        or _by_python(target, real, packaging, find)
    )
    if way is not None:
        return way
    if own := packaging.own_update(target):
        return Way(strategy="own-update", argv=(str(program), *own))
    if packaging.update:
        raise InvalidRun(f"it goes to its newest version only: say {NEWEST}", field="target")
    raise InvalidRun(
        "how it was installed does not show, and it has no command for it; upgrade it the way it"
        f" was installed{f', or anew: {packaging.install}' if packaging.package else ''}",
        field="cli",
    )


def _by_npm(
    target: str, real: Path, packaging: Packaging, find: Callable[[str], str]
) -> Way | None:
    modules = _modules_of(real, packaging.npm) if packaging.npm else None
    if modules is None or _OTHER_MANAGERS & set(real.parts):
        return None
    wanted = f"{packaging.npm}@{target}"
    npm = _needed("npm", find)
    if modules.parent.name == "lib" and not (modules.parent / "package.json").exists():
        prefix = str(modules.parent.parent)
        return Way(
            strategy="npm-global",
            argv=(npm, "install", "--global", "--prefix", prefix, *_NPM_SILENT, wanted),
        )
    folder = modules.parent
    has_other_lock = any((folder / name).exists() for name in _OTHER_LOCKS)
    if has_other_lock or not (folder / "package.json").exists():
        return None
    return Way(
        strategy="npm-folder",
        argv=(npm, "install", "--prefix", str(folder), *_NPM_SILENT, wanted),
        note=f"This changes package.json of {folder}.",
    )


def _modules_of(real: Path, package: str) -> Path | None:
    """The outermost `node_modules` above the program that has the package."""
    found = [
        each
        for each in real.parents
        if each.name == "node_modules" and (each / package / "package.json").exists()
    ]
    return found[-1] if found else None


def _by_brew(target: str, real: Path, find: Callable[[str], str]) -> Way | None:
    for cellar in ("Cellar", "Caskroom"):
        if cellar in real.parts[:-2]:
            formula = real.parts[real.parts.index(cellar) + 1]
            _newest_only(target, "brew")
            return Way(strategy="brew", argv=(_needed("brew", find), "upgrade", formula))
    return None


def _by_python(
    target: str, real: Path, packaging: Packaging, find: Callable[[str], str]
) -> Way | None:
    package = packaging.pypi
    folder = next((each for each in real.parents if (each / "pyvenv.cfg").exists()), None)
    if not package or folder is None:
        return None
    if target != NEWEST and not target[0].isdigit():
        raise InvalidRun("Python packages have versions and no tags", field="target")
    wanted = package if target == NEWEST else f"{package}=={target}"
    above = folder.parent
    if above.name == "tools" and above.parent.name == "uv":
        uv = (_needed("uv", find), "tool")
        verb = "upgrade" if target == NEWEST else "install"
        return Way(strategy="uv", argv=(*uv, verb, wanted))
    if above.name == "venvs" and above.parent.name == "pipx":
        pipx = _needed("pipx", find)
        verbs = ("upgrade",) if target == NEWEST else ("install", "--force")
        return Way(strategy="pipx", argv=(pipx, *verbs, wanted))
    python = str(folder / "bin" / "python")
    pip = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--upgrade")
    return Way(strategy="venv", argv=(python, *pip, wanted))


def newest_argv(packaging: Packaging, find: Callable[[str], str]) -> tuple[str, ...]:
    """What asks the registry for the newest version; empty: no command here can."""
    if packaging.npm and (npm := find("npm")):
        return (npm, "view", f"{packaging.npm}@latest", "version", "--fetch-retries=0")
    if packaging.pypi and (pip := find("pip3") or find("pip")):
        quiet = ("--disable-pip-version-check", "--no-input", "--retries=0")
        return (pip, "index", "versions", packaging.pypi, *quiet)
    return ()


def _newest_only(target: str, who: str) -> None:
    if target != NEWEST:
        raise InvalidRun(f"{who} brings the newest version only: say {NEWEST}", field="target")


def _needed(command: str, find: Callable[[str], str]) -> str:
    if found := find(command):
        return found
    raise InvalidRun(f"it was installed by {command}, and there is no {command}", field="cli")


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
        packaging = cli_of(name, found.command).packaging
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
