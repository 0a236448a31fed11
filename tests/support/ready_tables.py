"""New databases get their tables at once, as a copy, instead of by every step of ten versions.

A test's gateway makes two of them, which was a fourth of what it costs. `tests/store` and children
take the steps.
"""

from __future__ import annotations

import sqlite3
import threading
from functools import cache
from pathlib import Path

from llmgw_desktop.store.database import database
from llmgw_desktop.store.database.database import Steps

by_steps = database._migrate
_one_at_a_time = threading.Lock()


def at_once(path: Path, connection: sqlite3.Connection, steps: Steps) -> None:
    with _one_at_a_time:
        if not database.schema_version(connection):
            _whole(steps).backup(connection)
    by_steps(path, connection, steps)


@cache
def _whole(steps: Steps) -> sqlite3.Connection:
    whole = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    whole.execute(f"PRAGMA page_size = {database.PAGE_BYTES}")
    whole.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.migrate(whole, steps)
    return whole
