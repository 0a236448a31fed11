"""What CLIs tell the hooks that a person lets them run, and what these may print: one shape under
several names. Each CLI's package says its own (`HookNames`).
"""

import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson

from llmgw_desktop.clis.dialogue import HookCall, HookMoment, HookUse
from llmgw_desktop.clis.told import first_text, object_of, text_of
from llmgw_desktop.domain.jobs.approval import Ask, FileChange, PermissionAnswer, PermissionKind
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict
from llmgw_desktop.domain.values import value

Told = Mapping[str, Any]
Mcp = tuple[str, str] | None
"""Of an MCP tool: its server, empty where its name does not tell, and itself."""
NOT_ALLOWED = "The person did not allow this."
_OF_TOOLS = frozenset({HookMoment.BEFORE, HookMoment.ASKS, HookMoment.SETTLED})
_OF_A_QUESTION = frozenset({"ToolPermission", "permission_prompt"})
"""What kinds of notice say that a person is asked."""
_PATHS = ("file_path", "path", "filePath", "absolute_path", "target_file")
_OLD, _NEW = ("old_string", "old_str", "oldString"), ("new_string", "new_str", "newString")
_WHOLE = ("content", "file_text", "contents")
_FOLDERS = ("dir_path", "workdir", "cwd")
_IN_PATCH = re.compile(r"^\*\*\* (Add|Update|Delete) File: (.+)$|^\*\*\* Move to: (.+)$", re.M)
_PATCH = "*** Begin Patch"
_ADDRESS = re.compile(r"https?://[^\s\"'<>`]+")


def unsplit_mcp(sign: str, own: frozenset[str] = frozenset()) -> Callable[[str, Told], Mcp]:
    """`server{sign}tool`, where both may hold the sign: the rules try each reading. `own`: tools of
    the CLI itself that hold it, too."""
    return lambda tool, _: ("", tool) if sign in tool.strip(sign) and tool not in own else None


def joined_mcp(tool: str, _: Told) -> Mcp:
    """`server__tool`, be it behind `mcp__`."""
    server, sign, name = tool.removeprefix("mcp__").partition("__")
    return (server, name) if sign and server and name else None


@value
class HookNames:
    """A CLI's own words."""

    moment: Callable[[Told], HookMoment | None]
    commands: frozenset[str]
    edits: frozenset[str]
    mcp: Callable[[str, Told], Mcp]
    """(A tool's name, all that was told) → the server and its tool."""
    fetches: frozenset[str] = frozenset()
    holds: Callable[[Told], bool] = lambda _: False
    """It asks nobody by itself: what a rule wants asked is held until the list has an answer."""
    prefix: str = ""
    """Before the names of its own tools."""
    waits_s: float = 3600.0
    """As in `HookUse`."""
    tells: Callable[[Told], dict[str, Any]] = lambda _: {}
    """What it says in `TELLS` of its question, as fields of the Ask."""


def moments(**names: HookMoment) -> Callable[[Told], HookMoment | None]:
    """By the event's name."""

    def found(told: Told) -> HookMoment | None:
        moment = names.get(text_of(told.get("hook_event_name")))
        return None if moment is HookMoment.TELLS and not is_question(told) else moment

    return found


def is_question(told: Told) -> bool:
    """Whether a notice is about one, and not that it has nothing to do."""
    return first_text(told, "notification_type", "notificationType") in _OF_A_QUESTION


def call_of(names: HookNames, told: Mapping[str, object]) -> HookCall | None:
    """Of what a hook was given; None for what is not ours to answer."""
    moment = names.moment(told)
    session = first_text(told, "session_id", "sessionId")
    tool = first_text(told, "tool_name", "toolName")
    if moment is None or not session or (moment in _OF_TOOLS and not tool):
        return None
    if moment is HookMoment.TELLS:
        said = first_text(told, "message")
        about = {"cwd": text_of(told.get("cwd")), "reason": said, **names.tells(told)}
        return HookCall(moment=moment, session=session, ask=Ask(native_id="told", **about))
    given = _given(told)
    asked = {"tool_name": tool, "input": dict(given)}
    wish = json.dumps(asked, sort_keys=True).encode("utf-8", "surrogatepass")
    folder, inside = text_of(told.get("cwd")), first_text(given, *_FOLDERS)
    folder = posixpath.join(folder, inside) if inside else folder
    native_id = sha256(wish).hexdigest()[:32]
    ask = Ask(
        native_id=native_id,
        call_id=text_of(told.get("call_id")) or native_id,
        cwd=folder,
        reason=text_of(told.get("asks_for")),
        agent_words=text_of(given.get("description")),
        raw=orjson.dumps(asked).decode(),
        arguments=given,
        **_about(names, tool, given, told),
    )
    return HookCall(
        moment=moment,
        session=session,
        ask=ask,
        is_held=names.holds(told),
        is_cut=told.get("in_part") is True,
    )


def _given(told: Told) -> Told:
    """Some say it as JSON in a text."""
    found = next(
        (told[name] for name in ("tool_input", "toolInput", "toolArgs") if name in told), None
    )
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            found = None
    return object_of(found)


def _about(names: HookNames, tool: str, given: Told, told: Told) -> dict[str, Any]:
    own = tool.removeprefix(names.prefix)
    if own in names.commands and (command := text_of(given.get("command"))):
        changes = tuple(_changes_of_patch(command)) if _PATCH in command else ()
        about = {"command": command, "changes": changes, "tool": own}
        return {"kind": PermissionKind.COMMAND, **about}
    if own in names.edits and (changes := tuple(_changes(given))):
        return {"kind": PermissionKind.EDIT, "changes": changes, "tool": own}
    if own in names.fetches:
        return {"kind": PermissionKind.FETCH, "url": _address(given), "tool": own}
    if (mcp := names.mcp(tool, told)) is not None:
        return {"kind": PermissionKind.MCP, "server": mcp[0], "tool": mcp[1]}
    return {"kind": PermissionKind.OTHER, "tool": own}


def _changes(given: Told) -> Iterator[FileChange]:
    yield from _changes_of_patch(first_text(given, "command", "patchText", "patch", "input"))
    if path := first_text(given, *_PATHS):
        new = first_text(given, *_NEW) or first_text(given, *_WHOLE)
        diff = first_text(given, "diff")
        yield FileChange(path=path, old=first_text(given, *_OLD), new=new, diff=diff)


def _changes_of_patch(patch: str) -> Iterator[FileChange]:
    """The first shows it whole; the others name their files."""
    shown = patch
    for kind, path, moved in _IN_PATCH.findall(patch):
        yield FileChange(path=(path or moved).strip(), new=shown, is_gone=kind == "Delete")
        shown = ""


def _address(given: Told) -> str:
    """Empty where there are several, or none that can be told."""
    if url := first_text(given, "url"):
        return url
    found = set(_ADDRESS.findall(text_of(given.get("prompt"))))
    return found.pop() if len(found) == 1 else ""


def _unanswered(_: PermissionAnswer) -> bytes:
    return b""


def hook_use(
    names: HookNames,
    say: Callable[[RuleVerdict, str], Mapping[str, object] | None],
    answered: Callable[[PermissionAnswer], bytes] = _unanswered,
) -> HookUse:
    """`say`: what is printed for a verdict; None: nothing, it goes its own way."""

    def ruled(verdict: RuleVerdict, why: str) -> bytes:
        said = say(verdict, why)
        return b"" if said is None else orjson.dumps(said) + b"\n"

    return HookUse(
        read=lambda told: call_of(names, told),
        ruled=ruled,
        answered=answered,
        waits_s=names.waits_s,
    )


def deny_or_ask(verdict: RuleVerdict, why: str) -> Mapping[str, object] | None:
    """Of a CLI that reads `decision`. What is allowed is left to its own settings."""
    if verdict is RuleVerdict.ALLOW:
        return None
    return {"decision": str(verdict), "reason": why}


def deny_alone(verdict: RuleVerdict, why: str) -> Mapping[str, object] | None:
    return deny_or_ask(verdict, why) if verdict is RuleVerdict.DENY else None
