"""The cells of the matrix: which SDK talks to which upstream, and through what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.lane import Lane
from tests.support.talks.matrix import TALKS, Matrix
from tests.support.talks.talk import Talk, Wishes
from tests.support.talks.upstreams import UPSTREAMS, UpstreamKind

PROTOCOLS = {"anthropic": "anthropic", "chat": "openai-chat", "responses": "openai-responses"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    client: str
    upstream: UpstreamKind
    direct: bool
    lane: Lane
    matrix: Matrix

    def talk(self, **wishes: Any) -> Talk:
        asked = Wishes(**{"model": self.upstream.model} | wishes)
        return self.matrix.talk(self.client, self.upstream.name, asked, direct=self.direct)


def all_cells() -> list[Any]:
    cells = [
        pytest.param((client, upstream, False), id=f"{client}-{upstream}")
        for client in TALKS
        for upstream in UPSTREAMS
    ]
    same = [(kind, kind) for kind in TALKS] + [("chat", "compatible")]
    direct = [
        pytest.param((client, upstream, True), id=f"{client}-{upstream}-direct")
        for client, upstream in same
    ]
    return cells + direct


def switches(*, in_the_loop: bool = False) -> list[Any]:
    """From one upstream to another. Where both speak the client's protocol nothing is translated,
    and what goes where is the client's own affair; so are calls that a model of its own protocol
    gets from elsewhere."""
    return [
        pytest.param((client, upstream, False), other, id=f"{client}-{upstream}-{other.name}")
        for client in TALKS
        for upstream, its in UPSTREAMS.items()
        for other in UPSTREAMS.values()
        if its is not other and not _is_same(client, other, None if in_the_loop else its)
    ]


def _is_same(client: str, *upstreams: UpstreamKind | None) -> bool:
    spoken = PROTOCOLS.get(client, client)
    return all(each is None or each.protocol == spoken for each in upstreams)
