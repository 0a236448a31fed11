"""What runs of vendors' CLIs spend that were asked for as jobs: settled when they end, whenever.

A run that an earlier program began reserves as much again in this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import provider_of
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.policy.policies import Admitted, Policies
from llmgw_desktop.engine.policy.ready import Place, Wish
from llmgw_desktop.engine.policy.visits import Visit
from llmgw_desktop.wire.tokens import text_tokens

DEFAULT_MODEL = "default"
NOTHING_MORE = Usage(input_tokens=0, output_tokens=0)
Asked = tuple[str, str]
"""A model and a prompt."""


@dataclass(frozen=True, slots=True)
class _Run:
    """`admitted`: None of a client without limits."""

    visit: Visit
    admitted: Admitted | None


class RunSpending:
    """Of all runs. On the loop."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._running: dict[str, _Run] = {}
        """By the ids of their flights."""

    def begin(
        self,
        flight_id: str,
        principal: Principal,
        cli: CliName,
        model: str,
        prompt: str,
        further: Sequence[str] = (),
    ) -> None:
        """`further`: models that it may go over to. Raises PolicyError."""
        admitted = None
        if self._policies.policy_of(principal) is not None:
            for each in further:
                self._policies.check(principal, _wish(cli, each, 0))
            wish = _wish(cli, model or DEFAULT_MODEL, text_tokens(prompt))
            admitted = self._policies.admit(principal, wish)
        self._goes(flight_id, principal, admitted)

    def not_begun(self, flight_id: str) -> None:
        """It was refused for another reason, or another's run does the same."""
        admitted = self._left(flight_id)
        if admitted is not None:
            self._policies.let_go(admitted)

    def goes_on(self, flight_id: str, principal: Principal, cli: CliName, asked: Asked) -> None:
        """Where an earlier program began it, as much is reserved again: it is reckoned from what
        was asked, which lies with the run."""
        if flight_id not in self._running:
            model, prompt = asked
            wish = _wish(cli, model or DEFAULT_MODEL, text_tokens(prompt))
            self._goes(flight_id, principal, self._policies.goes_on(principal, wish))

    def ended(
        self, flight_id: str, usage: Usage, cost_usd: float | None, *, is_whole: bool = True
    ) -> None:
        """`is_whole`: it came to its end, and told all that it used. A run whose requests were
        settled one by one has used nothing besides (NOTHING_MORE)."""
        admitted = self._left(flight_id)
        if admitted is not None:
            self._policies.settle(admitted, usage, cost_usd, is_whole=is_whole)

    def _goes(self, flight_id: str, principal: Principal, admitted: Admitted | None) -> None:
        self._running[flight_id] = _Run(self._policies.comes(principal), admitted)
        if admitted is not None:
            self._policies.of_runs[flight_id] = admitted

    def _left(self, flight_id: str) -> Admitted | None:
        self._policies.of_runs.pop(flight_id, None)
        run = self._running.pop(flight_id, None)
        if run is None:
            return None
        self._policies.goes(run.visit)
        return run.admitted


def _wish(cli: CliName, model: str, input_tokens: int) -> Wish:
    provider = provider_of(cli)
    return Wish(
        model=f"{provider}/{model}",
        places=(Place(provider, model),),
        input_tokens=input_tokens,
        output_tokens=None,
    )
