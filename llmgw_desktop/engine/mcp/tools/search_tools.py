"""Profiles `search` and `code`: three tools in the place of all, however many there are. A model
finds what it needs by words, reads how it is called, and calls it by its name, or by code.

What is found, told and called is what the client may have anyway: the same filters hold.
"""

import asyncio
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson

from llmgw_desktop.clis.fields import TEXT, option
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.plain_text import nearest
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.code.runner import LONGEST_CODE, CodeEnd, CodeRunner
from llmgw_desktop.engine.mcp.code.stubs import called_in, python_tool
from llmgw_desktop.engine.mcp.listing import tool_shown
from llmgw_desktop.engine.mcp.results import LONGEST_SHOWN, KeptResults
from llmgw_desktop.engine.mcp.tool import (
    BY_SEARCH,
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    Profile,
    ToolAnswer,
    told,
)
from llmgw_desktop.engine.mcp.toolbox import Toolbox

_SEARCH, _DESCRIBE, _CALL = "search_tools", "describe_tools", "call_tool"
_RUN = "run_code"
OWN_NAMES = frozenset({_SEARCH, _DESCRIBE, _CALL, _RUN})
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


def search_tools(
    toolbox: Callable[[], Toolbox], runner: CodeRunner, results: KeptResults
) -> tuple[McpTool, ...]:
    """`toolbox`: the one that they are in; `results`: where long ones are kept."""

    async def search(call: McpToolCall) -> ToolAnswer:
        most = call.arguments.get("limit", _USUAL)
        tools = await _found(toolbox(), call)
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
        known = {each.name: each.shown for each in await _found(toolbox(), call)}
        missing = {name: nearest(name, known) for name in names if name not in known}
        wanted = [known[name] for name in names if name in known]
        if call.came.profile is Profile.CODE:
            stubs = "\n\n".join(python_tool(each).stub for each in wanted)
            told = {"success": True, "stubs": stubs, "missing": missing}
            return ToolAnswer(structured=told, text=f"{stubs}{_missed(missing)}")
        found = [_described(each) for each in wanted]
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
            came=replace(call.came, profile=Profile.SEARCH),
        )

    async def run_code(call: McpToolCall) -> ToolAnswer:
        code, came = call.arguments["code"], replace(call.came, profile=Profile.CODE)
        tools = [each.shown for each in await _found(toolbox(), call)]
        named = await asyncio.to_thread(called_in, code, tools)

        async def inner(name: str, arguments: dict[str, Any]) -> ToolAnswer:
            return await toolbox().call(
                name,
                arguments,
                call.principal,
                project=call.project,
                came=replace(came, is_from_code=True),
            )

        return _told(await runner.run(code, named, inner), results, call.principal)

    return (
        McpTool(
            name=_SEARCH,
            title="Search tools",
            description="Finds tools by what they do, in a few words, such as 'open an issue'."
            " Search before you say that something cannot be done.",
            guide=Guide(
                when="what is not listed",
                returns="names and what they do",
                costs="nothing",
                example={"query": "open an issue"},
            ),
            takes=(
                option("query", TEXT, "What is to be done."),
                option("limit", {"type": "integer", "minimum": 1, "maximum": _MOST}, "Usually 8."),
            ),
            needs=frozenset({"query"}),
            tells={"of": {"type": "integer"}, "tools": {"type": "array"}},
            call=search,
            scope=Scope.MCP,
            profiles=BY_SEARCH,
            reads_only=True,
        ),
        McpTool(
            name=_DESCRIBE,
            title="Describe tools",
            description="The whole description and the arguments of tools that search_tools found."
            " Look before the first call of each.",
            guide=Guide(
                when="how to call a tool",
                returns="schemas or stubs",
                costs="nothing",
                example={"names": ["flight_list"]},
            ),
            takes=(
                option("names", {"type": "array", "items": {"type": "string"}}, "At most ten."),
            ),
            needs=frozenset({"names"}),
            tells={
                "tools": {"type": "array"},
                "stubs": {"type": "string"},
                "missing": {"type": "object"},
            },
            call=describe,
            scope=Scope.MCP,
            profiles=BY_SEARCH,
            reads_only=True,
        ),
        McpTool(
            name=_CALL,
            title="Call a tool",
            description="Calls a tool by its name, with arguments as describe_tools shows them.",
            guide=Guide(
                when="a tool that you found",
                returns="what it gives",
                costs="what it costs",
                example={"name": "flight_list", "arguments": {"limit": 5}},
            ),
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
        McpTool(
            name=_RUN,
            title="Run code",
            description="Runs Python that calls tools: each is an async function of its name with"
            " keyword arguments, as describe_tools shows it. What was printed, and the last"
            " expression, come back: print what you need, not whole results. Call several at once"
            " with asyncio.gather. No files, no network, 10 seconds of its own, 100 calls.",
            guide=Guide(
                when="many calls, or parts of long results",
                returns="value and output",
                costs="what the called tools cost",
                example={"code": "sums = await flight_sums(by='model')\nsums['total']"},
            ),
            takes=(
                option(
                    "code",
                    {"type": "string", "minLength": 1, "maxLength": LONGEST_CODE},
                    "Whole statements; nothing is kept from an earlier run.",
                ),
            ),
            needs=frozenset({"code"}),
            tells={"value": {}, "output": {"type": "string"}, "calls": {"type": "integer"}},
            call=run_code,
            scope=Scope.MCP,
            profiles=frozenset({Profile.CODE}),
            destroys=True,
            reaches_out=True,
        ),
    )


def _told(end: CodeEnd, results: KeptResults, principal: Principal) -> ToolAnswer:
    """What code gave, shortened where it is long."""
    if end.error:
        more = {"output": end.output[-LONGEST_SHOWN:], "calls": end.calls}
        is_busy = end.category == ErrorCategory.SATURATED
        return told(end.error, end.category, retryable=is_busy, more=more)
    value = "" if end.value is None else _written(end.value)
    whole = f"{end.output}{value}" or "It ran, printed nothing and gave nothing."
    structured = {"success": True, "value": end.value, "output": end.output, "calls": end.calls}
    if len(whole) <= LONGEST_SHOWN:
        return ToolAnswer(structured=structured, text=whole)
    shown = results.shown(whole, principal)
    short = {"success": True, "value": None, "output": shown[0]["text"], "calls": end.calls}
    return ToolAnswer(structured={}, raw={"content": shown, "structuredContent": short})


def _written(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _missed(missing: Mapping[str, str]) -> str:
    lines = (
        f"\nThere is no {name}." + (f" {near}?" if near else "") for name, near in missing.items()
    )
    return "".join(lines)


async def _found(toolbox: Toolbox, call: McpToolCall) -> list[SearchedTool]:
    """All that this client may have in its profile."""
    if (behind := toolbox.behind) is not None:
        await behind.known()
    profile = call.came.profile if call.came.profile in BY_SEARCH else Profile.SEARCH
    return await asyncio.to_thread(_listed, toolbox, call.principal, profile)


def _listed(toolbox: Toolbox, principal: Principal, profile: Profile) -> list[SearchedTool]:
    own = [
        SearchedTool(name=each.name, shown=tool_shown(each, Profile.FULL))
        for each in toolbox.shown(principal, Profile.FULL)
    ]
    behind = toolbox.behind
    if behind is None:
        return own
    others = behind.shown(principal, profile)
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
