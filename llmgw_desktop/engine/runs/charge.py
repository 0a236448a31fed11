"""What one run is charged with: taken before it is submitted, given back where nothing began."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.submission import Submission, Submitted

if TYPE_CHECKING:
    from llmgw_desktop.engine.policy.run_spending import RunSpending


class Charge:
    """`spending` is None where no client has limits."""

    def __init__(self, spending: "RunSpending | None") -> None:
        self._spending = spending
        self._flight_id = ""

    def take(self, principal: Principal, submission: Submission) -> None:
        """Under the name of its flight, which is known before it begins. Raises PolicyError."""
        if self._spending is not None:
            request = submission.request
            self._spending.begin(
                submission.flight_id,
                principal,
                request.cli,
                request.model,
                request.prompt,
                tuple(_further_models(request.options)),
            )
            self._flight_id = submission.flight_id

    def keep(self, submitted: Submitted) -> None:
        """Until it ends. Where another's run does the same nothing is spent."""
        if submitted.deduped:
            self.give_back()

    def give_back(self) -> None:
        if self._spending is not None and self._flight_id:
            self._spending.not_begun(self._flight_id)


def _further_models(options: Mapping[str, object]) -> Iterator[str]:
    """Models that a run's own fields name beside its model, or instead of it."""
    fallback, overrides = options.get("fallbackModel"), options.get("configOverrides")
    if isinstance(fallback, str):
        yield from (each.strip() for each in fallback.split(",") if each.strip())
    if isinstance(overrides, Mapping):
        named = (overrides[name] for name in overrides if name.rpartition(".")[2].endswith("model"))
        yield from (each for each in named if isinstance(each, str))
