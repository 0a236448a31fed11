"""What a schema's steps have made, compared with what is there: a part that is gone shows before
anybody asks for it, and so does an end that was cut off."""

import sqlite3
from contextlib import closing
from pathlib import Path

from llmgw_desktop.store.migrations import Steps, schema_version


def missing_parts(connection: sqlite3.Connection, steps: Steps) -> list[str]:
    """Tables, columns, indexes and triggers that the steps taken have made and that are not
    there, as `table clients`. Raises sqlite3.Error."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as whole:
        for step in steps[: schema_version(connection)]:
            for statement in step:
                whole.execute(statement)
        return sorted(_parts(whole) - _parts(connection))


def is_cut(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether its last page is not whole, which SQLite fills with zeros. Raises sqlite3.Error,
    OSError."""
    page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
    return path.stat().st_size % int(page_bytes) != 0


def _parts(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    ).fetchall()
    parts = {f"{kind} {name}" for kind, name in rows}
    for kind, name in rows:
        if kind == "table":
            columns = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (name,))
            parts |= {f"column {name}.{column}" for (column,) in columns}
    return parts
