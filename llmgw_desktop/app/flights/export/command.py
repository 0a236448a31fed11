"""`llmgw flights export|import`: flights into a file and back, with a gateway or without."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from llmgw_desktop.app.command_line.command_line import fail
from llmgw_desktop.app.command_line.running_gateway import found
from llmgw_desktop.app.flights.export.exporting import (
    SUFFIXES,
    ExportCanceled,
    ExportForm,
    FlightExporter,
)
from llmgw_desktop.app.flights.export.importing import (
    NothingToImport,
    import_file,
    name_of,
    set_path,
)
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError, StoreError
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.flight_filter import FilterMistake, parse_filter
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.vault import EntryBroken, EntryKind, NoSuchEntry, VaultError
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.tls_files import base_url
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_TELLS_EACH = 50


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    path = Path(arguments.output)
    form = ExportForm(arguments.form) if arguments.form else _form_of(path)
    if form is None:
        return fail(f"Say by --format what {path.name} is to be: {', '.join(ExportForm)}.")
    if not path.parent.is_dir():
        return fail(f"There is no folder {path.parent}.")
    try:
        with exporter_of(places, env, arguments.among) as exporter:
            ids = arguments.id or exporter.chosen(
                parse_filter(" ".join(arguments.filter), SystemClock().now_s()),
                max(arguments.limit, 1),
            )
            if not ids:
                return fail("There is no such flight.")
            done = exporter.write(path, ids, form, _tell(len(ids)))
    except (KeyboardInterrupt, ExportCanceled):
        return fail("Ended early: nothing was written.")
    except (FilterMistake, LlmgwError) as error:
        return fail(str(error))
    print(f"{done.words} {path}", file=sys.stderr)
    return 0 if done.flights else 1


@contextmanager
def exporter_of(
    places: Places, env: Mapping[str, str], among: str = ""
) -> Iterator[FlightExporter]:
    """Of what was recorded, or of an imported set; it knows the secrets that are known here."""
    settings = load_settings(places.config_file, env).settings
    here = found(places, env)
    url = here.url if here else base_url(settings.http, settings.http.port)
    with _opened(places, env, among) as (reader, vault):
        clean = _redactor(settings, vault).clean
        yield FlightExporter(reader=reader, clean=clean, base_url=url)


def _redactor(settings: Settings, vault: Vault) -> Redactor:
    """It knows the keys of the settings, and those of the vault as far as it opens."""
    redactor, kept = Redactor(), list[str]()
    try:
        for entry in vault.entries(EntryKind.API_KEY):
            with suppress(EntryBroken, NoSuchEntry):
                kept.append(vault.secret(entry.address, by="flights").decode("ascii", "replace"))
    except (VaultError, StoreError) as error:
        fail(str(error))
    redactor.know((*settings.api_keys, *kept))
    return redactor


@contextmanager
def own_reader(places: Places, env: Mapping[str, str], among: str = "") -> Iterator[FlightReader]:
    """Of what was recorded, or of an imported set; bodies too where the vault opens; beside a
    gateway that runs."""
    with _opened(places, env, among) as (reader, _):
        yield reader


@contextmanager
def _opened(
    places: Places, env: Mapping[str, str], among: str
) -> Iterator[tuple[FlightReader, Vault]]:
    path = places.flights_db
    if among:
        path = set_path(places.data_folder, among)
        open_database(path, FLIGHTS_STEPS).close()  # an earlier version may have made it
    keys = MasterKeys(env, places.data_folder)
    with (
        closing(Vault(places.gateway_db, keys, SystemClock())) as vault,
        closing(FlightReader(path, AtRest(vault.data_keys))) as reader,
    ):
        yield reader, vault


def import_flights(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Without a file: which sets there are."""
    folder = places.data_folder / "imported"
    if not arguments.file:
        for path in sorted(folder.glob("*.db")):
            open_database(path, FLIGHTS_STEPS).close()
            with closing(FlightReader(path)) as reader:
                print(f"{path.stem}\t{counted(reader.count(FlightQuery()), 'flight')}")
        return 0
    file = Path(arguments.file)
    settings = load_settings(places.config_file, env).settings
    keys = MasterKeys(env, places.data_folder)
    try:
        target = set_path(places.data_folder, arguments.name or name_of(file))
        with closing(Vault(places.gateway_db, keys, SystemClock())) as vault:
            at_rest = AtRest(vault.data_keys, lambda: settings.storage.encrypt)
            clean = _redactor(settings, vault).clean
            done = import_file(file, target, clean, at_rest)
    except KeyboardInterrupt:
        return fail("Ended early: nothing was imported.")
    except OSError as error:
        return fail(f"{file} cannot be read: {error.strerror}.")
    except (NothingToImport, LlmgwError) as error:
        return fail(str(error))
    print(done.words(target.stem), file=sys.stderr)
    return 0


def _form_of(path: Path) -> ExportForm | None:
    return next((form for form, suffix in SUFFIXES.items() if suffix == path.suffix), None)


def _tell(count: int) -> Callable[[int], bool]:
    is_seen = sys.stderr.isatty()

    def goes_on(done: int) -> bool:
        if is_seen and done and done % _TELLS_EACH == 0:
            print(f"\r{done:,} of {count:,}", end="", file=sys.stderr, flush=True)
        return True

    return goes_on
