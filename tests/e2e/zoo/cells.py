"""The cells of the zoo: which library, through which door, to which upstream, doing what.

Where a library's client speaks the upstream's own protocol nothing is translated: no such cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.support.talks.upstreams import UPSTREAMS, UpstreamKind

SCENARIOS = ("plain", "stream", "tools", "structured")
CLIENTS = {
    "chat": "openai-chat",
    "responses": "openai-responses",
    "anthropic": "anthropic",
    "gemini": "gemini",
}
"""And the protocols that they speak."""
VENDORS = ("anthropic", "chat", "responses", "gemini")
MUTE = (
    UpstreamKind(
        name="mute-chat",
        kind="openai-compatible",
        protocol="openai-chat",
        model="llama-3.3-70b",
        vendor=None,
        manners="compatible",
    ),
    UpstreamKind(
        name="mute-gemini",
        kind="google",
        protocol="gemini",
        model="gemini-2.5-flash",
        vendor="google",
    ),
)
"""Which tell nothing of their tokens."""
KINDS = {kind.name: kind for kind in (*(UPSTREAMS[name] for name in VENDORS), *MUTE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    name: str
    clients: Sequence[str]
    more: Sequence[str] = ()
    """Scenarios that it has besides."""
    names_providers: bool = False
    """Its Google client writes names with a slash into the address, and nothing before them."""


LIBRARIES = (
    Library(name="sdks", clients=tuple(CLIENTS)),
    Library(name="langchain", clients=tuple(CLIENTS)),
    Library(name="ai_sdk", clients=tuple(CLIENTS), names_providers=True),
    Library(name="pydantic_ai", clients=("chat", "responses", "gemini"), more=("native",)),
    Library(name="instructor", clients=("chat", "anthropic", "gemini")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZooCell:
    library: str
    client: str
    upstream: UpstreamKind
    scenario: str
    model: str
    is_daily: bool

    @property
    def id(self) -> str:
        return f"{self.library}-{self.client}-{self.upstream.name}-{self.scenario}"

    @property
    def is_mute(self) -> bool:
        return self.upstream in MUTE


def all_cells() -> Iterator[ZooCell]:
    for library in LIBRARIES:
        for number, client in enumerate(library.clients):
            yield from _cells(library, client, number)


def _cells(library: Library, client: str, number: int) -> Iterator[ZooCell]:
    """The vendors' own SDKs go daily through each scenario, with one other vendor each."""
    others = [KINDS[name] for name in VENDORS if KINDS[name].protocol != CLIENTS[client]]
    mute = next(kind for kind in MUTE if kind.protocol != CLIENTS[client])
    for at, scenario in enumerate((*SCENARIOS, *library.more)):
        for kind in others:
            daily = library is LIBRARIES[0] and kind is others[(number + at) % len(others)]
            yield _cell(library, client, kind, scenario, daily)
        if scenario in ("plain", "stream"):
            yield _cell(library, client, mute, scenario, False)


def _cell(
    library: Library, client: str, kind: UpstreamKind, scenario: str, is_daily: bool
) -> ZooCell:
    slashed = library.names_providers and client == "gemini"
    return ZooCell(
        library=library.name,
        client=client,
        upstream=kind,
        scenario=scenario,
        model=f"{kind.name}/{kind.model}" if slashed else kind.model,
        is_daily=is_daily,
    )
