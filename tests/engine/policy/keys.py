"""Keys of a house's clients, made as a person makes them."""

from __future__ import annotations

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.engine.access.authenticator import key_digest
from llmgw_desktop.store.access.clients import ClientStore
from tests.engine.conftest import House


def key_of(house: House, name: str, *scopes: Scope) -> str:
    clock = SystemClock()
    store = ClientStore(house.container.places.gateway_db, clock)
    try:
        return ClientKeys(store, clock, TimedIds(clock)).add(name, scopes or [Scope.MODELS_USE])
    finally:
        store.close()


def id_of(house: House, key: str) -> str:
    digest = key_digest(key)
    clients = house.container.access.clients
    assert clients is not None
    return next(each.id for each in clients.active() if each.key_digest == digest)
