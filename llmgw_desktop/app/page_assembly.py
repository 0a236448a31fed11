"""Use cases of pages, joined from what there is already: a part of the composition root."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from llmgw_desktop.app.cli_survey import CliSurvey
from llmgw_desktop.app.clis_here import ClisHere
from llmgw_desktop.app.compare import Compare, CompareParts
from llmgw_desktop.app.connect.address import address_of
from llmgw_desktop.app.connect.assembly import make_connector
from llmgw_desktop.app.connect.clients import Clients
from llmgw_desktop.app.run_assembly import Runs
from llmgw_desktop.app.vault_names import sign_in_files
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.engine.validation.seat_run import SeatRuns
from llmgw_desktop.engine.validation.service import ValidationService
from llmgw_desktop.store.client_store import ClientStore
from llmgw_desktop.store.flight_reader import FlightReader
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParts:
    """What they stand on."""

    places: Places
    env: Mapping[str, str]
    clock: Clock
    settings: Callable[[], Settings]
    runs: Runs


def make_clis_here(parts: PageParts, vault: Vault, clean: Callable[[str], str]) -> ClisHere:
    runs = parts.runs
    survey = CliSurvey(runs.clis, runs.launcher, vault_files=lambda: sign_in_files(vault))
    return ClisHere(
        survey,
        parts.env,
        said=lambda: parts.settings().clis,
        live=lambda: [job.cli for job in runs.supervisor.live],
        clean=clean,
    )


def make_clients(
    parts: PageParts, store: ClientStore | None, reader: FlightReader, problem: str
) -> Clients:
    """`problem`: why there is no store."""
    connector = None
    if store is not None:
        file = str(parts.places.config_file)
        connector = make_connector(
            parts.places,
            store,
            lambda: address_of(parts.settings().http, file),
            parts.env,
            parts.clock,
        )
    return Clients(connector, reader, parts.clock, problem)


def make_compare(
    parts: PageParts, panels: ValidationService, seats: SeatRuns, catalogue: Catalogue
) -> Compare:
    return Compare(
        CompareParts(
            panels=panels,
            models=catalogue.models,
            clis=lambda: parts.settings().clis,
            ready=parts.runs.ready_names,
            cancel_seat=seats.cancel,
            clock=parts.clock,
        )
    )
