"""What Claude Code asks, and the answers: by lines of its control protocol in a run of ours, by its
hooks in a terminal.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

import orjson

from llmgw_desktop.clis.dialogue import HookCall, HookMoment, HookUse
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.told import object_of, objects_of, text_of
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    Decision,
    FileChange,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict

INITIALIZE = "llmgw-initialize"
MODE = "llmgw-mode"
INTERRUPT = "llmgw-interrupt"
QUESTION = "AskUserQuestion"
NOT_ALLOWED = "The person did not allow this."
STOPPED = "The person stopped this job."
NOT_ANSWERED = (
    "The person let the question pass without an answer. Decide yourself, and say what you assumed."
)
UNREADABLE = "What was asked could not be read, so this was denied."
_EDITS = frozenset({"Write", "Edit", "NotebookEdit", "MultiEdit"})
_FETCHES = frozenset({"WebFetch", "WebSearch"})
_MCP = "mcp__"


def request(request_id: str, subtype: str, **more: object) -> bytes:
    body = {"subtype": subtype, **more}
    return _line({"type": "control_request", "request_id": request_id, "request": body})


def allowed(request_id: str, tool_input: Message) -> bytes:
    return _answer(request_id, {"behavior": "allow", "updatedInput": dict(tool_input)})


def denied(request_id: str, message: str, *, interrupt: bool = False) -> bytes:
    answer: dict[str, object] = {"behavior": "deny", "message": message}
    return _answer(request_id, answer | ({"interrupt": True} if interrupt else {}))


def unknown(request_id: str, subtype: str) -> bytes:
    """Of a request that we have no word for: it is not left waiting, and nothing is allowed."""
    told = {
        "subtype": "error",
        "request_id": request_id,
        "error": f"this client knows no {subtype or 'such request'}",
    }
    return _line({"type": "control_response", "response": told})


def answer_to(ask: Ask, answer: PermissionAnswer) -> bytes:
    """To what it asked: its own words back where a person allows it, and nothing of its offers."""
    note = answer.note
    if ask.tool == QUESTION and (note or answer.allows):
        return _answer_to_question(ask, note)
    if answer.allows:
        return allowed(ask.native_id, ask.arguments)
    return denied(ask.native_id, note or NOT_ALLOWED)


def _answer_to_question(ask: Ask, note: str) -> bytes:
    """The note is the answer; an allowance alone says nothing that it could go by."""
    if not note:
        return denied(ask.native_id, NOT_ANSWERED)
    asked = [text_of(each.get("question")) for each in objects_of(ask.arguments.get("questions"))]
    answers = {question: note for question in asked if question}
    if not answers:
        return denied(ask.native_id, note)
    return allowed(ask.native_id, {**ask.arguments, "answers": answers})


def asker_of(line: bytes) -> str:
    """Who asks in a line that no strict reader takes: JSON may hold half a character. Empty:
    nobody."""
    if b'"control_request"' not in line:
        return ""
    try:
        message = object_of(json.loads(line))
        request_id = text_of(message.get("request_id"))
        request_id.encode()
    except (ValueError, RecursionError):
        return ""
    return request_id if message.get("type") == "control_request" else ""


_FORM = "Your answer, in your own words. Without one the agent decides itself."


def ask_in(request_id: str, asked: Message, cwd: str) -> Ask:
    """What it wants to do, in full."""
    tool, given = text_of(asked.get("tool_name")), object_of(asked.get("input"))
    kind = _kind(tool)
    server, _, mcp_tool = tool.removeprefix(_MCP).partition("__")
    is_mcp = kind is PermissionKind.MCP
    is_question = tool == QUESTION
    return Ask(
        native_id=request_id,
        call_id=text_of(asked.get("tool_use_id")),
        kind=kind,
        command=text_of(given.get("command")) if kind is PermissionKind.COMMAND else "",
        changes=_changes(tool, given) if kind is PermissionKind.EDIT else (),
        url=text_of(given.get("url")) if kind is PermissionKind.FETCH else "",
        server=server if is_mcp else "",
        tool=mcp_tool if is_mcp else tool,
        arguments=given,
        cwd=cwd,
        reason=text_of(asked.get("decision_reason")),
        agent_words=_words(tool, asked, given),
        can_take_note=not is_question,
        is_question=is_question,
        form=_FORM if is_question else "",
        offers=_offers(given) if is_question else (),
        raw=orjson.dumps(dict(asked)).decode(),
    )


def _kind(tool: str) -> PermissionKind:
    if tool == "Bash":
        return PermissionKind.COMMAND
    if tool in _EDITS:
        return PermissionKind.EDIT
    if tool in _FETCHES:
        return PermissionKind.FETCH
    return PermissionKind.MCP if tool.startswith(_MCP) else PermissionKind.OTHER


def _changes(tool: str, given: Message) -> tuple[FileChange, ...]:
    path = text_of(given.get("file_path")) or text_of(given.get("notebook_path"))
    if tool == "Write":
        return (FileChange(path=path, new=text_of(given.get("content"))),)
    if tool == "NotebookEdit":
        return (FileChange(path=path, new=text_of(given.get("new_source"))),)
    edits = list(objects_of(given.get("edits"))) or [given]
    return tuple(
        FileChange(
            path=path,
            old=text_of(each.get("old_string")),
            new=text_of(each.get("new_string")),
        )
        for each in edits
    )


def _words(tool: str, asked: Message, given: Message) -> str:
    """The model's own. A question of it is shown as such, with what it offers to choose from."""
    if tool != QUESTION:
        return text_of(given.get("description")) or text_of(asked.get("description"))
    lines: list[str] = []
    for each in objects_of(given.get("questions")):
        lines.append(_joined(each, "header", "question"))
        if each.get("multiSelect") is True:
            lines.append("(several may be chosen)")
        offered = (_joined(one, "label", "description") for one in objects_of(each.get("options")))
        lines += [f"- {words}" for words in offered if words]
    return "\n".join(lines)


def _joined(told: Message, *names: str) -> str:
    return ": ".join(text for name in names if (text := text_of(told.get(name))))


def _offers(given: Message) -> tuple[str, ...]:
    """Of one question to which one answer is wanted: several have no one answer that is offered."""
    asked = list(objects_of(given.get("questions")))
    if len(asked) != 1 or asked[0].get("multiSelect") is True:
        return ()
    labels = (text_of(each.get("label")) for each in objects_of(asked[0].get("options")))
    return tuple(dict.fromkeys(label for label in labels if label))


def _answer(request_id: str, answer: Message) -> bytes:
    told = {"subtype": "success", "request_id": request_id, "response": answer}
    return _line({"type": "control_response", "response": told})


def _line(message: Message) -> bytes:
    return orjson.dumps(message) + b"\n"


_BEFORE, _ASKS = "PreToolUse", "PermissionRequest"
_MOMENTS = {
    _BEFORE: HookMoment.BEFORE,
    _ASKS: HookMoment.ASKS,
    "PostToolUse": HookMoment.SETTLED,
    "PostToolUseFailure": HookMoment.SETTLED,
    "SessionEnd": HookMoment.ENDED,
}
_ANSWERED_THERE = frozenset({QUESTION, "ExitPlanMode"})
"""They ask for words, or show a plan: a yes from elsewhere is no answer."""


def hook_call(told: Mapping[str, object]) -> HookCall | None:
    """Of what a hook reads from stdin."""
    moment = _MOMENTS.get(text_of(told.get("hook_event_name")))
    session, tool = text_of(told.get("session_id")), text_of(told.get("tool_name"))
    if moment is None or not session or tool in _ANSWERED_THERE:
        return None
    given = object_of(told.get("tool_input"))
    if moment is not HookMoment.ENDED and not tool:
        return None
    asked = {"tool_name": tool, "input": given}
    wish = json.dumps(asked, sort_keys=True).encode("utf-8", "surrogatepass")
    native_id = sha256(wish).hexdigest()[:32]
    ask = ask_in(native_id, asked, text_of(told.get("cwd")))
    is_cut = told.get("in_part") is True
    return HookCall(moment=moment, session=session, ask=ask, is_cut=is_cut)


def _ruled(verdict: RuleVerdict, why: str) -> bytes:
    told = {"permissionDecision": str(verdict), "permissionDecisionReason": why}
    return _of_hook(_BEFORE, told)


def _answered(answer: PermissionAnswer) -> bytes:
    if answer.allows:
        return _of_hook(_ASKS, {"decision": {"behavior": "allow"}})
    denial: dict[str, object] = {"behavior": "deny", "message": answer.note or NOT_ALLOWED}
    if answer.decision is Decision.STOP:
        denial["interrupt"] = True
    return _of_hook(_ASKS, {"decision": denial})


def _of_hook(event: str, told: Mapping[str, object]) -> bytes:
    return _line({"hookSpecificOutput": {"hookEventName": event, **told}})


HOOK = HookUse(read=hook_call, ruled=_ruled, answered=_answered)
