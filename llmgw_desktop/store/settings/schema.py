"""JSON Schema of `config.toml`, for editors that check and complete while a person types.

It comes from what the reader of the file goes by. What a schema cannot say (whether a provider is
there, whether two keys go together) the reader says.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.setting import Setting
from llmgw_desktop.domain.settings.whole import single_tables
from llmgw_desktop.store.settings.clients import CLIENT_KEYS
from llmgw_desktop.store.settings.clis import CLI_KEYS
from llmgw_desktop.store.settings.guards import GUARD_KEYS
from llmgw_desktop.store.settings.mcp_servers import SERVER_KEYS
from llmgw_desktop.store.settings.prices import PRICE_KEYS
from llmgw_desktop.store.settings.providers import ACCOUNT_KEYS, PROVIDER_KEYS
from llmgw_desktop.store.settings.reader import NOT_USED_YET
from llmgw_desktop.store.settings.routes import MATCH_KEYS, ROUTE_KEYS
from llmgw_desktop.store.settings.workspaces import REPO_KEYS, ROOT_KEYS, WORKSPACES_KEYS

Node = dict[str, Any]
_TEXTS: Node = {"type": "array", "items": {"type": "string"}}


def settings_schema() -> Node:
    """Plain JSON values, draft 2020-12."""
    whole = _table({}, _several_tables())
    for path in NOT_USED_YET:
        if len(path) == 1:
            whole["properties"][path[0]] = {"description": "Not used by this version."}
    for table in single_tables():
        above = whole
        for name in table.path[:-1]:
            above = above["properties"][name]
        above["properties"][table.path[-1]] = _table(table.settings, defaults=table.defaults)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of LLM Gateway Desktop",
    }
    plain: Node = json.loads(json.dumps(head | whole))
    return plain


def plain_value(value: Any) -> Any:
    """As TOML and JSON have it: words without their enumeration, lists and tables."""
    if isinstance(value, Mapping):
        return {str(key): plain_value(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain_value(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _several_tables() -> dict[str, Node]:
    """Those of which there may be any number."""
    accounts = {"accounts": _list(_table(ACCOUNT_KEYS))}
    route = {"match": _table(MATCH_KEYS), "to": _TEXTS}
    workspaces = {"repos": _list(_table(REPO_KEYS)), "allowed_roots": _list(_table(ROOT_KEYS))}
    client = {key: {"description": words} for key, words in CLIENT_KEYS.items()}
    cli = _table(CLI_KEYS)
    return {
        "providers": _named(_table(PROVIDER_KEYS, accounts)),
        "clis": _table({}, {name.value: cli for name in CliName}),
        "routes": _list(_table(ROUTE_KEYS, route)),
        "aliases": _named({"anyOf": [{"type": "string"}, _TEXTS]}),
        "prices": _list(_table(PRICE_KEYS)),
        "workspaces": _table(WORKSPACES_KEYS, workspaces),
        "clients": _named(_table({}, client)),
        "guards": _list(_table(GUARD_KEYS)),
        "mcp_servers": _named(_table(SERVER_KEYS)),
    }


def _table(
    settings: Mapping[str, Setting],
    more: Mapping[str, Node] | None = None,
    *,
    defaults: object = None,
) -> Node:
    said = {key: _setting(each, getattr(defaults, key, None)) for key, each in settings.items()}
    properties = {**said, **(more or {})}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _setting(each: Setting, default: object) -> Node:
    node: Node = {**each.kind.schema, "description": each.words}
    return node if default is None else {**node, "default": plain_value(default)}


def _named(each: Node) -> Node:
    return {"type": "object", "additionalProperties": each}


def _list(each: Node) -> Node:
    return {"type": "array", "items": each}
