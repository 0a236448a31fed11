"""What vendors tell of an answer's tokens, and what follows by the rules of docs/figures.md.

Nothing here comes from the gateway's code: the figures are written down, and costs are reckoned in
fractions by prices of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

Vendor = Literal["anthropic", "chat", "responses", "gemini"]
Way = Literal["plain", "late", "cut", "torn", "leave"]
"""Whole, the usage after the last word, broken off before the last word, broken off in the frame
that tells the usage, or left by the caller."""
VENDORS: tuple[Vendor, ...] = ("anthropic", "chat", "responses", "gemini")

PRICES = """
[[prices]]
provider = "*"
input = 3
output = 15
cache_read = 0.3
cache_write_5m = 3.75
cache_write_1h = 6
audio_input = 10
tiers = [{ above_tokens = 200000, input = 6, output = 22.5 }]
service = { flex = { input = 1.5, output = 7.5 }, batch = { input = 1.5, output = 7.5 } }
fees = { web_search = 0.01, google_search = 0.014 }
"""
_RATES = {
    "": {"fresh": "3", "made": "15", "read": "0.3", "short": "3.75", "hour": "6", "audio": "10"},
    "long": {"fresh": "6", "made": "22.5"},
    "flex": {"fresh": "1.5", "made": "7.5"},
    "batch": {"fresh": "1.5", "made": "7.5"},
}
_FEES = {"web_search": "0.01", "google_search": "0.014"}
LONG = 200_000


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What an answer's flight has to say; None is unknown."""

    input: int | None = None
    output: int | None = None
    read: int | None = None
    write: int | None = None
    reasoning: int | None = None
    hour: int = 0
    """Of `write`."""
    audio: int = 0
    """Of `input`."""
    tier: str = ""
    calls: Mapping[str, int] = field(default_factory=dict)
    is_strange: bool = False
    """It has members that nobody understands."""
    is_unsound: bool = False
    bill: Fraction | None = None
    """The vendor's own."""
    estimated: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()

    @property
    def known(self) -> dict[str, int]:
        names = ("input", "output", "read", "write", "reasoning")
        return {name: told for name in names if (told := getattr(self, name)) is not None}

    def provenance(self, name: str) -> str:
        if name not in self.known:
            return "unknown"
        if name in self.partial:
            return "partial"
        return "estimated" if name in self.estimated else "told"

    def by_prices(self) -> tuple[Fraction | None, bool]:
        """(US dollars, whether that is only the least)."""
        if self.is_unsound or (not self.known and not self.calls):
            return None, False
        tier = self.tier or ("long" if (self.input or 0) > LONG else "")
        rates, parts = _RATES.get(tier), list[Fraction | None]()
        if rates is None:
            parts.append(None)
        else:
            short = (self.write or 0) - self.hour
            fresh = self.input
            if fresh is not None:
                fresh -= (self.read or 0) + (self.write or 0) + self.audio
            amounts = {"fresh": fresh, "made": self.output, "read": self.read or 0}
            amounts |= {"short": short, "hour": self.hour, "audio": self.audio}
            parts += [_price(count, rates.get(name)) for name, count in amounts.items()]
        for name, count in self.calls.items():
            parts.append(Fraction(_FEES[name]) * count if name in _FEES else None)
        gaps = [part for part in parts if part is None]
        priced = [part for part in parts if part]
        if gaps and not priced:
            return None, False
        return sum(priced, Fraction(0)), bool(gaps) or self.is_strange or bool(self.partial)

    def cost(self) -> tuple[Fraction | None, str]:
        """(US dollars, provenance)."""
        if self.bill is not None:
            return self.bill, "told"
        usd, is_least = self.by_prices()
        if usd is None:
            return None, "unknown"
        counted = {name for name in self.estimated if self.known[name]}  # no tokens cost nothing
        return usd, "partial" if is_least else "estimated" if counted else "told"


def _price(count: int | None, rate: str | None) -> Fraction | None:
    """Of so many tokens; None where that is not known."""
    if count == 0:
        return Fraction(0)
    return None if count is None or rate is None else Fraction(rate) * count / 1_000_000


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A usage as one vendor tells it."""

    name: str
    says: Figures
    usage: Any
    """JSON."""
    begun: Any = None
    """What a stream tells with its first words."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Members beside the usage."""
    way: Way = "plain"

    @property
    def is_whole(self) -> bool:
        return self.way in ("plain", "late")


def told(vendor: Vendor, says: Figures) -> dict[str, Any]:
    """These tokens in the vendor's own words; what is None is left out."""
    asked, made, read, write = says.input, says.output, says.read, says.write
    if vendor == "anthropic":
        fresh = None if asked is None else asked - (read or 0) - (write or 0)
        parts = {"ephemeral_5m_input_tokens": (write or 0) - says.hour}
        parts |= {"ephemeral_1h_input_tokens": says.hour}
        return _known(
            input_tokens=fresh,
            output_tokens=made,
            cache_read_input_tokens=read,
            cache_creation_input_tokens=write,
            cache_creation=parts if says.hour else None,
            output_tokens_details=_known(thinking_tokens=says.reasoning),
        )
    if vendor == "gemini":
        beside = says.reasoning or 0
        sound = [{"modality": "AUDIO", "tokenCount": says.audio}] if says.audio else None
        return _known(
            promptTokenCount=asked,
            candidatesTokenCount=None if made is None else made - beside,
            cachedContentTokenCount=read,
            thoughtsTokenCount=says.reasoning,
            promptTokensDetails=sound,
        )
    names = ("prompt", "completion") if vendor == "chat" else ("input", "output")
    total = None if asked is None or made is None else asked + made
    return _known(
        **{
            f"{names[0]}_tokens": asked,
            f"{names[1]}_tokens": made,
            "total_tokens": total,
            f"{names[0]}_tokens_details": _known(
                cached_tokens=read, cache_write_tokens=write, audio_tokens=says.audio or None
            ),
            f"{names[1]}_tokens_details": _known(reasoning_tokens=says.reasoning),
        }
    )


def _known(**members: Any) -> dict[str, Any]:
    return {name: each for name, each in members.items() if each not in (None, {})}


_PLAIN = Figures(input=100, output=50)
_FULL = Figures(input=100, output=50, read=40, reasoning=12)
_MADE = {
    "anthropic": "output_tokens",
    "chat": "completion_tokens",
    "responses": "output_tokens",
    "gemini": "candidatesTokenCount",
}
_ASKED = {
    "anthropic": "input_tokens",
    "chat": "prompt_tokens",
    "responses": "input_tokens",
    "gemini": "promptTokenCount",
}


def shapes(vendor: Vendor, *, streaming: bool) -> Iterator[Shape]:
    """Of streams those that break off stand between others: nobody stops asking this vendor."""
    whole = [*_sound(vendor), *_billed(vendor), *_bad(vendor)]
    broken = [*_growing(vendor), *_broken(vendor)] if streaming else []
    for number, shape in enumerate(whole):
        yield shape
        yield from broken[number : number + 1]
    yield from broken[len(whole) :]


def _sound(vendor: Vendor) -> Iterator[Shape]:
    says = {
        "plain": _PLAIN,
        "cached": replace(_PLAIN, read=40),
        "nothing cached": replace(_PLAIN, read=0, reasoning=0),
        "reasoning": replace(_PLAIN, reasoning=12),
        "all": _FULL,
        "zeroes": Figures(input=0, output=0, read=0),
        "long": replace(_PLAIN, input=300_000),
        "long and cached": replace(_PLAIN, input=300_000, read=1000),
        "at the edge": replace(_PLAIN, input=LONG),
        "only output": Figures(output=50),
    }
    if vendor != "gemini":
        says["written"] = replace(_PLAIN, write=30)
        says["read and written"] = replace(_FULL, write=30)
    if vendor == "anthropic":
        says["an hour"] = replace(_PLAIN, read=40, write=20, hour=20)
        says["both times"] = replace(_PLAIN, read=0, write=50, hour=20)
    else:
        says["sound"] = replace(_PLAIN, audio=30)
    for name, each in says.items():
        yield Shape(name=name, says=each, usage=told(vendor, each))
    # Google leaves out what is 0
    only = Figures(input=100, output=0 if vendor == "gemini" else None)
    usage = told(vendor, Figures(input=100))
    yield Shape(name="only input", says=only, usage=usage)
    yield Shape(name="none", says=Figures(), usage=None if vendor == "chat" else {})
    floats = {_ASKED[vendor]: 100.0, _MADE[vendor]: 50.0}
    yield Shape(name="floats", says=_PLAIN, usage=told(vendor, _PLAIN) | floats)
    if vendor == "chat":
        beside = told(vendor, _FULL) | {"completion_tokens": 38}
        yield Shape(name="reasoning beside", says=_FULL, usage=beside)


def _billed(vendor: Vendor) -> Iterator[Shape]:
    plain = told(vendor, _PLAIN)
    known = replace(_PLAIN, tier="batch" if vendor == "anthropic" else "flex")
    strange = replace(_PLAIN, tier="another")
    for name, says, word in (("tier", known, known.tier), ("strange tier", strange, "another")):
        if vendor in ("chat", "responses"):
            yield Shape(name=name, says=says, usage=plain, more={"service_tier": word})
        else:
            member = {"serviceTier": f"SERVICE_TIER_{word.upper()}"}
            member = {"service_tier": word} if vendor == "anthropic" else member
            yield Shape(name=name, says=says, usage=plain | member)
    yield from _fees(vendor)
    says = replace(_PLAIN, is_strange=True)
    yield Shape(name="stranger", says=says, usage=plain | {"brand_new_tokens": 7})
    if vendor != "gemini":
        says = replace(_PLAIN, bill=Fraction("0.25"))
        yield Shape(name="own bill", says=says, usage=plain | {"cost": 0.25})
        free = replace(_PLAIN, bill=Fraction(0))
        yield Shape(name="free by own bill", says=free, usage=plain | {"cost": 0})


def _fees(vendor: Vendor) -> Iterator[Shape]:
    plain = told(vendor, _PLAIN)
    searched = replace(_PLAIN, calls={"web_search": 2})
    if vendor in ("anthropic", "chat"):
        tools = {"server_tool_use": {"web_search_requests": 2}}
        yield Shape(name="searches", says=searched, usage=plain | tools)
        says = replace(_PLAIN, calls={"code_execution": 3})
        tools = {"server_tool_use": {"code_execution_requests": 3}}
        if vendor == "chat":
            says, tools = replace(_PLAIN, calls={"sources": 3}), {"num_sources_used": 3}  # type: ignore[dict-item]
        yield Shape(name="unknown fee", says=says, usage=plain | tools)
    elif vendor == "responses":
        content = [{"type": "output_text", "text": "yes", "annotations": []}]
        item = {"type": "message", "id": "msg", "role": "assistant", "content": content}
        action = {"type": "search", "query": "a"}
        call = {"type": "web_search_call", "status": "completed", "action": action}
        output = [item, call | {"id": "ws_1"}, call | {"id": "ws_2"}]
        yield Shape(name="searches", says=searched, usage=plain, more={"output": output})
    else:
        candidate = {
            "content": {"parts": [{"text": "yes"}], "role": "model"},
            "finishReason": "STOP",
            "groundingMetadata": {"webSearchQueries": ["a", "b"]},
        }
        says = replace(_PLAIN, calls={"google_search": 2})
        yield Shape(name="searches", says=says, usage=plain, more={"candidates": [candidate]})


def _bad(vendor: Vendor) -> Iterator[Shape]:
    """Figures that cannot be true: unknown where they are no counts, and nothing has a price."""
    for name, no_count in {"negative": -5, "text": "9", "huge": 10**30, "part": 1.5}.items():
        for which, member in (("output", _MADE[vendor]), ("input", _ASKED[vendor])):
            says = replace(_PLAIN, **{which: None}, is_unsound=True)
            usage = told(vendor, _PLAIN) | {member: no_count}
            yield Shape(name=f"{name} {which}", says=says, usage=usage)
    if vendor == "anthropic":
        says = replace(_PLAIN, write=20, hour=50, is_unsound=True)
    else:
        says = replace(_PLAIN, input=10, read=40, is_unsound=True)
    yield Shape(name="more cached than asked", says=says, usage=told(vendor, says))
    # of the others' a usage is looked for as an object alone
    says = Figures(is_unsound=vendor in ("chat", "responses"))
    yield Shape(name="no object", says=says, usage="plenty")
    if vendor != "gemini":
        says = replace(_PLAIN, reasoning=60, is_unsound=True)
        yield Shape(name="more thought than made", says=says, usage=told(vendor, says))


def _growing(vendor: Vendor) -> Iterator[Shape]:
    """A usage that is told twice: the last one counts, and none that grew is added up."""
    begun = told(vendor, Figures(input=90, output=5, read=40))
    yield Shape(name="twice", says=_FULL, usage=told(vendor, _FULL), begun=begun)
    usage = told(vendor, _PLAIN)
    yield Shape(name="twice the same", says=_PLAIN, usage=usage, begun=usage)
    if vendor != "responses":  # its last word is the usage
        yield Shape(name="late", says=_PLAIN, usage=usage, way="late")


def _broken(vendor: Vendor) -> Iterator[Shape]:
    """The word that came is one token at least; what was told on the way is a lower bound too, but
    for Anthropic's beginning, which tells of the answer nothing."""
    unheard = Figures(output=1, partial=frozenset({"output"}))
    grown = replace(unheard, input=100, output=1 if vendor == "anthropic" else 5)
    begun, usage = told(vendor, replace(_PLAIN, output=5)), told(vendor, _PLAIN)
    ways: tuple[Way, ...] = ("cut", "torn", "leave")
    for way in ways:
        yield Shape(name=f"{way} before usage", says=unheard, usage=usage, way=way)
        yield Shape(name=f"{way} after usage", says=grown, usage=usage, begun=begun, way=way)
