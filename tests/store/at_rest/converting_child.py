"""Brings a home's texts under one key after another until it is killed.

`python -m tests.store.at_rest.converting_child FOLDER`; it tells when it has begun.
"""

import sys
import threading
from pathlib import Path

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.gateway_conversion import GatewayConversion
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from tests.store.vault.places import PlainKeyring


def home(folder: Path) -> tuple[Vault, AtRest]:
    """Its master key lies in a file."""
    keys = MasterKeys({}, folder, PlainKeyring(works=False))
    vault = Vault(folder / "gateway.db", keys, SystemClock())
    return vault, AtRest(vault.data_keys)


def _convert_on_and_on(folder: Path) -> None:
    vault, at_rest = home(folder)
    store = FlightStore(
        folder / "flights.db",
        clock=SystemClock(),
        seal=Seal(bytes),
        on_status=lambda status: None,
        settings=RecorderSettings(retention_days=36500),
        at_rest=at_rest,
    )
    store.start()
    print("begun", flush=True)
    pause = threading.Event()
    while True:
        for _ in GatewayConversion(folder / "gateway.db", at_rest).steps():
            pause.wait(0.001)
        store.flush(5.0)
        vault.rotate(by="test")
        at_rest.key()


if __name__ == "__main__":
    _convert_on_and_on(Path(sys.argv[1]))
