"""`llmgw hook CLI`: asks the gateway in a CLI's place, and prints its answer.

Whatever goes wrong nothing is printed and it ends well: the CLI then goes its own way, and asks its
own question. In a run of the gateway's own it says nothing: that one asks by itself.

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

    from llmgw_desktop.store.paths import Places

_MOST_BYTES = 4 * 1024 * 1024
_SILENCE_S = 20.0


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

    if env.get(MARKER) or sys.stdin is None or (told := _told()) is None:
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
        for name, answer in gateway.events(path, told, silence_s=_SILENCE_S):
            if name == "said":
                print(answer["said"], end="", flush=True)
    except (NotRunning, OSError, KeyError, TypeError, ValueError):
        return 0
    return 0


def _told() -> dict[str, object] | None:
    """What the CLI says of its step; None where it is none."""
    import json

    raw = sys.stdin.buffer.read(_MOST_BYTES + 1)
    try:
        told = json.loads(raw) if len(raw) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


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
