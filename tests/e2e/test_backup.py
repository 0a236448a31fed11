"""Backups from the command line, on the real program: while it runs, after a loss, elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

from llmgw_desktop.store.safekeeping.backups import make_backup
from tests.e2e.test_recording import ask, health_detail
from tests.support.flight_log import wait_flight
from tests.support.gateway import GatewaySetup, running_gateway

PASSPHRASE = "correct horse battery staple\n"


def llmgw(setup: GatewaySetup, *words: str, typed: str = "") -> tuple[int, str]:
    """Exit code, and all that it said."""
    done = setup.command(*words, typed=typed, timeout_s=120)
    return done.returncode, done.stdout + done.stderr


def test_an_older_copy_shows_that_is_put_back_after_a_command(
    own_home: Path, tmp_path: Path
) -> None:
    """No gateway ran: what a command takes away does not come back unseen."""
    setup, database = GatewaySetup(home=own_home), own_home / "data" / "gateway.db"
    setup.write_config()
    key = setup.add_key("nightly")
    shutil.copy(database, tmp_path / "then.db")
    assert llmgw(setup, "key", "revoke", "nightly")[0] == 0
    shutil.copy(database, tmp_path / "now.db")
    shutil.copy(tmp_path / "then.db", database)
    code, said = llmgw(setup, "key", "list")
    assert code == 1
    assert "put back to an older copy" in said
    assert "llmgw doctor" in said
    with running_gateway(setup) as gateway:
        assert ask(gateway, key=key).status == 503
    shutil.copy(tmp_path / "now.db", database)
    with running_gateway(setup) as gateway:
        assert ask(gateway, key=key).status == 401


def test_a_store_that_went_with_its_mark_is_not_begun_anew_in_silence(own_home: Path) -> None:
    setup, data = GatewaySetup(home=own_home), own_home / "data"
    setup.write_config()
    setup.add_key("nightly")
    assert make_backup(data / "gateway.db", data / "backups", 1e9) is not None
    for path in data.glob("gateway.db*"):
        path.unlink()
    for _ in range(2):  # a look makes no new one
        code, said = llmgw(setup, "key", "list")
        assert code == 1
        assert "gateway.db is gone." in said
        assert "gateway.db is gone." in llmgw(setup, "doctor")[1]
    with running_gateway(setup) as gateway:
        assert health_detail(gateway)["gateway"]["problem"] == "gateway.db is gone."
    code, said = llmgw(setup, "restore", "--at", "newest", "--yes")
    assert code == 0
    assert "lost, cannot be told" in said
    assert "nightly" in llmgw(setup, "key", "list")[1]
    for path in data.glob("gateway.db*"):
        path.unlink()
    assert llmgw(setup, "restore", "--anew", "--yes")[0] == 0
    assert "nightly" not in llmgw(setup, "key", "list")[1]
    assert llmgw(setup, "key", "list")[0] == 0


def test_a_home_goes_to_another_and_a_loss_is_told_and_undone(
    own_home: Path, tmp_path: Path
) -> None:
    setup = GatewaySetup(home=own_home)
    setup.write_config()
    key, file = setup.add_key("nightly"), tmp_path / "home.backup"
    assert llmgw(setup, "vault", "set", "openai", typed="sk-test-0123456789abcdef\n")[0] == 0
    with running_gateway(setup) as gateway:
        flight = ask(gateway, key=key)
        assert flight.status == 200
        wait_flight(own_home, flight.flight_id)
        assert llmgw(setup, "backup", str(file), typed=PASSPHRASE)[0] == 0
        code, said = llmgw(setup, "restore", str(file), typed=PASSPHRASE)
        assert code == 1
        assert "A gateway runs on this home" in said
        assert llmgw(setup, "backup", str(file), typed=PASSPHRASE)[0] == 1, "it is there already"
    database = own_home / "data" / "gateway.db"
    database.write_bytes(b"")
    code, said = llmgw(setup, "key", "list")
    assert code == 1
    assert "gateway.db was emptied." in said
    code, said = llmgw(setup, "doctor")
    assert code == 1
    assert "llmgw restore --anew" in " ".join(said.split())
    with running_gateway(setup) as gateway:
        assert ask(gateway).status == 200
        assert ask(gateway, key=key).status == 503
        assert health_detail(gateway)["gateway"]["problem"] == "gateway.db was emptied."
        assert "gateway.db was emptied." in gateway.said
    assert database.read_bytes() == b"", "nothing is begun anew in silence"
    code, said = llmgw(setup, "restore", "--anew", typed="n\n")
    assert code == 1
    assert "programs need new keys" in said
    code, said = llmgw(setup, "restore", "--as-it-is", typed="y\n")
    assert code == 1
    assert "There is nothing to use" in said
    assert "[y/N]" not in said, "it is told before anybody is asked"
    assert llmgw(setup, "restore", "--anew", "--yes")[0] == 0
    assert llmgw(setup, "key", "list")[0] == 0
    code, said = llmgw(setup, "restore", str(file), "--yes", typed=PASSPHRASE)
    assert code == 0
    assert "All that was done and recorded since that backup goes" in said
    other = GatewaySetup(home=tmp_path / "other")
    missing = str(tmp_path / "some" / "where" / "missing")
    for words in (("restore", missing), ("backup", missing)):
        code, said = llmgw(other, *words, typed=PASSPHRASE)
        assert code == 1
        assert missing in said
    code, said = llmgw(other, "restore", str(file), "--yes", typed="a wrong passphrase\n")
    assert code == 1
    assert "not the right one" in said
    for undo in (False, True, True):
        words = ("--undo",) if undo else (str(file),)
        code, said = llmgw(other, "restore", *words, "--yes", typed=PASSPHRASE)
        assert code == 0, "also where there was no home before"
        assert "access.key was replaced" not in said
        assert "access.key.before" not in said
    for each in (setup, other):
        assert llmgw(each, "audit", "verify")[0] == 0
        code, said = llmgw(each, "vault", "list")
        assert code == 0
        assert "openai/default" in said
        assert "locked" not in said
        with running_gateway(each) as gateway:
            assert ask(gateway, key=key).status == 200
            assert health_detail(gateway)["status"] == "ok"
        assert wait_flight(each.home, flight.flight_id).state == "ok"
