"""The engine's one way of telling others: events go to whoever subscribed, in order, at once."""

import logging
from collections.abc import Callable

from llmgw_desktop.domain.events import Event

_log = logging.getLogger(__name__)
Listener = Callable[[Event], None]


class Bus:
    """Listeners are quick and never raise into the engine: they note the event and return."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event from now on; the answer ends the subscription."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return unsubscribe

    def publish(self, event: Event) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - one deaf listener must not cost a request
                _log.exception("a listener failed on %s", type(event).__name__)
