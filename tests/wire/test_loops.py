"""Histories that go round in a circle are told from those that do not, in every protocol."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.json_edits import LargeObject, read_object
from llmgw_desktop.wire.json_steps import object_in_steps
from llmgw_desktop.wire.loops import HISTORY_BYTES, TIMES, Repetition, repetition_in

Step = tuple[str, Any, str] | str
"""A call with its arguments and its result, or a text: the speakers take turns."""
Made = Callable[[Sequence[Step]], dict[str, Any]]
SOMEBODY = Principal(client_id="cli_1", name="shop", scopes=frozenset())


def anthropic(steps: Sequence[Step]) -> dict[str, Any]:
    said: list[dict[str, Any]] = []
    for at, step in enumerate(steps):
        if isinstance(step, str):
            said.append({"role": ("user", "assistant")[at % 2], "content": step})
            continue
        name, asked, result = step
        call = {"type": "tool_use", "id": f"toolu_{at}", "name": name, "input": asked}
        told: dict[str, Any] = {"type": "tool_result", "tool_use_id": f"toolu_{at}"}
        told["content"] = [{"type": "text", "text": result}]
        if at == len(steps) - 1:
            told["content"][0]["cache_control"] = {"type": "ephemeral"}
        said.append({"role": "assistant", "content": [{"type": "text", "text": "So:"}, call]})
        said.append({"role": "user", "content": [told]})
    return {"model": "m", "max_tokens": 9, "messages": said}


def chat(steps: Sequence[Step]) -> dict[str, Any]:
    said: list[dict[str, Any]] = []
    for at, step in enumerate(steps):
        if isinstance(step, str):
            said.append({"role": ("user", "assistant")[at % 2], "content": step})
            continue
        name, asked, result = step
        made = {"name": name, "arguments": json.dumps(asked)}
        call = {"id": f"call_{at}", "type": "function", "function": made}
        said.append({"role": "assistant", "content": None, "tool_calls": [call]})
        said.append({"role": "tool", "tool_call_id": f"call_{at}", "content": result})
    return {"model": "m", "messages": said}


def responses(steps: Sequence[Step]) -> dict[str, Any]:
    said: list[dict[str, Any]] = []
    for at, step in enumerate(steps):
        if isinstance(step, str):
            kind = ("input_text", "output_text")[at % 2]
            content = [{"type": kind, "text": step}]
            said.append(
                {"type": "message", "role": ("user", "assistant")[at % 2], "content": content}
            )
            continue
        name, asked, result = step
        call = {"type": "function_call", "call_id": f"c{at}", "name": name}
        said.append(call | {"arguments": json.dumps(asked)})
        said.append({"type": "function_call_output", "call_id": f"c{at}", "output": result})
    return {"model": "m", "input": said}


def gemini(steps: Sequence[Step]) -> dict[str, Any]:
    said: list[dict[str, Any]] = []
    for at, step in enumerate(steps):
        if isinstance(step, str):
            said.append({"role": ("user", "model")[at % 2], "parts": [{"text": step}]})
            continue
        name, asked, result = step
        call = {"functionCall": {"name": name, "args": asked}}
        answer = {"functionResponse": {"name": name, "response": {"output": result}}}
        said.append({"role": "model", "parts": [call]})
        said.append({"role": "user", "parts": [answer]})
    return {"contents": said}


DIALECTS: dict[ModelProtocol, Made] = {
    ModelProtocol.ANTHROPIC: anthropic,
    ModelProtocol.OPENAI_CHAT: chat,
    ModelProtocol.OPENAI_RESPONSES: responses,
    ModelProtocol.CODEX: responses,
    ModelProtocol.GEMINI: gemini,
}
each_dialect = pytest.mark.parametrize("protocol", DIALECTS)


def request_of(
    fields: dict[str, Any], protocol: ModelProtocol, *, is_heavy: bool = False
) -> ModelRequest:
    body = json.dumps(fields).encode()
    read: Any = read_object(body)
    if is_heavy:
        steps = object_in_steps(body)
        while not isinstance(read, LargeObject):
            try:
                next(steps)
            except StopIteration as end:
                read = end.value
    return ModelRequest(
        flight_id="flt_1",
        principal=SOMEBODY,
        protocol=protocol,
        operation=Operation.GENERATE,
        model="m",
        streaming=False,
        body=body,
        fields=read,
        headers={},
    )


def found(steps: Sequence[Step], protocol: ModelProtocol, **more: bool) -> Repetition | None:
    return repetition_in(request_of(DIALECTS[protocol](steps), protocol, **more))


LOOP: Step = ("Bash", {"command": "pytest -q"}, "E   ImportError: parser")


@each_dialect
@pytest.mark.parametrize("is_heavy", [False, True])
def test_the_fourth_same_call_with_the_same_result(protocol: ModelProtocol, is_heavy: bool) -> None:
    before: list[Step] = ["Mend it.", ("Read", {"path": "a.py"}, "import parser")]
    assert found([*before, *[LOOP] * (TIMES - 1)], protocol, is_heavy=is_heavy) is None
    told = found([*before, *[LOOP] * TIMES], protocol, is_heavy=is_heavy)
    assert told is not None
    assert told.words == "The same call of Bash brought the same result 4 times."
    assert "pytest -q" in told.shown
    assert "ImportError" in told.shown


@each_dialect
def test_true_loops_of_any_length_are_found(protocol: ModelProtocol) -> None:
    """A circle of 1 to 12 calls, gone round four times; a few odd calls in between."""
    dice = random.Random(25)
    for length in range(1, 13):
        circle: list[Step] = [
            (f"tool{at}", {"n": dice.random()}, f"said {dice.random()}") for at in range(length)
        ]
        odd: list[Step] = [("Read", {"n": at}, str(at)) for at in range(length // 4)]
        steps: list[Step] = ["Go.", *circle, *odd, *circle, *circle, *circle]
        assert found(steps, protocol) is not None, length
        changed = [*steps[:-1], (*steps[-1][:2], "another")]  # type: ignore[list-item]
        assert found(changed, protocol) is None, length


@each_dialect
def test_two_who_say_the_same_to_each_other(protocol: ModelProtocol) -> None:
    round_of: list[Step] = ["Thank you! (1)", "You're welcome!"]
    assert found([*round_of * 3, "Thank you!"], protocol) is not None
    assert found([*round_of * 2, "Thank you!"], protocol) is None
    other: list[Step] = ["continue", "First.", "continue", "Second.", "continue", "Third."]
    assert found([*other, "continue"], protocol) is None, "the answers go on"


@each_dialect
def test_a_large_history_is_looked_at_from_its_end(protocol: ModelProtocol) -> None:
    dice = random.Random(7)
    before: list[Step] = ["Mend it."]
    while sum(len(step[2]) for step in before[1:]) < 4 * HISTORY_BYTES:
        text = f'{dice.random()} {{"role": [\n' * dice.randrange(1, 200)
        before.append(("Read", {"path": text[:40], "role": {"role": 1}}, text))
    assert found(before, protocol, is_heavy=True) is None
    assert found([*before, *[LOOP] * TIMES], protocol, is_heavy=True) is not None


@pytest.mark.parametrize(
    "messages",
    [
        None,
        "words",
        [1, None, "x", []],
        [{"role": "user"}] * 9,
        [{"role": "user", "content": [None, {"type": "tool_result"}, {"type": 7}]}] * 9,
        [{"role": "assistant", "tool_calls": [None, {"function": 1}]}] * 9,
        [{"parts": [None, {"functionCall": 1}]}] * 9,
        [{"type": "function_call_output", "call_id": None}] * 9,
    ],
)
@each_dialect
def test_what_cannot_be_read_is_no_loop(protocol: ModelProtocol, messages: Any) -> None:
    fields = {"messages": messages, "input": messages, "contents": messages}
    assert repetition_in(request_of(fields, protocol)) is None
    assert repetition_in(request_of(fields, protocol, is_heavy=True)) is None


def _work(dice: random.Random) -> list[Step]:
    """As agents work: they look again, test after each change, and are told the same."""
    steps: list[Step] = ["Mend the parser."]
    files = [f"src/{name}.py" for name in ("a", "b", "c", "d")]
    texts = {name: str(dice.random()) for name in files}
    for _ in range(dice.randrange(4, 30)):
        name = dice.choice(files)
        changed = f"{texts[name]} {dice.random()}"
        edit = {"path": name, "old": texts[name][-18:], "new": changed[-18:]}
        steps.append(("Read", {"path": name}, texts[name]))
        if dice.random() < 0.7:
            steps.append(("Edit", edit, "The file has been updated."))
            texts[name] = changed
            for check, said in (
                ("tsc --noEmit", ""),
                ("git status --short", " M src"),
                ("pytest -q", dice.choice(["12 passed", "1 failed"])),
            ):
                if dice.random() < 0.4:
                    steps.append(("Bash", {"command": check}, said))
        if dice.random() < 0.3:
            todo = {"todos": [{"n": len(steps), "done": dice.random() < 0.5}]}
            steps.append(("TodoWrite", todo, "Todos have been modified."))
        if dice.random() < 0.2:
            job = {"command": "gh run view"}
            steps += [("Bash", job, f"in progress, {at * 30} s") for at in range(5)]
    return steps


def test_no_normal_conversation_is_held() -> None:
    """1,000 of them, looked at after each call, as they come."""
    held = []
    protocols = tuple(DIALECTS)
    for number in range(1000):
        dice = random.Random(number)
        steps, protocol = _work(dice), protocols[number % len(protocols)]
        for end in range(4, len(steps) + 1, 1 if number < 50 else 7):
            told = found(steps[:end], protocol)
            held += [] if told is None else [(number, end, told)]
    assert held == []
