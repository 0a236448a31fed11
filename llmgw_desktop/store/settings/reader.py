"""What the file and the environment say of the door: `[http.oauth]`, and callers from elsewhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.plain_text import nearest
from llmgw_desktop.domain.setting import YesNo, settings_of_table
from llmgw_desktop.domain.settings.door import (
    BEARER_VARIABLE,
    OPEN_DEV_VARIABLE,
    OPEN_TO_ALL_VARIABLE,
    SHORTEST_BEARER,
    TRUSTED_HEADER_VARIABLE,
    TUNNEL_VARIABLE,
    AccessSettings,
    OauthSettings,
    RegistrationPolicy,
    ways_in,
)
from llmgw_desktop.domain.settings.whole import LoadedSettings, Settings, SingleTable, single_tables
from llmgw_desktop.store.settings.clients import ClientTables
from llmgw_desktop.store.settings.clis import CliTables
from llmgw_desktop.store.settings.guards import GuardTables
from llmgw_desktop.store.settings.mcp_servers import McpServerTables
from llmgw_desktop.store.settings.notify import NotifyTables
from llmgw_desktop.store.settings.prices import read_price_rules
from llmgw_desktop.store.settings.providers import ProviderTables
from llmgw_desktop.store.settings.routes import AliasTable, RouteTables
from llmgw_desktop.store.settings.rules import RuleTables
from llmgw_desktop.store.settings.text import (
    SettingsText,
    read_settings_file,
    said_by_environment,
    value_of_variable,
    variable_of,
)
from llmgw_desktop.store.settings.workspaces import PinTables, WorkspaceTables
from llmgw_desktop.store.system_keyring import given_secret

_PATH = ("http", "oauth")
_FIXED = {
    "require_pkce": (True, "PKCE cannot be switched off: expected true"),
    "allow_plain_pkce": (False, "PKCE is S256 alone: expected false"),
    "require_consent": (True, "a person is always asked before a program is let in: expected true"),
}


def read_oauth(text: SettingsText, env: Mapping[str, str], way_in: str) -> OauthSettings:
    """Where the gateway is reached from elsewhere (`way_in` says how, or is empty), less goes
    without saying. Raises ConfigError, also for what does not go together."""
    keys = settings_of_table(OauthSettings)
    values = text.values(_PATH, text.table(_PATH), keys) | said_by_environment(keys, env)
    for key, (needed, words) in _FIXED.items():
        if values.get(key, needed) is not needed:
            if variable := variable_of(keys[key], env):
                raise ConfigError(words, file="environment", key=variable)
            raise text.error((*_PATH, key), words)
    if way_in:
        values.setdefault("allow_public_clients", False)
        values.setdefault("registration_policy", RegistrationPolicy.STATIC_CLIENTS)
    settings = OauthSettings(**values)
    if settings.registration_policy is RegistrationPolicy.OPEN_DEV and not _yes(
        env, OPEN_DEV_VARIABLE
    ):
        raise text.error(
            (*_PATH, "registration_policy"),
            f'"open_dev" lets every program register: set {OPEN_DEV_VARIABLE}=1 in the'
            ' environment besides, or take "static_clients" or "shared_secret"',
        )
    return settings


_BEARER = re.compile(rf"[\x21-\x7e]{{{SHORTEST_BEARER},4096}}")
_HEADER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_TAKEN = re.compile(
    r"authorization|proxy-.*|x-api-key|x-goog-api-key|host|origin|referer|cookie|user-agent|"
    r"content-.*|accept.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|via|"
    r"forwarded|x-forwarded-(for|host|proto|port)|sec-.*|mcp-.*|x-project|x-llmgw-.*|anthropic-.*"
)


def read_access(env: Mapping[str, str]) -> AccessSettings:
    """Raises ConfigError; a secret is never repeated in it."""
    bearer = given_secret(env, BEARER_VARIABLE)
    header = env.get(TRUSTED_HEADER_VARIABLE, "").strip().lower()
    if bearer and not _BEARER.fullmatch(bearer):
        raise _error(
            BEARER_VARIABLE,
            f"expected at least {SHORTEST_BEARER} letters, digits and signs without a space;"
            " make one with: openssl rand -base64 36",
        )
    if header and (not _HEADER.fullmatch(header) or _TAKEN.fullmatch(header)):
        raise _error(
            TRUSTED_HEADER_VARIABLE,
            "expected the name of a header that your proxy alone sets, such as X-Gateway-User",
        )
    if header and not bearer:
        raise _error(
            TRUSTED_HEADER_VARIABLE,
            "the header is believed only where the proxy proves itself: set"
            f" {BEARER_VARIABLE} too, and have the proxy send it as Authorization: Bearer",
        )
    return AccessSettings(
        bearer=bearer,
        trusted_header=header,
        tunnel=env.get(TUNNEL_VARIABLE, "").strip()[:60],
        is_open_to_all=_yes(env, OPEN_TO_ALL_VARIABLE),
    )


def _yes(env: Mapping[str, str], variable: str) -> bool:
    is_said = bool(env.get(variable, "").strip())
    return is_said and bool(value_of_variable(YesNo(), variable, env))


def _error(variable: str, message: str) -> ConfigError:
    return ConfigError(message, file="environment", key=variable)


NOT_USED_YET: tuple[tuple[str, ...], ...] = (
    ("cache_awareness", "min_stable_tokens_for_cache_control"),
    ("persistence",),
)
"""Names that have their meaning fixed, for a version to come."""
_PROTECTING = ("clients", "guards", "pins", "rules")
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
    "rules",
    "mcp_servers",
    "notify",
    "pins",
)


def load_settings(path: Path, env: Mapping[str, str]) -> LoadedSettings:
    """A missing file means defaults. Raises ConfigError with file, line, key and what is meant."""
    return settings_of(str(path), read_settings_file(path), env)


def settings_of(file: str, raw: bytes, env: Mapping[str, str]) -> LoadedSettings:
    """As `load_settings`, of bytes that need not stand in the file yet."""
    text = SettingsText.of(file, raw)
    _warn_of_unused(text)
    _warn_of_unknown(text)
    tables = {each.field: each for each in single_tables()}
    http = _read(text, tables.pop("http"), env)
    access = read_access(env)
    if bool(http.tls_certificate) != bool(http.tls_key):
        raise text.error(
            ("http", "tls_certificate" if http.tls_certificate else "tls_key"),
            "a certificate and its key go together: set http.tls_certificate and http.tls_key",
        )
    providers = ProviderTables(text, env, http.port).read()
    clis = CliTables(text).read()
    everyone = (*providers, *(cli.provider for cli in clis))
    tables.pop("oauth")
    oauth = read_oauth(text, env, " and ".join(ways_in(http, access)))
    once = {name: _read(text, each, env) for name, each in tables.items()}
    once["limits"] = replace(once["limits"], of_cli=_own_limits(clis))
    settings = Settings(
        http=http,
        oauth=oauth,
        access=access,
        **once,
        providers=providers,
        routes=RouteTables(text, everyone, once["routing"]).read(),
        aliases=AliasTable(text, everyone).read(),
        clis=clis,
        mcp_servers=McpServerTables(text).read(),
        prices=read_price_rules(text),
        workspaces=WorkspaceTables(text, env).read(),
        clients=ClientTables(text, everyone).read(),
        guards=GuardTables(text, everyone).read(),
        rules=RuleTables(text).read(),
        notify=NotifyTables(text, env).read(),
        pins=PinTables(text, everyone).read(),
    )
    return LoadedSettings(settings=settings, warnings=tuple(text.warnings), source=raw)


def _own_limits(clis: Sequence[CliSettings]) -> dict[CliName, int]:
    return {each.name: each.max_running for each in clis if each.max_running is not None}


def _read(text: SettingsText, table: SingleTable, env: Mapping[str, str]) -> Any:
    """What is set of one table, checked; the rest is left to the defaults."""
    found, settings = text.table(table.path), table.settings
    said = said_by_environment(settings, env)
    in_file = {
        key: text.value((*table.path, key), each.kind, found[key])
        for key, each in settings.items()
        if key in found and key not in said
    }
    return table.made(**said, **in_file)


def _warn_of_unused(text: SettingsText) -> None:
    for path in NOT_USED_YET:
        found: object = text.data
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None:
            text.warn(path, "is not used by this version")


def _refuse_nearly(text: SettingsText, name: str) -> None:
    """Limits and guards below a misspelt name would protect nobody, unseen."""
    if meant := nearest(name.lower(), _PROTECTING, _NEAR):
        raise text.error((name,), f"unknown table; [{meant}] is probably meant")


def _warn_of_unknown(text: SettingsText) -> None:
    tables = {each.path: each for each in single_tables()}
    names = [path[0] for path in tables if len(path) == 1]
    for name, value in text.data.items():
        if name not in (*names, *_READ_ELSEWHERE) and (name,) not in NOT_USED_YET:
            _refuse_nearly(text, name)
            kind = "table" if isinstance(value, dict) else "setting"
            known = ", ".join((*names, *_READ_ELSEWHERE))
            text.warn((name,), f"unknown {kind}, ignored (known tables: {known})")
    for name in names:
        keys = list(tables[(name,)].settings)
        for key in text.table((name,)):
            if key not in keys and (name, key) not in (*NOT_USED_YET, *tables):
                text.warn((name, key), f"unknown setting, ignored (known here: {', '.join(keys)})")
