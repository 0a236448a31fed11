"""Vendors' CLIs among the providers: how each stands, and what a person can do with it.

`cards` is quick and shows what was found last. `find`, `look`, `check` and `open_sign_in` block,
each for one CLI at most as long as its program does; the window has workers call them.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from llmgw_desktop.app.cli_cards import CliCard, Use, cli_card, sign_in_argv
from llmgw_desktop.app.cli_survey import CliFound
from llmgw_desktop.app.cli_words import TITLES
from llmgw_desktop.app.providers import AccountHealth
from llmgw_desktop.app.settings_wish import Wish
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.account import AccountStatus
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import CLI_OF_PROVIDER, CliSettings, provider_of
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.settings import LoadedSettings
from llmgw_desktop.store.config.settings_change import SetKeys, TomlValue
from llmgw_desktop.store.config.settings_editor import Edit

_WHOLE = re.compile(r"[0-9]{1,9}")


class Survey(Protocol):
    """What is asked of `app/cli_survey.py`."""

    def cli(self, name: CliName) -> Cli: ...

    def environment(self, name: CliName) -> Mapping[str, str]: ...

    def find(self, name: CliName) -> CliFound: ...

    def look(self, name: CliName, *, with_flags: bool = False, anew: bool = False) -> CliFound: ...


class Terminal(Protocol):
    """What is asked of `app/terminals.py`."""

    def open(self, argv: Sequence[str], env: Mapping[str, str]) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CliForm:
    """The fields of the dialog, as they stand."""

    cli: CliName
    default_model: str = ""
    max_running: str = ""
    """Empty: as `[limits]` says."""
    command: str = ""
    """Empty: the usual one."""
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInOpened:
    """What came of opening a sign-in."""

    is_open: bool
    command: str
    """To be typed where no terminal could be opened."""


class CliProviders:
    """`running`: the CLI of each run that goes on now."""

    def __init__(
        self,
        loaded: Callable[[], LoadedSettings],
        survey: Survey,
        *,
        health: AccountHealth,
        running: Callable[[], Sequence[CliName]],
        terminal: Terminal,
        clock: Clock,
    ) -> None:
        self._loaded = loaded
        self._survey = survey
        self._health = health
        self._running = running
        self._terminal = terminal
        self._clock = clock
        self._found: dict[CliName, CliFound] = {}

    def cards(self) -> tuple[CliCard, ...]:
        """None before somebody has looked."""
        found = dict(self._found)
        statuses = {status.account: status for status in self._health.statuses()}
        running = list(self._running())
        return tuple(
            self._card(found[name], statuses, running.count(name))
            for name in CliName
            if name in found
        )

    def find(self) -> None:
        """Which are installed, and signed in as far as it shows; nothing is started."""
        for name in CliName:
            self._found[name] = self._survey.find(name)

    def look(self, name: CliName) -> None:
        """Its version and its flags too, where its file has changed since they were told."""
        if self._said(name).enabled:
            self._found[name] = self._survey.look(name, with_flags=True)

    def check(self, name: CliName) -> None:
        """The same, now. What keeps it from being asked is over: call `end_rest` on the loop."""
        self._found[name] = self._survey.look(name, with_flags=True, anew=True)

    def end_rest(self, name: CliName) -> None:
        self._health.reset(provider_of(name))

    def open_sign_in(self, name: CliName) -> SignInOpened:
        """The CLI's own sign-in, in the person's terminal."""
        found, sign_in = self._survey.find(name), self._survey.cli(name).sign_in
        argv = sign_in_argv(found, sign_in)
        is_open = self._terminal.open(argv, self._survey.environment(name))
        return SignInOpened(is_open=is_open, command=shlex.join(argv))

    def is_cli(self, provider: str) -> bool:
        return provider in CLI_OF_PROVIDER

    def toggle(self, provider: str, *, on: bool) -> Wish:
        name = CLI_OF_PROVIDER[provider]
        change = SetKeys(table=("clis", name.value), values={"enabled": on})
        edit = Edit(base=self._loaded().source, changes=(change,))
        return Wish(edit=lambda: edit, said=f"{provider} is {'on' if on else 'off'}.")

    def form_of(self, name: CliName) -> CliForm:
        said = self._said(name)
        return CliForm(
            cli=name,
            default_model=said.default_model,
            max_running="" if said.max_running is None else str(said.max_running),
            command=said.command,
            models=said.models,
        )

    def usual_limit(self) -> int:
        """What holds where a CLI has no limit of its own."""
        return self._loaded().settings.limits.max_running_per_provider

    def usual_command(self, name: CliName) -> str:
        return self._survey.cli(name).commands[0]

    def change_from(self, name: CliName) -> Callable[[CliForm], Wish]:
        """Only what the form has changed is written."""
        before = _values(self.form_of(name))
        base = self._loaded().source

        def change(form: CliForm) -> Wish:
            after = _values(form)
            changed = {key: text for key, text in after.items() if text != before[key]}
            one = SetKeys(table=("clis", name.value), values=changed)
            edit = Edit(base=base, changes=(one,) if changed else ())
            return Wish(edit=lambda: edit, said=f"{TITLES[name]} was changed.")

        return change

    def _said(self, name: CliName) -> CliSettings:
        return next(each for each in self._loaded().settings.clis if each.name is name)

    def _card(
        self, found: CliFound, statuses: Mapping[str, AccountStatus], running: int
    ) -> CliCard:
        said = self._said(found.name)
        account = provider_of(found.name)
        return cli_card(
            found,
            said,
            self._survey.cli(found.name).sign_in,
            statuses.get(account, AccountStatus(account=account)),
            Use(running=running, limit=said.max_running or self.usual_limit()),
            self._clock.now_s(),
        )


def _values(form: CliForm) -> dict[str, TomlValue | None]:
    """What cannot be a number is left as it was typed: the reader of settings says what is wrong
    with it."""
    limit = form.max_running
    return {
        "default_model": form.default_model or None,
        "max_running": int(limit) if _WHOLE.fullmatch(limit) else limit or None,
        "command": form.command or None,
        "models": list(form.models) or None,
    }
