"""Reads `config.toml` and the environment into Settings; everything in them is checked here.

What each setting accepts stands in `config/known.py`; changing the file is left to
`config/settings_editor.py`.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.approval import ApprovalSettings
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import CliSettings
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.reach import ways_in
from llmgw_desktop.domain.settings import (
    BackupSettings,
    CacheSettings,
    CompressionSettings,
    FailoverSettings,
    HttpSettings,
    JobSettings,
    LimitSettings,
    LoadedSettings,
    RecorderSettings,
    RoutingSettings,
    Settings,
    StorageSettings,
    UpstreamSettings,
)
from llmgw_desktop.store.config.access_variables import read_access
from llmgw_desktop.store.config.alias_table import AliasTable
from llmgw_desktop.store.config.cli_table import CliTables
from llmgw_desktop.store.config.client_table import ClientTables
from llmgw_desktop.store.config.guard_table import GuardTables
from llmgw_desktop.store.config.known import KNOWN, NOT_USED_YET
from llmgw_desktop.store.config.known_setting import Known
from llmgw_desktop.store.config.mcp_server_table import McpServerTables
from llmgw_desktop.store.config.oauth_table import OauthTable
from llmgw_desktop.store.config.price_rules import read_price_rules
from llmgw_desktop.store.config.provider_table import ProviderTables
from llmgw_desktop.store.config.route_table import RouteTables
from llmgw_desktop.store.config.settings_text import SettingsText, read_settings_file
from llmgw_desktop.store.config.values import Unfit
from llmgw_desktop.store.config.workspace_table import WorkspaceTables

_TABLES = tuple(dict.fromkeys(known.table for known in KNOWN))
_PROTECTING = ("clients", "guards")
_NEAR = 0.8
"""How near a misspelt name is to the one that is meant: 1 is the same."""
_READ_ELSEWHERE = (
    "providers",
    "clis",
    "routes",
    "aliases",
    "prices",
    "workspaces",
    "clients",
    "guards",
    "mcp_servers",
)
_READ_ELSEWHERE_WITHIN = (("http", "oauth"),)


def load_settings(path: Path, env: Mapping[str, str]) -> LoadedSettings:
    """A missing file means defaults. Raises ConfigError with file, line, key and what is meant."""
    return settings_of(str(path), read_settings_file(path), env)


def settings_of(file: str, raw: bytes, env: Mapping[str, str]) -> LoadedSettings:
    """As `load_settings`, of bytes that need not stand in the file yet."""
    text = SettingsText.of(file, raw)
    _warn_of_unused(text)
    _warn_of_unknown(text)
    http = HttpSettings(**_values(text, "http", env))
    access = read_access(env)
    if bool(http.tls_certificate) != bool(http.tls_key):
        raise text.error(
            ("http", "tls_certificate" if http.tls_certificate else "tls_key"),
            "a certificate and its key go together: set http.tls_certificate and http.tls_key",
        )
    providers = ProviderTables(text, env, http.port).read()
    clis = CliTables(text).read()
    everyone = (*providers, *(cli.provider for cli in clis))
    routing = RoutingSettings(**_values(text, "routing", env))
    settings = Settings(
        http=http,
        oauth=OauthTable(text, env).read(" and ".join(ways_in(http, access))),
        access=access,
        upstream=UpstreamSettings(**_values(text, "upstream", env)),
        recorder=RecorderSettings(**_values(text, "recorder", env)),
        backups=BackupSettings(**_values(text, "backups", env)),
        storage=StorageSettings(**_values(text, "storage", env)),
        providers=providers,
        routing=routing,
        routes=RouteTables(text, everyone, routing).read(),
        aliases=AliasTable(text, everyone).read(),
        failover=FailoverSettings(**_values(text, "failover", env)),
        jobs=JobSettings(**_values(text, "jobs", env)),
        cache_awareness=CacheSettings(**_values(text, "cache_awareness", env)),
        compression=CompressionSettings(**_values(text, "compression", env)),
        approvals=ApprovalSettings(**_values(text, "approvals", env)),
        limits=LimitSettings(**_values(text, "limits", env), of_cli=_own_limits(clis)),
        clis=clis,
        mcp_servers=McpServerTables(text).read(),
        prices=read_price_rules(text),
        workspaces=WorkspaceTables(text, env).read(),
        clients=ClientTables(text, everyone).read(),
        guards=GuardTables(text, everyone).read(),
    )
    return LoadedSettings(settings=settings, warnings=tuple(text.warnings), source=raw)


def _own_limits(clis: Sequence[CliSettings]) -> dict[CliName, int]:
    return {each.name: each.max_running for each in clis if each.max_running is not None}


def _values(text: SettingsText, table: str, env: Mapping[str, str]) -> dict[str, Any]:
    """What is set of one table, checked; the rest is left to the defaults."""
    found = text.table((table,))
    values: dict[str, Any] = {}
    for known in KNOWN:
        if known.table != table:
            continue
        variable = next((name for name in known.env if env.get(name, "").strip()), None)
        if variable is not None:
            values[known.key] = _from_environment(known, variable, env[variable])
        elif known.key in found:
            values[known.key] = _from_file(text, known, found[known.key])
    return values


def _from_file(text: SettingsText, known: Known, raw: object) -> object:
    try:
        return known.value.read(raw)
    except Unfit as unfit:
        raise text.error((known.table, known.key), f"expected {unfit}") from None


def _from_environment(known: Known, variable: str, raw: str) -> object:
    try:
        return known.value.read_text(raw)
    except Unfit as unfit:
        raise ConfigError(f"expected {unfit}", file="environment", key=variable) from None


def _warn_of_unused(text: SettingsText) -> None:
    for path in NOT_USED_YET:
        found: object = text.data
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None:
            text.warn(path, "is not used by this version")


def _refuse_nearly(text: SettingsText, name: str) -> None:
    """Limits and guards below a misspelt name would protect nobody, unseen."""
    for meant in get_close_matches(name.lower(), _PROTECTING, n=1, cutoff=_NEAR):
        raise text.error((name,), f"unknown table; [{meant}] is probably meant")


def _warn_of_unknown(text: SettingsText) -> None:
    unused = set(NOT_USED_YET)
    for name, value in text.data.items():
        if name in _TABLES:
            continue
        if name not in _READ_ELSEWHERE and (name,) not in unused:
            _refuse_nearly(text, name)
            kind = "table" if isinstance(value, dict) else "setting"
            known = ", ".join((*_TABLES, *_READ_ELSEWHERE))
            text.warn((name,), f"unknown {kind}, ignored (known tables: {known})")
    for table in _TABLES:
        keys = [known.key for known in KNOWN if known.table == table]
        for key in text.table((table,)):
            if key not in keys and (table, key) not in (*unused, *_READ_ELSEWHERE_WITHIN):
                text.warn((table, key), f"unknown setting, ignored (known here: {', '.join(keys)})")
