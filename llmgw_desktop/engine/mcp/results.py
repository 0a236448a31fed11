"""Long results of tools: a client is shown the beginning, and reads the rest where it wants it.

They are kept in memory, for whoever called and nobody else, until newer ones need the room.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from llmgw_desktop.clis.fields import TEXT, option
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.tool import (
    EVERY_PROFILE,
    Guide,
    McpTool,
    McpToolCall,
    NotFound,
    ToolAnswer,
)

ADDRESS = "result://"
LONGEST_SHOWN = 24_000
"""Characters of a result that are told whole: some 6,000 tokens."""
_PREVIEW = 4_000
_OUTLINES = ((10, 400), (4, 200), (1, 100))
"""How many of a list and how many characters of a text are told, until it is short enough."""
_MOST_OF_ONE = 16 << 20
_MOST_OF_ALL = 48 << 20
_MOST_READ = 200_000


@value
class _Kept:
    client_id: str
    text: str


class KeptResults:
    """On the loop."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        """The oldest first."""
        self._ids: dict[_Kept, str] = {}
        self._outlines: dict[str, str] = {}

    def keep(self, text: str, principal: Principal) -> str:
        """Under a name that nobody guesses; once, whoever asks for the same again and again."""
        kept = _Kept(client_id=principal.client_id, text=text)
        if (known := self._ids.get(kept)) is not None:
            self._kept[known] = self._kept.pop(known)
            return known
        result_id = self._ids[kept] = secrets.token_hex(8)
        self._kept[result_id] = kept
        own = [key for key, each in self._kept.items() if each.client_id == principal.client_id]
        self._make_room(own, _MOST_OF_ONE)
        self._make_room(list(self._kept), _MOST_OF_ALL)
        return result_id

    def text(self, result_id: str, principal: Principal) -> str:
        """Raises NotFound."""
        kept = self._kept.get(result_id)
        if kept is None or kept.client_id != principal.client_id:
            raise NotFound(
                f"There is no result {result_id[:40]} any more: long ones are kept until newer ones"
                " need the room. Call the tool again, and ask for less."
            )
        return kept.text

    def outlined(self, answer: ToolAnswer, principal: Principal) -> ToolAnswer:
        """One of ours with a short text beside its whole structure: some clients give a model
        both, others the text alone. What says something in words of its own keeps them."""
        if answer.text is not None or answer.raw is not None:
            return answer
        whole = orjson.dumps(dict(answer.structured)).decode()
        if len(whole) <= _PREVIEW:
            return answer
        result_id = self.keep(whole, principal)
        if (text := self._outlines.get(result_id)) is not None:
            return replace(answer, text=text)
        rest = (
            "\nThis is shortened. All of it is the structured content, and the resource"
            f" {ADDRESS}{result_id}, which result_read reads with resultId {result_id}."
        )
        text = self._outlines[result_id] = _outline(answer.structured) + rest
        return replace(answer, text=text)

    def previewed(self, result: Mapping[str, Any], principal: Principal) -> Mapping[str, Any]:
        """Of a result as the protocol has it; one that is short is told as it is."""
        content = result.get("content")
        blocks = content if isinstance(content, list) else []
        text = "\n".join(str(each["text"]) for each in blocks if _is_text(each))
        structured = result.get("structuredContent")
        written = orjson.dumps(structured).decode() if structured is not None else ""
        if max(len(text), len(written)) <= LONGEST_SHOWN:
            return result
        whole = text if len(text) >= len(written) else written
        told = dict(result)
        if len(written) > LONGEST_SHOWN:
            del told["structuredContent"]
        if len(text) <= LONGEST_SHOWN and blocks:
            whole = written
        shown = self.shown(whole, principal)
        others = [each for each in blocks if not _is_text(each)]
        told["content"] = [*shown, *others]
        return told

    def shown(self, text: str, principal: Principal) -> list[dict[str, Any]]:
        """As blocks of content: the beginning, and where the whole is."""
        result_id = self.keep(text, principal)
        words = (
            f"{text[:_PREVIEW]}\n… {len(text) - _PREVIEW:,} more characters. All of it is the"
            f" resource {ADDRESS}{result_id}; or result_read with resultId {result_id} and offset"
            f" {_PREVIEW} reads on."
        )
        link = {
            "type": "resource_link",
            "uri": f"{ADDRESS}{result_id}",
            "name": f"result {result_id}",
            "mimeType": "text/plain",
            "size": len(text.encode("utf-8", "replace")),
        }
        return [{"type": "text", "text": words}, link]

    def _make_room(self, keys: list[str], most: int) -> None:
        """Of these the oldest go, but for the last."""
        size = sum(len(self._kept[key].text) for key in keys)
        for key in keys[:-1]:
            if size <= most:
                return
            gone = self._kept.pop(key)
            del self._ids[gone]
            self._outlines.pop(key, None)
            size -= len(gone.text)

    def tools(self) -> tuple[McpTool, ...]:
        whole = {"type": "integer", "minimum": 0}
        most = {"type": "integer", "minimum": 1, "maximum": _MOST_READ}

        async def read(call: McpToolCall) -> ToolAnswer:
            text = self.text(call.arguments["resultId"], call.principal)
            begin = call.arguments.get("offset", 0)
            end = begin + call.arguments.get("maxChars", LONGEST_SHOWN)
            part, following = text[begin:end], end if end < len(text) else None
            told = {"success": True, "text": part, "of": len(text), "nextOffset": following}
            rest = f"\n… go on with offset {end} of {len(text)}." if following else ""
            return ToolAnswer(structured=told, text=part + rest)

        return (
            McpTool(
                name="result_read",
                title="Read a long result",
                description="Reads on in a long result.",
                guide=Guide(
                    when="one of which you were told the beginning",
                    returns="text and nextOffset",
                    costs="nothing",
                    example={"resultId": "3f2a", "offset": 4000},
                ),
                takes=(
                    option("resultId", TEXT, "As the beginning told it."),
                    option("offset", whole, "In characters."),
                    option("maxChars", most, f"Usually {LONGEST_SHOWN}."),
                ),
                needs=frozenset({"resultId"}),
                tells={
                    "text": {"type": "string"},
                    "of": {"type": "integer"},
                    "nextOffset": {"type": ["integer", "null"]},
                },
                call=read,
                scope=Scope.MCP,
                profiles=EVERY_PROFILE,
                reads_only=True,
            ),
        )


def _outline(structured: Mapping[str, Any]) -> str:
    """As JSON: of each list the first few, of each text the beginning."""
    text = ""
    for most_items, most_chars in _OUTLINES:
        text = orjson.dumps(_cut(structured, most_items, most_chars)).decode()
        if len(text) <= _PREVIEW:
            return text
    return f"{text[:_PREVIEW]}…"


def _cut(part: Any, most_items: int, most_chars: int) -> Any:
    if isinstance(part, str):
        return part if len(part) <= most_chars else f"{part[:most_chars]}…"
    if isinstance(part, Mapping):
        return {name: _cut(each, most_items, most_chars) for name, each in part.items()}
    if not isinstance(part, list | tuple):
        return part
    shown = [_cut(each, most_items, most_chars) for each in part[:most_items]]
    return shown if len(part) <= most_items else [*shown, f"… {len(part) - most_items} more"]


def _is_text(block: object) -> bool:
    return isinstance(block, dict) and block.get("type") == "text"
