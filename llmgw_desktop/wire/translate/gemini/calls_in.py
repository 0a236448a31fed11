"""A function call of an answer."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.content import CallKind, Signature, ToolCall
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.answer_facts import word_in
from llmgw_desktop.wire.translate.custom_text import unwrapped
from llmgw_desktop.wire.translate.names import ToolNames


class CallsIn:
    """Of one answer; `seed` is what its calls are named after."""

    __slots__ = ("_names", "count", "seed")

    def __init__(self, names: ToolNames) -> None:
        self._names = names
        self.count = 0
        self.seed = ""

    def read(self, call: Mapping[str, Any], seal: Signature | None) -> tuple[ToolCall, str]:
        """The call as it begins, and its arguments. Raises UpstreamGarbage."""
        name = call.get("name")
        if not isinstance(name, str) or not name:
            raise UpstreamGarbage("The provider's answer calls a function without a name.")
        args = call.get("args")
        if args is not None and type(args) is not dict:
            raise UpstreamGarbage("The provider's answer has arguments that are no object.")
        tool = self._names.read(name)
        arguments = orjson.dumps(args or {}).decode()
        if tool.kind is CallKind.CUSTOM:
            arguments = unwrapped(arguments)
        item = ToolCall(
            id=word_in(call, "id") or self._id(name),
            name=tool.name,
            arguments="",
            kind=tool.kind,
            namespace=tool.namespace,
            signature=seal,
        )
        self.count += 1
        return item, arguments

    def _id(self, name: str) -> str:
        """Google's models before 3 gave none; the same answer always gets the same ones."""
        made_of = f"{self.seed}\0{self.count}\0{name}".encode("utf-8", "replace")
        return f"call_{hashlib.sha256(made_of).hexdigest()[:24]}"
