"""The doors of OAuth: where everything is found (the issuer, our doors as resources), what a
program that is not let in is told of how it might be (RFC 6750), and how often the doors may be
knocked at.

All addresses begin with the one that the gateway shows, or that a person has set; what a Host
header says is nobody's proof.

All programs of a computer come from one address. What that may ask for is there for all of them;
where one has used it up, each that can be told from the others still has a share of its own. All
shares together are once more as much: who comes under many names gets no more than that.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError
from llmgw_desktop.domain.access.consent import GRANTABLE_SCOPES, USUAL_SCOPES, ClientProof
from llmgw_desktop.domain.access.principal import Principal, PrincipalKind, Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.settings.door import OauthSettings, RegistrationPolicy

AUTHORIZE, TOKEN, REGISTER = "/oauth/authorize", "/oauth/token", "/oauth/register"
REVOKE, INTROSPECT = "/oauth/revoke", "/oauth/introspect"
_RESOURCE_DOCUMENT = "/.well-known/oauth-protected-resource"
_SERVER_DOCUMENTS = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
EVERY_DOOR = ""
"""Of tokens for the gateway as a whole."""


class OauthAddresses:
    """`url` is the gateway's, known once it listens; `mcp_path` the MCP door's."""

    def __init__(self, url: Callable[[], str], mcp_path: str) -> None:
        self._url = url
        self.mcp_path = mcp_path

    @property
    def issuer(self) -> str:
        return self._url()

    @property
    def mcp(self) -> str:
        """The resource that is meant where none is named."""
        return self.issuer + self.mcp_path

    def resource(self, named: str) -> str | None:
        """As we write it; None for what is not ours. An empty path is the same as `/`."""
        if named in (self.issuer, self.issuer + "/"):
            return self.issuer
        return named if named == self.mcp else None

    def door_of(self, resource: str) -> str | None:
        """The one path that tokens for it open, or EVERY_DOOR; None where it is not ours now."""
        if resource == self.mcp:
            return self.mcp_path
        return EVERY_DOOR if resource == self.issuer else None

    def resource_document(self, path: str) -> str:
        """Where the door at this path tells how to be let in."""
        suffix = self.mcp_path if path == self.mcp_path else ""
        return f"{self.issuer}{_RESOURCE_DOCUMENT}{suffix}"

    def resource_paths(self) -> Mapping[str, Callable[[], str]]:
        """Paths of documents about our resources, and which each is about."""
        return {
            _RESOURCE_DOCUMENT: lambda: self.issuer,
            _RESOURCE_DOCUMENT + self.mcp_path: lambda: self.mcp,
        }

    def server_paths(self) -> tuple[str, ...]:
        """All places where clients look for the document about the server."""
        inserted = [path + self.mcp_path for path in _SERVER_DOCUMENTS]
        return (*_SERVER_DOCUMENTS, *inserted, self.mcp_path + _SERVER_DOCUMENTS[1])

    def about_resource(self, resource: str) -> dict[str, Any]:
        """RFC 9728."""
        return {
            "resource": resource,
            "authorization_servers": [self.issuer],
            "scopes_supported": in_order(USUAL_SCOPES),
            "bearer_methods_supported": ["header"],
            "resource_name": "LLM Gateway",
        }

    def about_server(self, settings: OauthSettings) -> dict[str, Any]:
        """RFC 8414, with what MCP's clients look for."""
        with_secret = [str(ClientProof.POST), str(ClientProof.BASIC)]
        proofs = [*([str(ClientProof.NONE)] if settings.allow_public_clients else []), *with_secret]
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": self.issuer + AUTHORIZE,
            "token_endpoint": self.issuer + TOKEN,
            "revocation_endpoint": self.issuer + REVOKE,
            "introspection_endpoint": self.issuer + INTROSPECT,
            "scopes_supported": in_order(GRANTABLE_SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": proofs,
            "revocation_endpoint_auth_methods_supported": proofs,
            "introspection_endpoint_auth_methods_supported": with_secret,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "client_id_metadata_document_supported": settings.asks_for_documents,
        }
        if settings.registration_policy is not RegistrationPolicy.STATIC_CLIENTS:
            document["registration_endpoint"] = self.issuer + REGISTER
        return document


def in_order(scopes: Iterable[Scope]) -> list[str]:
    """As `Scope` lists them."""
    wanted = frozenset(scopes)
    return [str(scope) for scope in Scope if scope in wanted]


class Challenges:
    """Values of `WWW-Authenticate`; the plain one where nobody is let in by OAuth."""

    def __init__(self, addresses: OauthAddresses, is_on: Callable[[], bool]) -> None:
        self._addresses = addresses
        self._is_on = is_on

    def unknown(self, path: str, scope: Scope, *, has_key: bool) -> str:
        """With a 401: nothing was presented, or nothing that is good here."""
        if not self._is_on() or not self._addresses.issuer:
            return "Bearer"
        wanted = in_order((USUAL_SCOPES | {scope}) & GRANTABLE_SCOPES)
        error = (
            (("error", str(OauthCode.INVALID_TOKEN)), ("error_description", "It is not good here."))
            if has_key
            else ()
        )
        return self._bearer(path, wanted, error)

    def lacking(self, path: str, principal: Principal, scope: Scope) -> str:
        """With a 403: what it has and what it needs, to be asked for together. Empty where asking
        would not help: keys get their scopes otherwise, and some no program is given."""
        may_ask = principal.kind is PrincipalKind.OAUTH and scope in GRANTABLE_SCOPES
        if not may_ask or not self._is_on():
            return ""
        wanted = in_order(principal.scopes | {scope})
        return self._bearer(path, wanted, (("error", str(OauthCode.INSUFFICIENT_SCOPE)),))

    def _bearer(
        self, path: str, scopes: Iterable[str], error: Iterable[tuple[str, str]] = ()
    ) -> str:
        parts = [
            *error,
            ("scope", " ".join(scopes)),
            ("resource_metadata", self._addresses.resource_document(path)),
        ]
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts)


MOST_SOURCES = 1024
AUTHORIZATIONS, EXCHANGES, REGISTRATIONS = 30, 120, 10
"""A minute, of each address."""
OWN_AUTHORIZATIONS, OWN_EXCHANGES, OWN_REGISTRATIONS = 6, 30, 2
"""A minute, of each program, when that is used up."""
ODD_REGISTRATIONS = 30
"""A minute, of each address: such as make nothing known, and take nothing from those that do."""
Telling = Callable[[], Awaitable[str]]
"""Which program asks, by what the gateway itself has found; empty where that is not known."""


class _Buckets:
    """So many a minute under each name, all of them at once if need be. Its memory is bounded:
    whoever has not come for longest is forgotten first."""

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._most = float(per_minute)
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> float:
        """0 where it was there; else in how many seconds the next one is."""
        now_s = self._clock.monotonic_s()
        left, at_s = self._left.pop(name, (self._most, now_s))
        left = min(self._most, left + (now_s - at_s) * self._most / 60)
        is_over = left < 1
        self._left[name] = (left if is_over else left - 1, now_s)
        while len(self._left) > MOST_SOURCES:
            del self._left[next(iter(self._left))]
        return (1 - left) * 60 / self._most if is_over else 0.0


class OauthRate:
    """Of one door."""

    def __init__(self, clock: Clock, per_minute: int, own_per_minute: int = 0) -> None:
        self._of_all = _Buckets(clock, per_minute)
        self._besides = _Buckets(clock, per_minute)
        self._own = _Buckets(clock, own_per_minute) if own_per_minute else None

    async def take(self, address: str, telling: Telling | None = None) -> None:
        """`telling` is asked only where the address has used up all. Raises OauthError."""
        wait_s = self._of_all.take(address)
        if not wait_s:
            return
        program = await telling() if telling is not None else ""
        if not program or not self._has_share(address, program):
            raise OauthError(
                OauthCode.TEMPORARILY_UNAVAILABLE,
                "This was asked too often within a minute; try again later.",
                retry_after_s=int(wait_s) + 1,
            )

    def _has_share(self, address: str, program: str) -> bool:
        if self._own is None or self._own.take(f"{address} {program}"):
            return False
        return not self._besides.take(address)


class OauthRates:
    def __init__(self, clock: Clock) -> None:
        self.authorizations = OauthRate(clock, AUTHORIZATIONS, OWN_AUTHORIZATIONS)
        self.exchanges = OauthRate(clock, EXCHANGES, OWN_EXCHANGES)
        self.registrations = OauthRate(clock, REGISTRATIONS, OWN_REGISTRATIONS)
        self.odd_registrations = OauthRate(clock, ODD_REGISTRATIONS)
