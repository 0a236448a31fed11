"""Vendors' CLIs among the providers: how each stands, and what a person can do with it.

`cards` is quick and shows what was found last. `find`, `look`, `check` and `open_sign_in` block,
each for one CLI at most as long as its program does; the window has workers call them.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.app.clis.cards import CliCard, Use, cli_card, sign_in_argv
from llmgw_desktop.app.clis.survey import CliFound, CliSurvey
from llmgw_desktop.app.command_line.pasted import pasted
from llmgw_desktop.app.providers.usage import Accounts, with_kept
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER, CliSettings, provider_of
from llmgw_desktop.domain.provider import AccountStatus
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.children import HAS_CONSOLES, direct, in_console
from llmgw_desktop.store.settings.editor import Edit
from llmgw_desktop.store.toml_changes import SetKeys, TomlValue

_WHOLE = re.compile(r"[0-9]{1,9}")


@value
class CliForm:
    """The fields of the dialog, as they stand."""

    cli: CliName
    default_model: str = ""
    max_running: str = ""
    """Empty: as `[limits]` says."""
    command: str = ""
    """Empty: the usual one."""
    models: tuple[str, ...] = ()


@value
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
        survey: CliSurvey,
        *,
        health: Accounts,
        running: Callable[[], Sequence[CliName]],
        terminal: "Terminals",
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
        return SignInOpened(is_open=is_open, command=pasted(argv))

    def is_cli(self, provider: str) -> bool:
        return provider in CLI_OF_PROVIDER

    def toggle(self, provider: str, *, on: bool) -> SettingsWish:
        name = CLI_OF_PROVIDER[provider]
        change = SetKeys(table=("clis", name.value), values={"enabled": on})
        edit = Edit(base=self._loaded().source, changes=(change,))
        return SettingsWish(edit=lambda: edit, said=f"{provider} is {'on' if on else 'off'}.")

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

    def change_from(self, name: CliName) -> Callable[[CliForm], SettingsWish]:
        """Only what the form has changed is written."""
        before = _values(self.form_of(name))
        base = self._loaded().source

        def change(form: CliForm) -> SettingsWish:
            after = _values(form)
            changed = {key: text for key, text in after.items() if text != before[key]}
            one = SetKeys(table=("clis", name.value), values=changed)
            edit = Edit(base=base, changes=(one,) if changed else ())
            return SettingsWish(edit=lambda: edit, said=f"{cli_of(name).title} was changed.")

        return change

    def _said(self, name: CliName) -> CliSettings:
        return next(each for each in self._loaded().settings.clis if each.name is name)

    def _card(
        self, found: CliFound, statuses: Mapping[str, AccountStatus], running: int
    ) -> CliCard:
        said = self._said(found.name)
        account = provider_of(found.name)
        card = cli_card(
            found,
            said,
            sign_in=self._survey.cli(found.name).sign_in,
            status=statuses.get(account, AccountStatus(account=account)),
            use=Use(
                running=running,
                limit=said.max_running or self.usual_limit(),
                lately=self._health.used(account),
            ),
            now_s=self._clock.now_s(),
        )
        kept = self._loaded().settings.brakes.reserve
        return replace(card, quotas=with_kept(card.quotas, kept)) if kept else card


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


_KNOWN: Mapping[str, tuple[str, ...]] = {
    "x-terminal-emulator": ("-e",),
    "gnome-terminal": ("--",),
    "ptyxis": ("--",),
    "konsole": ("-e",),
    "xfce4-terminal": ("-x",),
    "mate-terminal": ("-x",),
    "lxterminal": ("-e",),
    "kitty": (),
    "alacritty": ("-e",),
    "foot": (),
    "wezterm": ("start", "--"),
    "xterm": ("-e",),
}
"""What stands between a terminal's name and the program that it runs; the person's choice first."""
_IN_MAC_TERMINAL = """
on run argv
    set said to ""
    repeat with each in argv
        set said to said & quoted form of (contents of each) & " "
    end repeat
    tell application "Terminal"
        activate
        do script said
    end tell
end run
"""
_FAILS_WITHIN_S = 1.0
"""A terminal that finds no display says so at once."""
_OURS = ("LLM_GATEWAY_", "LLMGW_")


class Terminals:
    """`env`: the gateway's own environment."""

    def __init__(self, env: Mapping[str, str], platform: str = sys.platform) -> None:
        self._env = {name: text for name, text in env.items() if not name.startswith(_OURS)}
        self._platform = platform
        self._opened: list[subprocess.Popen[bytes]] = []

    def open(self, argv: Sequence[str], env: Mapping[str, str]) -> bool:
        """False where none could be opened. `env` is put on top of the gateway's own, which is
        left out. Blocks for a second."""
        self._opened = [each for each in self._opened if each.poll() is None]
        return any(self._start(words, {**self._env, **env}) for words in self._ways(argv))

    def _ways(self, argv: Sequence[str]) -> Iterator[list[str]]:
        if self._platform == "win32":
            yield list(argv)
        elif self._platform == "darwin":
            yield ["osascript", "-e", _IN_MAC_TERMINAL, *argv]
        elif self._env.get("DISPLAY") or self._env.get("WAYLAND_DISPLAY"):
            for name, between in _KNOWN.items():
                if found := shutil.which(name, path=self._env.get("PATH")):
                    yield [found, *between, *argv]

    def _start(self, words: list[str], env: Mapping[str, str]) -> bool:
        home = Path(env.get("HOME") or os.sep)
        given = None if HAS_CONSOLES else subprocess.DEVNULL
        try:
            process = subprocess.Popen(  # noqa: S603 - a list, no shell
                direct(words, env.get("PATH", "")),
                stdin=given,
                stdout=given,
                stderr=given,
                env=dict(env),
                cwd=home if home.is_dir() else os.sep,
                **in_console(),
            )
        except OSError:
            return False
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_FAILS_WITHIN_S) == 0
        self._opened.append(process)
        return True
