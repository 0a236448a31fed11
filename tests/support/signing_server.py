"""An MCP server that lets in only who is signed in, and the place where people sign in for it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

_TOOL = {"name": "echo", "description": "Says it again.", "inputSchema": {"type": "object"}}


class SigningServer:
    """`lasts_s`: of each access token. Refresh tokens count once."""

    def __init__(self) -> None:
        self.url = ""
        self.origin = ""
        self.lasts_s = 3600
        self.refuses = ""
        """What the browser is sent back with in the place of a code."""
        self.issuer_said = ""
        self.metadata: dict[str, Any] = {}
        """In the place of what it tells of itself."""
        self.resource: dict[str, Any] = {}
        self.is_registering = True
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.codes: dict[str, str] = {}
        self.registered: list[dict[str, Any]] = []
        self.revoked: list[str] = []
        self.grants: list[str] = []
        self.shown: list[str] = []
        """Bearer tokens, as they came."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/mcp", self.mcp),
            web.get("/.well-known/oauth-protected-resource/mcp", self.of_resource),
            web.get("/.well-known/oauth-authorization-server", self.of_issuer),
            web.post("/register", self.register),
            web.get("/authorize", self.authorize),
            web.post("/token", self.token),
            web.post("/revoke", self.revoke),
        ]

    async def mcp(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.shown.append(token)
        if token not in self.access:
            place = f"{self.origin}/.well-known/oauth-protected-resource/mcp"
            told = f'Bearer resource_metadata="{place}", scope="read"'
            return web.Response(status=401, headers={"WWW-Authenticate": told})
        if request.method != "POST":
            return web.Response(status=405)
        asked = await request.json()
        if "id" not in asked:
            return web.Response(status=202)
        said: dict[str, Any] = {"tools": [_TOOL]}
        if asked["method"] == "initialize":
            said = {
                "protocolVersion": asked["params"]["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "signing", "version": "1"},
            }
        elif asked["method"] == "tools/call":
            said = {"content": [{"type": "text", "text": "done"}]}
        return web.json_response({"jsonrpc": "2.0", "id": asked["id"], "result": said})

    async def of_resource(self, request: web.Request) -> web.Response:
        told = {"resource": self.url, "authorization_servers": [self.origin]}
        return web.json_response({**told, **self.resource})

    async def of_issuer(self, request: web.Request) -> web.Response:
        told = {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "revocation_endpoint": f"{self.origin}/revoke",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "token_endpoint_auth_methods_supported": ["none"],
        }
        if self.is_registering:
            told["registration_endpoint"] = f"{self.origin}/register"
        return web.json_response({**told, **self.metadata})

    async def register(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.registered.append(asked)
        told = {**asked, "client_id": f"client-{len(self.registered)}"}
        return web.json_response(told, status=201)

    async def authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        assert asked["resource"] == self.url
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked["code_challenge"]
        told = {"state": asked["state"], "iss": self.issuer_said or self.origin}
        told |= {"error": self.refuses} if self.refuses else {"code": code}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(told)}")

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        grant = str(form["grant_type"])
        self.grants.append(grant)
        if grant == "refresh_token":
            old = str(form["refresh_token"])
            is_good = old in self.refresh
            self.refresh.discard(old)
        else:
            digest = sha256(str(form["code_verifier"]).encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            is_good = self.codes.pop(str(form["code"]), "") == challenge
        if not is_good:
            return web.json_response({"error": "invalid_grant"}, status=400)
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.access.add(access)
        self.refresh.add(refresh)
        return web.json_response(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": self.lasts_s,
                "refresh_token": refresh,
            }
        )

    async def revoke(self, request: web.Request) -> web.Response:
        self.revoked.append(str((await request.post())["token"]))
        return web.Response()

    def table(self, more: str = "") -> str:
        return f'[mcp_servers.desk]\nurl = "{self.url}"\noffer = true\nask = "nothing"\n{more}\n'


@asynccontextmanager
async def signing_server() -> AsyncIterator[SigningServer]:
    server = SigningServer()
    app = web.Application()
    app.add_routes(server.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.origin = f"http://{host}:{port}"
        server.url = f"{server.origin}/mcp"
        yield server
    finally:
        await runner.cleanup()
