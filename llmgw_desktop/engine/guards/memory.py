"""What placeholders stand for, of clients that go on from what a vendor keeps: their requests do
not say again what was hidden in earlier ones.

In memory alone: what was hidden never lies on a disk.
"""

from collections import OrderedDict
from collections.abc import Mapping

MOST_CLIENTS = 100
MOST_VALUES = 5000


class Memory:
    """Of all clients, each for itself."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, OrderedDict[bytes, bytes]] = OrderedDict()

    def of(self, client_id: str) -> Mapping[bytes, bytes]:
        return dict(self._known.get(client_id, {}))

    def keep(self, client_id: str, values: Mapping[bytes, bytes]) -> None:
        known = self._known.setdefault(client_id, OrderedDict())
        self._known.move_to_end(client_id)
        for shown, value in values.items():
            known[shown] = value
            known.move_to_end(shown)
        while len(known) > MOST_VALUES:
            known.popitem(last=False)
        while len(self._known) > MOST_CLIENTS:
            self._known.popitem(last=False)
