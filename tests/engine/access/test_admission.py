"""Who comes again by the same head is let in by what was found then, as long as it holds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from llmgw_desktop.domain.access.access_errors import ClientPaused, MissingScope, Unauthenticated
from llmgw_desktop.domain.access.principal import LABEL_HEADER, Principal, Scope
from llmgw_desktop.domain.errors import GatewayClosed, StoreUnavailable
from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.engine.access.authenticator import REFRESH_S, RUN_HEADER, key_digest
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.http1.head import HeadNotes
from tests.engine.access.test_authenticator import NEW, OWN, Desk, Knock, _client, desk

__all__ = ["desk"]


class Comes(Knock):
    """By one connection, with one head."""

    path = "/v1/chat/completions"
    address = "127.0.0.1"

    def __init__(self, *keys: str, from_here: bool = True, **lines: str) -> None:
        super().__init__(*keys, from_here=from_here)
        self._lines = {name.replace("_", "-"): line for name, line in lines.items()}
        self.notes = HeadNotes()
        self.looks = 0

    @property
    def presented_keys(self) -> Sequence[str]:
        self.looks += 1
        return self._keys

    @presented_keys.setter
    def presented_keys(self, keys: Sequence[str]) -> None:
        self._keys = keys

    def header_lines(self, name: str) -> Sequence[str]:
        return [line for each, line in self._lines.items() if each == name.lower()]


class Arrivals:
    """The connections' side, where a person may have paused somebody."""

    def __init__(self) -> None:
        self.is_paused = False
        self.came: list[str] = []

    def unknown(self, _: object) -> None: ...

    def arrived(self, _: object, principal: Principal, __: Scope) -> None:
        self.came.append(principal.name)
        if self.is_paused:
            raise ClientPaused("paused", client_id=principal.client_id, client=principal.name)


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals()


@pytest.fixture
def gate(desk: Desk, arrivals: Arrivals) -> Gate:
    desk.ours.add(_client())
    gate = Gate(desk.authenticator, arrivals=arrivals)
    gate.state = GatewayState.RUNNING
    return gate


def admit(gate: Gate, caller: Comes, scope: Scope = Scope.MODELS_USE) -> Principal:
    return gate.admit(caller, scope)  # type: ignore[arg-type] - all that is asked of it


def known(gate: Gate, **lines: str) -> Comes:
    """Who has come in twice, the second time without being looked at."""
    caller = Comes(NEW, **lines)
    first = admit(gate, caller)
    looks = caller.looks
    assert admit(gate, caller) is first
    assert caller.looks == looks > 0
    return caller


def test_he_is_told_of_each_time(gate: Gate, arrivals: Arrivals) -> None:
    known(gate)
    assert arrivals.came == ["editor", "editor"]


def test_what_he_says_of_himself_stays_his(gate: Gate) -> None:
    caller = known(gate, **{LABEL_HEADER.lower(): "tests"})
    assert admit(gate, caller).label == "tests"


async def test_this_program_revokes_his_key(desk: Desk, gate: Gate) -> None:
    caller = known(gate)
    desk.ours.revoke("editor")
    with pytest.raises(Unauthenticated):
        admit(gate, caller)


async def test_another_program_revokes_his_key(desk: Desk, gate: Gate) -> None:
    caller = known(gate)
    desk.theirs.revoke("editor")
    desk.clock.forward(1.5 * REFRESH_S)
    with pytest.raises(Unauthenticated):
        admit(gate, caller)


async def test_his_key_is_rotated_and_its_grace_is_over(desk: Desk, gate: Gate) -> None:
    caller = known(gate)
    assert desk.ours.rotate("cli_1", key_digest("other"), "oth", desk.clock.now_s() + 60)
    assert admit(gate, caller).name == "editor"
    desk.clock.forward(61)
    with pytest.raises(Unauthenticated):
        admit(gate, caller)


def test_keys_can_no_longer_be_looked_up(
    desk: Desk, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> int:
        raise StoreUnavailable("the disk is gone")

    caller, own = known(gate), Comes(OWN)
    monkeypatch.setattr(desk.ours, "data_version", gone)
    desk.clock.forward(1.5 * REFRESH_S)
    with pytest.raises(StoreUnavailable):
        admit(gate, caller)
    assert admit(gate, own) is admit(gate, own)


def test_the_gateway_is_paused(gate: Gate) -> None:
    caller = known(gate)
    gate.state = GatewayState.PAUSED
    with pytest.raises(GatewayClosed):
        admit(gate, caller)
    gate.state = GatewayState.RUNNING
    assert admit(gate, caller).name == "editor"


def test_a_person_pauses_him(gate: Gate, arrivals: Arrivals) -> None:
    caller = known(gate)
    arrivals.is_paused = True
    with pytest.raises(ClientPaused) as refused:
        admit(gate, caller)
    assert (refused.value.client_id, refused.value.client) == ("cli_1", "editor")


def test_for_one_thing_is_not_for_another(gate: Gate) -> None:
    caller = known(gate)
    with pytest.raises(MissingScope):
        admit(gate, caller, Scope.ADMIN)
    assert admit(gate, caller).name == "editor"


def test_whoever_names_a_run_is_looked_at_each_time(gate: Gate) -> None:
    caller = Comes(NEW, **{RUN_HEADER: "key-of-a-run"})
    admit(gate, caller)
    looks = caller.looks
    admit(gate, caller)
    assert caller.looks > looks


async def test_one_who_may_not_is_never_known(gate: Gate) -> None:
    caller = Comes("llmgw-wrong")
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            admit(gate, caller)
    assert caller.notes.admission is None
