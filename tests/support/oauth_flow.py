"""The official MCP client lets itself in: a test plays its browser, and the person who answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)

from llmgw_desktop.domain.access.consent import ConsentAnswer, ConsentWay
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.access.oauth.server import OauthServer

REDIRECT = "http://127.0.0.1:7788/callback"

Browse = Callable[[str], Awaitable[str]]
"""Opens the address that the client gave, and tells the one that the browser was sent to."""


@dataclass
class Kept(TokenStorage):
    """What a program keeps between its starts."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None
    opened: list[str] = field(default_factory=list)
    """Addresses that the browser was told to open."""
    auth: OAuthClientProvider | None = None
    """Of the last start."""

    @classmethod
    def known(cls, client_id: str) -> Kept:
        """A program whose settings name the id that a person made for it."""
        told = {
            "client_id": client_id,
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "none",
        }
        return cls(client=OAuthClientInformationFull.model_validate(told))

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


def provider(url: str, kept: Kept, browse: Browse, **more: object) -> OAuthClientProvider:
    sent_to: list[str] = []

    async def open_browser(address: str) -> None:
        kept.opened.append(address)
        sent_to.append(await browse(address))

    async def answer() -> AuthorizationCodeResult:
        told = {name: each[0] for name, each in parse_qs(urlsplit(sent_to[-1]).query).items()}
        assert "code" in told, told
        return AuthorizationCodeResult(
            code=told["code"], state=told.get("state"), iss=told.get("iss")
        )

    metadata = OAuthClientMetadata.model_validate(
        {
            "client_name": "Tests’ agent",
            "redirect_uris": [REDIRECT],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            **more,
        }
    )
    return OAuthClientProvider(
        server_url=url,
        client_metadata=metadata,
        storage=kept,
        redirect_handler=open_browser,
        callback_handler=answer,
    )


@asynccontextmanager
async def oauth_client(
    url: str, kept: Kept, browse: Browse, **more: object
) -> AsyncIterator[Client]:
    auth = kept.auth = provider(url, kept, browse, **more)
    http = httpx2.AsyncClient(auth=auth, timeout=60)
    async with http, Client(streamable_http_client(url, http_client=http)) as client:
        yield client


class PersonInHouse:
    """Says yes to some of what is asked, or to all of it, in the gateway's own process."""

    def __init__(self, server: OauthServer, *scopes: Scope) -> None:
        self.server = server
        self.scopes = scopes

    async def browse(self, address: str) -> str:
        assert address.startswith(f"{self.server.issuer}/oauth/authorize?")
        request = await self.server.understood(address.partition("?")[2])
        given = self.scopes or request.scopes
        answer = ConsentAnswer(
            allowed=True, way=ConsentWay.DIALOG, at_s=0.0, scopes=tuple(given), person="ann"
        )
        return await self.server.allowed(request, answer)
