"""What would happen to a request, without sending it."""

from collections.abc import Callable

from llmgw_desktop.domain.route import RouteDecision, RouteQuestion, RouteStep
from llmgw_desktop.engine.routing.router import Router


class RouteExplainer:
    """Of the router that is in use when it is asked."""

    def __init__(self, router: Callable[[], Router]) -> None:
        self._router = router

    def explain(self, question: RouteQuestion) -> RouteDecision:
        """Raises RouteError, which says why nobody would answer."""
        return self._router().explain(question)

    def steps(self, question: RouteQuestion) -> tuple[RouteStep, ...]:
        """What each rule says, up to and with the one that matches."""
        return self._router().steps(question)
