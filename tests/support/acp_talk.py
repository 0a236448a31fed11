"""What an agent says over the Agent Client Protocol, and what comes of it with a dialogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.clis.dialogue import (
    Dialogue,
    Done,
    GaveUp,
    PermissionAsked,
    Send,
    Spoken,
    Withdrawn,
)
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest, RunEnded
from llmgw_desktop.domain.jobs.approval import Ask, Decision, DecisionWay, PermissionAnswer

TRANSCRIPTS = Path(__file__).parents[1] / "clis" / "transcripts"
FOLDER = "/home/ada/project"
SPEAK = [CliName.GEMINI, CliName.GROK, CliName.COPILOT, CliName.OPENCODE, CliName.MISTRAL]
_PROMPT = 100
MODES = {
    CliName.GEMINI: "default",
    CliName.COPILOT: "https://agentclientprotocol.com/protocol/session-modes#agent",
    CliName.OPENCODE: "build",
    CliName.MISTRAL: "ask",
}
Cut = Callable[[bytes], Iterable[bytes]]


def answer(decision: Decision, note: str = "") -> PermissionAnswer:
    return PermissionAnswer(decision=decision, way=DecisionWay.DIALOG, at_s=0.0, note=note)


def whole(data: bytes) -> Iterable[bytes]:
    return [data]


def line(message: dict[str, Any]) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", **message}) + b"\n"


def transcript(name: str) -> bytes:
    return (TRANSCRIPTS / f"acp.{name}.jsonl").read_bytes()


class Talk:
    """A dialogue with all that it said."""

    def __init__(self, name: CliName, **fields: Any) -> None:
        cli = cli_of(name)
        assert cli.asking is not None
        fields.setdefault("prompt", "make the file")
        request = CliRequest(cli=name, working_dir=FOLDER, **fields)
        self.name = name
        self.dialogue: Dialogue = cli.asking.dialogue(request, FOLDER)
        self.said: list[Spoken] = list(self.dialogue.begin())

    def feed(self, data: bytes, cut: Cut = whole) -> Talk:
        for piece in cut(data):
            self.said += self.dialogue.feed(piece)
        return self

    def tell(self, *messages: dict[str, Any]) -> Talk:
        return self.feed(b"".join(line(each) for each in messages))

    def begun(self) -> Talk:
        """As the agent begins a session that asks, up to the prompt."""
        options = [
            {"id": "mode", "type": "select", "currentValue": MODES.get(self.name, "")},
            {"id": "allow_all", "type": "select", "currentValue": "off"},
        ]
        self.tell(
            {"id": 1, "result": {"protocolVersion": 1, "agentCapabilities": {"loadSession": True}}},
            {
                "id": 2,
                "result": {
                    "sessionId": "s1",
                    "modes": {"currentModeId": MODES.get(self.name, ""), "availableModes": []},
                    "configOptions": options,
                },
            },
        )
        if self.keys[-1] != "prompt:1":
            hook = {"name": "agent:gateway-asks:x", "event": "pre_tool_use", "disabled": False}
            result = {"configOptions": options, "result": {"hooks": [hook]}}
            self.tell({"id": 3, "result": result})
        assert self.keys[-1] == "prompt:1"
        return self

    def update(self, name: str, /, **fields: Any) -> Talk:
        update = {"sessionUpdate": name, **fields}
        return self.tell(
            {"method": "session/update", "params": {"sessionId": "s1", "update": update}}
        )

    def ask(self, rpc_id: object, call: dict[str, Any], kinds: Iterable[str] = ()) -> Talk:
        kinds = kinds or ("allow_always", "allow_once", "reject_once", "reject_always")
        options = [{"optionId": f"the-{each}", "name": each, "kind": each} for each in kinds]
        params = {"sessionId": "s1", "toolCall": call, "options": options}
        return self.tell({"id": rpc_id, "method": "session/request_permission", "params": params})

    def ends(self, number: int = 1, **result: Any) -> Talk:
        return self.tell({"id": _PROMPT + number, "result": {"stopReason": "end_turn", **result}})

    def answers(self, native_id: str, decision: Decision, note: str = "") -> Talk:
        self.said += self.dialogue.answer(native_id, answer(decision, note))
        return self

    def stops(self) -> Talk:
        self.said += self.dialogue.stop()
        return self

    def end(self) -> RunEnded:
        last = self.dialogue.finish(0, "")[-1]
        assert isinstance(last, RunEnded)
        return last

    def of(self, *kinds: type) -> list[Any]:
        return [each for each in self.said if isinstance(each, kinds)]

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.of(Send)]

    @property
    def is_done(self) -> bool:
        return bool(self.of(Done, GaveUp))

    @property
    def asks(self) -> list[Ask]:
        """Those that are open, as they were shown last."""
        open_asks: dict[str, Ask] = {}
        for each in self.said:
            if isinstance(each, PermissionAsked):
                open_asks[each.ask.native_id] = each.ask
            elif isinstance(each, Withdrawn):
                open_asks.pop(each.native_id, None)
        for key in self.keys:
            open_asks.pop(key.removeprefix("answer:"), None)
        return list(open_asks.values())

    def sent(self, key: str) -> Any:
        (found,) = [each for each in self.of(Send) if each.key == key]
        return orjson.loads(found.data)


def played(
    name: CliName, data: bytes, decision: Decision, note: str = "", cut: Cut = whole
) -> Talk:
    """A transcript with one question in it, answered where it stands; a second one as well."""
    talk = Talk(name)
    begin = 0
    for end in [*_ends_of_asks(data), len(data)]:
        talk.feed(data[begin:end], cut)
        begin = end
        for ask in talk.asks:
            talk.answers(ask.native_id, decision, note)
    return talk


def _ends_of_asks(data: bytes) -> list[int]:
    found, at = [], data.find(b"session/request_permission")
    while at >= 0:
        found.append(data.find(b"\n", at) + 1)
        at = data.find(b"session/request_permission", found[-1])
    return found
