"""Who waits: browsers for an answer, with two words to compare, and a person for questions; and how
often one source may ask: what comes more often is refused unasked.

All programs of a computer are one source. Where one has used up what that may ask, each still has a
share of its own; all shares together are no more than the source may ask anyway.
"""

import asyncio
import ipaddress
import secrets
from collections import deque
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager

from llmgw_desktop.domain.access.consent import (
    ANSWER_WITHIN_S,
    MOST_A_MINUTE,
    ConsentOutcome,
    ConsentQuestion,
)
from llmgw_desktop.domain.clock import Clock

COMES_WITHIN_S = 15.0
"""From the page to the address that it waits at. A browser that was never there has gone."""
RETURNS_WITHIN_S = 4.0
"""From a broken connection to the next one: a page that is loaded again."""


class Ticket:
    """Given by the broker. `present` is held while the browser's connection waits; a browser that
    is away for too long has left, and a question that nobody waits for is withdrawn."""

    def __init__(
        self, question: ConsentQuestion, left: Callable[["Ticket"], None] = lambda _: None
    ) -> None:
        self.id = secrets.token_urlsafe(18)
        self.question = question
        self._left = left
        self._loop = asyncio.get_running_loop()
        self._outcome: asyncio.Future[ConsentOutcome] = self._loop.create_future()
        self._here = 0
        self._away: asyncio.TimerHandle | None = None
        self._is_over = False

    @property
    def decided(self) -> ConsentOutcome | None:
        """None while it waits."""
        return self._outcome.result() if self._outcome.done() else None

    @property
    def connections(self) -> int:
        """Of this browser, that wait."""
        return self._here

    async def outcome(self) -> ConsentOutcome:
        """May be awaited by several, and again."""
        return await asyncio.shield(self._outcome)

    @contextmanager
    def present(self) -> Iterator[None]:
        """The browser is here."""
        self._here += 1
        self._stop_timer()
        try:
            yield
        finally:
            self._here -= 1
            if not self._here:
                self.expect_within(RETURNS_WITHIN_S)

    def expect_within(self, seconds: float) -> None:
        """It has left if it does not come until then."""
        self._stop_timer()
        if not self._is_over:
            self._away = self._loop.call_later(seconds, self.leave)

    def leave(self) -> None:
        """The browser does not come back."""
        if not self._is_over:
            self._is_over = True
            self._stop_timer()
            self._left(self)

    def decide(self, outcome: ConsentOutcome) -> None:
        """The broker has the answer."""
        self._is_over = True
        self._stop_timer()
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    def _stop_timer(self) -> None:
        if self._away is not None:
            self._away.cancel()
            self._away = None


WATCHES_FOR_S = ANSWER_WITHIN_S
"""Whoever has just looked at what waits is there for so long."""


class Attendance:
    """Windows say that they are there and that they have gone; of a command it is only known when
    it looked; and where the operator has a password, whoever knows it is there by himself."""

    def __init__(self, clock: Clock, has_password: Callable[[], bool]) -> None:
        self._clock = clock
        self._has_password = has_password
        self._here: set[str] = set()
        self._seen_until_s = float("-inf")
        self._expecting: set[asyncio.Future[None]] = set()

    def attend(self, here: bool, who: str) -> None:
        if here:
            self._here.add(who)
        else:
            self._here.discard(who)

    def look(self) -> None:
        self._seen_until_s = self._clock.monotonic_s() + WATCHES_FOR_S

    @property
    def is_anybody_there(self) -> bool:
        is_seen = self._clock.monotonic_s() < self._seen_until_s
        return bool(self._here) or is_seen or self._has_password()

    async def expect(self, within_s: float) -> None:
        """Until a question comes, or the time is over."""
        coming = asyncio.get_running_loop().create_future()
        self._expecting.add(coming)
        try:
            await asyncio.wait((coming,), timeout=within_s)
        finally:
            self._expecting.discard(coming)

    def tell(self) -> None:
        """A question has come."""
        for coming in self._expecting:
            if not coming.done():
                coming.set_result(None)


FIRST = tuple(
    """
    agate alpine amber apple apricot arctic ash autumn azure bamboo basalt beige birch bright
    bronze calm canvas carbon cedar cerise chalk chrome citrus clay clear clover cobalt copper
    coral cork cotton crimson crystal cyan dapple dawn denim desert dusk ebony emerald fern
    flannel flint floral forest frost garnet ginger glass gold granite grape green hazel heather
    honey indigo island ivory jade jasper lavender lemon lilac lime linen lunar magenta mango
    maple marble maroon meadow mellow mint misty moss mustard navy nickel north oak ocean ochre
    olive onyx opal orange orchid peach pearl pebble pepper pine plum polar prairie purple
    quartz quiet rain rose ruby russet rustic saffron sage sandy satin scarlet sepia silver
    slate spruce summer sunny teal topaz velvet violet walnut willow winter
    """.split()  # noqa: SIM905 - to be read
)
SECOND = tuple(
    """
    albatross alpaca antelope armadillo avocet badger bear beetle bison bittern bobcat bunting
    butterfly camel canary caribou cat chamois cheetah chipmunk cicada cod condor coot cormorant
    crane cricket curlew deer dingo dolphin dormouse dove dragonfly duck eagle eel egret eider
    elk emu falcon ferret finch firefly flamingo fox gannet gazelle gecko gibbon giraffe goose
    grebe grouse gull hare harrier hedgehog heron hoopoe hornbill horse ibex ibis iguana impala
    jackdaw jaguar jay kestrel kingfisher kiwi koala kookaburra lapwing lark lemur leopard lion
    linnet lizard llama lobster lynx macaw magpie mallard manatee marten meerkat mole moose moth
    narwhal newt nightingale ocelot octopus okapi oriole osprey otter owl oyster panda parrot
    partridge pelican penguin petrel pheasant pigeon plover pony puffin puma quail rabbit raven
    robin salmon sandpiper seal shearwater skylark sparrow starling stork swan swift tapir tern
    thrush tortoise trout turtle vole walrus warbler wombat woodpecker wren yak zebra
    """.split()  # noqa: SIM905 - to be read
)
_TRIES = 1000


def two_words(taken: Container[str]) -> str:
    """`amber otter`; none of those that are taken. They guard against answering for another browser
    than one's own, not against guessing: 124 colours and materials by 145 animals, drawn anew for
    each question. Raises RuntimeError where nearly all are."""
    for _ in range(_TRIES):
        pair = f"{secrets.choice(FIRST)} {secrets.choice(SECOND)}"
        if pair not in taken:
            return pair
    raise RuntimeError("nearly all pairs of words are taken")


_WINDOW_S = 60.0
_MOST_SOURCES = 1000
"""Beyond it the one that was quiet for longest is forgotten."""


class RequestRates:
    """A source is an address; of IPv6 its network, for one host has as many as it likes."""

    def __init__(self, clock: Clock, most: int = MOST_A_MINUTE, own: int = 0) -> None:
        """`own` is the share of each program."""
        self._clock = clock
        self._most = most
        self._share = own
        self._asked: dict[str, deque[float]] = {}
        self._told: dict[str, float] = {}

    def may_ask(self, address: str, program: str = "") -> bool:
        """Counts it as well, unless it was refused."""
        source = _source(address)
        if self._takes(source, self._most):
            return True
        if not program or not self._share:
            return False
        is_left = self._takes(f"{source} {program}", self._share)
        return is_left and self._takes(f"{source} besides", self._most)

    def _takes(self, name: str, most: int) -> bool:
        now_s = self._clock.monotonic_s()
        times = self._asked.pop(name, None) or deque(maxlen=most)
        self._asked[name] = times
        self._forget()
        if len(times) == most and now_s - times[0] < _WINDOW_S:
            return False
        times.append(now_s)
        return True

    def is_news(self, address: str) -> bool:
        """Whether a refusal is worth a line in the log: once a minute for each source."""
        now_s, source = self._clock.monotonic_s(), _source(address)
        if now_s - self._told.get(source, -_WINDOW_S) < _WINDOW_S:
            return False
        self._told.pop(source, None)
        self._told[source] = now_s
        self._forget()
        return True

    def _forget(self) -> None:
        for known in (self._asked, self._told):
            while len(known) > _MOST_SOURCES:
                del known[next(iter(known))]


def _source(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:80]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        if not ip.is_loopback:
            return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
