"""What panels stand on, joined: a part of the composition root."""

from llmgw_desktop.app.run_assembly import Runs
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.ids import TimedIds
from llmgw_desktop.engine.asking.asking import Asking
from llmgw_desktop.engine.validation.seat_run import SeatRuns
from llmgw_desktop.engine.validation.service import ValidationParts, ValidationService
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.receipt_keys import ReceiptKeys
from llmgw_desktop.store.validation_store import ValidationStore
from llmgw_desktop.store.vault import Vault


def make_validations(
    places: Places, runs: Runs, asking: Asking, vault: Vault, at_rest: AtRest, clock: Clock
) -> tuple[ValidationService, SeatRuns]:
    """With those who ask for it, of whom one can be stopped by itself."""
    seats = SeatRuns(runs.service, runs.supervisor.wait, asking, clock)
    parts = ValidationParts(
        store=ValidationStore(places.gateway_db, at_rest),
        seats=seats,
        keys=ReceiptKeys(vault),
        clock=clock,
        ids=TimedIds(clock),
        known_now_s=runs.known_now_s,
    )
    return ValidationService(parts), seats
