"""The engine's one way of telling others: events go to whoever subscribed, in order, at once."""

import logging
from collections.abc import Callable

from llmgw_desktop.domain.events import Event

_log = logging.getLogger(__name__)
Listener = Callable[[Event], None]


class Bus:
    """Listeners are quick and never raise into the engine: they note the event and return."""

    def __init__(self) -> None:
        self._listeners: tuple[tuple[Listener, type[Event] | None], ...] = ()
        self._by_kind: dict[type[Event], tuple[Listener, ...]] = {}
        """Who hears an event of a kind; found out anew when listeners come or go."""

    def subscribe(self, listener: Listener, kind: type[Event] | None = None) -> Callable[[], None]:
        """Hear every event from now on, or all of one kind; the answer ends the subscription."""
        self._change((*self._listeners, (listener, kind)))

        def unsubscribe() -> None:
            self._change(tuple(each for each in self._listeners if each[0] is not listener))

        return unsubscribe

    def publish(self, event: Event) -> None:
        listeners = self._by_kind.get(type(event))
        if listeners is None:
            listeners = self._by_kind[type(event)] = self._who_hears(type(event))
        for listener in listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - one deaf listener must not cost a request
                _log.exception("a listener failed on %s", type(event).__name__)

    def _who_hears(self, kind: type[Event]) -> tuple[Listener, ...]:
        return tuple(listener for listener, wanted in self._listeners if wanted in (None, kind))

    def _change(self, listeners: tuple[tuple[Listener, type[Event] | None], ...]) -> None:
        self._listeners = listeners
        self._by_kind = {}
