"""Which program is it: found by its id, known by its secret, or made known by itself."""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError, ShownToPerson
from llmgw_desktop.domain.access.consent import GRANTABLE_SCOPES, ClientMade, OauthClient
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.net_address import names_this_computer
from llmgw_desktop.domain.settings.door import RegistrationPolicy
from llmgw_desktop.engine.access.oauth.client_metadata import (
    check_rest,
    checked_proof,
    checked_redirects,
    leads_here,
    name_of,
)
from llmgw_desktop.engine.access.oauth.documents import Documents, is_document_id
from llmgw_desktop.engine.access.oauth.tokens import OauthParts
from llmgw_desktop.engine.loop.hashing import SECRET, HashingBusy, made
from llmgw_desktop.store.access.oauth_clients import REGISTRATION_SECRET

_SECRET_FIELDS = ("shared_secret", "registration_secret")
_LONGEST_ID = 500


class OauthClients:
    """On the loop; files and hashes in threads."""

    def __init__(self, parts: OauthParts, documents: Documents) -> None:
        self._store = parts.clients
        self._documents = documents
        self._hashing = parts.hashing
        self._settings = parts.settings
        self._clock = parts.clock
        self._ids = parts.ids

    async def known(self, client_id: str) -> str:
        """The same id, where there is such a program; else nothing."""
        is_known = self._documents.knows(client_id) or await self._stored(client_id) is not None
        return client_id if is_known else ""

    async def asking(self, client_id: str) -> OauthClient:
        """Who sends a person's browser here. Raises ShownToPerson."""
        client = await self._stored(client_id)
        if client is None and is_document_id(client_id) and self._settings().takes_documents:
            client = await self._documents.client(client_id)
        if client is None:
            raise ShownToPerson(
                OauthCode.INVALID_CLIENT,
                "The program that sent you here is not known to this gateway. If you trust it,"
                " make it known with `llmgw oauth client add`.",
            )
        if client.is_public and not self._settings().allow_public_clients:
            raise ShownToPerson(
                OauthCode.UNAUTHORIZED_CLIENT,
                "The program that sent you here has no secret of its own, and the settings of this"
                " gateway let in none such (http.oauth.allow_public_clients).",
            )
        return client

    async def proven(
        self, form: Mapping[str, str], authorization: str, *, with_secret: bool = False
    ) -> OauthClient:
        """Who asks at the token's door and those beside it. Raises OauthError."""
        client_id, secret = _credentials(form, authorization)
        if not client_id:
            raise OauthError(
                OauthCode.INVALID_CLIENT, "The request does not say which client asks."
            )
        client = await self._stored(client_id)
        if client is None and is_document_id(client_id) and self._settings().takes_documents:
            # what is exchanged says whose it is; what the document says now changes nothing
            client = OauthClient(
                id=client_id, name=client_id, made=ClientMade.DOCUMENT, redirect_uris=()
            )
        if client is None or (client.is_public and not self._settings().allow_public_clients):
            raise _not_proven()
        if client.is_public:
            if secret or with_secret:
                raise _not_proven()
            return client
        try:
            is_it = await self._hashing.matches(secret, client.secret_hash)
        except HashingBusy as busy:
            raise _later(busy) from None
        if not is_it:
            raise _not_proven()
        return client

    def wished(self, said: Mapping[str, Any], address: str = "") -> OauthClient:
        """What a program at that address wants to be known as. Raises OauthError."""
        self._check_place(address)
        redirects, proof = self._redirects(said), checked_proof(said)
        check_rest(said)
        client = OauthClient(
            id=self._ids.new("oac"),
            name=name_of(said),
            made=ClientMade.REGISTERED,
            redirect_uris=redirects,
            scopes=GRANTABLE_SCOPES,
            proof=proof,
            made_at_s=self._clock.now_s(),
        )
        if client.is_public and not self._settings().allow_public_clients:
            raise OauthError(
                OauthCode.INVALID_CLIENT_METADATA,
                "This gateway lets in no public clients: register with client_secret_basic.",
            )
        return client

    async def register(
        self, client: OauthClient, said: Mapping[str, Any]
    ) -> tuple[OauthClient, str]:
        """It is known from now on: with its secret, empty for a public one. Raises OauthError."""
        await self._check_secret(said)
        secret = "" if client.is_public else made(SECRET)
        try:
            kept = await self._hashing.hashed(secret) if secret else ""
            await asyncio.to_thread(self._store.add, _with_secret(client, kept))
        except HashingBusy as busy:
            raise _later(busy) from None
        except StoreError as error:
            raise OauthError(OauthCode.TEMPORARILY_UNAVAILABLE, str(error)) from error
        return client, secret

    def _redirects(self, said: Mapping[str, Any]) -> tuple[str, ...]:
        """Of programs of this computer those that lead to it: some name a web page besides, for
        when they run elsewhere. Raises OauthError."""
        redirects = checked_redirects(said)
        if self._settings().registration_policy is not RegistrationPolicy.THIS_COMPUTER:
            return redirects
        if not (here := tuple(filter(leads_here, redirects))):
            raise OauthError(
                OauthCode.INVALID_REDIRECT_URI,
                "A program that registers here is sent back to this computer: one of redirect_uris"
                " must be http to 127.0.0.1, [::1] or localhost.",
            )
        return here

    def _check_place(self, address: str) -> None:
        policy = self._settings().registration_policy
        if policy is RegistrationPolicy.THIS_COMPUTER and not names_this_computer(address):
            raise OauthError(
                OauthCode.ACCESS_DENIED, "Only programs of the gateway's own computer register."
            )
        if policy is RegistrationPolicy.STATIC_CLIENTS:
            raise OauthError(
                OauthCode.ACCESS_DENIED,
                "Programs cannot register here; the person at the computer makes them known with"
                " `llmgw oauth client add`.",
            )

    async def _check_secret(self, said: Mapping[str, Any]) -> None:
        if self._settings().registration_policy is not RegistrationPolicy.SHARED_SECRET:
            return
        shown = next((said[name] for name in _SECRET_FIELDS if name in said), "")
        try:
            kept = await asyncio.to_thread(self._store.secret, REGISTRATION_SECRET)
            is_it = isinstance(shown, str) and await self._hashing.matches(shown, kept)
        except HashingBusy as busy:
            raise _later(busy) from None
        if not is_it:
            raise OauthError(
                OauthCode.ACCESS_DENIED,
                "Registering here takes the member shared_secret with the secret that was set by"
                " `llmgw oauth shared-secret set`.",
            )

    async def _stored(self, client_id: str) -> OauthClient | None:
        if not client_id or len(client_id) > _LONGEST_ID:
            return None
        return await asyncio.to_thread(self._store.find, client_id)


def named_client(form: Mapping[str, str], authorization: str) -> str:
    """The id that is named there, before anything of it is believed."""
    try:
        return _credentials(form, authorization)[0]
    except OauthError:
        return ""


def _credentials(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    """Id and secret, in the head or in the body and never in both (RFC 6749, 2.3.1)."""
    in_body = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, encoded = authorization.partition(" ")
    if not authorization:
        return in_body
    if scheme.lower() != "basic":
        raise _not_proven()
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _not_proven() from None
    client_id, colon, secret = pair.partition(":")
    if not colon:
        raise _not_proven()
    client_id = unquote_plus(client_id)
    if in_body[1] or in_body[0] not in ("", client_id):
        raise OauthError(
            OauthCode.INVALID_REQUEST, "The client names itself in the head and in the body."
        )
    return client_id, unquote_plus(secret)


def _with_secret(client: OauthClient, kept: str) -> OauthClient:
    return replace(client, secret_hash=kept)


def _not_proven() -> OauthError:
    """One text: whether a client is known is told to nobody."""
    return OauthError(OauthCode.INVALID_CLIENT, "The client is not known, or its secret is wrong.")


def _later(busy: HashingBusy) -> OauthError:
    return OauthError(OauthCode.TEMPORARILY_UNAVAILABLE, str(busy), retry_after_s=2)
