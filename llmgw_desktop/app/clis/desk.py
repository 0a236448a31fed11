"""What tools ask about vendors' CLIs, out of the survey. In threads of its own: a CLI may take
seconds for its version, and jobs must not wait for that."""

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from llmgw_desktop.app.clis.programs import ProgramAsker, Words
from llmgw_desktop.app.clis.survey import CliFound, CliSurvey, listed_flags
from llmgw_desktop.app.clis.upgrades import CliUpgrader, newest_argv
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.clis.subcommand import MOST_BYTES, ListedModel, ModelList, Subcommand
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock, SystemClock
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.engine.jobs.environment import environment_for_installer, search_path
from llmgw_desktop.engine.loop.tasks import SharedLook
from llmgw_desktop.engine.mcp.cli_desk import (
    CliSeen,
    HelpState,
    ModelsTold,
    Newest,
    SkillSeen,
    SubcommandHelp,
)

AT_ONCE = 3
LISTING_PATIENCE_S = 8.0
_REST_S = 30.0
"""Between two questions for models of a program that does not tell them."""
_MOST_SKILLS = 200
_SKILL_NAME = re.compile(r"[\w.-]{1,64}")
_VERSION = re.compile(r"(?<![\w.])(\d+\.\d+(?:\.\d+)*(?:[-+.]?[0-9A-Za-z.-]+)?)")
_T = TypeVar("_T")


class CliDesk:
    """As engine/mcp/cli_desk wants it. Close it."""

    def __init__(
        self,
        survey: CliSurvey,
        env: Mapping[str, str],
        clis: Callable[[], Sequence[CliSettings]],
        patience_s: float = LISTING_PATIENCE_S,
        *,
        clock: Clock | None = None,
    ) -> None:
        """`patience_s`: how long one waits for a list of models."""
        self._survey = survey
        self._env = env
        self._clis = clis
        self._ask = ProgramAsker()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="clis")
        self._turns = {name: asyncio.Lock() for name in CliName}
        self._looks: dict[tuple[str, tuple[CliName, ...]], SharedLook[Any]] = {}
        self._listings: dict[CliName, asyncio.Future[tuple[ListedModel, ...] | None]] = {}
        self._patience_s = patience_s
        self._clock = clock or SystemClock()
        self._rests_until_s: dict[CliName, float] = {}

    def cli(self, name: CliName) -> Cli:
        return self._survey.cli(name)

    def said(self, name: CliName) -> CliSettings:
        return next((each for each in self._clis() if each.name is name), CliSettings(name=name))

    def subcommands(self, name: CliName) -> tuple[Subcommand, ...]:
        return self._survey.cli(name).subcommands

    async def find(self, name: CliName) -> CliSeen:
        return (await self.find_all((name,)))[name]

    async def find_all(self, names: Sequence[CliName]) -> dict[CliName, CliSeen]:
        found = await self._shared(self._survey.find_all, names)
        return {name: _seen(each) for name, each in found.items()}

    async def look(self, name: CliName, *, with_flags: bool = False, anew: bool = False) -> CliSeen:
        look = partial(self._survey.look, with_flags=with_flags, anew=anew)
        async with self._turns[name]:  # who comes second finds what the first was told
            return _seen(await self._beside(look, name))

    async def models(self, name: CliName) -> tuple[ListedModel, ...] | None:
        """Waits a while only: what comes later is there for the next who asks. A program that told
        nothing, such as one that nobody is signed in with, is left alone for a while."""
        asked = self._survey.cli(name).models
        if asked is None or self._rests(name):
            return None
        if (listing := self._listings.get(name)) is None:
            ask = partial(self._survey.ask, most_bytes=MOST_BYTES)
            listing = self._beside(ask, name, asked.arguments, _model_reader(asked))
            listing.add_done_callback(partial(self._has_listed, name))
            self._listings[name] = listing
        done, _ = await asyncio.wait({listing}, timeout=self._patience_s)
        return listing.result() if done else None

    def _has_listed(
        self, name: CliName, done: asyncio.Future[tuple[ListedModel, ...] | None]
    ) -> None:
        self._listings.pop(name, None)
        if not done.cancelled() and done.exception() is None and done.result() is None:
            self._rests_until_s[name] = self._clock.monotonic_s() + _REST_S

    def _rests(self, name: CliName) -> bool:
        return self._clock.monotonic_s() < self._rests_until_s.get(name, 0.0)

    async def models_told(self, names: Sequence[CliName]) -> dict[CliName, ModelsTold]:
        return await self._shared(self._models_told, names)

    async def skills(self, names: Sequence[CliName]) -> dict[CliName, tuple[SkillSeen, ...]]:
        return await self._shared(self._skills, names)

    async def help_of(self, name: CliName, path: tuple[str, ...]) -> SubcommandHelp:
        async with self._turns[name]:
            own = await self._beside(self._survey.ask, name, ("--help",), _text)
            told = await self._beside(self._survey.ask, name, (*path, "--help"), _text_and_code)
        if told is None or told[0] is None:
            return SubcommandHelp(state=HelpState.SILENT)
        code, text = told
        if code != 0:
            return SubcommandHelp(state=HelpState.REFUSED, exit_code=code)
        if own and text.strip() == own.strip():
            return SubcommandHelp(state=HelpState.NOT_ITS_OWN, exit_code=0)
        return SubcommandHelp(state=HelpState.TOLD, exit_code=0, flags=listed_flags((text,)))

    async def newest(self, name: CliName, timeout_s: float) -> Newest:
        packaging = cli_of(name, self.said(name).command).packaging
        path = search_path(self._env)
        argv = newest_argv(packaging, lambda command: shutil.which(command, path=path) or "")
        if not argv:
            return Newest(problem="No command here can ask the registry.")
        ask = partial(self._ask, patience_s=timeout_s)
        try:
            words = await self._beside(ask, argv, environment_for_installer(self._env))
        except OSError as error:
            return Newest(problem=f"{argv[0]} cannot be started: {error.strerror}.")
        return _newest(words, Path(argv[0]).name)

    def close(self) -> None:
        self._ask.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _models_told(self, names: Sequence[CliName]) -> dict[CliName, ModelsTold]:
        told = {}
        for name, program in self._survey.programs(names).items():
            listed, asked = None, self._survey.cli(name).models
            if asked is not None:
                listed = self._survey.heard(program, asked.arguments, _model_reader(asked))
            told[name] = ModelsTold(
                is_installed=bool(program), models=listed, rests=self._rests(name)
            )
        return told

    def _skills(self, names: Sequence[CliName]) -> dict[CliName, tuple[SkillSeen, ...]]:
        cli, home = self._survey.cli, self._survey.home
        return {name: _skills_in(home(name), cli(name).skills) for name in names}

    async def _shared(
        self, look: Callable[[Sequence[CliName]], _T], names: Sequence[CliName]
    ) -> _T:
        key = look.__name__, tuple(names)
        if (shared := self._looks.get(key)) is None:
            shared = self._looks[key] = SharedLook(lambda: self._beside(look, names))
        found: _T = await shared.result()
        return found

    def _beside(self, work: Callable[..., _T], *given: object) -> asyncio.Future[_T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *given)


def _seen(found: CliFound) -> CliSeen:
    drift = found.drift
    return CliSeen(
        name=found.name,
        title=cli_of(found.name).title,
        command=found.command,
        program=found.program,
        version=found.version,
        contract_version=found.contract_version,
        problem=found.problem,
        signed_in=found.sign.state,
        signed_in_by=found.sign.where,
        gone=None if drift is None else {each.flag: each.fields for each in drift.gone},
        extra=() if drift is None else drift.extra,
    )


@cache
def _model_reader(asked: ModelList) -> Callable[[Words], tuple[ListedModel, ...] | None]:
    """One for each list: what it made of a program's words is kept under it."""

    def read(words: Words) -> tuple[ListedModel, ...] | None:
        return asked.read(words.out) or None if words.code == 0 else None

    return read


def _text(words: Words) -> str:
    return f"{words.out}\n{words.err}" if words.code == 0 else ""


def _text_and_code(words: Words) -> tuple[int | None, str]:
    return words.code, f"{words.out}\n{words.err}"


def _skills_in(home: Path, folders: Sequence[str]) -> tuple[SkillSeen, ...]:
    found: dict[str, SkillSeen] = {}
    for folder in folders:
        try:
            if not os.path.isdir(f"{home}/{folder}"):  # noqa: PTH112 - most are not, and it is quick
                continue
            for path in sorted((home / folder).glob("*/SKILL.md"))[:_MOST_SKILLS]:
                name = path.parent.name
                if _SKILL_NAME.fullmatch(name):
                    found.setdefault(name, SkillSeen(name=name, path=str(path)))
        except OSError:
            continue
    return tuple(found.values())


def _newest(words: Words, source: str) -> Newest:
    version = _VERSION.search(words.out)
    if words.code == 0 and version:
        return Newest(version=version.group(1)[:64], source=source)
    why = "did not answer in time" if words.code is None else "could not reach its registry"
    return Newest(source=source, problem=f"{source} {why}.")


class ClisHere:
    """`live`: the CLI of each job that goes on or waits. Close it."""

    def __init__(
        self,
        survey: CliSurvey,
        env: Mapping[str, str],
        *,
        said: Callable[[], Sequence[CliSettings]],
        live: Callable[[], Sequence[CliName]],
        clean: Callable[[str], str],
        note: Callable[[Act], object] = lambda _: None,
    ) -> None:
        self._note = note
        self.survey = survey
        self._env = env
        self._said = said
        self._live = live
        self._clean = clean

    @cached_property
    def desk(self) -> CliDesk:
        return CliDesk(self.survey, self._env, self._said)

    @cached_property
    def upgrader(self) -> CliUpgrader:
        return CliUpgrader(
            self.survey, self._env, running=self._live, clean=self._clean, note=self._note
        )

    def close(self) -> None:
        """What is being asked is ended."""
        self.survey.close()
        for made in ("desk", "upgrader"):
            if (one := vars(self).get(made)) is not None:
                one.close()
