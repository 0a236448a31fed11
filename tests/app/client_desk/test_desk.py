"""The list of clients: everyone who may ask, from all the places where that is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.app.clients.known import ClientKind
from llmgw_desktop.app.clients.rows import ClientState, ShownClient
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.store.settings.reader import load_settings
from tests.support.plain_desk import SCENE, PlainDesk, flood_of, set_scene
from tests.ui.plain_gateway import NOW_S, StillClock


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def plain(tmp_path: Path, clock: StillClock) -> Iterator[PlainDesk]:
    path = tmp_path / "config.toml"
    path.write_text(SCENE)
    plain = PlainDesk(tmp_path, clock, lambda: load_settings(path, {}))
    set_scene(plain, NOW_S)
    yield plain
    plain.close()


def _rows(plain: PlainDesk) -> dict[str, ShownClient]:
    return {row.name: row for row in plain.desk.look(plain.standings).rows}


def test_everyone_is_there_and_says_how_it_stands(plain: PlainDesk) -> None:
    rows = _rows(plain)
    found = {name: (row.kind, row.state, row.state_words) for name, row in rows.items()}
    expected = {
        "local": (ClientKind.PERSON, ClientState.READY, "ready"),
        "claude-code": (ClientKind.KEY, ClientState.RUNNING, "2 running"),
        "nightly-review": (ClientKind.KEY, ClientState.RUNNING, "1 running"),
        "codex": (ClientKind.KEY, ClientState.SPENT, "budget used up"),
        "translator": (ClientKind.KEY, ClientState.RESTING, "opens in 12 s"),
        "old-laptop": (ClientKind.KEY, ClientState.EXPIRED, "expired 31 Jan"),
        "leaked": (ClientKind.KEY, ClientState.REVOKED, "revoked 21 Nov"),
        "MCP Inspector": (ClientKind.OAUTH, ClientState.READY, "ready"),
        "gateway-bearer": (ClientKind.BEARER, ClientState.READY, "ready"),
        "ada@example.com": (ClientKind.PROXIED, ClientState.READY, "ready"),
        "Everyone else": (ClientKind.EVERYBODY, ClientState.SETTINGS, ""),
        "gone": (ClientKind.NOBODY, ClientState.SETTINGS, "limits alone"),
    }
    assert {name: found[name] for name in expected} == expected
    assert rows["MCP Inspector"].requests == "3", "its flights belong to oauth:inspector"
    assert "Idle" not in found, "who only registered has not come in"
    assert next(iter(rows)) == "local"
    assert list(rows)[-1] == "leaked"


def test_who_floods_the_gateway_says_so_where_nothing_worse_holds(plain: PlainDesk) -> None:
    plain.floods = tuple(
        flood_of(name, plain.id_of(name), NOW_S, 2_560) for name in ("claude-code", "codex")
    )
    look = plain.desk.look(plain.standings, plain.desk.floods())
    rows = {row.name: row for row in look.rows}
    assert rows["claude-code"].state is ClientState.CROWDING
    assert rows["claude-code"].state_words.startswith("2,560 connections since ")
    assert rows["claude-code"].state_short == "2,560 connections"
    assert rows["codex"].state is ClientState.SPENT


def test_this_computers_key_is_paused_by_its_own_table_alone(
    plain: PlainDesk, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[clients."*"]\npaused = true\n')
    rows = _rows(plain)
    assert rows["leaked"].state is ClientState.REVOKED
    assert rows["local"].state is ClientState.READY
    assert rows["MCP Inspector"].state is ClientState.PAUSED
    path.write_text("[clients.local]\npaused = true\n")
    assert _rows(plain)["local"].state is ClientState.PAUSED
    wish = plain.desk.limits.pausing("local", paused=True)
    assert wish.said.startswith("This computer's own access key is paused: models and MCP")


def test_what_is_not_known_is_no_zero(plain: PlainDesk) -> None:
    rows = _rows(plain)
    assert rows["translator"].cost == "–"
    assert rows["gone"].budgets[0].used_share is None
    assert rows["cursor"].seen == "never"
    assert rows["cursor"].program == "–"
    spent = rows["codex"].budgets[0]
    assert (spent.is_spent, spent.left, spent.used_share) == (True, "used up", 1.0)
    night = rows["nightly-review"].budgets[0]
    assert night.words.startswith("$3.10 used · $0.450 reserved by what runs · $1.45 left · begins")
    assert (night.used_share, night.reserved_share) == pytest.approx((0.62, 0.09))


def test_facts_say_what_it_may_and_whose_limits_hold(plain: PlainDesk) -> None:
    rows = _rows(plain)
    night = dict(plain.desk.facts(rows["nightly-review"]))
    assert night["Models"] == "claude-*, fast"
    assert night["Routes"].startswith("cheap nights: claude-haiku-* from nightly-*")
    assert night["Expires"] == "at the end of 31 Jan 2027"
    cursor = dict(plain.desk.facts(rows["cursor"]))
    assert cursor["At once"] == "16 requests at most", "those of everyone else hold"
    assert "Routes" not in cursor
    assert "/usr/local/bin/mcp-inspector" in dict(plain.desk.facts(rows["MCP Inspector"]))["Let in"]
    assert "Nobody has the name gone" in dict(plain.desk.facts(rows["gone"]))["Whom"]
    assert dict(plain.desk.facts(rows["leaked"]))["Key"].startswith("llmgw-")


def test_a_revoked_key_comes_back_within_ten_seconds(plain: PlainDesk, clock: StillClock) -> None:
    client_id = plain.id_of("cursor")
    revoked = plain.desk.revoke(client_id)
    assert revoked is not None
    assert plain.desk.revoke(client_id) is None
    clock.at_s += 10.5
    assert plain.desk.undo_revoke(revoked) == "Ten seconds are over: it stays revoked."
    clock.at_s -= 1
    assert plain.desk.undo_revoke(revoked) == "cursor has access again."
    revoked = plain.desk.revoke(client_id)
    assert revoked is not None
    plain.desk.make_key("cursor", [Scope.MCP], is_strict=False)
    assert "another key has its name now" in plain.desk.undo_revoke(revoked)


def test_what_cannot_be_read_is_said_and_the_rest_is_there(
    plain: PlainDesk, tmp_path: Path, clock: StillClock
) -> None:
    plain.trouble = StoreUnavailable("The disk is full.")
    look = plain.desk.look(plain.standings)
    assert look.problem == "The disk is full."
    assert "nightly-review" in {row.name for row in look.rows}
    path = tmp_path / "config.toml"
    broken = PlainDesk(tmp_path, clock, lambda: load_settings(path, {}), problem="It is damaged.")
    look = broken.desk.look(())
    assert look.problem == "It is damaged."
    assert "local" in {row.name for row in look.rows}
    with pytest.raises(StoreUnavailable, match="It is damaged"):
        broken.desk.make_key("x", (), is_strict=False)
