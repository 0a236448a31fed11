"""All tools by name: who sees which, what each takes, and the one way by which any is called."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from llmgw_desktop.clis.checks import no_nul
from llmgw_desktop.clis.fields import fits, said
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.audit import Actor, ActorDoor, acting, who_acts
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.plain_text import meant
from llmgw_desktop.engine.mcp.results import KeptResults
from llmgw_desktop.engine.mcp.tool import (
    INTERNAL,
    PLAINLY,
    CameBy,
    InvalidArgument,
    McpTool,
    McpToolCall,
    Profile,
    ProgressTelling,
    ToolAnswer,
    refusal,
    told,
)
from llmgw_desktop.wire.native.withheld import cleaned_text, native_ids_in, without_native_ids

if TYPE_CHECKING:
    from llmgw_desktop.engine.mcp.behind.offered import ToolBehind
    from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers

_OF_CLIENTS = frozenset({"wait_for_previous"})
"""Gemini CLI shows its model each tool with this argument more, for the order in which it calls
tools itself, and sends it along."""


_log = logging.getLogger(__name__)


class Toolbox:
    """Never raises but CancelledError: what goes wrong is told in the one shape of errors."""

    def __init__(
        self,
        tools: Iterable[McpTool],
        behind: "Callable[[], ToolServers | None]" = lambda: None,
        results: KeptResults | None = None,
    ) -> None:
        """`behind`: other servers, whose tools are called here as ours are. `results`: where long
        ones of theirs are kept."""
        self._behind = behind
        self._results = results or KeptResults()
        self._tools: dict[str, McpTool] = {}
        for tool in tools:
            assert tool.name not in self._tools, f"two tools are named {tool.name}"
            self._tools[tool.name] = tool

    def __iter__(self) -> Iterator[McpTool]:
        return iter(self._tools.values())

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    @property
    def behind(self) -> "ToolServers | None":
        """Other servers; None where none is offered."""
        return self._behind()

    def shown(self, principal: Principal, profile: Profile) -> list[McpTool]:
        return [tool for tool in self._tools.values() if tool.shown_to(principal, profile)]

    def scope_of(self, name: str) -> Scope | None:
        """What the tool of this name needs; None where there is none."""
        tool = self._tools.get(name)
        return None if tool is None else tool.scope

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any] | None,
        principal: Principal,
        *,
        project: str = "",
        progress: ProgressTelling | None = None,
        came: CameBy = PLAINLY,
    ) -> ToolAnswer:
        """Of ours whatever the client's profile: it only says what is listed."""
        tool = self._tools.get(name)
        if tool is None and (behind := self.behind) is not None:
            await behind.known()
            offered = behind.find(name, principal, came.profile)
            if offered is not None and Scope.MCP in principal.scopes:
                call = McpToolCall(
                    principal=principal,
                    arguments=arguments or {},
                    project=project,
                    progress=progress,
                    came=came,
                )
                return await self._call_behind(offered, call, came)
        if tool is None or tool.scope not in principal.scopes:
            return told(self._no_such(name, principal), ErrorCategory.INVALID_INPUT)
        try:
            call = McpToolCall(
                principal=principal,
                arguments=checked(tool, arguments),
                project=project,
                progress=progress,
                came=came,
            )
            with acting(_actor(principal)):
                answer = await tool.call(call)
            answer = _for_elsewhere(answer) if principal.is_remote else answer
            return answer if came.is_from_code else self._results.outlined(answer, principal)
        except LlmgwError as error:
            return refusal(error)
        except Exception as error:  # noqa: BLE001 - the door's edge: no call goes unanswered
            _log.exception("the tool %s failed", name)
            return told(f"The gateway failed: {type(error).__name__}.", INTERNAL)

    async def _call_behind(
        self, offered: "ToolBehind", call: McpToolCall, came: CameBy
    ) -> ToolAnswer:
        behind = self.behind
        assert behind is not None
        try:
            _check_characters(dict(call.arguments), "arguments")
            with acting(_actor(call.principal)):
                result: Mapping[str, Any] = await behind.call(offered, call, came)
            if not came.is_from_code:
                result = self._results.previewed(result, call.principal)
            return ToolAnswer(structured={}, raw=result, is_error=result.get("isError") is True)
        except LlmgwError as error:
            if (wanted := getattr(error, "told", None)) is not None and not came.is_from_code:
                return replace(refusal(error), error=wanted)
            return refusal(error)
        except Exception as error:  # noqa: BLE001 - the door's edge: no call goes unanswered
            _log.exception("the tool %s failed", offered.name)
            return told(f"The gateway failed: {type(error).__name__}.", INTERNAL)

    def _no_such(self, name: str, principal: Principal) -> str:
        """A name that is nearly one's own tells which is meant."""
        own: dict[str, dict[str, Any]] = {
            each: {} for each, tool in self._tools.items() if tool.scope in principal.scopes
        }
        hint = meant(name, own)
        return (
            f"There is no tool '{name[:80]}' for this key; {hint}tools/list names all that its"
            " scopes allow."
        )


def _actor(principal: Principal) -> Actor:
    """The address is known where the call came in with a request of the same client."""
    outer = who_acts()
    address = outer.address if outer.client_id == principal.client_id else ""
    return Actor(
        name=principal.person or principal.name,
        door=ActorDoor.MCP,
        client_id=principal.client_id,
        address=address,
    )


def _for_elsewhere(answer: ToolAnswer) -> ToolAnswer:
    found = native_ids_in(answer.structured)
    text = None if answer.text is None else cleaned_text(answer.text, found)
    return replace(answer, structured=without_native_ids(answer.structured), text=text)


def checked(tool: McpTool, arguments: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Those that were given; null means: not given. Raises InvalidArgument."""
    given = {name: value for name, value in (arguments or {}).items() if value is not None}
    table = {option.name: option for option in tool.takes}
    for name, value in given.items():
        option = table.get(name)
        if option is None and name in _OF_CLIENTS:
            continue
        if option is None and name in tool.refuses:
            _refuse(tool, name, value)
            continue
        if option is None:
            has = ", ".join(table) or "no arguments"
            hint = meant(name, {each.name: each.schema for each in tool.takes})
            raise InvalidArgument(
                f"{tool.name} has no such argument; {hint}it has {has}", field=name[:80]
            )
        if not fits(value, option.schema):
            raise InvalidArgument(f"it must be {said(option.schema)}", field=name)
        if isinstance(value, str):
            no_nul(value, name)
        _check_characters(value, name)
    for name in sorted(tool.needs - given.keys()):
        raise InvalidArgument("it must be given", field=name)
    return {name: value for name, value in given.items() if name in table}


def _check_characters(value: object, name: str) -> None:
    """Raises InvalidArgument."""
    if not _has_whole_characters(value):
        raise InvalidArgument("it holds half a character", field=name)


def _has_whole_characters(value: object) -> bool:
    """JSON can write halves of characters, which neither programs nor files take."""
    if isinstance(value, str):
        return value.isascii() or value.encode("utf-8", "ignore").decode() == value
    if isinstance(value, list):
        return all(map(_has_whole_characters, value))
    if isinstance(value, dict):
        return all(map(_has_whole_characters, (*value, *value.values())))
    return True


def _refuse(tool: McpTool, name: str, value: object) -> None:
    if value is not False and value != []:
        raise InvalidArgument(tool.refuses[name], field=name)
