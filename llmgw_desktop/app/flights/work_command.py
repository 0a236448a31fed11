"""`llmgw flights diff`: two recorded flights beside each other."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.app.words.figures import count_text, counted, duration_text, exact_money_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.alignment import TextChange
from llmgw_desktop.domain.flights.comparison import BlockChange
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.paths import Places

_TEXT_CHARS = 600
_MOST_LINE = 400
_SIGNS = {BlockChange.CHANGED: "~", BlockChange.REMOVED: "-", BlockChange.ADDED: "+"}
_MARKS = {TextChange.REMOVED: "[-{}-]", TextChange.ADDED: "{{+{}+}}"}
_ASIDE_CHARS = 40
_FIGURES = (
    ("state", "state", str),
    ("model", "model", str),
    ("provider", "provider", str),
    ("status", "status", str),
    ("durationMs", "took", duration_text),
    ("timeToFirstTokenMs", "first token", duration_text),
    ("inputTokens", "input tokens", count_text),
    ("outputTokens", "output tokens", count_text),
    ("cacheReadTokens", "cache read", count_text),
    ("cacheCreationTokens", "cache write", count_text),
    ("reasoningTokens", "reasoning tokens", count_text),
    ("costUsd", "cost", exact_money_text),
    ("stopReason", "stop reason", str),
    ("attemptCount", "attempts", str),
)
_WIDTH = 20


def diff(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Also while no gateway runs, of what it wrote down."""
    one, other = arguments.id, arguments.other
    path = f"/v1/flights/{quote(one, '')}/diff/{quote(other, '')}"
    try:
        told = RunningGateway(places, env).ask("GET", path)
    except NotRunning:
        found = _recorded((one, other), places)
        if isinstance(found, str):
            return fail(f"There is no flight '{found[:80]}', or it is kept no longer.")
    else:
        if told.status != 200:
            return fail(told.problem)
        found = told.fields["diff"]
    if arguments.json:
        print(json.dumps({"diff": found}, indent=2, ensure_ascii=True))
        return 0
    for line in diff_lines(found):
        print(line)
    return 0


def fail(sentence: str) -> int:
    print(f"llmgw: {inert_line(sentence, _TEXT_CHARS)}", file=sys.stderr)
    return 1


def _recorded(ids: Sequence[str], places: Places) -> dict[str, Any] | str:
    """As the door tells it, or the id of the one that is not there."""
    from llmgw_desktop.app.flights.compared import compare_records  # all codecs come with it
    from llmgw_desktop.wire.native.flight_diff import diff_object

    records = []
    with closing(FlightReader(places.flights_db)) as reader:
        for flight_id in ids:
            record = reader.record(flight_id)
            if record is None:
                return flight_id
            records.append(record)
    fields: dict[str, Any] = json.loads(json.dumps(diff_object(compare_records(*records))))
    return fields


def diff_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """For a terminal: what differs, `-` of the first flight and `+` of the second."""
    for name, flight in zip("-+", found["flights"], strict=True):
        model = inert_line(flight["model"] or flight["modelAsked"] or "–", 80)
        yield f"{name} {flight['id']}  {model}  {flight['protocol']}, {flight['state']}"
        yield from (f"  {inert_line(sentence)}" for sentence in flight["missing"])
    request, answer = found["request"], found["answer"]
    yield from _part("request", request["same"])
    for each in request["parameters"]:
        before, after = (_value(it) for it in each["values"])
        yield f"  {_SIGNS[each['change']]} {inert_line(each['name'], 80)}: {before} → {after}"
    if request["toolsMoved"]:
        yield "  ~ the tools stand in another order"
    yield from _blocks(request["tools"], "tool")
    yield from _blocks(request["messages"], "part of messages", "parts of messages")
    yield from _part("answer", answer["same"])
    yield from _blocks(answer["blocks"], "part", "parts")
    yield "figures"
    yield from _figures(found["figures"])
    yield "timeline"
    for each in found["timeline"]:
        yield _row(each["phase"], [duration_text(ms) for ms in each["ms"]])


def _part(name: str, is_same: bool | None) -> Iterator[str]:
    said = {True: "the same", False: "differs", None: "cannot be compared"}[is_same]
    yield f"{name}: {said}"


def _value(value: str | None) -> str:
    return "–" if value is None else inert_line(value, 120)


def _blocks(blocks: Sequence[Mapping[str, Any]], one: str, many: str = "") -> Iterator[str]:
    for block in blocks:
        if block["change"] == BlockChange.SAME:
            yield f"    {counted(block['count'], one, many)} the same"
            continue
        named = [block.get("role", ""), block["kind"], block.get("name", ""), _place(block)]
        head = inert_line(" ".join(filter(None, named)), 120)
        yield f"  {_SIGNS[block['change']]} {head}: {inert_line(_words(block), _MOST_LINE)}"


def _place(block: Mapping[str, Any]) -> str:
    numbers = [each for each in block.get("message", ()) if each is not None]
    return f"(message {numbers[-1]})" if numbers else ""


def _words(block: Mapping[str, Any]) -> str:
    """Of what changed the changes, with a few words around each."""
    if block["change"] != BlockChange.CHANGED:
        return str(block["text"])
    said = []
    for run in block["words"]:
        text, mark = run["text"], _MARKS.get(run["change"])
        if mark is not None:
            said.append(mark.format(text))
        elif len(text) > 2 * _ASIDE_CHARS:
            said.append(f"{text[:_ASIDE_CHARS]} … {text[-_ASIDE_CHARS:]}")
        else:
            said.append(text)
    return "".join(said)


def _figures(figures: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    for key, name, text in _FIGURES:
        values = [each["value"] if isinstance(each, dict) else each for each in figures[key]]
        if any(value is not None for value in values):
            told = ["–" if value is None else inert_line(text(value), 60) for value in values]
            yield _row(name, told)


def _row(name: str, values: Sequence[str]) -> str:
    before, after = values
    return f"  {name:<{_WIDTH}}  {before:<{_WIDTH}}  {after}".rstrip()
