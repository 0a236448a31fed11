"""What a client's key is made with: its name, and what it may do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.app.access.key_command import run
from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, SCOPE_WORDS, Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.engine.access.authenticator import key_digest
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.paths import Places


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[ClientKeys]:
    clock = SystemClock()
    store = ClientStore(tmp_path / "gateway.db", clock)
    yield ClientKeys(store, clock, TimedIds(clock))
    store.close()


@pytest.mark.parametrize("name", ["editor", "Bad Name!", "Büro 2", "x" * 60])
def test_a_name_is_any_short_printable_text(keys: ClientKeys, name: str) -> None:
    keys.add(f" {name} ")
    assert [client.name for client in keys.all()] == [name]
    assert keys.revoke(name) is not None


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\tb", "a\nb", "a\x1b[31m", "a\u202eb"])
def test_other_names_are_refused(keys: ClientKeys, name: str) -> None:
    with pytest.raises(ValueError, match="1 to 60 printable"):
        keys.add(name)


def test_a_key_is_no_name(keys: ClientKeys) -> None:
    with pytest.raises(ValueError, match="looks like a key"):
        keys.add("sk-ant-api03-0123456789abcdef")


def test_scopes_take_the_place_of_what_a_key_has_by_itself(keys: ClientKeys) -> None:
    keys.add("plain")
    keys.add("watcher", [Scope.OPERATIONS])
    may = {client.name: client.scopes for client in keys.all()}
    assert may == {"plain": DEFAULT_SCOPES, "watcher": {Scope.OPERATIONS}}


def test_the_help_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["key", "add", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "in place of models:list and models:use" in said
    assert "1 to 60 printable" in said


def test_the_page_on_keys_tells_each_scope_in_the_words_on_screen() -> None:
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    told = [line for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert told == [f"| `{scope}` | {SCOPE_WORDS[scope]} |" for scope in Scope]


def test_the_help_tells_what_each_scope_lets_a_program_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse(["key", "add", "--help"])
    help_ = " ".join(capsys.readouterr().out.split())
    for scope in Scope:
        assert f"{scope} {SCOPE_WORDS[scope]}" in help_


@pytest.mark.parametrize("name", ["*", "local", "gateway-bearer"])
def test_a_name_that_the_gateway_gives_itself_is_refused(keys: ClientKeys, name: str) -> None:
    with pytest.raises(ValueError, match="gives itself"):
        keys.add(name)


def test_a_rotated_key_leaves_the_client_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = Places.of({"LLMGW_HOME": str(tmp_path)})
    places.make()
    assert run(parse(["key", "add", "nightly"]), places, {}) == 0
    first = capsys.readouterr().out.strip()
    assert run(parse(["key", "rotate", "nightly", "--grace", "24"]), places, {}) == 0
    said = capsys.readouterr()
    assert said.out.strip() not in ("", first)
    assert "The key that nightly had before opens for 24 h yet." in said.err
    assert run(parse(["key", "list"]), places, {}) == 0
    assert "\tactive; the key before it until 20" in capsys.readouterr().out
    assert run(parse(["key", "rotate", "nobody"]), places, {}) == 1
    store = ClientStore(places.gateway_db, SystemClock())
    (client,) = store.all()
    store.close()
    assert client.key_digest == key_digest(said.out.strip())
    assert client.old_key_digest == key_digest(first)
    assert client.old_key_ends_at_s is not None
    assert client.old_key_ends_at_s - SystemClock().now_s() == pytest.approx(86_400, abs=600)


def test_the_list_says_who_is_paused_or_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = Places.of({"LLMGW_HOME": str(tmp_path)})
    places.make()
    for name in ("busy", "stopped", "ended", "labelled"):
        assert run(parse(["key", "add", name]), places, {}) == 0
    capsys.readouterr()

    def states() -> list[str]:
        assert run(parse(["key", "list"]), places, {}) == 0
        lines = capsys.readouterr().out.splitlines()[1:]
        return [line.rpartition("\t")[2] for line in lines]

    assert states() == ["active"] * 4
    places.config_file.write_text(
        "[clients.stopped]\npaused = true\n[clients.ended]\nexpires = 2001-02-03\n"
        "[clients.busy]\nparallel = 2\n[clients.labelled.labels.ci]\nparallel = 1\n"
    )
    assert states() == ["active", "paused", "expired 2001-02-04 00:00", "active"]
    everybody = '[clients."*"]\npaused = true\n'
    places.config_file.write_text(everybody + "[clients.busy]\nparallel = 2\n")
    assert states() == ["active", "paused", "paused", "paused"]
    places.config_file.write_text("[clients.busy\n")
    assert run(parse(["key", "list"]), places, {}) == 0
    said = capsys.readouterr()
    assert "which clients are paused or expired is not known" in said.err
    assert said.out.count("\tnot revoked\n") == 4


@pytest.mark.parametrize("hours", ["-1", "721", "x", "1e3"])
def test_a_grace_is_hours(hours: str) -> None:
    with pytest.raises(SystemExit):
        parse(["key", "rotate", "nightly", f"--grace={hours}"])
