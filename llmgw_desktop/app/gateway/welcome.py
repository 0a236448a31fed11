"""What a newcomer is shown: what was found on this computer, how far the first steps are, and what
is recorded. Nothing of it is switched on unasked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from llmgw_desktop.app.connect.clients import ClientsView, ProgramState
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.provider import KINDS, AccountState
from llmgw_desktop.domain.settings.tables import RecorderLevel
from llmgw_desktop.domain.values import value

if TYPE_CHECKING:
    from llmgw_desktop.app.clis.use import CliProviders
    from llmgw_desktop.app.providers.providers import Providers
    from llmgw_desktop.app.settings.told import SettingsBook

LOOK_S = 5.0
"""What has not been found by then is not waited for."""
_T = TypeVar("_T")
_SET_UP = (ProgramState.SET_UP, ProgramState.BY_HAND)
_LEVEL = "recorder.level"
LEVELS = {
    RecorderLevel.FULL: "Everything: requests and answers too, secrets taken out",
    RecorderLevel.FIGURES: "Figures only: who, when, how many tokens, what it cost",
    RecorderLevel.OFF: "Nothing",
}


class FoundKind(StrEnum):
    """What was found, in the order in which it is shown."""

    CLI = "CLIs"
    SERVER = "Local servers"
    KEY = "Keys in the environment"
    PROGRAM = "Programs"


@value
class FoundHere:
    """One thing. `do` makes it of use, where that is one change of the settings; else `page` is
    where that is done, if there is anything to do."""

    kind: FoundKind
    words: str
    button: str = ""
    do: Callable[[], SettingsWish] | None = None
    page: str = ""


class StepKind(StrEnum):
    """The first steps, in their order."""

    PROVIDER = "provider"
    PROGRAM = "program"
    FLIGHT = "flight"
    JOB = "job"


@value
class FirstStep:
    """One of them, done or not: as the facts are, whoever did it."""

    kind: StepKind
    words: str
    is_done: bool
    page: str
    """Where it is done."""


@value
class WelcomeParts:
    """Where facts come from. Those that say so wait for the disk."""

    providers: Callable[[], "Providers"]
    clis: Callable[[], "CliProviders"]
    programs: Callable[[], ClientsView]
    """Waits. Raises StoreError."""
    has_flights: Callable[[], bool]
    """Waits. Raises StoreError."""
    has_jobs: Callable[[], bool]
    """Waits. Raises StoreError."""
    book: Callable[[], "SettingsBook"]


class Welcome:
    """One for the window."""

    def __init__(self, parts: WelcomeParts) -> None:
        self._parts = parts

    async def look(self) -> tuple[FoundHere, ...]:
        """All that is here, looked for beside the loop and within a bounded time."""
        providers = self._parts.providers()
        clis, servers, programs = await asyncio.gather(
            _within(asyncio.to_thread(self._clis), ()),
            _within(providers.local_servers(), ()),
            _within(asyncio.to_thread(self._programs), ()),
        )
        local = [
            FoundHere(
                kind=FoundKind.SERVER,
                words=words,
                button="Add",
                do=lambda form=form: providers.add(form),  # type: ignore[misc]
            )
            for words, form in servers
        ]
        keys = [
            FoundHere(
                kind=FoundKind.KEY,
                words=f"{each.variable}, for {KINDS[each.kind].title}",
                button="Use it",
                do=lambda offer=each: providers.accept(offer),  # type: ignore[misc]
            )
            for each in providers.offers()
        ]
        return (*clis, *local, *keys, *programs)

    def _clis(self) -> tuple[FoundHere, ...]:
        clis = self._parts.clis()
        clis.find()
        return tuple(
            FoundHere(
                kind=FoundKind.CLI,
                words=f"{each.title}: {inert_line(each.words, 60)}",
                button="Look…" if each.wants_sign_in else "",
                page="providers" if each.wants_sign_in else "",
            )
            for each in clis.cards()
            if each.is_installed
        )

    def _programs(self) -> tuple[FoundHere, ...]:
        return tuple(
            FoundHere(
                kind=FoundKind.PROGRAM,
                words=f"{each.title}: {each.words or each.state}",
                button="" if each.state in _SET_UP else "Set up…",
                page="" if each.state in _SET_UP else "clients",
            )
            for each in self._parts.programs().cards
        )

    def steps(self) -> tuple[FirstStep, ...]:
        """As the facts are now. Waits for the disk. Raises StoreError."""
        parts = self._parts
        told: Sequence[tuple[StepKind, str, bool, str]] = (
            (
                StepKind.PROVIDER,
                "Have somebody who answers: a provider, or a CLI that is signed in",
                self._has_provider(),
                "providers",
            ),
            (
                StepKind.PROGRAM,
                "Connect a program: Claude Code, Codex, an editor",
                any(each.state in _SET_UP for each in parts.programs().cards),
                "clients",
            ),
            (StepKind.FLIGHT, "See a first request as a flight", parts.has_flights(), "scratch"),
            (StepKind.JOB, "Have a CLI do something: a first job", parts.has_jobs(), "jobs"),
        )
        return tuple(
            FirstStep(kind=kind, words=words, is_done=is_done, page=page)
            for kind, words, is_done, page in told
        )

    def _has_provider(self) -> bool:
        if any(each.enabled and not each.is_practice for each in self._parts.providers().cards()):
            return True
        clis = self._parts.clis()
        if not clis.cards():
            clis.find()
        return any(
            each.is_installed and each.enabled and each.state is AccountState.READY
            for each in clis.cards()
        )

    @property
    def level(self) -> str:
        """What is recorded now: a word of `LEVELS`."""
        return str(self._parts.book().find(_LEVEL).value)

    def record(self, level: RecorderLevel) -> SettingsWish:
        """Raises ConfigError."""
        book = self._parts.book()
        return book.wish(book.find(_LEVEL), level.value)


async def _within(work: Awaitable[_T], otherwise: _T) -> _T:
    """What takes too long, or fails, was not found."""
    try:
        async with asyncio.timeout(LOOK_S):
            return await work
    except Exception:  # noqa: BLE001 - a look that fails finds nothing
        return otherwise
