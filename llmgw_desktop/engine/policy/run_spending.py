"""What runs of vendors' CLIs spend that were asked for as jobs: settled when they end, whenever.

A run whose reservation was made by an earlier program has none in this one: what it used counts
all the same.
"""

from collections.abc import Sequence

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import provider_of
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.policy.bounds import Place, Spender, Wish
from llmgw_desktop.engine.policy.policies import Admitted, Policies
from llmgw_desktop.wire.tokens import text_tokens

DEFAULT_MODEL = "default"


class RunSpending:
    """Of all runs. On the loop."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._running: dict[str, Admitted] = {}
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
        """Nothing for a client without a policy. `further`: models that it may go over to. Raises
        PolicyError."""
        if self._policies.policy_of(principal) is None:
            return
        for each in further:
            self._policies.check(principal, _wish(cli, each, 0))
        admitted = self._policies.admit(
            principal, _wish(cli, model or DEFAULT_MODEL, text_tokens(prompt))
        )
        if admitted is not None:
            self._running[flight_id] = admitted

    def not_begun(self, flight_id: str) -> None:
        """It was refused for another reason, or another's run does the same."""
        admitted = self._running.pop(flight_id, None)
        if admitted is not None:
            self._policies.let_go(admitted)

    def ended(
        self,
        flight_id: str,
        spender: Spender,
        usage: Usage,
        cost_usd: float | None,
        *,
        is_whole: bool = True,
    ) -> None:
        """`is_whole`: it came to its end, and told all that it used."""
        admitted = self._running.pop(flight_id, None)
        if admitted is not None:
            self._policies.settle(admitted, usage, cost_usd, is_whole=is_whole)
        else:
            self._policies.spent_before(spender, usage, cost_usd)


def _wish(cli: CliName, model: str, input_tokens: int) -> Wish:
    provider = provider_of(cli)
    return Wish(
        model=f"{provider}/{model}",
        places=(Place(provider, model),),
        input_tokens=input_tokens,
        output_tokens=None,
    )
