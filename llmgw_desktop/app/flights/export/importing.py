"""Flights of a file that somebody sent, JSON lines or an HTTP archive, as a set by itself.

A set is a record of its own in the folder `imported`: nothing of it is mixed with what this gateway
recorded, counted in sums, or asked again. What stands in the file is believed to be text and
figures at most; what is no request to a model is left out and counted.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from llmgw_desktop.app.flights.conversation.message_parts import object_of
from llmgw_desktop.app.flights.export.exporting import LINE_FORMAT, Clean, Cleaning
from llmgw_desktop.app.flights.export.imported_flight import (
    NoFlight,
    flight_of_entry,
    flight_of_line,
    json_of,
)
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.database.database import into_one_file, open_database, told
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS

MOST_FLIGHTS = 100_000
MOST_HAR_BYTES = 128 << 20
"""It is read whole."""
LONGEST_LINE = 64 << 20
_A_BATCH = 100
_ID = re.compile(r"flt_[0-9a-zA-Z]{1,60}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class NothingToImport(LlmgwError):
    """In a sentence."""


@value
class Imported:
    """What came of it."""

    flights: int
    skipped: int
    """That are no requests to a model, or cannot be read."""

    def words(self, name: str) -> str:
        """`name`: of the set that it became."""
        left = f"; {self.skipped:,} left out that are no requests to a model" * bool(self.skipped)
        return f"{counted(self.flights, 'flight')} imported as '{name}'{left}."


def set_path(data_folder: Path, name: str) -> Path:
    """Where a set lies. Raises NothingToImport for what cannot be a name."""
    if not _NAME.fullmatch(name):
        raise NothingToImport(
            f"'{name[:60]}' cannot be a set's name: small letters, digits and hyphens, at most 60."
        )
    return data_folder / "imported" / f"{name}.db"


def name_of(file: Path) -> str:
    """For a set of this file."""
    plain = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return plain[:60] or "flights"


def import_file(
    file: Path,
    target: Path,
    clean: Clean,
    at_rest: AtRest,
    *,
    goes_on: Callable[[int], bool] = lambda _: True,
) -> Imported:
    """Makes the set `target`, which must not be there; whole, or not at all. `goes_on` is told how
    many there are, and says whether to go on: if not, those are the set. Raises NothingToImport,
    OSError, VaultError, StoreError."""
    if target.exists():
        raise NothingToImport(f"There is a set '{target.stem}' already: name another with --as.")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_suffix(".partial")
    remove_set(partial)
    tally = _Tally()
    try:
        with file.open("rb") as opened:
            _write(partial, tally.of(_records(opened), goes_on), clean, at_rest)
        if not tally.flights:
            raise NothingToImport(f"{file.name} holds no flight: neither JSON lines nor an HAR.")
        partial.rename(target)
    finally:
        remove_set(partial)
    return Imported(flights=tally.flights, skipped=tally.skipped)


def remove_set(path: Path) -> None:
    """With what a database leaves beside itself. Raises OSError."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _write(path: Path, records: Iterable[FlightRecord], clean: Clean, at_rest: AtRest) -> None:
    key = at_rest.key()
    encrypt = None if key is None else key.encrypt
    cleaning, seal = Cleaning(clean), Seal(clean)
    with told(path), closing(open_database(path, FLIGHTS_STEPS)) as connection:
        writer, some = BatchWriter(connection), list[FlightRecord]()

        def put() -> None:
            writer.write(make_batch({}, some, RecorderSettings(), seal, encrypt=encrypt))
            some.clear()

        for record in records:
            some.append(cleaning.record(record))
            if len(some) == _A_BATCH:
                put()
        put()
        into_one_file(connection)


@dataclass(slots=True)
class _Tally:
    flights: int = 0
    skipped: int = 0

    def of(
        self, found: Iterable[FlightRecord | None], goes_on: Callable[[int], bool]
    ) -> Iterator[FlightRecord]:
        """No id twice."""
        ids, seen = TimedIds(SystemClock()), set[str]()
        for record in found:
            if self.flights >= MOST_FLIGHTS or not goes_on(self.flights):
                return
            if record is None:
                self.skipped += 1
                continue
            flight_id = record.summary.id
            if not _ID.fullmatch(flight_id) or flight_id in seen:
                flight_id = ids.new("flt")
                record = replace(record, summary=replace(record.summary, id=flight_id))
            seen.add(flight_id)
            self.flights += 1
            yield record


def _records(file: BinaryIO) -> Iterator[FlightRecord | None]:
    """None for what is no flight."""
    first = file.readline(LONGEST_LINE + 1)
    if isinstance(told := json_of(first), dict) and told.get("format") == LINE_FORMAT:
        line = first
        while line:
            yield _tried(flight_of_line, json_of(line)) if line.strip() else None
            line = file.readline(LONGEST_LINE + 1)
        return
    file.seek(0)
    text = file.read(MOST_HAR_BYTES + 1)
    if len(text) > MOST_HAR_BYTES:
        raise NothingToImport(f"An HAR of more than {MOST_HAR_BYTES >> 20} MB cannot be read.")
    log = object_of(object_of(json_of(text)).get("log"))
    entries = log.get("entries")
    for entry in entries if isinstance(entries, list) else ():
        yield _tried(flight_of_entry, entry)


def _tried(make: Callable[[Mapping[str, Any]], FlightRecord], told: object) -> FlightRecord | None:
    try:
        return make(object_of(told))
    except (NoFlight, ValueError, OverflowError, RecursionError):
        return None
