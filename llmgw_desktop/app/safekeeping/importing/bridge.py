"""What was found of another gateway, before anybody asks what is here already; and the first of
them, mcp-llm-bridge: the vault of `~/.llm-gateway`, and a provider of the settings for each key in
it.

It is read and never changed. That program keeps no sessions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER
from llmgw_desktop.domain.jobs.job import Session
from llmgw_desktop.domain.provider import DEFAULT_ACCOUNT, KINDS, ProviderKind
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import EntryKind, EntryUnfit, OpenEntry, checked_secret
from llmgw_desktop.store.client_files.marks import OwnMark, TextFormat
from llmgw_desktop.store.toml_blocks import Address
from llmgw_desktop.store.toml_changes import AddTable, Change, SetKeys
from llmgw_desktop.store.vault.bridge_vault import BridgeVault


@value
class StandsIn:
    """Where a program says the same in its own settings."""

    file: Path
    format: TextFormat
    path: tuple[str, ...]
    why_not: str = ""
    """Why it is not taken out there."""

    @property
    def mark(self) -> OwnMark:
        return OwnMark(path=self.path, written="")


@value(kw_only=False)
class BroughtSetting:
    """One line of a table of ours, or a whole table. Its value is shown to nobody."""

    table: Address
    values: Mapping[str, Any]
    named: str
    """In the report: `limits.max_queued_jobs`, `workspace shop`."""
    key: str = ""
    """Of a single line; empty for a table."""
    in_list: str = ""
    """By which key an element of a list is told from the others; empty for all else."""
    entries: tuple[OpenEntry, ...] = ()
    """Credentials that come with it, or not at all."""
    stands_in: tuple[StandsIn, ...] = ()

    def is_in(self, data: Mapping[str, Any]) -> bool:
        """Whether something stands in its place, whatever it says."""
        found: Any = data
        for step in self.table:
            found = found.get(step) if isinstance(found, Mapping) else None
        if self.in_list:
            name = self.values[self.in_list]
            elements = found if isinstance(found, list) else []
            return any(isinstance(x, Mapping) and x.get(self.in_list) == name for x in elements)
        return self.key in (found or {}) if self.key else found is not None

    def change(self) -> Change:
        if self.key:
            return SetKeys(table=self.table, values=self.values)
        return AddTable(table=self.table, values=self.values, is_element=bool(self.in_list))


@value(kw_only=False)
class LeftOut:
    """What does not come over, and why, in words."""

    what: str
    why: str


@dataclass(slots=True)
class Brought:
    """All that one program has."""

    looked_at: list[str] = field(default_factory=list)
    """The files that were there."""
    settings: list[BroughtSetting] = field(default_factory=list)
    credentials: list[OpenEntry] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    left: list[LeftOut] = field(default_factory=list)

    def leave(self, what: str, why: str) -> None:
        self.left.append(LeftOut(what, why))


_OF_VENDORS = {str(kind): kind for kind, facts in KINDS.items() if facts.base_url}
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9_-]")
_TABLES = {
    "provider_groups": ("group", "its HTTP door did not use them; write [[routes]] here"),
    "api_keys": ("key of programs", "only hashes of them are kept: llmgw key add makes new ones"),
    "user_quotas": ("quota", "limits stand in [clients.NAME] here"),
    "price_config": ("price", "prices stand in [[prices]] here"),
    "usage_logs": ("row of usage", "what it counted is kept in another form"),
    "comparison_results": ("comparison", "what it compared is kept in another form"),
}


def read_bridge(folder: Path, env: Mapping[str, str], *, is_named: bool) -> Brought:
    """`is_named`: a person named the folder, so variables do not lead elsewhere. Raises
    VaultError, StoreError, OSError."""
    brought = Brought()
    bridge = (
        BridgeVault.at(folder / "vault.db", env) if is_named else BridgeVault.of(folder.parent, env)
    )
    if (folder / "bridge.yaml").is_file():
        brought.looked_at.append(str(folder / "bridge.yaml"))
        why = "it chose a provider for requests that name no model; here each names one"
        brought.leave("bridge.yaml", why)
    if bridge is None:
        return brought
    brought.looked_at.append(str(bridge.path))
    opened, problems = bridge.read()
    for problem in problems:
        brought.leave("an entry of its vault", problem)
    for entry in opened:
        try:
            secret = checked_secret(entry.address.kind, entry.secret)
        except EntryUnfit as unfit:
            brought.leave(entry.address.label, str(unfit))
            continue
        brought.credentials.append(OpenEntry(entry.address, secret))
    _name_providers(brought)
    _count_tables(brought, bridge)
    return brought


def _name_providers(brought: Brought) -> None:
    """A provider for each vendor with a key, and an account for each further key of it."""
    keys: dict[str, list[str]] = {}
    for entry in brought.credentials:
        if entry.address.kind is EntryKind.API_KEY:
            names = keys.setdefault(entry.address.provider, [])
            if entry.address.name not in names:  # of another project: found by the same name
                names.append(entry.address.name)
    for vendor, names in keys.items():
        kind = _OF_VENDORS.get(vendor)
        name = _NOT_IN_A_NAME.sub("-", vendor.lower())
        if kind is None or name in CLI_OF_PROVIDER:
            why = "its address is not known: [providers.NAME] with base_url and vault uses the key"
            brought.leave(f"provider {inert_line(vendor, 60)}", why)
            continue
        brought.settings.append(_provider(name, kind, vendor, names))


def _provider(name: str, kind: ProviderKind, vendor: str, names: Sequence[str]) -> BroughtSetting:
    ordered = sorted(names, key=lambda each: each != DEFAULT_ACCOUNT)
    values: dict[str, object] = {"kind": str(kind), "vault": f"{vendor}/{ordered[0]}"}
    if more := ordered[1:]:
        values["accounts"] = [
            {"name": _account_name(each, at), "vault": f"{vendor}/{each}"}
            for at, each in enumerate(more, start=2)
        ]
    return BroughtSetting(("providers", name), values, f"provider {name}")


def _account_name(name: str, at: int) -> str:
    plain = _NOT_IN_A_NAME.sub("-", name.lower())[:50]
    return plain if plain == name and plain != DEFAULT_ACCOUNT else f"{plain}-{at}"


def _count_tables(brought: Brought, bridge: BridgeVault) -> None:
    for table, count in bridge.counts(tuple(_TABLES)).items():
        what, why = _TABLES[table]
        brought.leave(f"{what} ×{count:,}", why)
