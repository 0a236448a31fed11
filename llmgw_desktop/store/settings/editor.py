"""Changes the settings file for the windows: never a broken one, never against a hand that was
quicker.

An Edit remembers the bytes that the person was looking at. Where the file has been changed since,
other tables are merged; the same table is a SettingsConflict. How one table is changed is
`toml_changes.py`'s work; the usual watch of the file takes over what was written.
"""

import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.errors import ConfigError, SettingsConflict, StoreError, StoreUnavailable
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.private_files import os_reason, write_whole
from llmgw_desktop.store.settings.text import read_settings_file
from llmgw_desktop.store.toml_blocks import Address
from llmgw_desktop.store.toml_changes import (
    AddTable,
    CannotChange,
    Change,
    MoveElement,
    PasteTable,
    RemoveTable,
    SetKeys,
    changed_data,
    changed_text,
    found,
    table_text,
)

_BOM = "\ufeff"
_LISTS = ("routes", "rules")
"""Top-level lists of tables; elsewhere the first two steps of an address name a table."""


@value
class Edit:
    """What a person wants changed, and the file as it was when they said so."""

    base: bytes
    changes: tuple[Change, ...]


@value
class Written:
    """An edit that was done, with what it takes to undo it."""

    before: bytes
    after: bytes
    inverse: tuple[Change, ...]


def _unnoted(before: bytes, after: bytes) -> AbstractContextManager[None]:
    """Where nobody keeps an audit log."""
    return nullcontext()


class SettingsEditor:
    """Every call reads and writes the disk: call from a worker thread."""

    def __init__(
        self,
        path: Path,
        load: Callable[[str, bytes], LoadedSettings],
        writing: Callable[[bytes, bytes], AbstractContextManager[None]] = _unnoted,
    ) -> None:
        """`load` checks what is about to be written: `store/settings/reader.py`'s `settings_of`.
        `writing` notes the change that is made inside of it, and is asked before."""
        self._path = path
        self._writing = writing
        self._load = load
        self._lock = threading.Lock()

    def apply(self, edit: Edit, *, overrule: bool = False) -> Written:
        """Write it. With `overrule` the person has seen both sides and keeps this one.

        Raises SettingsConflict, other ConfigErrors for files and outcomes that cannot be used, and
        StoreUnavailable. The file stays as it was then.
        """
        with self._lock:
            now = read_settings_file(self._path)
            base, after = edit.base, now
            inverse: list[Change] = []
            for change in edit.changes:
                fitting = self._fitting(change, base, after, overrule=overrule)
                base = self._changed(base, change)
                if fitting is not None:
                    inverse[:0] = _inverse(self._text(after), fitting)
                    after = self._changed(after, fitting)
            self._check_and_write(now, after)
            return Written(before=now, after=after, inverse=tuple(inverse))

    def undo(self, written: Written) -> None:
        """As before, byte for byte, unless the file has been changed since: then as `apply`."""
        with self._lock:
            if read_settings_file(self._path) == written.after:
                self._write(written.after, written.before)
                return
        self.apply(Edit(base=written.after, changes=written.inverse))

    def _fitting(self, change: Change, base: bytes, now: bytes, *, overrule: bool) -> Change | None:
        """The change as it is to be made in the file of now; None where nothing is left to do."""
        if base == now or isinstance(change, PasteTable):
            return change
        was, here = self._data(base), self._data(now)
        fitted = _fitted(change, was, here)
        if fitted is not None:
            return fitted
        if not overrule:
            raise self._conflict(change, base, now)
        return _overruling(change, was, here)

    def _conflict(self, change: Change, base: bytes, now: bytes) -> SettingsConflict:
        place = _place(change)
        mine = self._text(self._changed(base, change))
        return SettingsConflict(
            file=str(self._path),
            table=".".join(map(str, place[:2])) if place[0] not in _LISTS else str(place[0]),
            mine=table_text(mine, place),
            theirs=table_text(self._text(now), place),
        )

    def _changed(self, raw: bytes, change: Change) -> bytes:
        before = self._text(raw)
        try:
            wanted = changed_data(tomllib.loads(before), change)
            after = changed_text(before, change)
            is_meant = isinstance(change, PasteTable) or _pruned(tomllib.loads(after)) == _pruned(
                wanted
            )
        except (CannotChange, LookupError, TypeError, ValueError, AttributeError):
            is_meant, after = False, before
        if not is_meant:
            raise ConfigError(
                "is written in a form that is not changed from here; change it in the file",
                file=str(self._path),
                key=".".join(map(str, _place(change))),
            )
        mark = _BOM if raw.startswith(_BOM.encode()) else ""
        return f"{mark}{after}".encode()

    def _check_and_write(self, before: bytes, after: bytes) -> None:
        if after == before:
            return
        self._load(str(self._path), before)  # a broken file is for its owner to mend
        self._load(str(self._path), after)
        self._write(before, after)

    def _write(self, before: bytes, after: bytes) -> None:
        def check() -> None:
            if read_settings_file(self._path) != before:
                words = "is being changed at this moment; try again"
                raise ConfigError(words, file=str(self._path))

        place = self._path.resolve()  # a link stays a link
        own: list[StoreError] = []
        try:
            with self._writing(before, after):
                self._put(place, after, check, own)
        except StoreError as error:
            if error in own:
                raise
            self._take_back(place, before, after)
            raise StoreUnavailable(
                f"The settings stay as they are: the change cannot be noted. {error}"
            ) from error

    def _put(
        self,
        place: Path,
        after: bytes,
        check: Callable[[], None] | None = None,
        failures: list[StoreError] | None = None,
    ) -> None:
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(place, after, just_before=check)
        except OSError as error:
            failure = StoreUnavailable(f"{self._path} cannot be written: {os_reason(error)}")
            if failures is not None:
                failures.append(failure)
            raise failure from error

    def _take_back(self, place: Path, before: bytes, after: bytes) -> None:
        """What was written before it could be noted, and by nobody else since."""
        if before != after and read_settings_file(self._path) == after:
            self._put(place, before)

    def _data(self, raw: bytes) -> dict[str, Any]:
        return tomllib.loads(self._text(raw))

    def _text(self, raw: bytes) -> str:
        """Raises ConfigError for what is not TOML, with its line."""
        self._load(str(self._path), raw)
        return raw.decode("utf-8-sig")


def _place(change: Change) -> Address:
    match change:
        case PasteTable(beside=place) | MoveElement(tables=place):
            return place
        case SetKeys(table=place) | AddTable(table=place) | RemoveTable(table=place):
            return place[:2]


def _fitted(change: Change, was: Mapping[str, Any], here: Mapping[str, Any]) -> Change | None:
    """The change for the file of now, if nobody touched what it is for; else None."""
    place = _place(change)
    if isinstance(change, AddTable) and change.is_element:
        return change if len(place) < 2 or _at(was, place) == _at(here, place) else None
    if place[0] not in _LISTS or isinstance(change, MoveElement):
        return change if _at(was, place) == _at(here, place) else None
    assert isinstance(change, SetKeys | RemoveTable)
    same = _same_element(was, here, place)
    return None if same is None else _for_element(change, same)


def _overruling(change: Change, was: Mapping[str, Any], here: Mapping[str, Any]) -> Change | None:
    place = _place(change)
    if place[0] in _LISTS and not isinstance(change, MoveElement | AddTable):
        is_in_place = len(_at(was, place[:1]) or ()) == len(_at(here, place[:1]) or ())
    else:
        is_in_place = _at(here, place) is not None
    match change:
        case SetKeys() if not is_in_place:
            own = {**(_at(was, change.table) or {}), **change.values}
            values = {key: value for key, value in own.items() if value is not None}
            is_element = place[0] in _LISTS
            table = place[:1] if is_element else change.table
            return AddTable(table=table, values=values, is_element=is_element)
        case RemoveTable():
            return change if is_in_place else None
        case MoveElement():
            at = _index_of(_at(was, (*place, change.at)), _at(here, place) or [])
            most = len(_at(here, place) or []) - 1
            return None if at is None else MoveElement(tables=place, at=at, to=min(change.to, most))
        case AddTable(is_element=False) if _at(here, change.table) is not None:
            return SetKeys(table=change.table, values=change.values)
        case _:
            return change


def _same_element(was: Mapping[str, Any], here: Mapping[str, Any], place: Address) -> int | None:
    element, elements = _at(was, place), _at(here, place[:1]) or []
    at = place[1]
    assert isinstance(at, int)
    if at < len(elements) and elements[at] == element and elements.count(element) == 1:
        return at
    return _index_of(element, elements)


def _index_of(element: object, elements: Sequence[object]) -> int | None:
    """None as well where there are several such: nobody knows which one is meant."""
    return elements.index(element) if elements.count(element) == 1 else None


def _for_element(change: SetKeys | RemoveTable, at: int) -> Change:
    table = (change.table[0], at, *change.table[2:])
    if isinstance(change, RemoveTable):
        return RemoveTable(table=table)
    return SetKeys(table=table, values=change.values)


def _inverse(text: str, change: Change) -> list[Change]:
    """What undoes the change once it is done to this text."""
    data = tomllib.loads(text)
    inverse: list[Change] = []
    match change:
        case SetKeys(table=table):
            was = _at(data, table)
            values = {key: (was or {}).get(key) for key in change.values}
            gone = RemoveTable(table=table)
            inverse = [gone if was is None else SetKeys(table=table, values=values)]
        case AddTable(table=table, is_element=is_element):
            count = len(_at(data, table) or []) if is_element else 0
            inverse = [RemoveTable(table=(*table, count) if is_element else table)]
        case RemoveTable(table=table):
            inverse = [PasteTable(beside=table[:1], text=table_text(text, table))]
            if table[0] in _LISTS and isinstance(at := table[-1], int):
                inverse.append(MoveElement(tables=table[:-1], at=-1, to=at))
        case MoveElement(tables=tables, at=at, to=to):
            last = len(_at(data, tables)) - 1
            back = MoveElement(
                tables=tables, at=to if to >= 0 else last, to=at if at >= 0 else last
            )
            inverse = [back]
    return inverse


def _at(data: Any, address: Address) -> Any:
    try:
        return found(data, address)
    except (LookupError, TypeError):
        return None


def _pruned(data: Any) -> Any:
    """Without empty tables and lists: whether a header stands over nothing means nothing."""
    if isinstance(data, dict):
        inner = {key: _pruned(value) for key, value in data.items()}
        return {key: value for key, value in inner.items() if value not in ({}, [])}
    return [_pruned(each) for each in data] if isinstance(data, list) else data
