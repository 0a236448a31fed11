"""What a browser brings to `/oauth/authorize`, understood or refused.

First who asks and where the answer would go. Until both are known to belong together nothing is
sent anywhere: a person reads on a page what is wrong.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from llmgw_desktop.domain.access.access_errors import OauthCode, SentBack, ShownToPerson
from llmgw_desktop.domain.access.consent import USUAL_SCOPES, AuthorizeRequest, OauthClient
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.access.oauth.addresses import OauthAddresses
from llmgw_desktop.engine.access.oauth.client_metadata import is_fit, is_registered, with_answer
from llmgw_desktop.engine.access.oauth.clients import OauthClients
from llmgw_desktop.engine.loop.hashing import is_challenge

_MOST_PARAMETERS = 50
_LONGEST_STATE = 4096
_SCOPES = frozenset(str(scope) for scope in Scope)


class Understanding:
    """Raises ShownToPerson, and SentBack once it is known where to."""

    def __init__(self, clients: OauthClients, addresses: OauthAddresses) -> None:
        self._clients = clients
        self._addresses = addresses

    async def of(self, query: str) -> AuthorizeRequest:
        pairs = _pairs(query)
        asked = dict(pairs)
        _refuse_twice(pairs, "client_id", "redirect_uri")
        if not asked.get("client_id"):
            raise ShownToPerson(
                OauthCode.INVALID_REQUEST, "The address does not say which program sent you here."
            )
        client = await self._clients.asking(asked["client_id"])
        redirect = _redirect(client, asked)
        state = asked.get("state", "")
        refusal = _Refusal(redirect, state if len(state) <= _LONGEST_STATE else "", self._addresses)
        try:
            return self._checked(client, redirect, pairs)
        except _Wrong as wrong:
            raise refusal.of(wrong.code, wrong.words) from None

    def _checked(
        self, client: OauthClient, redirect: str, pairs: list[tuple[str, str]]
    ) -> AuthorizeRequest:
        """Raises _Wrong."""
        asked = dict(pairs)
        _check_once(pairs)
        _check_kind(asked)
        _check_challenge(asked)
        resource = self._addresses.resource(asked.get("resource") or self._addresses.mcp)
        if resource is None:
            mine = f"{self._addresses.mcp} or {self._addresses.issuer}"
            raise _Wrong(OauthCode.INVALID_TARGET, f"resource must be {mine}.")
        return AuthorizeRequest(
            client=client,
            redirect_uri=redirect,
            scopes=_scopes(client, asked.get("scope", "")),
            state=asked.get("state", ""),
            challenge=asked["code_challenge"],
            resource=resource,
            names_redirect=bool(asked.get("redirect_uri")),
        )


class _Wrong(Exception):
    def __init__(self, code: OauthCode, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class _Refusal:
    def __init__(self, redirect: str, state: str, addresses: OauthAddresses) -> None:
        self._redirect = redirect
        self._state = state
        self._addresses = addresses

    def of(self, code: OauthCode, words: str) -> SentBack:
        url = refused_url(
            self._redirect, self._state, self._addresses.issuer, code=code, words=words
        )
        return SentBack(code, words, url=url)


def refused_url(redirect: str, state: str, issuer: str, *, code: OauthCode, words: str) -> str:
    """Where a browser is sent with a refusal: RFC 6749 with the issuer of RFC 9207."""
    said = SentBack(code, words, url="").description
    answer = [("error", str(code)), ("error_description", said)]
    return with_answer(redirect, urlencode([*answer, *_state(state), ("iss", issuer)]))


def allowed_url(redirect: str, state: str, issuer: str, code: str) -> str:
    return with_answer(redirect, urlencode([("code", code), *_state(state), ("iss", issuer)]))


def client_in(query: str) -> str:
    """The id that is named there, before anything of it is believed."""
    try:
        return dict(_pairs(query)).get("client_id", "")
    except ShownToPerson:
        return ""


def _state(state: str) -> list[tuple[str, str]]:
    return [("state", state)] if state else []


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict"
        )
    except ValueError:
        raise ShownToPerson(
            OauthCode.INVALID_REQUEST, "The address that brought you here cannot be read."
        ) from None


def _refuse_twice(pairs: list[tuple[str, str]], *names: str) -> None:
    for name in names:
        if sum(known == name for known, _ in pairs) > 1:
            raise ShownToPerson(
                OauthCode.INVALID_REQUEST, f"The address that brought you here names {name} twice."
            )


def _redirect(client: OauthClient, asked: Mapping[str, str]) -> str:
    """Raises ShownToPerson: an address that is not the program's own is nobody's business."""
    named = asked.get("redirect_uri", "")
    if not named and len(client.redirect_uris) == 1 and is_fit(client.redirect_uris[0]):
        return client.redirect_uris[0]
    if not is_registered(named, client.redirect_uris):
        raise ShownToPerson(
            OauthCode.INVALID_REQUEST,
            "The program that sent you here wants the answer at an address that is not registered"
            " as its own. Nothing was sent there.",
        )
    return named


def _check_once(pairs: list[tuple[str, str]]) -> None:
    names = [name for name, _ in pairs]
    if "resource" in names and names.count("resource") > 1:
        raise _Wrong(OauthCode.INVALID_TARGET, "Tokens are for one resource.")
    if len(set(names)) < len(names):
        raise _Wrong(OauthCode.INVALID_REQUEST, "A parameter stands there twice.")
    if len(dict(pairs).get("state", "")) > _LONGEST_STATE:
        raise _Wrong(OauthCode.INVALID_REQUEST, "state is too long.")


def _check_kind(asked: Mapping[str, str]) -> None:
    if "request" in asked:
        raise _Wrong(OauthCode.REQUEST_NOT_SUPPORTED, "request is not read here.")
    if "request_uri" in asked:
        raise _Wrong(OauthCode.REQUEST_URI_NOT_SUPPORTED, "request_uri is not read here.")
    if not asked.get("response_type"):
        raise _Wrong(OauthCode.INVALID_REQUEST, "response_type is missing: it must be code.")
    if asked["response_type"] != "code":
        raise _Wrong(OauthCode.UNSUPPORTED_RESPONSE_TYPE, "response_type must be code.")
    if asked.get("response_mode", "query") != "query":
        raise _Wrong(OauthCode.INVALID_REQUEST, "response_mode must be query.")


def _check_challenge(asked: Mapping[str, str]) -> None:
    if not asked.get("code_challenge"):
        raise _Wrong(OauthCode.INVALID_REQUEST, "code_challenge is missing: PKCE is needed.")
    if asked.get("code_challenge_method", "plain") != "S256":
        raise _Wrong(OauthCode.INVALID_REQUEST, "code_challenge_method must be S256.")
    if not is_challenge(asked["code_challenge"]):
        raise _Wrong(OauthCode.INVALID_REQUEST, "code_challenge is none of S256.")


def _scopes(client: OauthClient, asked: str) -> tuple[Scope, ...]:
    """In the order of `Scope`; the usual ones where none are named."""
    named = asked.split(" ") if asked.strip() else []
    if unknown := [word for word in named if word and word not in _SCOPES]:
        raise _Wrong(OauthCode.INVALID_SCOPE, f"There is no scope {unknown[0][:60]}.")
    wanted = frozenset(Scope(word) for word in named if word) or USUAL_SCOPES & client.scopes
    if beyond := wanted - client.scopes:
        raise _Wrong(OauthCode.INVALID_SCOPE, f"This program may not ask for {min(beyond)}.")
    if not wanted:
        raise _Wrong(OauthCode.INVALID_SCOPE, "This program may ask for nothing.")
    return tuple(scope for scope in Scope if scope in wanted)
