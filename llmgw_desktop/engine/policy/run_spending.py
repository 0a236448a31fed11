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

DEFAULT_MODEL = "default"
NOTHING_MORE = Usage(input_tokens=0, output_tokens=0)
Asked = tuple[str, str]
"""A model and a prompt."""


@dataclass(frozen=True, slots=True)
class _Run:
    """`admitted`: None of a client without limits."""

    visit: Visit
    admitted: Admitted | None
    client_id: str
    model: str


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
                self._policies.check(principal, self._wish(principal, cli, (each, "")))
            wish = self._wish(principal, cli, (model, prompt))
            admitted = self._policies.admit(principal, wish)
        self._goes(flight_id, principal, admitted, _model_name(cli, model))

    def not_begun(self, flight_id: str) -> None:
        """It was refused for another reason, or another's run does the same."""
        admitted = self._left(flight_id)
        if admitted is not None:
            self._policies.let_go(admitted)

    def goes_on(self, flight_id: str, principal: Principal, cli: CliName, asked: Asked) -> None:
        """Where an earlier program began it, as much is reserved again: it is reckoned from what
        was asked, which lies with the run."""
        if flight_id not in self._running:
            admitted = self._policies.goes_on(principal, self._wish(principal, cli, asked))
            self._goes(flight_id, principal, admitted, _model_name(cli, asked[0]))

    def ended(
        self, flight_id: str, usage: Usage, cost_usd: float | None, *, is_whole: bool = True
    ) -> None:
        """`is_whole`: it came to its end, and told all that it used. A run whose requests were
        settled one by one has used nothing besides (NOTHING_MORE)."""
        run = self._running.get(flight_id)
        admitted = self._left(flight_id)
        if run is None or admitted is None:
            return
        self._policies.settle(admitted, usage, cost_usd, is_whole=is_whole)
        if is_whole and usage is not NOTHING_MORE:
            self._policies.estimates.learn_of_run(run.client_id, run.model, usage)

    def _goes(
        self, flight_id: str, principal: Principal, admitted: Admitted | None, model: str
    ) -> None:
        visit = self._policies.comes(principal)
        self._running[flight_id] = _Run(visit, admitted, principal.client_id, model)
        if admitted is not None:
            self._policies.of_runs[flight_id] = admitted

    def _wish(self, principal: Principal, cli: CliName, asked: Asked) -> Wish:
        model, prompt = asked
        name = _model_name(cli, model)
        read, written = self._policies.estimates.run_tokens(principal.client_id, name, prompt)
        return Wish(
            model=name,
            places=(Place(provider_of(cli), model or DEFAULT_MODEL),),
            input_tokens=read,
            output_tokens=None,
            unsaid_output_tokens=written,
        )

    def _left(self, flight_id: str) -> Admitted | None:
        self._policies.of_runs.pop(flight_id, None)
        run = self._running.pop(flight_id, None)
        if run is None:
            return None
        self._policies.goes(run.visit)
        return run.admitted


def _model_name(cli: CliName, model: str) -> str:
    return f"{provider_of(cli)}/{model or DEFAULT_MODEL}"
