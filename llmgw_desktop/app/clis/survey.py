"""What has become of the flags that the gateway gives a CLI, since its contract was written."""

import os
import re
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from llmgw_desktop.app.clis.programs import MOST_BYTES, ProgramAsker, Words
from llmgw_desktop.app.clis.sign_in import UNKNOWN_SIGN, Sign, SignedIn, look_for_sign
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.launch import Launcher

_LISTING = re.compile(r"\s{2,8}(?:-\w(?:, | ))?(--.*?)(?:\s{2,}|$)")
_FLAG = re.compile(r"(?<![\w-])--[A-Za-z][\w-]*")
_EVERYBODYS = frozenset({"--help", "--version"})
_OF_SESSIONS = {
    "--resume": "sessionId",
    "--session": "sessionId",
    "--session-id": "sessionId",
    "--conversation": "sessionId",
    "--continue": "continueSession",
    "--last": "resumeLatest",
    "--fork": "forkSession",
    "--fork-session": "forkSession",
    "--cwd": "workingDir",
    "--cd": "workingDir",
    "--dir": "workingDir",
    "--workdir": "workingDir",
    "--model": "model",
}
"""Fields that a plan turns into flags by itself."""


@value
class GoneFlag:
    """`fields` of a request that fail without it; `*`: every request does."""

    flag: str
    fields: tuple[str, ...] = ()


@value
class Drift:
    """What the installed version no longer lists. None gone: it fits."""

    gone: tuple[GoneFlag, ...] = ()
    extra: tuple[str, ...] = ()
    """What it lists and the contract does not know: nothing comes of them."""

    @property
    def matters(self) -> tuple[GoneFlag, ...]:
        """Those that a request can come to need."""
        return tuple(each for each in self.gone if each.fields)

    @property
    def breaks_all(self) -> bool:
        return any("*" in each.fields for each in self.gone)

    @property
    def fields(self) -> tuple[str, ...]:
        named = {name for each in self.gone for name in each.fields}
        return tuple(sorted(named - {"*"}))


def drift_of(cli: Cli, helps: Iterable[str]) -> Drift | None:
    """None where the texts list none of its flags: then they are no help of this CLI."""
    listed = listed_flags(helps)
    contract = cli.flags - cli.unlisted_flags
    if not contract & listed:
        return None
    always = _always(cli)
    return Drift(
        gone=tuple(
            GoneFlag(flag=flag, fields=_fields(cli, flag, always))
            for flag in sorted(contract - listed)
        ),
        extra=tuple(sorted(listed - cli.flags - _EVERYBODYS)),
    )


def listed_flags(helps: Iterable[str]) -> frozenset[str]:
    """Those that have a line of their own."""
    return frozenset(
        flag
        for text in helps
        for line in text.splitlines()
        if (found := _LISTING.match(line))
        for flag in _FLAG.findall(found.group(1))
    )


def _fields(cli: Cli, flag: str, always: frozenset[str]) -> tuple[str, ...]:
    if flag in always:
        return ("*",)
    named = [option.name for option in cli.options if option.flag == flag]
    if not named and (field := _OF_SESSIONS.get(flag)):
        named = [field]
    return tuple(named)


def _always(cli: Cli) -> frozenset[str]:
    """The flags of the plainest request."""
    try:
        plan = cli.plan(CliRequest(cli=cli.name, prompt="?"))
    except InvalidRun:
        return frozenset()
    return frozenset(each.partition("=")[0] for each in plan.arguments if each.startswith("--"))


_VERSION = re.compile(r"(?<![\w.])v?(\d+\.\d+(?:\.\d+)*(?:[-+][0-9A-Za-z.-]*[0-9A-Za-z])?)")
_T = TypeVar("_T")
_Mark = tuple[str, int, int, int]
"""A program's file: while it is the same, so is what it says of itself."""


@value
class CliFound:
    """One CLI as it is on this computer."""

    name: CliName
    command: str
    """What its program is called."""
    program: str = ""
    """Absolute; empty: it is not installed."""
    version: str = ""
    contract_version: str = ""
    problem: str = ""
    """Why its version is not known, where it was asked."""
    sign: Sign = UNKNOWN_SIGN
    drift: Drift | None = None
    """None: it was not compared, or could not be."""

    @property
    def is_installed(self) -> bool:
        return bool(self.program)


@value(kw_only=False)
class _Told:
    """What a program said of itself."""

    version: str = ""
    problem: str = ""
    drift: Drift | None = None
    has_flags: bool = False


class CliSurvey:
    """May be used from any thread. Close it: a program may be being asked."""

    def __init__(
        self,
        clis: Mapping[CliName, Cli],
        launcher: Launcher,
        ask: ProgramAsker | None = None,
        vault_files: Callable[[], Collection[str]] | None = None,
    ) -> None:
        """`vault_files`: as `work/auth.json`; it raises StoreError. None: nobody knows them."""
        self._clis = clis
        self._launcher = launcher
        self._ask = ask or ProgramAsker()
        self._vault_files = vault_files
        self._told: dict[_Mark, _Told] = {}
        self._heard: dict[tuple[_Mark, tuple[str, ...], object], object] = {}
        self._lock = threading.Lock()

    def cli(self, name: CliName) -> Cli:
        return self._clis[name]

    def environment(self, name: CliName) -> Mapping[str, str]:
        """What its runs see."""
        return self._launcher.environment(self._clis[name])

    def home(self, name: CliName) -> Path:
        """Of the person, as its runs see it."""
        return self._launcher.home(self._clis[name], "")

    def find(self, name: CliName) -> CliFound:
        """Without starting anything; what was told of the same program before still holds."""
        return self.find_all((name,))[name]

    def find_all(self, names: Iterable[CliName]) -> dict[CliName, CliFound]:
        """The same of several, in one look at the folders."""
        programs = self.programs(names)
        return {name: self._found(self._clis[name], program) for name, program in programs.items()}

    def programs(self, names: Iterable[CliName]) -> dict[CliName, str]:
        """Where each is installed; empty if it is not."""
        names = tuple(names)
        found = self._launcher.programs(self._clis[name] for name in names)
        return dict(zip(names, found, strict=True))

    def _found(self, cli: Cli, program: str) -> CliFound:
        found = CliFound(
            name=cli.name,
            command=self._launcher.named(cli),
            program=program,
            contract_version=cli.contract_version,
            sign=self._sign(cli),
        )
        with self._lock:
            told = self._told.get(_mark(program)) if program else None
        return _with(found, told) if told else found

    def look(self, name: CliName, *, with_flags: bool = False, anew: bool = False) -> CliFound:
        """The program itself is asked, once while its file stays the same, and again where it did
        not tell: what it needs may be here now. `anew`: in any case."""
        found = self.find(name)
        if not found.program:
            return found
        mark = _mark(found.program)
        with self._lock:
            told = self._told.get(mark)
        if told is None or anew or told.problem or (with_flags and not told.has_flags):
            told = self._asked(self._clis[name], found.program, with_flags=with_flags)
            with self._lock:
                self._told[mark] = told
        return _with(found, told)

    def ask(
        self,
        name: CliName,
        arguments: tuple[str, ...],
        read: Callable[[Words], _T],
        *,
        most_bytes: int = MOST_BYTES,
    ) -> _T | None:
        """What the program's words to these mean, read once while its file stays the same, and
        again where it did not say all. None: it is not installed."""
        cli = self._clis[name]
        if not (program := self._launcher.program(cli)):
            return None
        if (kept := self.heard(program, arguments, read)) is not None:
            return kept
        env = {**self._launcher.environment(cli), **_plan_environment(cli)}
        try:
            words = self._ask([program, *arguments], env, most_bytes=most_bytes)
        except (OSError, ValueError):
            words = Words(code=None)
        meaning = read(words)
        if words.code is not None:
            with self._lock:
                self._heard[_mark(program), arguments, read] = meaning
        return meaning

    def heard(
        self, program: str, arguments: tuple[str, ...], read: Callable[[Words], _T]
    ) -> _T | None:
        """What `ask` has made of the same program before."""
        if not program:
            return None
        with self._lock:
            return cast("_T | None", self._heard.get((_mark(program), arguments, read)))

    def close(self) -> None:
        self._ask.close()

    def _sign(self, cli: Cli) -> Sign:
        if file := self._launcher.vault_file(cli):
            return self._sign_of_vault(file)
        has_keyring = sys.platform == "darwin" or cli.uses_keyring
        env = self._launcher.environment(cli)
        return look_for_sign(cli, env, has_keyring=has_keyring)

    def _sign_of_vault(self, file: str) -> Sign:
        where = f"{file} of the vault"
        try:
            known = self._vault_files() if self._vault_files else None
        except StoreError:
            known = None
        if known is None:
            return Sign(state=SignedIn.UNKNOWN, where=where, is_in_vault=True)
        state = SignedIn.YES if file in known else SignedIn.NO
        return Sign(state=state, where=where, is_in_vault=True)

    def _asked(self, cli: Cli, program: str, *, with_flags: bool) -> _Told:
        env = {**self._launcher.environment(cli), **_plan_environment(cli)}
        try:
            told = _version_of(self._ask([program, *cli.version], env))
            if not with_flags or told.problem:
                return replace(told, has_flags=with_flags)
            helps = [self._ask([program, *each], env) for each in cli.helps]
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            return _Told(problem=f"It cannot be started: {why}.", has_flags=with_flags)
        return replace(told, drift=_drift(cli, helps), has_flags=True)


def _drift(cli: Cli, helps: Iterable[Words]) -> Drift | None:
    """Of a help that was broken off nobody knows what it would have listed."""
    told = list(helps)
    if any(each.code is None for each in told):
        return None
    return drift_of(cli, (text for each in told for text in (each.out, each.err)))


def _version_of(words: Words) -> _Told:
    found = _VERSION.search(words.out) or _VERSION.search(words.err)
    if found and words.code == 0:
        return _Told(version=found.group(1)[:40])
    if words.code is None:
        return _Told(problem="It does not say its version in time.")
    said = inert_line(_first_line(words.err) or _first_line(words.out), 200)
    if words.code == 0:
        ended = "Asked for its version it told none"
    else:
        ended = f"Asked for its version it ended with exit code {words.code}"
    return _Told(problem=f"{ended}: {said}" if said else f"{ended}.")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _plan_environment(cli: Cli) -> Mapping[str, str]:
    """What makes it start fast and leave updates alone, as for a run."""
    try:
        planned = cli.plan(CliRequest(cli=cli.name, prompt="?")).environment
    except InvalidRun:
        return {}
    return {name: text for name, text in planned.items() if "{folder}" not in text}


def _with(found: CliFound, told: _Told) -> CliFound:
    return replace(found, version=told.version, problem=told.problem, drift=told.drift)


def _mark(program: str) -> _Mark:
    try:
        is_now = os.stat(program)  # noqa: PTH116 - a Path takes longer than the look
    except OSError:
        return (program, 0, 0, 0)
    return (program, is_now.st_mtime_ns, is_now.st_size, is_now.st_ino)
