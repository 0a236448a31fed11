"""The sets of flights that were imported, for the window: which there are, one of them to be read,
one more, one less. Every call waits for the disk."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from llmgw_desktop.app.flights.export.exporting import Clean
from llmgw_desktop.app.flights.export.importing import (
    NothingToImport,
    import_file,
    name_of,
    remove_set,
    set_path,
)
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS

_MOST_NUMBERED = 1_000


@value(kw_only=False)
class ImportedSet:
    """`flights`: None where the file cannot be read."""

    name: str
    flights: int | None


class OpenSet:
    """One that is being read, until `close`."""

    def __init__(self, name: str, reader: FlightReader, clean: Clean) -> None:
        self.name = name
        self._reader = reader
        self.flights = Flights(reader, lambda: (), clean)
        self.flights.imported_as = name

    def close(self) -> None:
        self._reader.close()


class ImportedSets:
    """`clean` takes secrets out of what is imported, and of what leaves a set again."""

    def __init__(self, data_folder: Path, at_rest: AtRest, clean: Clean) -> None:
        self._data_folder, self._at_rest, self._clean = data_folder, at_rest, clean

    def all(self) -> tuple[ImportedSet, ...]:
        """By name."""
        paths = {each.stem: each for each in (self._data_folder / "imported").glob("*.db")}
        return tuple([ImportedSet(name, _count(paths[name])) for name in sorted(paths)])

    def open(self, name: str) -> OpenSet:
        """Raises NothingToImport, StoreError."""
        path = self._there(name)
        open_database(path, FLIGHTS_STEPS).close()  # an earlier version may have made it
        return OpenSet(name, FlightReader(path, self._at_rest), self._clean)

    def add(self, file: Path, goes_on: Callable[[int], bool]) -> tuple[str, str]:
        """The new set's name, and what came of it in a sentence. Raises NothingToImport, OSError,
        VaultError, StoreError."""
        name = self._free_name(name_of(file))
        target = set_path(self._data_folder, name)
        done = import_file(file, target, self._clean, self._at_rest, goes_on=goes_on)
        return name, done.words(name)

    def remove(self, name: str) -> None:
        """Raises NothingToImport, OSError."""
        remove_set(self._there(name))

    def _there(self, name: str) -> Path:
        path = set_path(self._data_folder, name)
        if not path.is_file():
            raise NothingToImport(f"There is no set '{name}' any more.")
        return path

    def _free_name(self, name: str) -> str:
        tries = (name, *(f"{name[:55]}-{number}" for number in range(2, _MOST_NUMBERED)))
        for each in tries:
            if not set_path(self._data_folder, each).exists():
                return each
        raise NothingToImport(f"There are too many sets of the name '{name}'.")


def _count(path: Path) -> int | None:
    try:
        open_database(path, FLIGHTS_STEPS).close()
        with closing(FlightReader(path)) as reader:
            return reader.count(FlightQuery())
    except (StoreError, OSError):
        return None
