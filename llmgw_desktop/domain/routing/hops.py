"""Which gateways a request has come through, and that it goes round in no circle.

Each gateway adds its mark (and a name, for people) to a header of its own, towards whatever may
lead back to a gateway; vendors' own addresses do not, and hear nothing of it. `Via` of others is
passed on with it (RFC 9110, 7.6.3), and is made nowhere: who is known by it to have come through a
proxy loses rights at careful servers.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from llmgw_desktop.domain.access.access_errors import LoopDetected
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.provider import Upstream, is_a_vendors_own
from llmgw_desktop.domain.values import value

HOP_HEADER = "x-gateway-hops"
VIA = "via"
OF_HOPS = (HOP_HEADER, VIA)
MOST_HOPS = 8
"""Gateways one behind the other; more is a circle through something that loses our mark."""
MOST_VIA = 16
"""Proxies of any kind."""
NAME_LENGTH = 32
LONGEST = 2048
"""Characters of each of these headers; what is longer is refused, so that nothing is overlooked."""
_MARK = re.compile(r"[0-9a-f]{12}")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._:-]+")
_PORT_LENGTH = len(":65535")
_KNOWN_PLACES = 256


@value(kw_only=False)
class Hop:
    """One gateway that a request came through."""

    mark: str
    """12 hexadecimal digits, random."""
    name: str = ""
    """Its own word, in the letters of `hop_name`; may be empty."""

    @property
    def shown(self) -> str:
        return self.name or self.mark


def is_mark(text: str) -> bool:
    return _MARK.fullmatch(text) is not None


def hop_name(text: str) -> str:
    """As it may stand in a header: letters, digits, `.`, `_`, `-` and, before a port, `:`."""
    return _NOT_IN_A_NAME.sub("-", text)[:NAME_LENGTH].strip("-.:")


def hops_told(headers: Mapping[str, str]) -> dict[str, str]:
    """What a request says of its way here."""
    told = {name: ", ".join(_lines(headers, name))[:LONGEST] for name in OF_HOPS}
    return {name: line for name, line in told.items() if line}


def hops_in(lines: Sequence[str]) -> tuple[Hop, ...]:
    """What is no hop is left out: the header is anybody's word."""
    told = ",".join(lines)[:LONGEST]
    found = []
    for entry in told.split(","):
        mark, _, name = entry.strip().partition(" ")
        if is_mark(mark):
            found.append(Hop(mark, hop_name(name)))
    return tuple(found)


def _line(mark: str, name: str) -> str:
    """A hop as it stands in the header."""
    return f"{mark} {name}".strip()


_computer_name = lru_cache(8)(hop_name)
"""Asked for with every request."""


class HopMark:
    """This gateway's own, and what it makes of those of others."""

    def __init__(self, mark: str, *, name: Callable[[], str], given: Callable[[], str]) -> None:
        """`name` is the computer's, which stays in the person's own network; `given` what the
        settings say in its place, for everybody, or empty."""
        self._mark = mark
        self._computer = name
        self._given = given
        self._vendors: dict[str, bool] = {}
        self.port: int | None = None
        """Where it listens, once it does: several gateways of one computer differ by it."""

    @property
    def name(self) -> str:
        """As people know this gateway."""
        return self._given() or self._place()

    def _place(self) -> str:
        computer = _computer_name(self._computer()) or "llmgw"
        if self.port is None:
            return computer
        return f"{computer[: NAME_LENGTH - _PORT_LENGTH]}:{self.port}"

    def check(self, header_lines: Callable[[str], Sequence[str]]) -> None:
        """Raises LoopDetected for a request that was here before, or came through too many;
        MalformedRequest where it says more of its way than is read."""
        lines, via = header_lines(HOP_HEADER), header_lines(VIA)
        for header, said in ((HOP_HEADER, lines), (VIA, via)):
            if said and len(",".join(said)) > LONGEST:
                raise MalformedRequest(
                    f"The header {header.title()} is longer than {LONGEST:,} characters."
                )
        if lines:
            self._check_hops(hops_in(lines), ",".join(lines).count(",") + 1)
        if via:
            self._check_via(",".join(via))

    def onward(
        self, upstream: Upstream, came_by: Mapping[str, str], *, is_near: bool
    ) -> dict[str, str]:
        """The headers that the next one is told all this by. `came_by`: the caller's headers, if
        there was one. `is_near`: it lies on the person's own computer or network."""
        if self._is_vendors(upstream.base_url):
            return {}
        own = _line(self._mark, self.name if is_near else self._given())
        if came_by.get(HOP_HEADER) is None and came_by.get(VIA) is None:
            return {HOP_HEADER: own}
        before = hops_told(came_by)
        hops = hops_in((before.get(HOP_HEADER, ""),))
        told = {HOP_HEADER: ", ".join((*(_line(hop.mark, hop.name) for hop in hops), own))}
        if VIA in before:
            told[VIA] = f"{before[VIA]}, 1.1 gateway-{self._mark}"
        return told

    def _check_hops(self, hops: Sequence[Hop], told: int) -> None:
        marks = [hop.mark for hop in hops]
        if self._mark in marks:
            raise self._circle(hops[marks.index(self._mark) + 1 :])
        if told > MOST_HOPS:
            last = f", the last of them '{hops[-1].shown}'" if hops else ""
            raise LoopDetected(
                f"This request came to the gateway '{self.name}' through more than {MOST_HOPS} "
                f"others{last}: it goes round in a circle."
            )

    def _circle(self, over: Sequence[Hop]) -> LoopDetected:
        others = [hop for hop in over if hop.mark != self._mark]
        way = [Hop(self._mark, self.name), *others]
        alike = _alike(way)
        shown = [_told_apart(hop) if hop.shown in alike else hop.shown for hop in way]
        ways = " and ".join(f"'{other}'" for other in shown[1:])
        by = f"the gateway {ways}" if ways else "an address that only passes it on"
        hint = ""
        if alike:
            hint = f" Several gateways are called {alike[0]}: name them apart by name in [http]."
        return LoopDetected(
            f"The gateway '{shown[0]}' sent this request out and got it back over {by}: "
            f"{' → '.join((*shown, shown[0]))} is a circle.{hint}"
        )

    def _check_via(self, via: str) -> None:
        if f"gateway-{self._mark}" in via:
            raise LoopDetected(
                f"The gateway '{self.name}' sent this request out and got it back over a proxy "
                f"(Via: {via[:200]}): this is a circle."
            )
        if via.count(",") >= MOST_VIA:
            raise LoopDetected(
                f"This request came to the gateway '{self.name}' through more than {MOST_VIA} "
                f"proxies (Via): it goes round in a circle."
            )

    def _is_vendors(self, base_url: str) -> bool:
        known = self._vendors.get(base_url)
        if known is None:
            known = is_a_vendors_own(base_url)
            if len(self._vendors) < _KNOWN_PLACES:
                self._vendors[base_url] = known
        return known


def _alike(way: Sequence[Hop]) -> list[str]:
    """Names that several gateways have."""
    count = Counter(hop.shown for hop in {hop.mark: hop for hop in way}.values())
    return [name for name, marks in count.items() if marks > 1]


def _told_apart(hop: Hop) -> str:
    return f"{hop.shown} ({hop.mark})"


def _lines(headers: Mapping[str, str], name: str) -> Sequence[str]:
    first = headers.get(name)
    if first is None:
        return ()
    all_of: Any = getattr(headers, "getall", None)
    lines: Sequence[str] = [first] if all_of is None else all_of(name)
    return [line for line in lines if line.isascii() and line.isprintable()]
