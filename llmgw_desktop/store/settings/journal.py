"""Which settings were changed, from what to what: noted in the audit log, whoever changed them.

What the file said last is remembered in `gateway.db`, with secrets masked. The editor of the
windows notes its change in the transaction in which it writes the file; what differs when the
file is looked at later was changed by hand, be it while nothing ran.
"""

import hashlib
import json
import sqlite3
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.audit import BY_HAND, MASK, OTHER, Act, Actor, masked_value
from llmgw_desktop.store.audit.audit_rows import note
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.settings.text import read_settings_file

VERB = "settings.changed"
_NOT_SHOWN = (
    "The file is another one than when it was last looked at. No value that is shown differs;"
    " one that is masked may."
)
_SEEN = "SELECT digest, shown FROM settings_seen WHERE file = ?"
_SEE = "INSERT OR REPLACE INTO settings_seen (file, digest, shown) VALUES (?, ?, ?)"


class SettingsJournal:
    """May be used from any thread; everything waits for the disk.

    Raises StoreUnavailable, StoreCorrupt, SchemaTooNew; ConfigError where the file cannot be read.
    """

    def __init__(self, database: Path, settings: Path) -> None:
        self._settings = settings
        self._file = GatewayFile(database)
        self._last = b""
        """As it was seen by this process, with its secrets: to tell that one of them changed."""

    @contextmanager
    def writing(self, before: bytes, after: bytes) -> Iterator[None]:
        """The file is written inside: both come about, or what is noted does not."""
        with self._file.transaction() as connection:
            seen = self._seen(connection)
            if seen is None or seen[0] != _digest(before):  # a hand was there meanwhile
                self._take(connection, before, BY_HAND)
            self._last = before
            self._take(connection, after, None)
            yield
        self._last = after

    def look(self, before: bytes | None = None) -> None:
        """After each change of the file, and when the program starts. A broken file is looked at
        again when it is mended. `before`: what it was a moment ago, where nobody looked."""
        with self._file.transaction() as connection:
            for raw in (before, read_settings_file(self._settings)):
                if raw is not None and _flat(raw) is not None:
                    self._take(connection, raw, BY_HAND)
                    self._last = raw

    def close(self) -> None:
        self._file.close()

    def _seen(self, connection: sqlite3.Connection) -> tuple[str, dict[str, Any]] | None:
        row = connection.execute(_SEEN, [str(self._settings)]).fetchone()
        return None if row is None else (row[0], json.loads(row[1]))

    def _take(self, connection: sqlite3.Connection, raw: bytes, actor: Actor | None) -> None:
        now, seen = _flat(raw), self._seen(connection)
        if now is None or (seen is not None and seen[0] == _digest(raw)):
            return
        shown = {path: masked_value(path, value) for path, value in now.items()}
        kept = json.dumps(shown, ensure_ascii=True)
        connection.execute(_SEE, [str(self._settings), _digest(raw), kept])
        if seen is None:
            return  # the first look: nobody knows what was before
        was = _flat(self._last) if _digest(self._last) == seen[0] else None
        act = _changed(seen[1], json.loads(kept), _secrets(was), _secrets(now))
        if act is not None:
            note(connection, act, actor=actor)


def _changed(
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    secrets_before: Mapping[str, object] | None,
    secrets_now: Mapping[str, object] | None,
) -> Act | None:
    """None where nothing differs but words between the settings."""
    paths = sorted(path for path in {*was, *now} if was.get(path) != now.get(path))
    before = {path: was[path] for path in paths if path in was}
    after = {path: now[path] for path in paths if path in now}
    note_words = ""
    if secrets_before is not None and secrets_now is not None:
        for path in sorted({*secrets_before} & {*secrets_now}):
            if secrets_before[path] != secrets_now[path]:
                before[path], after[path] = MASK, OTHER
    elif not paths and secrets_now:
        note_words = _NOT_SHOWN
    if not before and not after and not note_words:
        return None
    return Act(
        verb=VERB, subject=_subject(before, after), before=before, after=after, note=note_words
    )


def _subject(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The one setting, or the tables they stand in."""
    paths = list(dict.fromkeys([*before, *after]))
    if len(paths) == 1:
        return paths[0]
    tables = dict.fromkeys(path.rpartition(".")[0] or path for path in paths)
    return ", ".join(tables) or "config.toml"


def _flat(raw: bytes) -> dict[str, object] | None:
    """Each value by its path, `providers.shop.enabled`; None for what is no TOML."""
    try:
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    found: dict[str, object] = {}
    _flatten(data, "", found)
    return found


def _flatten(value: object, path: str, found: dict[str, object]) -> None:
    if isinstance(value, dict):
        for name, each in value.items():
            _flatten(each, f"{path}.{name}" if path else str(name), found)
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        for mark, each in zip(_marks(path, value), value, strict=True):
            _flatten(each, f"{path}[{mark}]", found)
    else:
        found[path] = value


def _marks(path: str, tables: Sequence[Mapping[str, object]]) -> list[str]:
    """Where each stands; rules by their names, for their order says nothing, and one that is taken
    out moves the others."""
    places = [str(at) for at in range(1, len(tables) + 1)]
    if path != "rules":
        return places
    names = [each.get("name") for each in tables]
    return [
        name
        if isinstance(name, str)
        and names.count(name) == 1
        and masked_value(f"{path}.name", name) == name
        else place
        for name, place in zip(names, places, strict=True)
    ]


def _secrets(flat: Mapping[str, object] | None) -> dict[str, object] | None:
    """Those of which only a mask or the beginning is kept."""
    if flat is None:
        return None
    return {path: value for path, value in flat.items() if is_hidden(masked_value(path, value))}


def is_hidden(shown: object) -> bool:
    """Of a value as `masked_value` gives it: whether something of it is left out."""
    words = json.dumps(shown, ensure_ascii=False)
    return MASK in words or "…" in words


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
