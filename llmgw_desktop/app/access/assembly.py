"""Whether the gateway may stand open as its settings say: every doubt stops the start.

What a request says of itself, its Host header least of all, plays no part in it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from llmgw_desktop.app.access.oauth_assembly import Consents, Oauth
from llmgw_desktop.domain.access.consent import Grant, owner_of
from llmgw_desktop.domain.access.principal import PrincipalKind, Scope, kind_of
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.domain.events import ClientsChanged, Event, GrantsChanged, KeysGone
from llmgw_desktop.domain.settings.door import (
    BEARER_VARIABLE,
    OPEN_TO_ALL_VARIABLE,
    OauthSettings,
    RegistrationPolicy,
    is_bound_elsewhere,
    ways_in,
)
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.authenticator import Authenticator, OwnKeys
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.pipeline.in_flight import InFlightRequests
from llmgw_desktop.store.access.clients import ClientStore, load_or_make_access_key
from llmgw_desktop.store.access.grants import GrantStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.policy import SpentStore
from llmgw_desktop.store.tls_files import server_context

_HOST_VARIABLE = "LLM_GATEWAY_HTTP_HOST"
_FOR_OTHERS = (RegistrationPolicy.SHARED_SECRET, RegistrationPolicy.OPEN_DEV)


def check_exposure(
    settings: Settings, *, file: str, env: Mapping[str, str], has_clients: Callable[[], bool]
) -> None:
    """`has_clients`: whether some program has a key of its own, or may ask by OAuth. Raises
    ConfigError."""
    server_context(settings.http)
    if is_bound_elsewhere(settings.http):
        _check_encryption(settings, file, env)
        _check_that_somebody_may(settings, file, env, has_clients=has_clients)
    ways = ways_in(settings.http, settings.access)
    if ways and not settings.access.is_open_to_all and (open_by := _open_by(settings.oauth)):
        raise ConfigError(
            f"programs that nobody here knows could ask to be let in from elsewhere"
            f" ({' and '.join(ways)}, and {open_by}); change one of them, or, if that is meant,"
            f" set {OPEN_TO_ALL_VARIABLE}=1",
            file=file,
            key="http.oauth",
        )


def oauth_in_force(
    opened: Settings, now: Callable[[], OauthSettings]
) -> Callable[[], OauthSettings]:
    """The door stays where it was `opened` until the next start, and `now` is read again and again:
    where others can reach the door, nothing that was read since lets in strangers."""
    if not ways_in(opened.http, opened.access) or opened.access.is_open_to_all:
        return now

    def closed() -> OauthSettings:
        oauth = now()
        if oauth.takes_strangers:
            oauth = replace(oauth, registration_policy=RegistrationPolicy.STATIC_CLIENTS)
        return replace(oauth, allow_public_clients=False) if oauth.allow_public_clients else oauth

    return closed


def _check_encryption(settings: Settings, file: str, env: Mapping[str, str]) -> None:
    http = settings.http
    if http.has_tls or http.tls_at_proxy:
        return
    raise _of_host(
        f"{http.host} can be reached from other computers, and keys would cross the network for"
        " everybody to read; set http.tls_certificate and http.tls_key, or, where a proxy in front"
        " speaks TLS and nothing else reaches this port, http.tls_at_proxy = true; or listen on"
        " 127.0.0.1",
        file,
        env,
    )


def _check_that_somebody_may(
    settings: Settings, file: str, env: Mapping[str, str], *, has_clients: Callable[[], bool]
) -> None:
    """This computer's access key opens on this computer alone, as its programs alone register
    where no more is set."""
    oauth = settings.oauth
    takes_others = oauth.registration_policy in _FOR_OTHERS
    if settings.access.bearer or has_clients():
        return
    if oauth.enabled and (takes_others or oauth.takes_documents):
        return
    raise _of_host(
        f"{settings.http.host} can be reached from other computers, and none of them could come in:"
        f" make a key (llmgw key add NAME) or an OAuth client (llmgw oauth client add NAME), or set"
        f" {BEARER_VARIABLE}; or listen on 127.0.0.1",
        file,
        env,
    )


def _open_by(oauth: OauthSettings) -> str:
    """What lets unknown programs ask; empty where nothing does."""
    if not oauth.enabled:
        return ""
    if oauth.takes_strangers:
        return f'http.oauth.registration_policy is "{oauth.registration_policy}"'
    if oauth.allow_public_clients:
        return "http.oauth.allow_public_clients is true"
    return ""


def _of_host(message: str, file: str, env: Mapping[str, str]) -> ConfigError:
    if env.get(_HOST_VARIABLE, "").strip():
        return ConfigError(message, file="environment", key=_HOST_VARIABLE)
    return ConfigError(message, file=file, key="http.host")


_log = logging.getLogger(__name__)


@value
class AccessControl:
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

    def close(self) -> None:
        """Waits for the disk."""
        self.spent.close()
        self.clients.close()
        self.oauth.close()


def own_keys(
    places: Places,
    env: Mapping[str, str],
    settings: Settings,
    *,
    clients: ClientStore,
    oauth: Oauth,
) -> OwnKeys:
    """Raises ConfigError where the door may not stand open so; StoreError where the person's own
    key can neither be read nor made."""
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
    return OwnKeys(access_key, settings.access)


def _has_some(clients: ClientStore, oauth: Oauth) -> bool:
    """Programs that could come in; those that cannot be read could not."""
    try:
        if clients.active():
            return True
        return any(client.revoked_at_s is None for client in oauth.clients.all())
    except StoreError:
        return False


class Revocations:
    """On the loop. What another process revoked is known with the next request, or told by the
    command that did it."""

    def __init__(
        self, authenticator: Authenticator, grants: GrantStore, runs: InFlightRequests
    ) -> None:
        self._authenticator = authenticator
        self._grants = grants
        self._runs = runs

    def listen(self, bus: Bus) -> None:
        bus.subscribe(self._on_gone, KeysGone)
        bus.subscribe(self._on_change, ClientsChanged)
        bus.subscribe(self._on_change, GrantsChanged)

    def look(self) -> None:
        self._authenticator.look_again()
        programs = [each for each in self._runs.clients if kind_of(each) is PrincipalKind.OAUTH]
        if programs:
            self._look_at(programs)

    def _look_at(self, programs: list[str]) -> None:
        """Only of those that run now."""
        try:
            grants = self._grants.grants()
        except StoreError as error:
            _log.warning("who was let in is not known: %s", error)
            return
        self._runs.cut([each for each in programs if not _is_let_in(each, grants)])

    def _on_gone(self, event: Event) -> None:
        if isinstance(event, KeysGone):
            self._runs.cut(event.client_ids)

    def _on_change(self, event: Event) -> None:
        del event
        self.look()


def _is_let_in(owner: str, grants: list[Grant]) -> bool:
    """One that is past its end was not taken back."""
    return any(grant.revoked_at_s is None for grant in grants if owner_of(grant.client_id) == owner)
