"""Which columns stay when room is short, and how wide."""

from __future__ import annotations

import pytest

from llmgw_desktop.ui.flights.table.flight_header import Want, shared

WANTS = [
    Want(key="state", width=30, least=30),
    Want(key="time", width=80, least=80),
    Want(key="client", width=120, least=80),
    Want(key="provider", width=110, least=80),
    Want(key="model", width=140, least=140),
    Want(key="status", width=60, least=60),
    Want(key="took", width=80, least=80),
    Want(key="rate", width=60, least=60),
]
ALL = [want.key for want in WANTS]


def test_with_room_to_spare_the_model_has_it() -> None:
    widths = shared(WANTS, 1000)
    assert list(widths) == ALL
    assert sum(widths.values()) == 1000
    assert widths["model"] == 140 + 1000 - 680
    assert widths["client"] == 120


def test_names_give_way_before_anything_goes() -> None:
    widths = shared(WANTS, 640)
    assert list(widths) == ALL
    assert sum(widths.values()) == 640
    assert (widths["client"], widths["provider"], widths["model"]) == (97, 92, 141)


def test_the_least_important_goes_first() -> None:
    assert [key for key in ALL if key not in shared(WANTS, 600)] == ["rate"]
    gone = {room: set(ALL) - set(shared(WANTS, room)) for room in (600, 540, 480, 420, 350)}
    assert gone[540] == {"rate", "provider"}
    assert gone[480] == {"rate", "provider"}
    assert gone[420] == {"rate", "provider", "status"}
    assert gone[350] == {"rate", "provider", "status", "took"}


@pytest.mark.parametrize("room", range(0, 1200, 7))
def test_all_room_is_used_and_no_column_is_narrower_than_it_may(room: int) -> None:
    widths = shared(WANTS, room)
    for want in WANTS:
        assert widths.get(want.key, want.least) >= want.least
    assert {"state", "time", "model"} <= set(widths)
    least = sum(want.least for want in WANTS if want.key in widths)
    assert sum(widths.values()) == max(room, least)


def test_what_somebody_asked_for_stays() -> None:
    wants = [*WANTS, Want(key="error", width=300, least=300)]
    assert {"error", "state", "time", "model"} <= set(shared(wants, 400))


def test_without_the_model_nothing_is_stretched() -> None:
    wants = [want for want in WANTS if want.key != "model"]
    assert sum(shared(wants, 1000).values()) == 540
