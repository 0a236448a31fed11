"""All tables of `config.toml` as one description, and its JSON Schema for editors that check and
complete while a person types.

It comes from what the reader of the file goes by. What a schema cannot say (whether a provider is
there, whether two keys go together) the reader says.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, field, fields
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.workspace import AllowedRoot, Workspace, WorkspaceSettings
from llmgw_desktop.domain.mcp_server import McpServer
from llmgw_desktop.domain.provider import Account, Provider
from llmgw_desktop.domain.routing.route import RouteMatch, RouteRule
from llmgw_desktop.domain.setting import Setting
from llmgw_desktop.domain.settings.whole import SettingGroup, single_tables
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.clients import CLIENT_KEYS, NOT_OF_LABELS
from llmgw_desktop.store.settings.clis import CLI_KEYS
from llmgw_desktop.store.settings.guards import GUARD_KEYS
from llmgw_desktop.store.settings.mcp_servers import SERVER_KEYS
from llmgw_desktop.store.settings.notify import NOTIFY_KEYS
from llmgw_desktop.store.settings.prices import PRICE_KEYS
from llmgw_desktop.store.settings.providers import ACCOUNT_KEYS, PROVIDER_KEYS
from llmgw_desktop.store.settings.reader import NOT_USED_YET
from llmgw_desktop.store.settings.routes import ALIAS, MATCH_KEYS, ROUTE_KEYS
from llmgw_desktop.store.settings.rules import RULE_KEYS
from llmgw_desktop.store.settings.workspaces import PIN_KEYS, REPO_KEYS, ROOT_KEYS, WORKSPACES_KEYS

Node = dict[str, Any]
NAME, ELEMENT = "*", "#"
"""Steps of a path: any name a person chose, any place in a list."""


@value
class TableFacts:
    """A table of the file, or all tables of one sort."""

    path: tuple[str, ...]
    settings: Mapping[str, Setting]
    """Those of a table in which every line is one stand under NAME."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Where a key is not among them, its words say what holds when it is left out."""
    words: str = ""
    single: str = ""
    """The field of Settings, of a table that is there once."""
    named_by: str = ""
    """The key by which an element of a list is called."""
    names: tuple[str, ...] = ()
    """The only ones that there may be; any if empty."""
    group: SettingGroup = SettingGroup.ADVANCED

    @property
    def title(self) -> str:
        """`[http]`, `[providers.NAME]`, `[[routes]]`; `[routes.match]` inside an element."""
        shown = ".".join("NAME" if step == NAME else step for step in self.path if step != ELEMENT)
        return f"[[{shown}]]" if self.path[-1] == ELEMENT else f"[{shown}]"


def all_tables() -> tuple[TableFacts, ...]:
    """In the order in which they are shown."""
    once = (
        TableFacts(
            path=each.path,
            settings=each.settings,
            defaults={key: getattr(each.defaults, key) for key in each.settings},
            words=each.words,
            single=each.field,
            group=each.group,
        )
        for each in single_tables()
    )
    return (*once, *_several_tables())


def table_at(*path: str) -> TableFacts:
    """That of this path, for forms. Raises KeyError."""
    return {each.path: each for each in all_tables()}[path]


def _several_tables() -> tuple[TableFacts, ...]:
    """Those that have names, and `[workspaces]`, which holds such."""
    of_labels = {key: it for key, it in CLIENT_KEYS.items() if key not in NOT_OF_LABELS}
    return (
        *_of_providers(),
        _of(
            ("clis", NAME),
            CLI_KEYS,
            CliSettings,
            names=tuple(CliName),
            words="Vendors' CLIs that are to be used otherwise than as they are.",
        ),
        *_of_routes(),
        _of(
            ("prices", ELEMENT),
            PRICE_KEYS,
            words="What models cost where the table that comes along does not say so.",
            group=SettingGroup.COSTS,
        ),
        _of(
            ("clients", NAME),
            CLIENT_KEYS,
            words="What a client may spend and ask for.",
            group=SettingGroup.COSTS,
        ),
        _of(("clients", NAME, "labels", NAME), of_labels, group=SettingGroup.COSTS),
        _of(
            ("guards", ELEMENT),
            GUARD_KEYS,
            named_by="name",
            words="What prompts may hold.",
            group=SettingGroup.PRIVACY,
        ),
        _of(
            ("rules", ELEMENT),
            RULE_KEYS,
            named_by="name",
            words="What agents may do, whatever their job says.",
            group=SettingGroup.PRIVACY,
        ),
        _of(
            ("workspaces",),
            WORKSPACES_KEYS,
            WorkspaceSettings,
            words="Folders that jobs may be told to work in.",
        ),
        _of(("workspaces", "repos", ELEMENT), REPO_KEYS, Workspace, named_by="alias"),
        _of(("workspaces", "allowed_roots", ELEMENT), ROOT_KEYS, AllowedRoot, named_by="alias"),
        _of(
            ("mcp_servers", NAME),
            SERVER_KEYS,
            McpServer,
            words="MCP servers that runs may be given by their names.",
        ),
        _of(
            ("notify", ELEMENT),
            NOTIFY_KEYS,
            named_by="name",
            words="Who else is told of alarms: a webhook, or a program.",
            group=SettingGroup.NOTIFICATIONS,
        ),
    )


def _of_providers() -> tuple[TableFacts, ...]:
    group = SettingGroup.NETWORK
    accounts = ("providers", NAME, "accounts", ELEMENT)
    return (
        _of(
            ("providers", NAME),
            PROVIDER_KEYS,
            Account,
            Provider,
            words="Who answers: vendors' services and servers of your own.",
            group=group,
        ),
        _of(accounts, ACCOUNT_KEYS, Account, named_by="name", group=group),
    )


def _of_routes() -> tuple[TableFacts, ...]:
    group = SettingGroup.NETWORK
    return (
        _of(
            ("routes", ELEMENT),
            ROUTE_KEYS,
            RouteRule,
            named_by="name",
            words="Rules about who is sent where; the first that matches counts.",
            group=group,
        ),
        _of(("routes", ELEMENT, "match"), MATCH_KEYS, RouteMatch, group=group),
        _of(("aliases",), {NAME: ALIAS}, words="Names and what they stand for.", group=group),
        _of(
            ("pins", NAME),
            PIN_KEYS,
            words="Folders whose programs leave through one account.",
            group=group,
        ),
    )


_TOLD_BY_WORDS = ("strategy", "cache_similarity", "budgets")
"""Keys whose field holds something else where nothing is set."""


def _of(
    path: tuple[str, ...],
    settings: Mapping[str, Setting],
    *kept: type[Any],
    named_by: str = "",
    names: tuple[str, ...] = (),
    words: str = "",
    group: SettingGroup = SettingGroup.ADVANCED,
) -> TableFacts:
    """`kept` are the dataclasses that hold its values: their defaults are the settings' own."""
    said = {each.name: each.default for one in kept for each in fields(one)}
    told = (named_by, *_TOLD_BY_WORDS)
    defaults = {
        key: said[key] for key in settings if key not in told and said.get(key, MISSING) != MISSING
    }
    return TableFacts(
        path=path,
        settings=settings,
        defaults=defaults,
        words=words,
        named_by=named_by,
        names=names,
        group=group,
    )


def settings_schema() -> Node:
    """Plain JSON values, draft 2020-12."""
    whole = _object()
    for path in NOT_USED_YET:
        if len(path) == 1:
            whole["properties"][path[0]] = {"description": "Not used by this version."}
    for table in all_tables():
        node = _node(whole, table.path)
        for key, each in table.settings.items():
            said = _setting(each, table.defaults.get(key))
            if key == NAME:
                node["additionalProperties"] = said
            else:
                node["properties"][key] = said
        if table.words:
            node["description"] = table.words
        if table.names:
            _node(whole, table.path[:-1])["propertyNames"] = {"enum": table.names}
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


def _node(whole: Node, path: tuple[str, ...]) -> Node:
    """The node of the table at this path; made, with those above it, where it is not there."""
    node = whole
    for step, further in zip(path, (*path[1:], ""), strict=True):
        if step == ELEMENT:
            node = node["items"]
            continue
        made = _list() if further == ELEMENT else _object()
        if step == NAME:
            if node["additionalProperties"] is False:
                node["additionalProperties"] = made
            node = node["additionalProperties"]
        else:
            if "type" not in node["properties"].get(step, {}):
                node["properties"][step] = made
            node = node["properties"][step]
    return node


def _object() -> Node:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _list() -> Node:
    return {"type": "array", "items": _object()}


def _setting(each: Setting, default: object) -> Node:
    node: Node = {**each.kind.schema, "description": each.words, "x-since": each.since}
    if each.env:
        node["x-environment"] = each.env
    return node if default is None else {**node, "default": plain_value(default)}
