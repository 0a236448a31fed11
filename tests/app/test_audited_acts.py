"""No administrative act without its entry: every command, tool and door that changes something is
in a table here, and what the commands do is found in the log, without the secrets.

A new one fails these tests until somebody has said what it notes.
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop import __main__ as program
from llmgw_desktop.app.audit.keeping import AuditKeeping
from llmgw_desktop.app.audit.words import VERB_WORDS
from llmgw_desktop.app.commands import COMMANDS as LISTED
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.doctor.report import FindingState
from llmgw_desktop.app.doctor.state import look_at_vault
from llmgw_desktop.app.gateway.standing import standing
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.audit import BY_ITSELF, ActorDoor, AuditQuery, act_as
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.engine.front.doors import OwnDoor
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.database.store_mark import mark_file, read_mark
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.checking import wrong_with
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

SOURCE = Path(program.__file__).parent
CANARIES = tuple(f"sk-canary{number}-ABCDEFGHIJ0123456789abcdef" for number in range(4))

COMMANDS = {
    "approvals allow": "permission.allowed",
    "approvals deny": "permission.denied",
    "approvals stop": "permission.denied",
    "audit seal": "audit.sealed_anew",
    "backup": "home.backed_up",
    "connect": "program.connected, program.disconnected",
    "consent allow": "consent.allowed",
    "consent deny": "consent.refused",
    "held answer": "held.let_on",
    "held refuse": "held.refused",
    "import": "settings.changed, vault.stored",
    "flights prune": "flights.given_up",
    "key add": "key.made",
    "key revoke": "key.revoked",
    "key rotate": "key.rotated",
    "oauth client add": "oauth_client.registered",
    "oauth client rotate": "oauth_client.rotated",
    "oauth client revoke": "oauth_client.revoked",
    "oauth shared-secret set": "registration_secret.set",
    "oauth consent-password set": "consent_secret.set",
    "oauth consent-password clear": "consent_secret.removed",
    "pin": "settings.changed, program.connected",
    "unpin": "settings.changed, program.disconnected",
    "restore": "home.restored, store.restored, store.accepted",
    "questions answer": "permission.allowed, permission.denied, consent.allowed, consent.refused"
    ", held.let_on, held.refused",
    "rules add": "settings.changed",
    "rules remove": "settings.changed",
    "settings set": "settings.changed",
    "settings reset": "settings.changed",
    "pocket pair": "device.paired",
    "pocket revoke": "device.revoked",
    "ui open": "web_view.opened",
    "tools approve": "tool.approved",
    "tools hide": "tool.hidden",
    "tools add": "settings.changed, vault.stored",
    "tools remove": "settings.changed, vault.deleted",
    "tools sign-in": "vault.stored",
    "tools sign-out": "vault.deleted",
    "vault set": "vault.stored, vault.replaced",
    "vault rm": "vault.deleted",
    "vault import": "vault.stored",
    "vault rotate": "vault.rotated",
    "vault backup": "vault.backed_up",
    "vault restore": "vault.restored",
    "vault clear": "vault.cleared",
    "workspace add": "workspace.added",
    "workspace change": "workspace.changed",
    "workspace remove": "workspace.removed",
    "desktop": "gateway.started, gateway.stopped, gateway.paused, gateway.resumed, flights.kept",
    "serve": "gateway.started, gateway.stopped",
}
"""Commands that change something, with what they note."""
READING = frozenset(
    {
        *(
            "approvals list",
            "held list",
            "questions list",
            "audit list",
            "pocket list",
            "audit verify",
            "audit export",
            "audit key",
        ),
        *(
            "consent list",
            "demo",
            "doctor",
            "check add",
            "check run",
            "check runs",
            "check show",
            "flights diff",
            "flights cost",
            "flights latency",
            "flights list",
            "flights mark",
            "flights unmark",
            "flights replay",
            "flights show",
            "flights tail",
            "flights export",
            "flights import",
            "flights why",
            "limits",
            "notify list",
            "notify test",
            "jobs list",
            "tools list",
            "tools show",
            "jobs show",
            "jobs go-on",
            "jobs stop",
            "jobs move",
            "jobs changes",
            "jobs undo",
            "key list",
            "licences",
            "update",
            "mcp",
            "oauth client list",
            "receipt verify",
        ),
        *(
            "receipt show",
            "receipt list",
            "receipt key",
            "route explain",
            "hook",
            "rules list",
            "rules test",
            "rules why",
            "vault list",
            "vault decrypt",
        ),
        *("settings get", "settings list", "settings schema"),
        *("workspace list", "restart", "quit", "status"),
    }
)

TOOLS = {
    "cli_upgrade": "cli.upgrade_begun, cli.upgraded, cli.upgrade_failed",
    "vault_store": "vault.stored, vault.replaced",
    "vault_store_file": "vault.stored, vault.replaced",
    "vault_delete": "vault.deleted",
    "vault_delete_file": "vault.deleted",
    "workspace_create": "workspace.added",
    "workspace_register_existing_repo": "workspace.added",
}
"""Tools of those who may administer that change something."""

DOORS = {
    "POST /v1/credentials": "vault.stored",
    "DELETE /v1/credentials/": "vault.deleted",
    "POST /v1/files": "vault.stored",
    "POST /v1/tools/decide": "tool.approved, tool.hidden",
    "POST /v1/tools/sign-in": "vault.stored",
    "POST /v1/tools/sign-out": "vault.deleted",
    "DELETE /v1/files/": "vault.deleted",
    "POST /v1/vault/rotate": "vault.rotated",
    "POST /v1/consents/": "consent.allowed, consent.refused",
    "POST /v1/approvals/": "permission.allowed, permission.denied",
    "POST /v1/held/": "held.let_on, held.refused",
    "POST /v1/questions/": "permission.allowed, permission.denied, consent.allowed, consent.refused"
    ", held.let_on, held.refused",
    "POST /v1/hooks/": "permission.allowed, permission.denied",
    "POST /v1/ui/links": "web_view.opened",
    "POST /v1/pocket/pairings": "device.paired",
    "POST /v1/pocket/pairings/": "device.paired",
    "DELETE /v1/pocket/devices/": "device.revoked",
    "POST /ui/answer": "permission.allowed, permission.denied, held.let_on, consent.allowed",
    "DELETE /v1/worktrees/": "worktree.removed",
    "POST /oauth/answer": "consent.allowed, grant.given",
    "POST /oauth/register": "oauth_client.registered",
    "POST /oauth/revoke": "grant.revoked",
}
USE = re.compile(
    r"(POST|DELETE) (/v1/jobs|/v1/sessions|/v1/generate|/v1/responses|/responses|/mcp"
    r"|/oauth/(token|introspect)|/v1/flights/|/v1/checks|/openai|/v1beta|/v1/keys/changed"
    r"|/v1/notify/|/v1/tools/look|/v1/tools/sign-in/wait|/ui/sign-out)"
)
"""What a client does with what it was given: flights, jobs and sessions have their own records. And
what only tells that another process has noted something, or a target that it was asked for."""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    monkeypatch.setenv("LLMGW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LLM_GATEWAY_MASTER_KEY", "ab" * 32)
    monkeypatch.setenv("HOME", str(tmp_path))
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    yield places
    act_as(BY_ITSELF)


def told(monkeypatch: pytest.MonkeyPatch, said: str, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["llmgw", *words])
    stdin = io.TextIOWrapper(io.BytesIO(said.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    return program.main()


def test_what_commands_do_is_in_the_log_and_no_secret_is(
    places: Places,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second, third, fourth = CANARIES
    backup = str(tmp_path / "backup")
    (tmp_path / "folder").mkdir()
    redirect = ("--redirect-uri", "http://127.0.0.1/callback")
    secrets = [*CANARIES, "cd" * 32]
    for verb, said, words in (
        ("key.made", "", ("key", "add", "shop")),
        ("key.revoked", "", ("key", "revoke", "shop")),
        ("vault.stored", first, ("vault", "set", "openai")),
        ("vault.replaced", second, ("vault", "set", "openai")),
        ("vault.backed_up", third, ("vault", "backup", backup)),
        ("vault.deleted", "", ("vault", "rm", "openai")),
        ("vault.restored", third, ("vault", "restore", backup)),
        ("vault.rotated", "cd" * 32, ("vault", "rotate")),
        ("vault.cleared", "", ("vault", "clear", "--yes")),
        ("oauth_client.registered", "", ("oauth", "client", "add", "Shop", *redirect)),
        ("oauth_client.rotated", "", ("oauth", "client", "rotate", "Shop")),
        ("oauth_client.revoked", "", ("oauth", "client", "revoke", "Shop")),
        ("registration_secret.set", fourth, ("oauth", "shared-secret", "set")),
        ("consent_secret.set", fourth, ("oauth", "consent-password", "set")),
        ("consent_secret.removed", "", ("oauth", "consent-password", "clear")),
        ("workspace.added", "", ("workspace", "add", "w", str(tmp_path / "folder"))),
        ("workspace.changed", "", ("workspace", "change", "w", "--contain", "always")),
        ("workspace.removed", "", ("workspace", "remove", "w")),
    ):
        assert told(monkeypatch, f"{said}\n", *words) == 0, words
        shown = capsys.readouterr().out
        secrets += re.findall(r"llmgw-[A-Za-z0-9_-]{40,}", shown)
        secrets += re.findall(r"client_secret\t(\S+)", shown)
        store = AuditStore(places.gateway_db, SystemClock())
        newest = store.page(AuditQuery(limit=1))[0]
        assert newest.act.verb == verb
        assert newest.actor.door is ActorDoor.COMMAND
        assert newest.actor.name
        mark = read_mark(places.gateway_db)
        assert mark is not None
        assert (mark.number, mark.digest) == (newest.number, newest.digest), "an older copy shows"
        store.close()
    store = AuditStore(places.gateway_db, SystemClock())
    assert store.verify().problem == ""
    store.close()
    assert len(secrets) >= 8
    assert told(monkeypatch, "", "audit", "list", "--json", "--limit", "1000") == 0
    log = capsys.readouterr().out
    assert log.count("\n") == 18
    for secret in secrets:
        assert secret not in log


def test_the_log_is_listed_checked_and_exported_by_command(
    places: Places,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def audit(*words: str) -> tuple[int, str, str]:
        code = told(monkeypatch, "", "audit", *words)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    assert audit("list")[2] == "Nothing of this is in the log.\n"
    assert audit("key")[0] == 1
    for name in ("a", "b"):
        assert told(monkeypatch, "", "key", "add", name) == 0
    capsys.readouterr()
    assert "Key made: b" in audit("list", "--what", "key", "--since", "1h", "--limit", "1")[1]
    assert audit("list", "--since", "yesterday")[0] == 2
    assert "not sealed yet" in audit("verify")[1]
    assert audit("seal")[0] == 0
    key = audit("key")[1].strip()
    head = audit("verify")[1].splitlines()[-1].removeprefix("Head: ")
    file = tmp_path / "log.jsonl"
    assert audit("export", str(file))[0] == 0
    assert audit("export", str(file))[0] == 2
    assert audit("verify", str(file), "--key", key, "--head", head)[0] == 0
    assert "another key" in audit("verify", str(file), "--key", "ab" * 32)[2]
    assert audit("verify", "--head", f"2:{'0' * 64}")[0] == 1
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    for spoilt, number in (
        (whole.replace(b'"subject": "a"', b'"subject": "x"'), 1),
        (whole.replace(b'"at": "2', b'"at": "3', 1), 1),
        (b"".join(lines[:-1]), 3),
        (b"".join((*lines[:3], *lines[4:])), 2),
    ):
        file.write_bytes(spoilt)
        code, _, said = audit("verify", str(file))
        assert code == 1
        assert f"first bad entry: {number}" in said
    file.write_text("{}")
    assert audit("verify", str(file))[0] == 2


def test_no_start_seals_a_log_whose_end_was_cut_off_together_with_its_head(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has a copy of the home and not the vault's key may not have it sealed by the gateway."""
    env = {"LLM_GATEWAY_MASTER_KEY": "ab" * 32, "PATH": ""}
    clock = SystemClock()

    def start_and_stop() -> AuditKeeping:
        vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), clock)
        with closing(vault):
            if not vault.entries():
                there = address(EntryKind.API_KEY, "openai", "default")
                vault.put(there, b"sk-a", by="test")
            keeping = AuditKeeping(places, clock, vault, lambda: None)
            keeping.start()
            keeping.close()
        return keeping

    assert start_and_stop().store.problem == ""
    assert start_and_stop().store.problem == ""
    assert told(monkeypatch, "", "audit", "verify") == 0
    assert "audit" not in {
        each.name for each in look_at_vault(places, standing(places, env)).findings
    }
    head = places.data_folder / "audit-head.json"
    kept = head.read_bytes()
    with closing(sqlite3.connect(places.gateway_db)) as connection, connection:
        for name in ("audit_log_whole", "audit_seals_whole"):
            connection.execute(f"DROP TRIGGER {name}")
        [[last]] = connection.execute("SELECT min(number) FROM audit_seals")
        connection.execute("DELETE FROM audit_log WHERE number > ?", [last])
        connection.execute("DELETE FROM audit_seals WHERE number > ?", [last])
    head.unlink()
    capsys.readouterr()
    assert told(monkeypatch, "", "audit", "verify") == 1
    assert "put back to an older copy" in capsys.readouterr().err
    assert "trigger audit_log_whole" in wrong_with_copy(places.gateway_db)
    mark_file(places.gateway_db).unlink()  # whoever knows of that, too
    assert told(monkeypatch, "", "audit", "verify") == 1
    assert "is gone" in capsys.readouterr().err
    assert "is gone" in start_and_stop().store.problem
    with closing(AuditStore(places.gateway_db, clock)) as store:
        assert [seal.number for seal in store.seals()] == [last]
        found = {each.name: each for each in look_at_vault(places, standing(places, env)).findings}[
            "audit"
        ]
        assert found.state is FindingState.WARN
        assert "audit-head.json" in found.says
        assert told(monkeypatch, "", "audit", "seal") == 1
        assert "--anew" in capsys.readouterr().err
        head.write_bytes(kept)
        assert store.verify().problem, "with the head put back it shows what was cut off"
        head.unlink()
        assert told(monkeypatch, "", "audit", "seal", "--anew") == 0
        newest = store.page(AuditQuery(limit=1))[0].act
        assert newest.verb == "audit.sealed_anew"
    assert told(monkeypatch, "", "audit", "verify") == 0
    assert start_and_stop().store.problem == ""


def wrong_with_copy(path: Path) -> str:
    """As a start finds it that has no mark."""
    copy = path.with_name("copy") / path.name
    copy.parent.mkdir()
    shutil.copy(path, copy)
    return wrong_with(copy, GATEWAY_STEPS)


def test_every_verb_has_its_words() -> None:
    found = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        found |= set(re.findall(r"[vV][eE][rR][bB] ?= ?\"([a-z_]+\.[a-z_]+)\"", text))
        found |= set(re.findall(r"\"((?:vault|consent|permission|cli|program)\.[a-z_]+)\"", text))
    found |= {f"gate.{word}" for word in ("approved", "denied")}
    found -= {"vault.db"}  # another program's file
    for secret in ("registration", "consent"):
        found |= {f"{secret}_secret.{word}" for word in ("set", "removed")}
    assert found - VERB_WORDS.keys() == set()
    assert VERB_WORDS.keys() - found == set()


def test_every_command_is_known_to_note_or_to_read() -> None:
    parsers: list[argparse.ArgumentParser] = []

    class Caught(Exception):
        pass

    def catch(parser: argparse.ArgumentParser, *_: object) -> None:
        parsers.append(parser)
        raise Caught

    original = argparse.ArgumentParser.parse_known_args
    argparse.ArgumentParser.parse_known_args = catch  # type: ignore[assignment, method-assign]
    try:
        with pytest.raises(Caught):
            parse(["all", *(each.rpartition(".")[2].lower() for each in LISTED)])
    finally:
        argparse.ArgumentParser.parse_known_args = original  # type: ignore[method-assign]
    commands = set(_words(parsers[0], ""))
    assert commands == COMMANDS.keys() | READING
    assert {verb for verbs in COMMANDS.values() for verb in verbs.split(", ")} <= VERB_WORDS.keys()


def _words(parser: argparse.ArgumentParser, before: str) -> Iterator[str]:
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        yield before
    for each in below:
        for name, inner in each.choices.items():
            yield from _words(inner, f"{before} {name}".strip())


async def test_every_tool_and_door_that_changes_something_is_known(places: Places) -> None:
    container = Container(places, {"LLMGW_HOME": str(places.data_folder.parent)})
    admin = {Scope.WORKSPACE_ADMIN, Scope.VAULT_ADMIN, Scope.CLI_ADMIN, Scope.ADMIN}
    tools = [
        tool.name
        for tool in container.mcp_offer().toolbox
        if tool.scope in admin and not tool.reads_only
    ]
    doors = container.engine.server._doors
    paths = [f"{method} {path}" for (method, path), door in doors._exact.items() if _own(door)]
    for method, pattern, door in doors._named:
        if _own(door):
            paths.append(f"{method} {pattern.pattern.partition('[')[0]}".replace("\\", ""))
    changing = {path for path in paths if path.split()[0] not in ("GET", "HEAD", "OPTIONS")}
    assert set(tools) == TOOLS.keys()
    assert {path for path in changing if path not in DOORS and not USE.match(path)} == set()
    assert DOORS.keys() <= changing
    noted = {
        verb for table in (TOOLS, DOORS) for verbs in table.values() for verb in verbs.split(", ")
    }
    assert noted <= VERB_WORDS.keys()
    await container.stop()


def _own(door: object) -> bool:
    return isinstance(door, OwnDoor)
