"""Profile `search`: three tools in the place of all, however many there are. A model finds what it
needs by words, reads how it is called, and calls it by its name.

What is found, told and called is what the client may have anyway: the same filters hold.
"""

import asyncio
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from llmgw_desktop.clis.fields import TEXT, option
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.plain_text import nearest
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.listing import tool_shown
from llmgw_desktop.engine.mcp.tool import (
    CameBy,
    InvalidArgument,
    McpTool,
    McpToolCall,
    Profile,
    ToolAnswer,
)
from llmgw_desktop.engine.mcp.toolbox import Toolbox

_SEARCH, _DESCRIBE, _CALL = "search_tools", "describe_tools", "call_tool"
OWN_NAMES = frozenset({_SEARCH, _DESCRIBE, _CALL})
_USUAL, _MOST = 8, 30
_MOST_DESCRIBED = 10
_LONGEST_SUMMARY = 160
_K1, _B = 1.2, 0.75
"""Of BM25: how soon more of a word counts no more, and how much length counts."""
_NAME_WEIGHT = 3
"""A word in a name counts as often."""
_WORD = re.compile(r"[a-z0-9]+")
_SPLIT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORTEST = 3
_ENDINGS = ("ing", "ies", "es", "ed", "s")
_came = CameBy(profile=Profile.SEARCH)


@value
class SearchedTool:
    """One that can be found."""

    name: str
    shown: Mapping[str, Any]
    """As lists have it."""

    @property
    def text(self) -> str:
        properties = self.shown["inputSchema"].get("properties")
        fields = properties if isinstance(properties, dict) else {}
        told = (each.get("description", "") for each in fields.values() if isinstance(each, dict))
        words = (self.shown.get("title", ""), self.shown.get("description", ""), *fields, *told)
        return " ".join(map(str, words))


def ranked(query: str, tools: Sequence[SearchedTool], most: int) -> list[SearchedTool]:
    """By BM25 over names, descriptions and arguments, the best first; of equals the first. For a
    thread."""
    wanted = set(_words(query))
    counted = [_counted(each.name, each.text) for each in tools]
    lengths = [sum(each.values()) for each in counted]
    usual = sum(lengths) / len(lengths) if lengths else 1.0
    having = {word: sum(word in each for each in counted) for word in wanted}
    scores = []
    for number, (words, length) in enumerate(zip(counted, lengths, strict=True)):
        score = 0.0
        for word in wanted:
            often = words.get(word, 0)
            if often:
                rare = math.log(1 + (len(tools) - having[word] + 0.5) / (having[word] + 0.5))
                long = _K1 * (1 - _B + _B * length / usual)
                score += rare * often * (_K1 + 1) / (often + long)
        if score > 0:
            scores.append((-score, number))
    return [tools[number] for _, number in sorted(scores)[:most]]


def search_tools(toolbox: Callable[[], Toolbox]) -> tuple[McpTool, ...]:
    """`toolbox`: the one that they are in."""

    async def search(call: McpToolCall) -> ToolAnswer:
        most = call.arguments.get("limit", _USUAL)
        tools = await asyncio.to_thread(_found, toolbox(), call.principal)
        query = call.arguments["query"]
        found = await asyncio.to_thread(ranked, query, tools, most)
        listed = [{"name": each.name, "summary": _summary(each)} for each in found]
        told = {"success": True, "of": len(tools), "tools": listed}
        lines = [f"{each['name']}: {each['summary']}" for each in listed]
        text = "\n".join(lines) or f"None of {len(tools)} tools has these words; try others."
        return ToolAnswer(structured=told, text=text)

    async def describe(call: McpToolCall) -> ToolAnswer:
        names: list[str] = call.arguments["names"]
        if len(names) > _MOST_DESCRIBED:
            raise InvalidArgument(f"at most {_MOST_DESCRIBED} at a time", field="names")
        tools = await asyncio.to_thread(_found, toolbox(), call.principal)
        known = {each.name: each.shown for each in tools}
        found = [_described(known[name]) for name in names if name in known]
        missing = {name: nearest(name, known) for name in names if name not in known}
        return ToolAnswer(structured={"success": True, "tools": found, "missing": missing})

    async def call_one(call: McpToolCall) -> ToolAnswer:
        name = call.arguments["name"]
        if name in OWN_NAMES:
            raise InvalidArgument("it is called by itself", field="name")
        return await toolbox().call(
            name,
            call.arguments.get("arguments", {}),
            call.principal,
            project=call.project,
            progress=call.progress,
            came=_came,
        )

    return (
        McpTool(
            name=_SEARCH,
            title="Search tools",
            description="Finds tools by what they do, in a few words, such as 'open an issue'."
            " Search before you say that something cannot be done.",
            takes=(
                option("query", TEXT, "What is to be done."),
                option("limit", {"type": "integer", "minimum": 1, "maximum": _MOST}, "Usually 8."),
            ),
            needs=frozenset({"query"}),
            tells={"of": {"type": "integer"}, "tools": {"type": "array"}},
            call=search,
            scope=Scope.MCP,
            profiles=frozenset({Profile.SEARCH}),
            reads_only=True,
        ),
        McpTool(
            name=_DESCRIBE,
            title="Describe tools",
            description="The whole description and the arguments of tools that search_tools found."
            " Look before the first call of each.",
            takes=(
                option("names", {"type": "array", "items": {"type": "string"}}, "At most ten."),
            ),
            needs=frozenset({"names"}),
            tells={"tools": {"type": "array"}, "missing": {"type": "object"}},
            call=describe,
            scope=Scope.MCP,
            profiles=frozenset({Profile.SEARCH}),
            reads_only=True,
        ),
        McpTool(
            name=_CALL,
            title="Call a tool",
            description="Calls a tool by its name, with arguments as describe_tools shows them.",
            takes=(
                option("name", TEXT, "As search_tools tells it."),
                option("arguments", {"type": "object"}, "Those of that tool."),
            ),
            needs=frozenset({"name"}),
            call=call_one,
            scope=Scope.MCP,
            profiles=frozenset({Profile.SEARCH}),
            destroys=True,
            reaches_out=True,
            has_shape=False,
        ),
    )


def _found(toolbox: Toolbox, principal: Principal) -> list[SearchedTool]:
    """All that this client may have."""
    own = [
        SearchedTool(name=each.name, shown=tool_shown(each, Profile.FULL))
        for each in toolbox.shown(principal, Profile.FULL)
    ]
    behind = toolbox.behind
    if behind is None:
        return own
    others = behind.shown(principal, Profile.SEARCH)
    return own + [SearchedTool(name=each.name, shown=each.shown()) for each in others]


def _summary(tool: SearchedTool) -> str:
    said = " ".join(str(tool.shown.get("description") or tool.shown.get("title") or "").split())
    first = said.split(". ")[0]
    return first if len(first) <= _LONGEST_SUMMARY else f"{first[: _LONGEST_SUMMARY - 1]}…"


def _described(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {key: shown[key] for key in ("name", "description", "inputSchema") if key in shown}


@lru_cache(maxsize=4096)
def _counted(name: str, text: str) -> Mapping[str, int]:
    """How often each word stands in a tool."""
    return Counter([*_words(name) * _NAME_WEIGHT, *_words(text)])


def _words(text: str) -> list[str]:
    """Small letters, without usual endings; parts of `camelCase` by themselves."""
    return [_stem(each) for each in _WORD.findall(_SPLIT.sub(" ", text).lower())]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            word = word[: -len(ending)]
            break
    return word.removesuffix("e") if len(word) > _SHORTEST else word
