"""Entries of the audit log in words: for the window, the command line and `/v1/audit`'s readers."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Final

from llmgw_desktop.app.words.figures import clock_text, moment_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.audit import Actor, ActorDoor, AuditEntry

VERB_WORDS: Final = {
    "access_key.made": "Access key of this computer's person made",
    "cli.upgrade_begun": "CLI upgrade begun",
    "cli.upgrade_failed": "CLI upgrade failed",
    "cli.upgraded": "CLI upgraded",
    "audit.sealed_anew": "Audit log sealed without its head",
    "consent.allowed": "Program let in",
    "consent.refused": "Program refused",
    "consent_secret.removed": "Operator's password removed",
    "consent_secret.set": "Operator's password set",
    "device.paired": "Device paired",
    "device.revoked": "Device revoked",
    "flights.given_up": "Old flights given up",
    "flights.kept": "Old flights kept",
    "gate.approved": "Gate approved a run",
    "gate.denied": "Gate denied a run",
    "gateway.paused": "Gateway paused",
    "gateway.resumed": "Gateway resumed",
    "gateway.started": "Gateway started",
    "gateway.stopped": "Gateway stopped",
    "grant.given": "Access given",
    "grant.restored": "Access given back",
    "grant.revoked": "Access revoked",
    "held.let_on": "Held request let on",
    "held.refused": "Held request refused",
    "home.backed_up": "Home backed up to a file",
    "home.restored": "Home restored from a backup",
    "key.made": "Key made",
    "key.restored": "Key brought back",
    "key.revoked": "Key revoked",
    "key.rotated": "Key changed for another",
    "oauth_client.registered": "Program registered",
    "oauth_client.revoked": "Program revoked",
    "oauth_client.rotated": "Program's secret changed",
    "permission.allowed": "Agent allowed",
    "permission.denied": "Agent denied",
    "program.connected": "Program set up",
    "program.disconnected": "Program's set-up taken back",
    "registration_secret.removed": "Secret for registering removed",
    "registration_secret.set": "Secret for registering set",
    "settings.changed": "Settings changed",
    "store.accepted": "Store used as it is",
    "store.restored": "Store replaced",
    "tool.approved": "Tool of an MCP server approved",
    "tool.hidden": "Tool of an MCP server hidden",
    "tools.first_listed": "Tools of an MCP server offered",
    "vault.backed_up": "Vault read for a backup",
    "vault.cleared": "Vault cleared",
    "vault.deleted": "Vault entry deleted",
    "vault.replaced": "Vault entry replaced",
    "vault.restored": "Vault restored from a backup",
    "vault.rotated": "Vault's master key changed",
    "vault.stored": "Vault entry stored",
    "web_view.opened": "Web view opened",
    "workspace.added": "Workspace added",
    "workspace.changed": "Workspace changed",
    "workspace.removed": "Workspace removed",
    "worktree.added": "Worktree made",
    "worktree.removed": "Worktree removed",
}
"""Every act that there is; a test finds those that are missing here."""

DOOR_WORDS: Final = {
    ActorDoor.WINDOW: "the window",
    ActorDoor.COMMAND: "the command line",
    ActorDoor.DEVICE: "a device",
    ActorDoor.HTTP: "HTTP",
    ActorDoor.MCP: "MCP",
    ActorDoor.CONSENT_PAGE: "the consent page",
    ActorDoor.FILE: "the settings file",
    ActorDoor.GATEWAY: "the gateway itself",
}
_LONGEST = 200


def when_words(entry: AuditEntry, today: date) -> str:
    return clock_text(entry.at_s, today)


def who_words(actor: Actor) -> str:
    """Somebody's name; where there is none, what is known instead."""
    if name := actor.name or actor.client_id:
        return inert_line(name, 60)
    if actor.door is ActorDoor.GATEWAY:
        return "nobody"
    return "not known"


def from_words(actor: Actor) -> str:
    words = DOOR_WORDS[actor.door]
    return f"{words}, {inert_line(actor.address, 60)}" if actor.address else words


def what_words(entry: AuditEntry) -> str:
    words = VERB_WORDS.get(entry.act.verb, inert_line(entry.act.verb, 60))
    subject = inert_line(entry.act.subject, 120)
    has_more = subject and entry.act.verb.partition(".")[0] not in ("gateway", subject)
    return f"{words}: {subject}" if has_more else words


def change_words(entry: AuditEntry) -> str:
    """«enabled: true → false; models: [a]»."""
    return "; ".join(line for line in _changes(entry, longest=80))


def details_of(entry: AuditEntry) -> str:
    """All that is known of it, a line each; inert."""
    actor = entry.actor
    client = f" (client {inert_line(actor.client_id, 200)})" if actor.client_id else ""
    lines = [
        f"{moment_text(entry.at_s)}  entry {entry.number:,}: {what_words(entry)}",
        f"by {who_words(actor)}{client}, from {from_words(actor)}",
        *_changes(entry, longest=600),
    ]
    if entry.act.note:
        lines.append(inert_line(entry.act.note, 400))
    lines.append(f"digest {inert_line(entry.digest, 80)}")
    return "\n".join(lines)


def _changes(entry: AuditEntry, *, longest: int) -> list[str]:
    before, after = entry.act.before, entry.act.after
    lines = []
    for name in dict.fromkeys([*before, *after]):
        was, now = _said(before, name, longest), _said(after, name, longest)
        if name in before and name in after:
            lines.append(f"{inert_line(name, _LONGEST)}: {was} → {now}")
        elif name in after:
            lines.append(f"{inert_line(name, _LONGEST)}: {now}")
        else:
            lines.append(f"{inert_line(name, _LONGEST)}: {was} → gone")
    return lines


def _said(values: Mapping[str, object], name: str, longest: int) -> str:
    value = values.get(name)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return inert_line(text, longest) or "empty"
