"""What would happen to a request, without sending it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from llmgw_desktop.domain.account import AccountState, AccountStatus
from llmgw_desktop.domain.route import Consideration, RouteDecision, RouteQuestion, RouteStep
from llmgw_desktop.engine.routing.router import Router

_KEY_MISSING = "Its key is missing: "
_ENOUGH_TO_KNOW = 40
"""Characters by which a reason that was given already is recognised."""


class AccountStandings(Protocol):
    """What is asked of `engine/routing/health.py`."""

    def why_not(self, account: str, model: str) -> str: ...

    def status(self, account: str) -> AccountStatus: ...


class RouteExplainer:
    """Of the router that is in use when it is asked. A candidate that nobody competes with is
    asked whatever is known of it, so what is known is said here. `key_problem` tells why an
    account's key cannot be read from the vault."""

    def __init__(
        self,
        router: Callable[[], Router],
        standings: AccountStandings,
        key_problem: Callable[[str], str],
    ) -> None:
        self._router = router
        self._standings = standings
        self._key_problem = key_problem

    def explain(self, question: RouteQuestion) -> RouteDecision:
        """Raises RouteError, which says why nobody would answer."""
        decision = self._router().explain(question)
        return replace(decision, considered=tuple(map(self._told, decision.considered)))

    def steps(self, question: RouteQuestion) -> tuple[RouteStep, ...]:
        """What each rule says, up to and with the one that matches."""
        return self._router().steps(question)

    def _told(self, each: Consideration) -> Consideration:
        if each.rank is None:
            return each
        known = self._known(each.account, each.model)
        told = known.removeprefix(_KEY_MISSING)[:_ENOUGH_TO_KNOW].lower()
        if not told or told in each.reason.lower():
            return each
        return replace(each, reason=f"{each.reason} {known}")

    def _known(self, account: str, model: str) -> str:
        if why := self._standings.why_not(account, model):
            return why
        if problem := self._key_problem(account):
            return f"{_KEY_MISSING}{problem}."
        status = self._standings.status(account)
        is_over = status.state is AccountState.READY or status.reason.startswith(_KEY_MISSING)
        return "" if is_over else status.reason
