"""Who is it, and may it: what stands between a caller and the work, in one place."""

from collections.abc import Callable

from llmgw_desktop.domain.access_errors import MissingScope
from llmgw_desktop.domain.errors import GatewayClosed
from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.domain.principal import SCOPE_WORDS, Principal, Scope
from llmgw_desktop.engine.access.authenticator import Authenticator
from llmgw_desktop.engine.caller import Caller

_CLOSED_WORDS = {
    GatewayState.PAUSED: "The gateway is paused; resume it from its window or tray icon.",
    GatewayState.STOPPING: "The gateway is stopping.",
}


class Gate:
    """Every door asks here before a body is read or anything is sent on."""

    def __init__(
        self, authenticator: Authenticator, *, before: Callable[[], None] = lambda: None
    ) -> None:
        """`before` runs ahead of every decision, so that it is made by the settings of now."""
        self._authenticator = authenticator
        self._before = before
        self.state = GatewayState.STARTING

    def admit(self, caller: Caller, scope: Scope) -> Principal:
        """Raises Unauthenticated, MalformedRequest (two keys), MissingScope, GatewayClosed."""
        self._before()
        principal = self._authenticator.identify(caller.presented_keys)
        self._check(principal, scope)
        return principal

    def allow(self, principal: Principal, scope: Scope) -> None:
        """One who was let in already asks for more. Raises MissingScope, GatewayClosed."""
        self._before()
        self._check(principal, scope)

    def _check(self, principal: Principal, scope: Scope) -> None:
        if scope not in principal.scopes:
            raise MissingScope(
                f"This client may not {SCOPE_WORDS[scope]}: its key has not the scope '{scope}'."
            )
        if scope is Scope.MODELS_USE:
            self.check_open()

    def check_open(self) -> None:
        """Whether anything new may begin. Raises GatewayClosed."""
        if self.state is not GatewayState.RUNNING:
            raise GatewayClosed(_CLOSED_WORDS.get(self.state, "The gateway is not running."))

    @property
    def is_stopping(self) -> bool:
        return self.state is GatewayState.STOPPING
