"""What the gateway has under way, asked when somebody wants to see it."""

from collections import Counter

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.meters import LoadNow
from llmgw_desktop.engine.pipeline import Pipeline


class Load:
    """Of models' requests and runs of CLIs alike."""

    def __init__(self, pipeline: Pipeline, recorder: Recorder, crowd: Crowd) -> None:
        self._pipeline = pipeline
        self._recorder = recorder
        self.crowd = crowd

    @property
    def open_flights(self) -> int:
        return len(self._pipeline.runs)

    def by_provider(self) -> dict[str, int]:
        """Only of those of which it is known who answers."""
        return Counter(each.provider for each in self._recorder.running() if each.provider)

    def now(self) -> LoadNow:
        return LoadNow(
            open_flights=self.open_flights,
            by_provider=self.by_provider(),
            standings=self._standings(),
        )

    def _standings(self) -> tuple[ClientStanding, ...]:
        try:
            return self._pipeline.policies.standings()
        except StoreError:  # what cannot be read is left out, and the rest is told
            return ()
