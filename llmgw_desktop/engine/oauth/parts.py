"""What the authorization server stands on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.ids import IdSource
from llmgw_desktop.domain.oauth_settings import OauthSettings
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.hashing import Hashing
from llmgw_desktop.engine.oauth.addresses import Addresses
from llmgw_desktop.engine.oauth.document_fetcher import DocumentFetcher
from llmgw_desktop.engine.oauth.tokens import Tokens
from llmgw_desktop.store.grant_store import GrantStore
from llmgw_desktop.store.oauth_client_store import OauthClientStore


async def _nobody(_: str, __: int | None) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthParts:
    """Joined by the composition root."""

    grants: GrantStore
    clients: OauthClientStore
    tokens: Tokens
    addresses: Addresses
    settings: Callable[[], OauthSettings]
    clock: Clock
    ids: IdSource
    bus: Bus
    hashing: Hashing
    fetcher: DocumentFetcher
    program_at: Callable[[str, int | None], Awaitable[str]] = _nobody
    """Which program holds the other end of a connection, by its address and port there; empty
    where that is not known."""
