"""MCP's authorization flow from a client's side, a step a function: who signs people in for a
server, how we are known there, where a browser is sent, and what a code or a token is exchanged
for (RFC 9728, 8414, 7591, 7636, 8707, 9207, 6749).
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import orjson

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.mcp_presentation import TITLE
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.behind.peer import ServerFailed
from llmgw_desktop.engine.mcp.behind.web import LONGEST_ADDRESS, Challenge, Web, WebAnswer

_OFFLINE = "offline_access"
BASIC, POST, NONE = "client_secret_basic", "client_secret_post", "none"


class SignInWanted(ServerFailed):
    """The server lets nobody in who is not signed in, or not any more."""

    kind = "tool_server_sign_in"


class GrantRefused(LlmgwError):
    """What was shown in exchange for tokens counts for nothing (any more)."""

    kind = "tool_server_grant"


@value
class SignsIn:
    """Who signs people in for a server, and what for."""

    issuer: str
    resource: str
    authorize: str
    token: str
    register: str = ""
    revoke: str = ""
    scope: str = ""
    methods: tuple[str, ...] = ()
    """How programs may prove who they are when they fetch tokens."""
    says_issuer: bool = False
    """It names itself in each answer by a browser."""
    takes_documents: bool = False
    """A program's id may be the address of a document about it."""


@value
class Known:
    """How we are known there."""

    id: str
    secret: str = field(default="", repr=False)
    method: str = NONE


@value
class ServerSignIn:
    """What the vault keeps of a sign-in."""

    url: str
    """Of the server: for another one of the same name it does not count."""
    resource: str
    issuer: str
    token_url: str
    revoke_url: str
    client: Known
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at_s: float = 0.0
    """0: it was not said."""
    lasts_s: float = 0.0
    scope: str = ""

    def written(self) -> bytes:
        return orjson.dumps(asdict(self))

    @staticmethod
    def read(raw: bytes) -> "ServerSignIn":
        """Raises ValueError."""
        try:
            fields = orjson.loads(raw)
            return ServerSignIn(**{**fields, "client": Known(**fields["client"])})
        except (KeyError, TypeError) as error:
            raise ValueError("no sign-in") from error


async def discovered(
    web: Web, server_url: str, challenge: Challenge, scopes: Sequence[str] = ()
) -> SignsIn:
    """`scopes`: those of the person's settings, in the place of all that is told. Raises
    ServerFailed."""
    resource = await _resource(web, server_url, challenge)
    named = resource.get("authorization_servers")
    has_named = isinstance(named, list) and bool(named)
    parts = urlsplit(server_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    issuer = web.checked(named[0] if has_named and named else origin, "authorization server")
    told = await _metadata(web, issuer, is_guessed=not has_named)
    told_of = resource.get("resource")
    is_told = isinstance(told_of, str) and bool(told_of)
    found = SignsIn(
        issuer=issuer if has_named else str(told.get("issuer") or issuer),
        resource=str(told_of) if is_told else server_url,
        authorize=web.checked(told.get("authorization_endpoint"), "page to sign in at"),
        token=web.checked(told.get("token_endpoint"), "address of tokens"),
        register=str(told.get("registration_endpoint") or ""),
        revoke=str(told.get("revocation_endpoint") or ""),
        methods=_texts(told.get("token_endpoint_auth_methods_supported")),
        says_issuer=told.get("authorization_response_iss_parameter_supported") is True,
        takes_documents=told.get("client_id_metadata_document_supported") is True,
    )
    proofs = told.get("code_challenge_methods_supported")
    if isinstance(proofs, list) and "S256" not in proofs:
        raise ServerFailed(f"{issuer} does not offer PKCE with S256: nobody signs in there safely.")
    supported = _texts(told.get("scopes_supported"))
    asked = list(scopes or challenge.scope.split() or _texts(resource.get("scopes_supported")))
    if asked and not scopes and _OFFLINE in supported and _OFFLINE not in asked:
        asked.append(_OFFLINE)
    return replace(found, scope=" ".join(asked))


async def _resource(web: Web, server_url: str, challenge: Challenge) -> Mapping[str, Any]:
    """What the server tells of its protection; empty where nothing is told."""
    parts = urlsplit(server_url)
    known = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-protected-resource"
    path = parts.path.rstrip("/")
    places = [challenge.metadata_url] if challenge.metadata_url else []
    places += [f"{known}{path}", known] if path else [known]
    for place in dict.fromkeys(places):
        answer = await web.get(place, "metadata")
        if answer.status == 200 and answer.fields:
            _check_resource(web.name, server_url, answer.fields.get("resource"))
            return answer.fields
        if answer.status == 429 or answer.status >= 500:
            raise ServerFailed(f"{place[:200]} answered with status {answer.status}.")
    return {}


def _check_resource(name: str, server_url: str, told: object) -> None:
    """A token for another server is not fetched in the name of this one. Raises ServerFailed."""
    if told is None:
        return
    own, other = urlsplit(server_url), urlsplit(str(told))
    path, other_path = f"{own.path.rstrip('/')}/", f"{other.path.rstrip('/')}/"
    is_same = (own.scheme, own.netloc.lower()) == (other.scheme, other.netloc.lower())
    if not is_same or not path.startswith(other_path):
        shown = plain_text(str(told))[:200]
        raise ServerFailed(f"{name} says that it is {shown}, which is not its address.")


async def _metadata(web: Web, issuer: str, *, is_guessed: bool) -> Mapping[str, Any]:
    """`is_guessed`: no server was named. Then the server's own origin speaks for whom it likes, and
    the paths of the protocol's first revision count."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    oauth, openid = ".well-known/oauth-authorization-server", ".well-known/openid-configuration"
    places = [f"{origin}/{oauth}{path}", f"{origin}/{openid}{path}"]
    places += [f"{origin}{path}/{openid}"] if path else []
    for place in places:
        answer = await web.get(place, "metadata")
        if answer.status == 200 and answer.fields:
            told = str(answer.fields.get("issuer") or "")
            if told != issuer and not is_guessed:
                raise ServerFailed(
                    f"{place[:200]} speaks for {plain_text(told)[:200]}, not itself."
                )
            return answer.fields
        if answer.status >= 500:
            raise ServerFailed(f"{place[:200]} answered with status {answer.status}.")
    if not is_guessed:
        raise ServerFailed(f"{issuer} does not tell how to sign in there.")
    return {
        "authorization_endpoint": urljoin(f"{origin}/", "authorize"),
        "token_endpoint": urljoin(f"{origin}/", "token"),
        "registration_endpoint": urljoin(f"{origin}/", "register"),
    }


async def known_as(
    web: Web, at: SignsIn, redirect: str, *, client_id: str, client_secret: str
) -> Known:
    """By what the person has set up there, else registered now. Raises ServerFailed."""
    if client_id and not (client_id.startswith("https://") and not at.takes_documents):
        method = NONE if not client_secret else _method(at.methods, has_secret=True)
        return Known(id=client_id, secret=client_secret, method=method)
    if not at.register:
        raise ServerFailed(
            f"{at.issuer} lets in only programs that were registered there: register one with the"
            f" redirect address {redirect}, and set oauth_client_id in [mcp_servers.{web.name}]."
        )
    wish = {
        "client_name": TITLE,
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": _method(at.methods, has_secret=False),
        "application_type": "native",
        **({"scope": at.scope} if at.scope else {}),
    }
    answer = await web.post(at.register, "registration", wish, form=False)
    told, given = answer.fields, answer.fields.get("client_id")
    if answer.status not in (200, 201) or not isinstance(given, str) or not given:
        raise ServerFailed(f"{at.issuer} does not register this program: {_said(answer)}")
    secret = str(told.get("client_secret") or "")
    method = str(told.get("token_endpoint_auth_method") or "") or (BASIC if secret else NONE)
    if method not in (BASIC, POST, NONE):
        raise ServerFailed(f"{at.issuer} wants a proof that is not known here: {method[:60]!r}.")
    return Known(id=given, secret=secret, method=method if secret else NONE)


def _method(offered: Sequence[str], *, has_secret: bool) -> str:
    """Without a secret nothing has to be kept, and PKCE proves who began."""
    wanted = (BASIC, POST) if has_secret else (NONE, BASIC, POST)
    return next((each for each in wanted if each in offered), wanted[0])


@value
class Errand:
    """A browser that was sent to sign in."""

    at: SignsIn
    client: Known
    redirect: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def url(self) -> str:
        """Where the browser goes."""
        digest = sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": self.redirect,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "resource": self.at.resource,
        }
        if self.at.scope:
            asked["scope"] = self.at.scope
            if _OFFLINE in self.at.scope.split():
                asked["prompt"] = "consent"
        joint = "&" if "?" in self.at.authorize else "?"
        return f"{self.at.authorize}{joint}{urlencode(asked)}"

    def code_of(self, told: Mapping[str, str]) -> str:
        """What the browser brought back, whose state was compared. Raises ServerFailed."""
        issuer = told.get("iss", "")
        if (issuer or self.at.says_issuer) and issuer != self.at.issuer:
            raise ServerFailed(f"The answer did not come from {self.at.issuer}: it is not used.")
        if "error" in told:
            words = f"{told['error']} {told.get('error_description', '')}"
            raise ServerFailed(f"{self.at.issuer} says: {plain_text(words).strip()[:400]}")
        if not told.get("code"):
            raise ServerFailed(f"{self.at.issuer} answered without a code.")
        return told["code"]


async def redeemed(
    web: Web, server_url: str, errand: Errand, code: str, *, now_s: float
) -> ServerSignIn:
    """Raises ServerFailed, GrantRefused."""
    at, client = errand.at, errand.client
    begun = ServerSignIn(
        url=server_url,
        resource=at.resource,
        issuer=at.issuer,
        token_url=at.token,
        revoke_url=at.revoke,
        client=client,
        scope=at.scope,
    )
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": errand.redirect,
        "code_verifier": errand.verifier,
    }
    return await _exchanged(web, begun, asked, now_s)


async def refreshed(web: Web, kept: ServerSignIn, now_s: float) -> ServerSignIn:
    """Raises ServerFailed, GrantRefused."""
    asked = {"grant_type": "refresh_token", "refresh_token": kept.refresh_token}
    return await _exchanged(web, kept, asked, now_s)


async def revoked(web: Web, kept: ServerSignIn) -> None:
    """Where that is offered. Raises ServerFailed."""
    if kept.revoke_url:
        proof, more = _proof(kept.client)
        token = kept.refresh_token or kept.access_token
        await web.post(kept.revoke_url, "revocation", {"token": token, **more}, proof=proof)


async def _exchanged(
    web: Web, kept: ServerSignIn, asked: Mapping[str, str], now_s: float
) -> ServerSignIn:
    proof, more = _proof(kept.client)
    fields = {**asked, **more, "resource": kept.resource}
    answer = await web.post(kept.token_url, "address of tokens", fields, proof=proof)
    told = answer.fields
    if answer.status in (400, 401) and told.get("error") in ("invalid_grant", "invalid_client"):
        raise GrantRefused(_said(answer))
    token, kind = told.get("access_token"), str(told.get("token_type") or "bearer")
    is_fit = isinstance(token, str) and token.isascii() and token.isprintable() and token
    if answer.status not in (200, 201) or not is_fit or kind.lower() != "bearer":
        raise ServerFailed(f"{kept.issuer} gives no token: {_said(answer)}")
    lasts, again = told.get("expires_in"), told.get("refresh_token")
    lasts_s = _seconds(lasts)
    return replace(
        kept,
        access_token=str(token),
        refresh_token=again if isinstance(again, str) and again else kept.refresh_token,
        expires_at_s=now_s + lasts_s if lasts_s else 0.0,
        lasts_s=lasts_s,
        scope=str(told.get("scope") or kept.scope)[:LONGEST_ADDRESS],
    )


def _proof(client: Known) -> tuple[str, dict[str, str]]:
    """A header, and fields of the form."""
    if client.method == BASIC and client.secret:
        both = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
        return f"Basic {base64.b64encode(both.encode()).decode()}", {}
    own = {"client_id": client.id}
    return "", {**own, "client_secret": client.secret} if client.method == POST else own


def _seconds(told: object) -> float:
    """Some say it as a text."""
    try:
        found = float(told) if isinstance(told, int | float | str) else 0.0
    except ValueError:
        return 0.0
    return found if 0 < found < 10**10 else 0.0


def _said(answer: WebAnswer) -> str:
    told = answer.fields.get("error_description") or answer.fields.get("error") or ""
    words = plain_text(str(told)).strip()[:300]
    return f"{words or 'no reason'} (status {answer.status})."


def _texts(told: object) -> tuple[str, ...]:
    if not isinstance(told, list):
        return ()
    return tuple(each for each in told[:200] if isinstance(each, str) and len(each) <= 500)
