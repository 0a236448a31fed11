"""What conversations, agents, runs and labels have used, and what their requests under way may yet
use: counted in memory, and written behind, so that a restart goes on from it.
"""

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.brakes import CapKey, CapKind, KeptCap, Speaker
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.policy import Measure, Period, span_of
from llmgw_desktop.domain.routing.route import RouteDecision
from llmgw_desktop.engine.policy.brakes.holds import mark_id
from llmgw_desktop.engine.policy.buckets import HOLDS_S
from llmgw_desktop.engine.policy.estimates import Estimates, sizes_of
from llmgw_desktop.engine.policy.spending import asked_tier, most_output
from llmgw_desktop.store.policy import CapStore

MOST_METERS = 5000
"""Beyond these the one that was quiet for longest is forgotten."""
RUN, LABEL = CapKind.RUN.value, CapKind.LABEL.value
CONVERSATION, AGENT = CapKind.CONVERSATION.value, CapKind.AGENT.value
_PLAIN = (RUN, LABEL)
"""Named by what they are; the others by a digest."""
_TOKENS = Measure.TOKENS
PriceOf = Callable[[str, str], Price | None]
_log = logging.getLogger(__name__)


Cap = tuple[Measure, float]
"""What is counted, and the most of it."""
NOTICE = 0.8
"""Of a cap; it is told when so much is used."""


class UnderWay:
    """A request that was let in and has not ended. What it may come to is reckoned when somebody
    asks, which is nobody while it is alone."""

    is_handed_over = False
    """Its run's own requests stand for themselves."""

    def __init__(
        self,
        request: ModelRequest,
        decision: RouteDecision,
        meters: "list[CapMeter]",
        *,
        price_of: PriceOf,
        estimates: Estimates,
    ) -> None:
        self._request, self._decision = request, decision
        self._price_of, self._estimates = price_of, estimates
        self.meters = meters
        for meter in meters:
            meter.under_way[request.flight_id] = self

    def at_most(self, measure: Measure) -> float:
        if self.is_handed_over:
            return 0.0
        return float(sum(self._tokens)) if measure is _TOKENS else self._usd

    def hand_over(self) -> None:
        """Once more does no harm."""
        for meter in () if self.is_handed_over else self.meters:
            meter.take_back(self)
        self.is_handed_over = True
        for meter in self.meters:
            meter.wake()

    def ended(self, flight: FlightSummary) -> bool:
        """Who waits for its end goes on; how dense its prompt was is learned, if it was asked.
        False: it used nothing, for nobody was asked."""
        flight_id, usage, usd = flight.id, flight.usage, flight.cost_usd
        is_used = bool(flight.attempts and flight.is_counted)
        tokens = (usage.input_tokens or 0) + (usage.output_tokens or 0)
        for meter in self.meters:
            del meter.under_way[flight_id]
            if meter.sums:
                meter.take_back(self)
            if meter.waiting:
                meter.wake()
            if is_used:
                meter.requests += 1
                meter.tokens += tokens
                if usd is None:
                    meter.unpriced += 1
                else:
                    meter.usd += usd
        if "_sizes" in self.__dict__ and flight.attempts == 1:
            self._estimates.learn(self._request, usage, self._sizes)
        return is_used

    @cached_property
    def _sizes(self) -> tuple[int, int]:
        return sizes_of(self._request.body)

    @cached_property
    def _tokens(self) -> tuple[int, int]:
        request = self._request
        written = most_output(request.fields, request.protocol)
        if written is None:
            written = self._estimates.unsaid_output_tokens(request)
        return self._estimates.input_tokens(request, self._sizes), written

    @cached_property
    def _usd(self) -> float:
        """By the dearest of those who may answer; what has no price is counted beside."""
        read, written = self._tokens
        tier, most = asked_tier(self._request.fields), 0.0
        for each in self._decision.candidates:
            price = self._price_of(each.upstream.provider, each.model)
            usd = None if price is None else price.most_usd(read, written, tier)
            most = max(most, usd or 0.0)
        return most


@dataclass(slots=True, eq=False)
class _Sum:
    """What requests under way may come to, as far as somebody asked."""

    total: float = 0.0
    of: set[UnderWay] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class CapMeter:
    key: CapKey
    id: str
    client: str
    begins_at_s: float
    conversation: str = ""
    ends_at_s: float | None = None
    last_at_s: float = 0.0
    model: str = ""
    tokens: int = 0
    usd: float = 0.0
    requests: int = 0
    unpriced: int = 0
    times: int = 1
    """Of the cap in the settings: a person raised it."""
    told: int = 0
    """Of which cap the notice was given."""
    is_stopped: bool = False
    calm_tokens: float = math.inf
    calm_usd: float = math.inf
    """Below both there is nothing to tell and nothing to hold."""
    under_way: dict[str, UnderWay] = field(default_factory=dict)
    """By the ids of flights, the newest last."""
    sums: dict[Measure, _Sum] = field(default_factory=dict)
    """Of those under way; kept, since a hundred of them would be added up for each that comes."""
    waits_for_disk: bool = False
    """It is to be written, as it is then."""
    waiting: list[asyncio.Future[None]] = field(default_factory=list)
    """For one of those to end."""

    def is_over(self, now_s: float) -> bool:
        """As budgets have it: a clock that was set back by a day or more was wrong before."""
        if self.ends_at_s is None:
            return False
        return self.ends_at_s <= now_s or self.begins_at_s - now_s >= HOLDS_S

    def used(self, measure: Measure) -> float:
        return float(self.tokens) if measure is _TOKENS else self.usd

    def reserved(self, measure: Measure) -> float:
        made = self.sums.get(measure)
        if made is None:
            made = self.sums[measure] = _Sum()
        for each in reversed(self.under_way.values()):
            if each in made.of:
                break  # and so are those that came before it
            made.of.add(each)
            made.total += each.at_most(measure)
        return made.total

    def take_back(self, gone: UnderWay) -> None:
        """What it may come to is reserved no more."""
        if not self.under_way:
            self.sums.clear()
        for measure, made in self.sums.items():
            if gone in made.of:
                made.of.discard(gone)
                made.total -= gone.at_most(measure)

    def wake(self) -> None:
        for each in self.waiting:
            if not each.done():
                each.set_result(None)

    def calm_by(self, caps: Sequence[Cap]) -> None:
        """Anew whenever these change, or it is told, raised or stopped."""
        share = self.times * (NOTICE if self.told < self.times else 1.0)
        calm = {measure: share * least for measure, least in caps}
        self.calm_tokens = -1.0 if self.is_stopped else calm.get(_TOKENS, math.inf)
        self.calm_usd = calm.get(Measure.USD, math.inf)

    def kept(self) -> KeptCap:
        """Asked by another thread. Who changes it from now on says so anew."""
        self.waits_for_disk = False
        return KeptCap(
            kind=self.key[0],
            client_id=self.key[1],
            mark=self.key[2],
            client=self.client,
            conversation=self.conversation,
            model=self.model,
            begins_at_s=self.begins_at_s,
            ends_at_s=self.ends_at_s,
            last_at_s=self.last_at_s,
            tokens=self.tokens,
            usd=self.usd,
            requests=self.requests,
            unpriced=self.unpriced,
            times=self.times,
            told=self.told,
            is_stopped=self.is_stopped,
        )


class CapMeters:
    """Of all clients. On the loop. What was kept of them is read beside it, and waited for by
    `read`, before the first of them is asked for."""

    def __init__(self, clock: Clock, store: CapStore) -> None:
        self._clock, self._store = clock, store
        self._meters: OrderedDict[CapKey, CapMeter] = OrderedDict()
        self.caps: Mapping[str, Sequence[Cap]] = {}
        """Of each kind, as the settings have them."""
        self._known: dict[tuple[str, str, str, str], list[CapMeter]] = {}
        """Those of a request, by client, job, label and agent; all anew where the clock is set
        back, a day is over, or there is another."""
        self._known_from_s = self._known_until_s = math.inf
        self._reading: asyncio.Future[OrderedDict[CapKey, CapMeter]] | None = None
        self.is_read = False

    def apply(self, caps: Mapping[str, Sequence[Cap]]) -> None:
        self.caps = caps
        for meter in self._meters.values():
            meter.calm_by(caps[meter.key[0]])
        if self._reading is None:
            loop = asyncio.get_running_loop()
            self._reading = loop.run_in_executor(None, self._found)
            self._reading.add_done_callback(self._take)

    async def read(self) -> None:
        """Who leaves meanwhile leaves the others what is being read."""
        if self._reading is not None:
            await asyncio.shield(self._reading)
            self._take(self._reading)

    def _take(self, read: "asyncio.Future[OrderedDict[CapKey, CapMeter]]") -> None:
        if not self.is_read and not read.cancelled():
            self._meters, self.is_read = read.result(), True
            self.apply(self.caps)

    def _found(self) -> "OrderedDict[CapKey, CapMeter]":
        """Where they cannot be read they begin anew, and the log says so."""
        try:
            kept = self._store.all(MOST_METERS)
        except StoreError as error:
            _log.warning("what caps have counted before is not known: %s", error)
            kept = []
        return OrderedDict((each[:3], _meter_of(each)) for each in kept)

    def of(self, who: Principal, speaker: Speaker, model: str) -> list[CapMeter]:
        """That one of its requests runs on."""
        now_s, last = self._clock.now_s(), self._meters.move_to_end
        if not self._known_from_s <= now_s < self._known_until_s:
            self._known.clear()
            self._known_from_s, self._known_until_s = now_s, math.inf
        name = (who.client_id, who.job, who.label, speaker.agent_mark)
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._found_for(who, speaker, now_s)
        for meter in found:
            meter.last_at_s, meter.model = now_s, model
            last(meter.key)
        return found

    def _found_for(self, who: Principal, speaker: Speaker, now_s: float) -> list[CapMeter]:
        found = []
        if who.job:
            found.append(self._one((RUN, who.client_id, who.job), who.name, now_s))
        if who.label:
            found.append(self._one((LABEL, who.client_id, who.label), who.name, now_s))
        if speaker.conversation_mark:
            of_whole = (CONVERSATION, who.client_id, speaker.conversation_mark)
            whole = self._one(of_whole, who.name, now_s)
            its = self._one((AGENT, who.client_id, speaker.agent_mark), who.name, now_s)
            its.conversation = whole.id
            found += whole, its
        return found

    def _one(self, key: CapKey, client: str, now_s: float) -> CapMeter:
        """`client`: its name."""
        meters = self._meters
        meter = meters.get(key)
        if meter is None or meter.is_over(now_s):
            self._known.clear()  # may have the one before, or the one that goes
            meter = meters[key] = CapMeter(
                key=key,
                id=_id_of(key),
                client=client,
                begins_at_s=now_s,
                ends_at_s=_day_ends_at_s(now_s) if key[0] is LABEL else None,
            )
            meter.calm_by(self.caps[key[0]])
        if meter.ends_at_s is not None:
            self._known_until_s = min(self._known_until_s, meter.ends_at_s)
        meters.move_to_end(key)
        if len(meters) > MOST_METERS:
            gone, _ = meters.popitem(last=False)
            self._store.forget(gone)
        return meter

    def changed(self, meter: CapMeter) -> None:
        """It is told, raised or stopped."""
        meter.calm_by(self.caps[meter.key[0]])
        self.keep((meter,))

    def keep(self, changed: Sequence[CapMeter]) -> None:
        """Not those that were forgotten meanwhile."""
        fresh = [each for each in changed if not each.waits_for_disk]
        if not fresh:
            return
        known = self._meters.get
        kept = {each.key: each.kept for each in fresh if known(each.key) is each}
        for each in fresh:
            each.waits_for_disk = True
        self._store.keep(kept)

    def clear(self) -> None:
        self._meters, self.is_read = OrderedDict(), True
        self._known.clear()
        self._store.forget_all()

    def of_client(self, client_id: str) -> Iterator[CapMeter]:
        """The latest first."""
        found = [each for each in self._meters.values() if each.key[1] == client_id]
        return reversed(found)


def _meter_of(kept: KeptCap) -> CapMeter:
    return CapMeter(
        key=kept[:3],
        id=_id_of(kept[:3]),
        client=kept.client,
        conversation=kept.conversation,
        begins_at_s=kept.begins_at_s,
        ends_at_s=kept.ends_at_s,
        last_at_s=kept.last_at_s,
        model=kept.model,
        tokens=kept.tokens,
        usd=kept.usd,
        requests=kept.requests,
        unpriced=kept.unpriced,
        times=kept.times,
        told=kept.told,
        is_stopped=kept.is_stopped,
    )


def _id_of(key: CapKey) -> str:
    return key[2] if key[0] in _PLAIN else mark_id(*key)


def _day_ends_at_s(now_s: float) -> float | None:
    from tzlocal import get_localzone  # only labels have days

    return span_of(Period.DAY, now_s, get_localzone()).ends_at_s
