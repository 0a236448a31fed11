"""Joins what sets programs up, for the command and for the window."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager

from llmgw_desktop.app.connect.address import Address
from llmgw_desktop.app.connect.connector import Connector
from llmgw_desktop.app.connect.program_keys import ProgramKeys
from llmgw_desktop.app.keys import ClientKeys
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.ids import TimedIds
from llmgw_desktop.store.audit_store import AuditStore
from llmgw_desktop.store.client_files.connections import Connections
from llmgw_desktop.store.client_store import ClientStore
from llmgw_desktop.store.paths import Places


def make_connector(
    places: Places,
    clients: ClientStore,
    address: Callable[[], Address],
    env: Mapping[str, str],
    clock: Clock,
) -> Connector:
    """`address` is where programs find the gateway."""
    keys = ProgramKeys(ClientKeys(clients, clock, TimedIds(clock)))

    @contextmanager
    def noting(act: Act) -> Iterator[None]:
        # opened for each act: they are rare, and nobody would close it
        with closing(AuditStore(places.gateway_db, clock)) as store, store.noting(act):
            yield

    connections = Connections(places.connections_folder, noting)
    return Connector(connections, keys, address, clock, env)
