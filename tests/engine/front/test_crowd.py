"""Whose connections there are, whatever comes, shows its key and goes, in whatever order."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.access.access_errors import TooManyConnections
from llmgw_desktop.domain.access.principal import LOCAL, Principal
from llmgw_desktop.domain.errors import GatewayClosed
from llmgw_desktop.domain.settings.tables import LimitSettings
from llmgw_desktop.engine.front.crowd import (
    LOGGED_EVERY_S,
    MOST_CONNECTIONS,
    MOST_FLOODS,
    Crowd,
)
from tests.support.turned_clock import TurnedClock

HERE, THERE = "127.0.0.1", "203.0.113.9"


@dataclass(eq=False)
class Pipe:
    is_idle: bool = True
    gave_way: bool = False

    def give_way(self) -> None:
        self.gave_way = True


def client(name: str) -> Principal:
    return Principal(client_id=f"cli_{name}", name=name, scopes=frozenset())


def crowd_of(most: int = MOST_CONNECTIONS, **limits: int) -> Crowd:
    crowd = Crowd(TurnedClock(), most=most, quiet_s=0.5)
    crowd.apply(LimitSettings(**limits))
    return crowd


def test_another_computer_has_its_share_with_a_key_or_without() -> None:
    crowd = crowd_of(max_connections_per_address=3)
    pipes = [Pipe() for _ in range(3)]
    assert [crowd.comes(pipe, THERE, is_near=False) for pipe in pipes] == [None] * 3
    crowd.known(pipes[0], client("a"), is_own=False)
    surplus = crowd.comes(Pipe(), THERE, is_near=False)
    assert isinstance(surplus, TooManyConnections)
    assert "limits.max_connections_per_address" in str(surplus)
    assert crowd.comes(Pipe(), "203.0.113.10", is_near=False) is None
    (flood,) = crowd.floods
    assert (flood.client_id, flood.name, flood.refused) == ("", THERE, 1)


def test_strangers_of_this_computer_give_way_once_they_are_quiet() -> None:
    clock = TurnedClock()
    crowd = Crowd(clock, quiet_s=0.5)
    crowd.apply(LimitSettings(max_connections_per_address=2))
    busy, quiet, young = Pipe(is_idle=False), Pipe(), Pipe()
    for pipe in (busy, quiet):
        assert crowd.comes(pipe, HERE, is_near=True) is None
    clock.pass_s(0.4)
    assert crowd.comes(young, HERE, is_near=True) is None
    assert not quiet.gave_way, "it may be about to ask"
    clock.pass_s(0.4)
    assert crowd.comes(Pipe(), HERE, is_near=True) is None
    assert (busy.gave_way, quiet.gave_way, young.gave_way) == (False, True, False)


def test_those_that_came_too_fast_are_held_to_the_bound_and_told_by_it() -> None:
    clock = TurnedClock()
    crowd = Crowd(clock, most=16, quiet_s=0.5)
    crowd.apply(LimitSettings(max_connections_per_address=64))  # of 512: here it is 2
    pipes = [Pipe() for _ in range(17)]
    surplus = [crowd.comes(pipe, HERE, is_near=True) for pipe in pipes]
    assert [isinstance(each, GatewayClosed) for each in surplus] == [False] * 16 + [True]
    (flood,) = crowd.floods
    assert (flood.connections, flood.most, flood.refused) == (17, 2, 1)
    clock.pass_s(1.0)
    assert crowd.comes(Pipe(), HERE, is_near=True) is None
    assert [pipe.gave_way for pipe in pipes] == [True] * 16 + [False]
    assert crowd.held == 2


def test_each_flood_has_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = TurnedClock()
    crowd = Crowd(clock)
    crowd.apply(LimitSettings(max_connections_per_client=2, max_connections_per_address=1))

    def flood(name: str) -> None:
        pipes = [Pipe() for _ in range(3)]
        for pipe in pipes:
            crowd.comes(pipe, HERE, is_near=True)
        for pipe in pipes:
            with suppress(TooManyConnections):
                crowd.known(pipe, client(name), is_own=False)
        for pipe in pipes:
            crowd.goes(pipe)

    for _ in range(3):
        flood("a")
        flood("b")
    assert [record.message for record in caplog.records] == [
        f"'{name}' (cli_{name}) holds 2 connections; beyond 2 they are closed "
        "(limits.max_connections_per_client)"
        for name in "ab"
    ]
    crowd.comes(Pipe(), THERE, is_near=False)
    crowd.comes(Pipe(), THERE, is_near=False)
    assert caplog.records[-1].message.startswith(f"somebody at {THERE} holds 1 connections; ")
    for at in range(2 * MOST_FLOODS):
        flood(f"c{at}")
    assert len(caplog.records) == MOST_FLOODS
    clock.pass_s(LOGGED_EVERY_S)
    flood("a")
    assert len(caplog.records) == MOST_FLOODS + 1


def test_where_the_system_gives_less_each_has_less() -> None:
    crowd = crowd_of(most=64)
    pipes = [Pipe() for _ in range(33)]
    for pipe in pipes:
        crowd.comes(pipe, HERE, is_near=True)
    for pipe in pipes[:32]:
        crowd.known(pipe, client("a"), is_own=False)
    with pytest.raises(TooManyConnections, match="32 connections"):
        crowd.known(pipes[32], client("a"), is_own=False)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["comes", "far", "known", "own", "goes"]),
            st.integers(0, 15),
            st.sampled_from("abc"),
        ),
        max_size=80,
    )
)
def test_the_books_are_right_in_the_end(acts: list[tuple[str, int, str]]) -> None:
    clock = TurnedClock()
    crowd = Crowd(clock, most=32, quiet_s=0.5)
    crowd.apply(LimitSettings(max_connections_per_client=64, max_connections_per_address=64))
    pipes = [Pipe() for _ in range(16)]
    there: set[int] = set()
    for act, at, name in acts:
        clock.pass_s(0.2)
        pipe = pipes[at]
        if act in ("comes", "far") and at not in there:
            pipe.gave_way = False
            crowd.comes(pipe, HERE if act == "comes" else THERE, is_near=act == "comes")
            there.add(at)
        elif act == "goes":
            crowd.goes(pipe)
            there.discard(at)
        elif act in ("known", "own"):
            try:
                who = LOCAL if act == "own" else client(name)
                crowd.known(pipe, who, is_own=act == "own")
            except (TooManyConnections, GatewayClosed):
                pass
        there -= {each for each in there if pipes[each].gave_way}
        assert crowd.held == len(there)
    for pipe in pipes:
        crowd.goes(pipe)
    assert crowd.held == 0
    assert crowd.floods == ()
    assert not crowd._counts
    assert not crowd._remote
    assert not crowd._names
    assert crowd._known == 0
