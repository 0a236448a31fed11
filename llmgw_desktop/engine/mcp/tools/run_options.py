"""What a request tool takes: the gateway's fields, then the CLI's own, out of their own tables.

Every client carries the lists of all tools: schemas are shown in short, and what they leave out
the run's own tables check all the same before anything starts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.clis.cli import Cli, Option
from llmgw_desktop.clis.mcp_servers import TAKE_SERVERS, TOLD_SERVERS
from llmgw_desktop.engine.runs.fields import COMMON

_EVERYDAY = frozenset({"prompt", "model", "sessionId", "workingDir"})
_RIGHTS = frozenset({"permissionMode", "sandboxMode", "approvalMode", "mode"})
"""What a run may do is an option of the CLI's own: this one, where it has it."""


def options_of(cli: Cli, explained: Iterable[Option] = ()) -> tuple[Option, ...]:
    """Where both tables have a name, the gateway's field is meant. `explained`: those that
    another tool has told of in full; one that is the same is only named here."""
    common = [each for each in COMMON if _is_for(cli, each.name)]
    known = {each.name for each in common}
    own = (each for each in cli.options if each.name not in known)
    told = {each.name: each for each in explained if each.name not in _EVERYDAY}
    return tuple(_beside(told.get(each.name), _in_short(each)) for each in (*common, *own))


def everyday(options: Iterable[Option]) -> frozenset[str]:
    """What most requests say."""
    return frozenset(each.name for each in options) & (_EVERYDAY | _RIGHTS)


def unexplained(options: Iterable[Option]) -> tuple[Option, ...]:
    """Names and kinds alone, where another tool tells the rest."""
    return tuple(_named(each) for each in options)


def _beside(told: Option | None, option: Option) -> Option:
    if told is None or told.meaning != option.meaning:
        return option
    return _named(option) if told.schema == option.schema else replace(option, meaning="")


def _named(option: Option) -> Option:
    return replace(option, schema=_kind(option.schema), meaning="")


def _in_short(option: Option) -> Option:
    return replace(option, schema=_short(option.schema))


def refused_by(cli: Cli) -> Mapping[str, str]:
    """What clients know and this CLI cannot have, with what to do."""
    if cli.name in TAKE_SERVERS | TOLD_SERVERS:
        return {}
    return {"mcpServers": "it takes servers from its own settings alone; leave it out"}


def _is_for(cli: Cli, name: str) -> bool:
    """Not offered: what no run of this CLI could have, and second names that are not its own."""
    if name == "forkSession":
        return cli.facts.forks
    if name in refused_by(cli):
        return False
    return name != "continueSession" or any(each.name == name for each in cli.options)


def _short(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """That a text may not be empty goes without saying."""
    short = {name: value for name, value in schema.items() if name != "minLength"}
    if "items" in short:
        short["items"] = _short(short["items"])
    if "anyOf" in short:
        short["anyOf"] = [_short(each) for each in short["anyOf"]]
    return short


def _kind(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """With nothing of what it may hold."""
    if "anyOf" in schema:
        return {"anyOf": [_kind(each) for each in schema["anyOf"]]}
    kind = {"type": schema["type"]}
    # Some clients take no list of which it is not said what is in it.
    return kind | {"items": _kind(schema["items"])} if "items" in schema else kind
