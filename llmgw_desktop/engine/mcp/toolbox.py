"""All tools by name: who sees which, and the one way by which any is called."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.acting import acting, who_acts
from llmgw_desktop.domain.audit import Actor, ActorDoor
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.engine.mcp.arguments import checked
from llmgw_desktop.engine.mcp.tool import Profile, Progress, Tool, ToolAnswer, ToolCall
from llmgw_desktop.engine.mcp.tool_errors import INTERNAL, refusal, told
from llmgw_desktop.wire.native_ids import cleaned_text, native_ids_in, without_native_ids

_log = logging.getLogger(__name__)


class Toolbox:
    """Never raises but CancelledError: what goes wrong is told in the one shape of errors."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            assert tool.name not in self._tools, f"two tools are named {tool.name}"
            self._tools[tool.name] = tool

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def shown(self, principal: Principal, profile: Profile) -> list[Tool]:
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
        progress: Progress | None = None,
    ) -> ToolAnswer:
        """Whatever the client's profile: it only says what is listed."""
        tool = self._tools.get(name)
        if tool is None or tool.scope not in principal.scopes:
            return told(
                f"There is no tool '{name[:80]}' for this key. tools/list names all that there are"
                " for it; which those are its scopes say.",
                ErrorCategory.INVALID_INPUT,
            )
        try:
            call = ToolCall(
                principal=principal,
                arguments=checked(tool, arguments),
                project=project,
                progress=progress,
            )
            with acting(_actor(principal)):
                answer = await tool.call(call)
            return _for_elsewhere(answer) if principal.is_remote else answer
        except LlmgwError as error:
            return refusal(error)
        except Exception as error:  # noqa: BLE001 - the door's edge: no call goes unanswered
            _log.exception("the tool %s failed", name)
            return told(f"The gateway failed: {type(error).__name__}.", INTERNAL)


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
