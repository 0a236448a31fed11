"""Who answered a conversation last: its prompt cache is warm there, and nowhere else."""

from collections import OrderedDict

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.route import Candidate

KEPT_S = 3600.0
"""After the last answer. No vendor keeps a prompt cache longer unasked."""
MOST_CONVERSATIONS = 10_000

Place = tuple[str, str]
"""An account, and the model's name there."""


class Affinity:
    """Bounded in number and in time; what is forgotten costs one cold cache. It outlives a change
    of settings."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._places: OrderedDict[str, tuple[Place, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._places)

    def place_of(self, conversation: str) -> Place | None:
        known = self._places.get(conversation)
        if known is None:
            return None
        place, until_s = known
        if until_s < self._clock.monotonic_s():
            del self._places[conversation]
            return None
        return place

    def note(self, conversation: str, candidate: Candidate) -> None:
        """It answered. Only what was answered well may be told here."""
        place = candidate.upstream.account, candidate.model
        self._places[conversation] = place, self._clock.monotonic_s() + KEPT_S
        self._places.move_to_end(conversation)
        if len(self._places) > MOST_CONVERSATIONS:
            self._places.popitem(last=False)
