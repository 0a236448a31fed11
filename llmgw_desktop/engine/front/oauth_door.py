"""`/oauth/token` and what stands beside it, and the documents that tell clients where it is.

What a person sees (`/oauth/authorize`) stands in `consent_door.py`. Answers here are those of the
RFCs, errors too; nothing of them is ever kept by a cache.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import orjson

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError
from llmgw_desktop.domain.access.consent import OauthClient, TokenPair
from llmgw_desktop.domain.errors import (
    ClientGone,
    LlmgwError,
    RequestError,
    RequestTooLarge,
    StoreError,
    UnknownPath,
)
from llmgw_desktop.engine.access.oauth.addresses import (
    INTROSPECT,
    REGISTER,
    REVOKE,
    TOKEN,
    in_order,
)
from llmgw_desktop.engine.access.oauth.server import OauthServer
from llmgw_desktop.engine.exchange.caller import JSON, HeaderLines
from llmgw_desktop.engine.front.doors import Answer, DoorTable
from llmgw_desktop.engine.front.guard import FORM, OAUTH_BODY_BYTES, DoorOpening
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.wire.errors import oauth_error
from llmgw_desktop.wire.json_edits import read_object

_MOST_FIELDS = 50
_NEVER_KEPT: HeaderLines = (*JSON, ("cache-control", "no-store"), ("pragma", "no-cache"))
_KEPT_SHORTLY: HeaderLines = (*JSON, ("cache-control", "max-age=60"))
_FORMS = DoorOpening(takes_forms=True, max_body_bytes=OAUTH_BODY_BYTES)
_REGISTRATION = DoorOpening(max_body_bytes=OAUTH_BODY_BYTES)


class OauthDoor:
    """`before` runs ahead of every answer, so that it is made by the settings of now."""

    def __init__(self, server: OauthServer, *, before: Callable[[], None] = lambda: None) -> None:
        self._server = server
        self._before = before

    def add_to(self, table: DoorTable) -> None:
        forms = {TOKEN: self.token, REVOKE: self.revoke, INTROSPECT: self.introspect}
        self._add(table, "POST", forms, _FORMS)
        self._add(table, "POST", {REGISTER: self.register})
        addresses = self._server.addresses
        for path, resource in addresses.resource_paths().items():
            self._add(table, "GET", {path: partial(self.about_resource, resource)})
        self._add(table, "GET", dict.fromkeys(addresses.server_paths(), self.about_server))

    def _add(
        self,
        table: DoorTable,
        method: str,
        works: Mapping[str, Answer],
        opening: DoorOpening = _REGISTRATION,
    ) -> None:
        answers = {f"{method} {path}": partial(self.answer, work) for path, work in works.items()}
        table.add_own(None, answers, opening=opening, refusal=oauth_error)

    async def token(self, caller: HttpCaller) -> None:
        form = await _form(caller)
        pair = await self._server.exchanged(form, _authorization(caller), _address(caller))
        await _reply(caller, 200, _shown_pair(pair))

    async def revoke(self, caller: HttpCaller) -> None:
        form = await _form(caller)
        _needed(form, "token")
        await self._server.given_back(form, _authorization(caller), _address(caller))
        await caller.reply(200, _NEVER_KEPT, b"{}")

    async def introspect(self, caller: HttpCaller) -> None:
        form = await _form(caller)
        _needed(form, "token")
        told = await self._server.described(form, _authorization(caller), _address(caller))
        await _reply(caller, 200, told)

    async def register(self, caller: HttpCaller) -> None:
        if caller.whole_query:
            raise _odd("The address has no parameters here: a secret stands in the body alone.")
        address, port = caller.peer or ("", None)
        try:
            said = read_object(await caller.read_body())
        except RequestError:
            await self._server.odd_registration(address)
            raise
        client, secret = await self._server.registered(said, address, port)
        await _reply(caller, 201, _shown_client(client, secret, said))

    async def about_resource(self, resource: Callable[[], str], caller: HttpCaller) -> None:
        document = self._server.addresses.about_resource(resource())
        await caller.reply(200, _KEPT_SHORTLY, orjson.dumps(document))

    async def about_server(self, caller: HttpCaller) -> None:
        await caller.reply(200, _KEPT_SHORTLY, orjson.dumps(self._server.about_server()))

    async def answer(self, work: Answer, caller: HttpCaller) -> None:
        """Raises UnknownPath where nobody is let in by OAuth."""
        self._before()
        if not self._server.is_on:
            raise UnknownPath("Programs are not let in by OAuth here: http.oauth.enabled is false.")
        try:
            await work(caller)
        except ClientGone:
            raise
        except OauthError as error:
            await _refuse(caller, error, error.status)
        except StoreError as error:
            await _refuse(caller, OauthError(OauthCode.SERVER_ERROR, str(error)), 503)
        except LlmgwError as error:  # a body that cannot be read
            status = 413 if isinstance(error, RequestTooLarge) else 400
            await _refuse(caller, _odd(str(error)), status)


async def _form(caller: HttpCaller) -> Mapping[str, str]:
    """Raises OauthError and what reading a body does."""
    media = caller.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != FORM:
        raise _odd(f"The body must come as {FORM}.")
    if caller.whole_query:
        raise _odd("The address has no parameters here: all of them stand in the body.")
    body = await caller.read_body()
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise _odd("The body is no form that can be read.") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise _odd("A parameter stands there twice.")
    return form


def _authorization(caller: HttpCaller) -> str:
    lines = caller.header_lines("authorization")
    if len(lines) > 1:
        raise _odd("There are two Authorization headers.")
    return lines[0] if lines else ""


def _address(caller: HttpCaller) -> str:
    return caller.peer[0] if caller.peer is not None else ""


def _needed(form: Mapping[str, str], name: str) -> None:
    if not form.get(name):
        raise _odd(f"{name} is missing.")


def _odd(words: str) -> OauthError:
    return OauthError(OauthCode.INVALID_REQUEST, words)


def _shown_pair(pair: TokenPair) -> dict[str, Any]:
    return {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in_s,
        "refresh_token": pair.refresh_token,
        "scope": " ".join(in_order(pair.scopes)),
    }


def _shown_client(client: OauthClient, secret: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """RFC 7591, 3.2.1: what it was registered as."""
    shown: dict[str, Any] = {
        "client_id": client.id,
        "client_id_issued_at": int(client.made_at_s),
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": str(client.proof),
        "scope": said.get("scope") or " ".join(in_order(client.scopes)),
    }
    if secret:
        shown |= {"client_secret": secret, "client_secret_expires_at": 0}
    return shown


async def _refuse(caller: HttpCaller, error: OauthError, status: int) -> None:
    headers = [*_NEVER_KEPT]
    if status == 401:
        headers.append(("www-authenticate", 'Basic realm="oauth"'))
    if error.retry_after_s:
        headers.append(("retry-after", str(error.retry_after_s)))
    told = {"error": str(error.code), "error_description": error.description}
    await caller.reply(status, headers, orjson.dumps(told))


async def _reply(caller: HttpCaller, status: int, answer: Mapping[str, Any]) -> None:
    await caller.reply(status, _NEVER_KEPT, orjson.dumps(answer))
