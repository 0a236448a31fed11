"""What is told of models: what settings say, what programs list, and hints that say that they are
no more. Nothing is told as known that nobody said."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from llmgw_desktop.clis.model_list import HINTS, LISTS, ListedModel
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import CLI_OF_PROVIDER, CliSettings, provider_of
from llmgw_desktop.engine.mcp.cli_desk import CliDesk, CliSeen
from llmgw_desktop.wire.models import ModelEntry

Catalogue = Callable[[], Awaitable[Sequence[ModelEntry]]]
_PRACTICE = "practice"


async def models_of_cli(desk: CliDesk, name: CliName, *, ask: bool) -> dict[str, Any]:
    """`ask`: the program is started where it can list its models."""
    seen, said = await desk.find(name), desk.said(name)
    has_program = seen.is_installed and said.enabled
    listed = None
    if has_program:
        listed = await (desk.models(name) if ask else desk.models_told(name))
    told = {each.name: _described(each) for each in listed or ()}
    named = {each: {"source": "settings"} for each in said.models if each not in told}
    return {
        "description": seen.title,
        "provider": provider_of(name),
        "models": {**told, **named},
        "unverifiedModelHints": _hints(name, {*told, *named}),
        "modelOrder": [*told, *named],
        "aliases": {"default": "what the settings or the CLI choose", "latest": "as default"},
        **_default(said, listed or ()),
        "warnings": _warnings(seen, said, listed),
    }


def models_of_providers(entries: Sequence[ModelEntry]) -> dict[str, list[str]]:
    """By provider; vendors' programs, aliases and practice are none of these."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        is_api = entry.provider not in CLI_OF_PROVIDER and not entry.is_practice
        if is_api and not entry.stands_for:
            found.setdefault(entry.provider, []).append(entry.id)
    return found


def plain_list(entries: Sequence[ModelEntry]) -> list[dict[str, Any]]:
    return [
        {
            "model": entry.id,
            "provider": entry.provider,
            "kind": _kind(entry),
            **({"standsFor": list(entry.stands_for)} if entry.stands_for else {}),
        }
        for entry in entries
    ]


def _kind(entry: ModelEntry) -> str:
    if entry.stands_for:
        return "alias"
    if entry.is_practice:
        return _PRACTICE
    return "cli" if entry.provider in CLI_OF_PROVIDER else "api"


def _described(model: ListedModel) -> dict[str, Any]:
    more = {"title": model.title} if model.title else {}
    efforts = {"efforts": list(model.efforts)} if model.efforts else {}
    return {"source": "cli", **more, **efforts}


def _hints(name: CliName, known: set[str]) -> dict[str, dict[str, str]]:
    source = "the CLI's own help; whether your account has it nobody has asked"
    return {each: {"source": source} for each in HINTS.get(name, ()) if each not in known}


def _default(said: CliSettings, listed: Sequence[ListedModel]) -> dict[str, str]:
    if said.default_model:
        return {"defaultModel": said.default_model, "defaultModelSource": "settings"}
    for model in listed:
        if model.is_default:
            return {"defaultModel": model.name, "defaultModelSource": "cli"}
    return {}


def _warnings(
    seen: CliSeen, said: CliSettings, listed: tuple[ListedModel, ...] | None
) -> list[str]:
    if not said.enabled:
        return ["It is switched off."]
    if not seen.is_installed:
        return ["It is not installed."]
    if listed is None and seen.name in LISTS:
        return ["It has not listed its models yet: ask again in a while."]
    if listed is None:
        return ["It does not tell its models: any name may be asked for, and the CLI decides."]
    return []
