"""What a person takes back ends what runs by it; what is only over does not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from llmgw_desktop.app.access.assembly import Revocations
from llmgw_desktop.domain.access.consent import Grant
from llmgw_desktop.domain.events import GrantsChanged, KeysGone
from llmgw_desktop.engine.loop.bus import Bus
from tests.support.plain_questions import grant


class _Runs:
    """Three programs and a key have something under way."""

    clients = frozenset({"oauth:taken", "oauth:over", "oauth:again", "cli_1"})

    def __init__(self) -> None:
        self.were_cut: list[str] = []

    def cut(self, client_ids: Collection[str]) -> None:
        self.were_cut += client_ids


class _Keys:
    looks = 0

    def look_again(self) -> None:
        self.looks += 1


class _Grants:
    def grants(self) -> list[Grant]:
        return [
            grant(id="gr_1", client_id="taken", revoked_at_s=5.0),
            grant(id="gr_2", client_id="over", expires_at_s=1.0),
            grant(id="gr_3", client_id="again", revoked_at_s=5.0),
            grant(id="gr_4", client_id="again"),
        ]


def test_programs_whose_every_grant_was_taken_back_are_cut_and_no_others() -> None:
    runs, keys, bus = _Runs(), _Keys(), Bus()
    made = Revocations(cast("Any", keys), cast("Any", _Grants()), cast("Any", runs))
    made.listen(bus)
    assert runs.were_cut == []
    bus.publish(GrantsChanged())
    assert runs.were_cut == ["oauth:taken"]
    assert keys.looks == 1
    bus.publish(KeysGone(client_ids=frozenset({"cli_1"})))
    assert runs.were_cut == ["oauth:taken", "cli_1"]
