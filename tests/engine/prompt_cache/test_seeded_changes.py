"""A conversation goes well, then one thing is changed: the verdict names what was changed, in each
dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.domain.flights.cache_verdict import CacheCause, CacheVerdict, judge
from llmgw_desktop.domain.model.content import Role, Text, ToolCall, ToolResult, Turn
from llmgw_desktop.domain.model.prompt import (
    Effort,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Provenance
from tests.engine.prompt_cache.conversations import (
    DIALECTS,
    MARK,
    WORDS,
    Session,
    conversation,
    tool,
)

A, C, R, G = DIALECTS
Edit = Callable[[Prompt], Prompt]


def _tool(at: int, **changes: Any) -> Edit:
    def edit(prompt: Prompt) -> Prompt:
        tools = list(prompt.tools)
        tools[at] = replace(tools[at], **changes)
        return replace(prompt, tools=tuple(tools))

    return edit


def _tools(change: Callable[[list[Any]], object]) -> Edit:
    def edit(prompt: Prompt) -> Prompt:
        tools = list(prompt.tools)
        change(tools)
        return replace(prompt, tools=tuple(tools))

    return edit


def _system(change: Callable[[list[Any]], object]) -> Edit:
    def edit(prompt: Prompt) -> Prompt:
        items = list(prompt.turns[0].items)
        change(items)
        return replace(
            prompt, turns=(replace(prompt.turns[0], items=tuple(items)), *prompt.turns[1:])
        )

    return edit


def _words(section: int, change: Callable[[str], str]) -> Edit:
    def edit(items: list[Any]) -> None:
        items[section] = replace(items[section], text=change(items[section].text))

    return _system(edit)


def _said(at: int, change: Callable[[Turn], Turn]) -> Edit:
    def edit(prompt: Prompt) -> Prompt:
        turns = list(prompt.turns)
        turns[at + 1] = change(turns[at + 1])
        return replace(prompt, turns=tuple(turns))

    return edit


def _text(words: str) -> Callable[[Turn], Turn]:
    return lambda turn: replace(turn, items=(Text(text=words), *turn.items[1:]))


def _schema(change: Callable[[dict[str, Any]], dict[str, Any]], at: int = 5) -> Edit:
    return _tool(at, schema=change(dict(tool(at).schema or {})))


def _result(at: int, words: str) -> Edit:
    def change(turn: Turn) -> Turn:
        (item,) = turn.items
        assert isinstance(item, ToolResult)
        return replace(turn, items=(replace(item, items=(Text(text=words),)),))

    return _said(at, change)


def _call(at: int, **changes: Any) -> Edit:
    def change(turn: Turn) -> Turn:
        calls = [replace(i, **changes) if isinstance(i, ToolCall) else i for i in turn.items]
        return replace(turn, items=tuple(calls))

    return _said(at, change)


def _turns(change: Callable[[list[Turn]], object]) -> Edit:
    def edit(prompt: Prompt) -> Prompt:
        turns = list(prompt.turns)
        change(turns)
        return replace(prompt, turns=tuple(turns))

    return edit


ALL = tuple(DIALECTS)
TOOLS, SYSTEM, MESSAGE = CacheCause.TOOLS, CacheCause.SYSTEM, CacheCause.MESSAGE
PARAMETER = CacheCause.PARAMETER
CLOCK = "It is 2026-11-23 14:02:11."

# name: (what is changed, the cause, the place, in which dialects)
SEEDS: dict[str, tuple[Edit, CacheCause, str, tuple[ModelProtocol, ...]]] = {
    "clock in a tool": (
        _tool(12, description=f"{CLOCK} {WORDS}"), TOOLS, "tools[12].description", ALL),
    "clock in the first tool": (
        _tool(0, description=f"Tool 0. {WORDS} {CLOCK}"), TOOLS, "tools[0].description", ALL),
    "letter in the last tool": (
        _tool(13, description=f"Tool 13. {WORDS}!"), TOOLS, "tools[13].description", ALL),
    "description gone": (_tool(4, description=None), TOOLS, "tools[4].description", ALL),
    "two descriptions": (
        lambda p: _tool(9, description="new")(_tool(7, description="new")(p)),
        TOOLS, "tools[7].description", ALL),
    "schema has one more": (
        _schema(lambda s: {**s, "properties": {**s["properties"], "n": {"type": "integer"}}}),
        TOOLS, "tools[5].schema", ALL),
    "schema has one less": (
        _schema(lambda s: {**s, "properties": {"path": s["properties"]["path"]}}),
        TOOLS, "tools[5].schema", ALL),
    "schema in another order": (
        _schema(lambda s: {**s, "properties": dict(reversed(list(s["properties"].items())))}),
        TOOLS, "tools[5].schema", ALL),
    "another value in a list of words": (
        _schema(lambda s: {**s, "properties": {
            **s["properties"], "mode": {"type": "string", "enum": ["write", "read"]}}}),
        TOOLS, "tools[5].schema", ALL),
    "words in a schema": (
        _schema(lambda s: {**s, "properties": {
            **s["properties"], "path": {"type": "string", "description": CLOCK}}}),
        TOOLS, "tools[5].schema", ALL),
    "needed no more": (_schema(lambda s: {**s, "required": ["path", "mode"]}),
        TOOLS, "tools[5].schema", ALL),
    "tool has another name": (_tool(6, name="tool_six"), TOOLS, "tools[6].name", ALL),
    "tool is strict now": (_tool(8, strict=True), TOOLS, "tools[8].form", (C, R)),
    "tool more at the end": (
        _tools(lambda t: t.append(tool(99))), TOOLS, "tools[14]", ALL),
    "tool more at the start": (
        _tools(lambda t: t.insert(0, tool(99))), TOOLS, "tools[0]", ALL),
    "tool more in between": (
        _tools(lambda t: t.insert(7, tool(99))), TOOLS, "tools[7]", ALL),
    "tool gone": (_tools(lambda t: t.pop(2)), TOOLS, "tools[2]", ALL),
    "last tool gone": (_tools(lambda t: t.pop()), TOOLS, "tools[13]", ALL),
    "tools in another order": (_tools(lambda t: t.reverse()), TOOLS, "tools[0]", ALL),
    "two tools change places": (
        _tools(lambda t: t.insert(3, t.pop(9))), TOOLS, "tools[3]", ALL),
    "no tools at all": (_tools(lambda t: t.clear()), TOOLS, "tools[0]", ALL),
    "tools and system": (
        lambda p: _words(0, lambda t: CLOCK + t)(_tool(12, description=CLOCK)(p)),
        TOOLS, "tools[12].description", ALL),
    "clock begins the system prompt": (
        _words(0, lambda t: f"{CLOCK} {t}"), SYSTEM, "system[0]", ALL),
    "clock ends it": (_words(1, lambda t: f"{t} {CLOCK}"), SYSTEM, "system[1]", ALL),
    "clock within it": (
        _words(0, lambda t: t[:500] + CLOCK + t[500:]), SYSTEM, "system[0]", ALL),
    "a blank": (_words(0, lambda t: t + " "), SYSTEM, "system[0]", ALL),
    "another folder": (
        _words(1, lambda t: t.replace("project", "elsewhere")), SYSTEM, "system[1]", ALL),
    "another script": (_words(1, lambda t: t + "日本語 \u0644"), SYSTEM, "system[1]", ALL),
    "composed otherwise": (_words(1, lambda t: t + "e\u0301"), SYSTEM, "system[1]", ALL),
    "block more": (
        _system(lambda s: s.append(Text(text=CLOCK))), SYSTEM, "system[2]", ALL),
    "block more at the start": (
        _system(lambda s: s.insert(0, Text(text=CLOCK))), SYSTEM, "system[0]", ALL),
    "block gone": (_system(lambda s: s.pop()), SYSTEM, "system[1]", ALL),
    "blocks change places": (_system(lambda s: s.reverse()), SYSTEM, "system[0]", ALL),
    "first message": (_said(0, _text(f"{CLOCK} Hello.")), MESSAGE, "messages[0]", ALL),
    "message 3": (_said(3, _text("Something else.")), MESSAGE, "messages[3]", ALL),
    "message 7": (_said(7, _text("Something else.")), MESSAGE, "messages[7]", ALL),
    "message 4, a blank": (_said(4, _text(f"Message 4. {WORDS} ")), MESSAGE, "messages[4]", ALL),
    "a result is cut": (_result(2, "[cut]"), MESSAGE, "messages[2]", ALL),
    "another result": (_result(6, WORDS + "!"), MESSAGE, "messages[6]", ALL),
    "arguments of a call": (
        _call(5, arguments='{"path":"other.py"}'), MESSAGE, "messages[5]", ALL),
    "two messages": (
        lambda p: _said(7, _text("b"))(_said(4, _text("a"))(p)), MESSAGE, "messages[4]", ALL),
    "message gone": (_turns(lambda t: (t.pop(4), t.pop(4))), MESSAGE, "messages[3]", (A, C, R)),
    "message more": (
        _turns(lambda t: t.insert(5, Turn(role=Role.USER, items=(Text(text="Wait."),)))),
        MESSAGE, "messages[4]", (A, C, R)),
    "system and message": (
        lambda p: _said(3, _text("x"))(_words(0, lambda t: CLOCK + t)(p)),
        SYSTEM, "system[0]", ALL),
    "a tool must be called": (
        lambda p: replace(p, tool_choice=ToolChoice(mode=ToolMode.ANY)),
        PARAMETER, "tool_choice", ALL),
    "one tool must be called": (
        lambda p: replace(p, tool_choice=ToolChoice(mode=ToolMode.ANY, names=("tool_3",))),
        PARAMETER, "tool_choice", ALL),
    "thinks now": (
        lambda p: replace(p, reasoning=Reasoning(effort=Effort.HIGH)),
        PARAMETER, "thinking", (C, R, G)),
    "thinks on a budget": (
        lambda p: replace(p, max_tokens=9000, reasoning=Reasoning(budget_tokens=4000)),
        PARAMETER, "thinking", (A, G)),
    "a form of the answer": (
        lambda p: replace(p, output=OutputFormat(kind=OutputKind.SCHEMA, name="n", schema={
            "type": "object", "properties": {}, "additionalProperties": False})),
        PARAMETER, "output_format", (A, C, R, G)),
    "another key of the cache": (
        lambda p: replace(p, cache_key="session-2"), PARAMETER, "prompt_cache_key", (C, R)),
}  # fmt: skip


CASES = [(name, protocol) for name, seed in SEEDS.items() for protocol in seed[3]]


def test_there_are_enough_kinds() -> None:
    assert len(SEEDS) >= 40


@pytest.mark.parametrize(("name", "protocol"), CASES)
def test_verdict_names_what_was_changed(name: str, protocol: ModelProtocol) -> None:
    edit, cause, place, _ = SEEDS[name]
    session = Session(protocol)
    for turns in (7, 9, 11):
        session.ask(conversation(turns))
    now = session.ask(edit(conversation(13)))
    verdict = _judged(session)
    assert (verdict.cause, verdict.place) == (cause, place), verdict.changes
    assert verdict.earlier == session.flights[2].flight
    assert verdict.lost_tokens
    assert verdict.lost_tokens <= (now.flight.usage.input_tokens or 0)


@pytest.mark.parametrize(("name", "protocol"), CASES)
def test_what_was_changed_stays_so_and_is_no_miss_again(name: str, protocol: ModelProtocol) -> None:
    edit = SEEDS[name][0]
    session = Session(protocol)
    session.ask(conversation(9))
    session.ask(edit(conversation(11)))
    session.ask(edit(conversation(13)))
    assert _judged(session).cause is CacheCause.HIT


def _judged(session: Session) -> CacheVerdict:
    return judge(session.flights[-1], session.flights[:-1], session.vendor.habits)


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_first_and_hit(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(7))
    assert _judged(session).cause is CacheCause.FIRST
    session.ask(conversation(9))
    verdict = _judged(session)
    assert (verdict.cause, verdict.lost_tokens, verdict.is_miss) == (CacheCause.HIT, 0, False)


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_a_branch_is_compared_with_what_it_goes_on_from(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(7))
    session.ask(_tool(5, description="x")(conversation(11)))
    session.ask(_words(1, lambda t: t + CLOCK)(conversation(11)))
    verdict = _judged(session)
    assert (verdict.cause, verdict.place) == (CacheCause.SYSTEM, "system[1]")
    assert verdict.earlier == session.flights[0].flight


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_another_conversation_reads_the_same_beginning(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(7))
    session.ask(_said(0, _text("Another question."))(conversation(1)))
    assert _judged(session).cause is CacheCause.HIT


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_another_conversation_with_a_clock_in_its_beginning(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(1))
    session.ask(_words(0, lambda t: f"{CLOCK} {t}")(_said(0, _text("Another."))(conversation(1))))
    verdict = _judged(session)
    assert (verdict.cause, verdict.place) == (CacheCause.SYSTEM, "system[0]")
    assert verdict.lost_provenance is Provenance.ESTIMATED


@pytest.mark.parametrize("protocol", [A, C, R], ids=str)
def test_expired(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(7))
    session.ask(conversation(9), after_s=4000.0)
    verdict = _judged(session)
    assert (verdict.cause, verdict.is_certain) == (CacheCause.EXPIRED, True)
    assert verdict.gap_s == pytest.approx(3999.0)
    assert verdict.kept_s == (300.0 if protocol is A else 3600.0)


def test_within_the_hour_openai_promises_nothing() -> None:
    session = Session(C)
    session.ask(conversation(7))
    session.ask(conversation(9), after_s=1200.0)
    verdict = _judged(session)
    assert (verdict.cause, verdict.is_certain) == (CacheCause.EXPIRED, False)


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_another_account_and_another_model(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(7))
    session.ask(conversation(9), account="vendor/second")
    assert _judged(session).cause is CacheCause.ACCOUNT
    session.ask(conversation(11), account="vendor/second", model_served="another")
    assert _judged(session).cause is CacheCause.MODEL


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_sent_at_once(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(7))
    session.ask(conversation(7), after_s=0.2)
    assert _judged(session).cause is CacheCause.PARALLEL


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_the_providers_own_miss(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(7))
    session.ask(conversation(9), forgets=True)
    verdict = _judged(session)
    assert verdict.cause is CacheCause.PROVIDER
    assert verdict.is_certain is (protocol is not G)  # Google says of no time how long
    assert verdict.changes == ()


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_below_the_least_size(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    small = replace(conversation(3), tools=(tool(0),))
    small = _words(0, lambda _: "Short.")(_words(1, lambda _: "Short.")(small))
    session.ask(small)
    session.ask(small)
    verdict = _judged(session)
    assert verdict.cause is CacheCause.SMALL
    assert verdict.least_tokens == 1024


def _unmarked(prompt: Prompt) -> Prompt:
    turn = prompt.turns[0]
    items = tuple(Text(text=each.text) for each in turn.items if isinstance(each, Text))
    return replace(prompt, turns=(replace(turn, items=items), *prompt.turns[1:]))


def test_no_marks() -> None:
    session = Session(A)
    session.ask(_unmarked(conversation(7)), is_marked=False)
    assert _judged(session).cause is CacheCause.UNMARKED
    session.ask(conversation(7))
    session.ask(_unmarked(conversation(9)), is_marked=False)
    assert _judged(session).cause is CacheCause.UNMARKED


def test_marks_that_are_too_far_on() -> None:
    session = Session(A)
    session.ask(_unmarked(conversation(7)))
    session.ask(_unmarked(conversation(45)))
    assert _judged(session).cause is CacheCause.MARKS


def test_an_hour_where_it_was_asked_for() -> None:
    session = Session(A)
    hour = replace(MARK, ttl="1h")
    prompt = conversation(7)
    items = tuple(replace(each, cache=hour) for each in prompt.turns[0].items)  # type: ignore[call-arg]
    prompt = replace(prompt, turns=(replace(prompt.turns[0], items=items), *prompt.turns[1:]))
    session.ask(prompt, is_marked=False)
    session.ask(prompt, after_s=1800.0, is_marked=False, forgets=True)
    verdict = _judged(session)
    assert (verdict.cause, verdict.kept_s) == (CacheCause.PROVIDER, 3600.0)


@pytest.mark.parametrize("protocol", ALL, ids=str)
def test_a_provider_that_says_nothing(protocol: ModelProtocol) -> None:
    session = Session(protocol)
    session.ask(conversation(7))
    session.ask(
        _tool(3, description="x")(conversation(9)),
        told=lambda usage: replace(usage, cache_read_tokens=None),
    )
    verdict = _judged(session)
    assert (verdict.cause, verdict.place) == (CacheCause.UNKNOWN, "tools[3].description")
    assert verdict.lost_tokens is None
    assert "does not tell" in verdict.why
