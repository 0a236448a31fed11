"""Asks Anthropic itself why its cache missed, where `[cache_awareness] ask_anthropic_why` is on.

With each request it is told which answer of the conversation came before; it compares the two
prompts by their structure and says in its answer what differs. Its word stands beside our verdict
(`vendors_reason` of `prompt_cache/prompt_parts`) and never takes its place. Ids of answers are held
in memory alone.
"""

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.model.prompt import EarlierAnswer
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.policy.brakes.brakes import Brakes
from llmgw_desktop.engine.routing.conversation import conversation_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmgw_desktop.engine.flights.open_flight import OpenFlight

MOST_CONVERSATIONS = 1_000
_FIRST = EarlierAnswer()


class VendorDiagnosis:
    """On the loop."""

    def __init__(self, brakes: Brakes, bus: Bus) -> None:
        self._brakes, self._bus = brakes, bus
        self._asked: dict[str, tuple[str, OpenFlight]] = {}
        """Conversations of flights that are under way."""
        self._earlier: OrderedDict[str, EarlierAnswer] = OrderedDict()
        """By conversation, the one that was answered last at the end."""
        self._end: Callable[[], None] | None = None

    def apply(self, is_on: bool) -> None:
        if is_on and self._end is None:
            self._end = self._bus.subscribe(self._closed, FlightClosed)
        elif not is_on and self._end is not None:
            self._end()
            self._end = None
            self._asked.clear()
            self._earlier.clear()
        self._brakes.tell_passed(self.passed, is_on=is_on)

    def passed(self, exchange: Exchange) -> None:
        """A request goes on to whoever it was routed to; who asks for the diagnosis itself, or
        repeats a prompt to keep it warm, is left alone."""
        request, flight = exchange.request, exchange.flight
        if request.protocol is not ModelProtocol.ANTHROPIC or flight.is_unattended:
            return
        if not any(
            each.upstream.kind is ProviderKind.ANTHROPIC for each in exchange.decision.candidates
        ):
            return
        conversation = conversation_of(request)
        if conversation:
            self._asked[flight.id] = conversation, flight
            earlier = self._earlier.get(conversation, _FIRST)
            exchange.request = replace(request, earlier_answer=earlier)

    def _closed(self, event: Event) -> None:
        assert isinstance(event, FlightClosed)
        conversation, flight = self._asked.pop(event.summary.id, ("", None))
        account = event.summary.account
        is_well = event.summary.state is FlightState.OK
        if flight is None or not is_well or not flight.answer_id or not account:
            return
        self._earlier[conversation] = EarlierAnswer(account=account, id=flight.answer_id)
        self._earlier.move_to_end(conversation)
        if len(self._earlier) > MOST_CONVERSATIONS:
            self._earlier.popitem(last=False)
