"""`llmgw restart`: the running gateway starts anew, and nobody who uses it is refused meanwhile."""

import sys
import time
from collections.abc import Mapping

from llmgw_desktop.app import restart
from llmgw_desktop.app.running_gateway import NotRunning, lives, running
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import RunFile, read_run_file
from llmgw_desktop.store.settings import load_settings

_LOOK_S = 0.05
_COMES_WITHIN_S = restart.WITHIN_S + 70.0


def run(places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError: with such settings the next start would end at once. NotRunning."""
    load_settings(places.config_file, env)
    before = running(places, env)
    if not before.can_restart:
        raise NotRunning("This gateway cannot start anew by itself. Stop it, and start it again.")
    restart.ask(before.pid)
    deadline = time.monotonic() + _COMES_WITHIN_S
    while (now := _next(places, before)) is None:
        if not lives(before):
            print("llmgw: it ended and did not come back; its log says why.", file=sys.stderr)
            return 1
        if time.monotonic() > deadline:
            print("llmgw: it has not come back yet; its log says more.", file=sys.stderr)
            return 1
        time.sleep(_LOOK_S)
    print(now.url)
    return 0


def _next(places: Places, before: RunFile) -> RunFile | None:
    now = read_run_file(places.run_file)
    return now if now is not None and now.started_at_s != before.started_at_s else None
