"""What a door tells a program that it does not let in: where to ask, and for what (RFC 6750)."""

from collections.abc import Callable, Iterable

from llmgw_desktop.domain.oauth import GRANTABLE_SCOPES, USUAL_SCOPES
from llmgw_desktop.domain.oauth_errors import OauthCode
from llmgw_desktop.domain.principal import Principal, PrincipalKind, Scope
from llmgw_desktop.engine.oauth.addresses import Addresses, in_order


class Challenges:
    """Values of `WWW-Authenticate`; the plain one where nobody is let in by OAuth."""

    def __init__(self, addresses: Addresses, is_on: Callable[[], bool]) -> None:
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
