"""What runs of vendors' CLIs spend that were asked for as jobs: settled when they end, whenever.

A run whose reservation was made by an earlier program has none in this one: what it used counts
all the same.
"""

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import provider_of
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.policy.policies import Admitted, Place, Policies, Wish
from llmgw_desktop.wire.tokens import text_tokens

DEFAULT_MODEL = "default"


class RunSpending:
    """Of all runs. On the loop."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._running: dict[str, Admitted] = {}
        """By the ids of their flights."""

    def begin(
        self, flight_id: str, principal: Principal, cli: CliName, model: str, prompt: str
    ) -> None:
        """Nothing for a client without a policy. Raises PolicyError."""
        if self._policies.policy_of(principal) is None:
            return
        named = model or DEFAULT_MODEL
        provider = provider_of(cli)
        wish = Wish(
            model=f"{provider}/{named}",
            places=(Place(provider, named),),
            input_tokens=text_tokens(prompt),
            output_tokens=None,
        )
        admitted = self._policies.admit(principal, wish)
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
        client_id: str,
        name: str,
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
            self._policies.spent_before(client_id, name, usage, cost_usd)
