"""Whether the gateway may stand open as its settings say: every doubt stops the start.

What a request says of itself, its Host header least of all, plays no part in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from llmgw_desktop.domain.access_settings import BEARER_VARIABLE, OPEN_TO_ALL_VARIABLE
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.oauth_settings import OauthSettings, RegistrationPolicy
from llmgw_desktop.domain.reach import is_bound_elsewhere, ways_in
from llmgw_desktop.domain.settings import Settings
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
