"""Who waits: browsers for an answer, with two words to compare, and a person for questions."""

import asyncio
import secrets
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager

from llmgw_desktop.domain.access.consent import ANSWER_WITHIN_S, ConsentOutcome, ConsentQuestion
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
