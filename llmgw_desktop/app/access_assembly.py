"""Who may come in, and what they have spent, joined: a part of the composition root."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from llmgw_desktop.app.consent_assembly import Consents, make_consents
from llmgw_desktop.app.exposure import check_exposure
from llmgw_desktop.app.oauth_assembly import Oauth
from llmgw_desktop.domain.access_settings import BEARER_VARIABLE
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.access.authenticator import Authenticator
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.store.access_key import load_or_make_access_key
from llmgw_desktop.store.client_store import ClientStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.spent_store import SpentStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """All with which somebody comes in."""

    clients: ClientStore
    authenticator: Authenticator
    spent: SpentStore
    oauth: Oauth
    consents: Consents

    def has_mcp_clients(self) -> bool:
        """Keys that may come in at the MCP door."""
        try:
            clients = self.clients.active()
        except StoreError as error:
            _log.warning("it is not known whether clients speak MCP: %s", error)
            return False
        return any(Scope.MCP in client.scopes for client in clients)

    def tell_changes(self, changed: Callable[[], None]) -> None:
        """`changed` is told, from any thread, that there are other keys."""
        self.clients.changed = changed

    def close(self) -> None:
        """Waits for the disk."""
        self.spent.close()
        self.clients.close()
        self.oauth.close()


def make_access(
    places: Places,
    clock: Clock,
    bus: Bus,
    settings: Settings,
    env: Mapping[str, str],
    oauth: Oauth,
) -> Access:
    """Raises ConfigError where the door may not stand open so; StoreError where the person's own
    key can neither be read nor made."""
    clients = ClientStore(places.gateway_db, clock)
    file = str(places.config_file)
    check_exposure(settings, file=file, env=env, has_clients=lambda: _has_some(clients, oauth))
    access_key = load_or_make_access_key(places.access_key_file)
    if settings.access.bearer == access_key:
        raise ConfigError(
            "this is the access key of this computer's person, who may do everything;"
            " make another: openssl rand -base64 36",
            file="environment",
            key=BEARER_VARIABLE,
        )
    authenticator = Authenticator(
        access_key=access_key,
        clients=clients,
        clock=clock,
        access=settings.access,
        tokens=oauth.tokens,
    )
    return Access(
        clients=clients,
        authenticator=authenticator,
        spent=SpentStore(places.gateway_db),
        oauth=oauth,
        consents=make_consents(places, clock, bus, oauth),
    )


def _has_some(clients: ClientStore, oauth: Oauth) -> bool:
    """Programs that could come in; those that cannot be read could not."""
    try:
        if clients.active():
            return True
        return any(client.revoked_at_s is None for client in oauth.clients.all())
    except StoreError:
        return False
