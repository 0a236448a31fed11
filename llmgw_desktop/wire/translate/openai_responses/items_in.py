"""The input of a request: its items become turns, in their order.

What the model said stands in one turn until somebody else speaks; so do the outputs of tools.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.content import (
    CallKind,
    Hosted,
    Item,
    Role,
    Text,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
)
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.carrier import Carried, SealOf
from llmgw_desktop.wire.translate.ids import original_id
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_responses import hosted
from llmgw_desktop.wire.translate.openai_responses.content_in import items_of_content
from llmgw_desktop.wire.translate.openai_responses.reading import (
    as_list,
    as_object,
    maybe_string,
    name_in,
    string_in,
    tell_unknown,
)
from llmgw_desktop.wire.translate.openai_responses.reasoning import seal_in, thinking_of

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.DEVELOPER,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}
_OF_VENDOR = frozenset({"type", "id", "status", "phase", "created_by", "caller", "async"})
"""How the vendor keeps its own items; nothing that a model is told."""
_MESSAGE = _OF_VENDOR | {"role", "content"}
_CALL = _OF_VENDOR | {"call_id", "name", "namespace", "arguments", "input"}
_RESULT = _OF_VENDOR | {"call_id", "name", "namespace", "output"}
_REASONING = _OF_VENDOR | {"summary", "content", "encrypted_content"}
_CALLS = {"function_call": CallKind.FUNCTION, "custom_tool_call": CallKind.CUSTOM}
_RESULTS = {
    "function_call_output": CallKind.FUNCTION,
    "custom_tool_call_output": CallKind.CUSTOM,
}
_TAKES_SEAL: Mapping[SealOf, type[Text | ToolCall]] = {SealOf.TEXT: Text, SealOf.CALL: ToolCall}


class InputReader:
    """Takes the items one after the other; `turns` and `tools` are what came out of them."""

    def __init__(self, report: LossReport) -> None:
        self._report = report
        self._turns: list[tuple[Role, list[Item]]] = []
        self._open: list[Item] | None = None
        """Of the last turn, while it may take more."""
        self._waiting: Carried | None = None
        """A seal whose item comes next."""
        self.tools: list[tuple[object, str]] = []
        """Declared on the way, each with its path."""

    def read(self, value: object) -> None:
        if isinstance(value, str):
            self._begin(Role.USER, [Text(text=value)])
            return
        for at, each in enumerate(as_list(value, "input")):
            path = f"input[{at}]"
            self._read_item(as_object(each, path), path)

    @property
    def turns(self) -> list[Turn]:
        self._drop_seal()
        return [Turn(role=role, items=tuple(items)) for role, items in self._turns]

    def _read_item(self, item: dict[str, Any], path: str) -> None:
        kind = item.get("type")
        if kind is None:
            kind = "message" if "role" in item else "item_reference"
        if not isinstance(kind, str):
            raise MalformedRequest("must be a string", path=f"{path}.type")
        if kind == "message":
            self._read_message(item, path)
        elif kind in _CALLS:
            self._read_call(item, _CALLS[kind], path)
        elif kind in _RESULTS:
            self._read_result(item, _RESULTS[kind], path)
        elif kind == "reasoning":
            self._read_reasoning(item, path)
        else:
            self._read_of_vendor(item, kind, path)

    def _read_message(self, item: dict[str, Any], path: str) -> None:
        role = _ROLES.get(name_in(item, "role", path))
        if role is None:
            raise MalformedRequest(
                "must be one of system, developer, user, assistant", path=f"{path}.role"
            )
        tell_unknown(item, _MESSAGE, self._report, "message.")
        items = items_of_content(item.get("content"), f"{path}.content", self._report)
        if role is Role.ASSISTANT:
            for each in items:
                self._said(each)
        else:
            self._begin(role, list(items))
            self._open = None

    def _read_call(self, item: dict[str, Any], kind: CallKind, path: str) -> None:
        tell_unknown(item, _CALL, self._report, f"{item['type']}.")
        if kind is CallKind.CUSTOM:
            arguments = string_in(item, "input", path)
        else:
            arguments = maybe_string(item, "arguments", path) or "{}"
        call = ToolCall(
            id=original_id(name_in(item, "call_id", path)),
            name=name_in(item, "name", path),
            arguments=arguments,
            kind=kind,
            namespace=maybe_string(item, "namespace", path) or None,
        )
        self._said(call)

    def _read_result(self, item: dict[str, Any], kind: CallKind, path: str) -> None:
        tell_unknown(item, _RESULT, self._report, f"{item['type']}.")
        result = ToolResult(
            call_id=original_id(name_in(item, "call_id", path)),
            items=items_of_content(item.get("output"), f"{path}.output", self._report),
            name=maybe_string(item, "name", path),
            kind=kind,
        )
        self._gave_back(result)

    def _read_reasoning(self, item: dict[str, Any], path: str) -> None:
        tell_unknown(item, _REASONING, self._report, "reasoning.")
        encrypted = maybe_string(item, "encrypted_content", path)
        carried, is_behind = seal_in(encrypted) if encrypted else (None, False)
        if encrypted and carried is None:
            self._report.lost(Feature.SIGNATURE)
        if carried is None or carried.of not in _TAKES_SEAL:
            self._said(thinking_of(item, encrypted))
        elif not is_behind:
            self._drop_seal()
            self._waiting = carried
        elif not self._seal_last(carried):
            self._report.lost(Feature.SIGNATURE)

    def _read_of_vendor(self, item: dict[str, Any], kind: str, path: str) -> None:
        if kind == "additional_tools":
            spot = f"{path}.tools"
            for at, tool in enumerate(as_list(item.get("tools"), spot)):
                self.tools.append((tool, f"{spot}[{at}]"))
            return
        if kind not in hosted.ITEMS_OF_MODEL | hosted.ITEMS_OF_CALLER:
            raise _refused(kind, f"{path}.type")
        kept = Hosted(vendor=Vendor.OPENAI, what=kind, raw=item, text=hosted.in_words(item))
        if kind in hosted.ITEMS_OF_MODEL:
            self._said(kept)
        else:
            self._gave_back(kept)

    def _said(self, item: Item) -> None:
        waiting = self._waiting
        if waiting is not None and isinstance(item, Text | ToolCall):
            if isinstance(item, _TAKES_SEAL[waiting.of]):
                item = replace(item, signature=waiting.signature)
                self._waiting = None
            else:
                self._drop_seal()
        self._add(Role.ASSISTANT, item)

    def _gave_back(self, item: Item) -> None:
        self._add(Role.USER, item)

    def _add(self, role: Role, item: Item) -> None:
        if self._open is None or self._turns[-1][0] is not role:
            self._begin(role, [item])
        else:
            self._open.append(item)

    def _begin(self, role: Role, items: list[Item]) -> None:
        if role is not Role.ASSISTANT:
            self._drop_seal()
        self._turns.append((role, items))
        self._open = items

    def _seal_last(self, carried: Carried) -> bool:
        if self._open is None or self._turns[-1][0] is not Role.ASSISTANT:
            return False
        last = self._open[-1]
        if not isinstance(last, _TAKES_SEAL[carried.of]):
            return False
        self._open[-1] = replace(last, signature=carried.signature)
        return True

    def _drop_seal(self) -> None:
        if self._waiting is not None:
            self._waiting = None
            self._report.lost(Feature.SIGNATURE)


def _refused(kind: str, path: str) -> MalformedRequest:
    if kind == "item_reference":
        return MalformedRequest("no item of this id is kept here; send the item itself", path=path)
    if kind == "compaction_trigger":
        return MalformedRequest("only the vendor's own service can compact", path=path)
    return MalformedRequest(f"an item of type '{kind[:60]}' is not known", path=path)
