"""`llmgw hook CLI`: asks the gateway in a CLI's place, and prints its answer.

Whatever goes wrong nothing is printed and it ends well: the CLI then goes its own way, and asks its
own question. What a rule holds, for the CLI would ask nobody, is denied then. In a run of the
gateway's own it says nothing: that one asks by itself. A step that is too large to be looked at is
told in short, and the gateway lets none of it pass unasked.

It runs before each step of a CLI, so it reads in no more than it needs, and that late.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
"""As in `typing`, which takes long to read in."""

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from llmgw_desktop.app.command_line.running_gateway import RunningGateway
    from llmgw_desktop.store.paths import Places

_MOST_BYTES = 4 * 1024 * 1024
_MOST_READ = 64 * 1024 * 1024
_LONGEST_TEXT = 16 * 1024
_MOST_PARTS = 20
_SILENCE_S = 20.0
_TOO_LARGE = "The step is larger than 64 MB, which nobody could look at, so it is denied."
_DENIED = 2
"""To a CLI this exit code of a hook is a denial, its stderr the reason."""
_REFUSED_FOR_SIZE = 413


def run_at_once(cli: str) -> int:
    """As `run`, without the parser of all commands."""
    from llmgw_desktop.platform.environment import with_home
    from llmgw_desktop.store.paths import Places

    env = with_home(os.environ)
    return _hooked(cli, Places.of(env), env)


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    return _hooked(arguments.cli, places, env)


def _hooked(cli: str, places: Places, env: Mapping[str, str]) -> int:
    from llmgw_desktop.platform.marks import MARKER

    if env.get(MARKER) or sys.stdin is None:
        return 0
    raw = sys.stdin.buffer.read(_MOST_READ + 1)
    if len(raw) > _MOST_READ:
        print(f"llmgw: {_TOO_LARGE}", file=sys.stderr)
        return _DENIED
    if (told := _told(raw)) is None:
        return 0
    from urllib.parse import quote

    from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway

    try:
        gateway = RunningGateway(places, env)
        _watch_reader()
        if not gateway.shows_certificate:
            # as in `llmgw mcp`: read in where there is one, for a call that needs none
            sys.modules.setdefault("ssl", None)  # type: ignore[arg-type]
        path = f"/v1/hooks/{quote(cli, safe='')}"
        if len(raw) > _MOST_BYTES or not _said(gateway, path, told):
            _said(gateway, path, _in_short(told))
    except (NotRunning, OSError, KeyError, TypeError, ValueError, RecursionError):
        return 0
    return 0


def _said(gateway: RunningGateway, path: str, told: dict[str, object]) -> bool:
    """Prints the answer; False where the gateway's settings take no body of that size."""
    otherwise = ""
    try:
        for name, answer in gateway.events(path, told, silence_s=_SILENCE_S):
            if name == "refused":
                return bool(answer.status != _REFUSED_FOR_SIZE)
            if name == "held":
                otherwise = answer["said"]
            elif name == "said":
                otherwise = ""
                print(answer["said"], end="", flush=True)
    finally:
        print(otherwise, end="", flush=True)  # it has ended, or is silent: nobody has allowed it
    return True


def _told(raw: bytes) -> dict[str, object] | None:
    """What the CLI says of its step; None where it is none. Half characters, which no strict reader
    takes, become the sign that stands for them, and it counts as told in part."""
    import json

    try:
        told = json.loads(text := raw.decode("utf-8", "surrogateescape"))
        if not isinstance(told, dict):
            return None
        if "\\ud" in text.lower() or not _is_text(text):
            whole = json.dumps(told, ensure_ascii=False)
            if not _is_text(whole):
                marked = whole.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
                told = {**json.loads(marked), "in_part": True}
    except (ValueError, RecursionError):
        return None
    return told


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _in_short(told: dict[str, object]) -> dict[str, object]:
    """What a rule may know it by: its session, tool, paths, a command's beginning."""
    given = ("tool_input", "toolInput", "toolArgs")
    short = {name: _cut(what) for name, what in told.items() if name in given}
    texts = {name: what[:_LONGEST_TEXT] for name, what in told.items() if isinstance(what, str)}
    return {**texts, **short, "in_part": True}


def _cut(what: object) -> object:
    """The members of a step as far as they are short."""
    if isinstance(what, str):
        return what[:_LONGEST_TEXT]
    if not isinstance(what, dict):
        return None
    texts = [(name, text) for name, text in what.items() if isinstance(text, str)]
    texts.sort(key=lambda member: len(member[1]))
    return {name: text[:_LONGEST_TEXT] for name, text in texts[:_MOST_PARTS]}


def _watch_reader() -> None:
    from llmgw_desktop.platform.environment import IS_POSIX

    if IS_POSIX:
        from threading import Thread

        Thread(target=_end_with_reader, daemon=True).start()


def _end_with_reader() -> None:
    """Whoever was to read our answer has ended, be it by force: the question is asked no more."""
    from llmgw_desktop.platform.children import wait_unread

    wait_unread(sys.stdout.fileno())
    os._exit(0)
