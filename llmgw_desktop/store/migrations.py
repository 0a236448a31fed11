"""How the tables came to be, step by step; a released step is never changed, only followed.

The number of steps taken is the file's `user_version`. `schema.py` says what the last step
leaves; the steps of each file stand in `gateway_steps.py` and `flights_steps.py`.
"""

import sqlite3
from collections.abc import Sequence

from llmgw_desktop.store.transaction import transaction

Steps = Sequence[Sequence[str]]
"""Each step is some statements that happen together or not at all."""


def schema_version(connection: sqlite3.Connection) -> int:
    """How many steps this file has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Steps) -> None:
    """Take the steps that are missing."""
    for number in range(schema_version(connection) + 1, len(steps) + 1):
        with transaction(connection):
            # Another process may have taken the step while this one waited for the lock.
            if schema_version(connection) < number:
                for statement in steps[number - 1]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
