"""What an agent asks of a person, in words: for the dialog, the tray, the list, the commands.

Texts of any length stay as the agent gave them; `asked_parts` cuts nothing. Whoever shows them
makes them inert as it goes (`app/words/inert_text.py`).
"""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import folded_blanks, inert_line
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    Decision,
    DecisionWay,
    FileChange,
    PermissionAnswer,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.questions.permissions.listed import asker_of

TITLE = "An agent asks for permission"
TO_WRITE = "To be written"
ASKS = "The agent asks"
AGENT_SAYS = "The agent's own words"
WAY_WORDS: dict[DecisionWay, str] = {
    DecisionWay.DIALOG: "in the window",
    DecisionWay.COMMAND: "by command",
    DecisionWay.DEVICE: "on a device",
    DecisionWay.RULE: "by the job's rule",
    DecisionWay.STANDING: "by a lasting rule",
    DecisionWay.POLICY: "by the settings",
    DecisionWay.TIMEOUT: "nobody answered",
    DecisionWay.WITHDRAWN: "withdrawn",
    DecisionWay.REFUSED: "refused by the gateway",
}
DECISION_WORDS: dict[Decision, str] = {
    Decision.ONCE: "Allowed once",
    Decision.JOB: "Allowed for the job",
    Decision.DENY: "Denied",
    Decision.STOP: "Job stopped",
}
RULE_LABELS = {False: "For this job means", True: "For this session means"}
"""By whether a client calls a tool of another MCP server."""
FILE_MARK = "▸ "
"""Before the name of a file in a diff: nothing that a file holds begins so."""
LARGE = 16 * 1024
"""Characters: what is larger is made ready beside the loop."""
LONGEST_WORDS = 1000
"""Of the agent's own, as they are shown."""
_LONGEST_TOOL = 160
_LONGEST_PATH = 1000
_COMPARED_LINES = 3_000
"""Of both sides together: comparing takes the square of it."""


class PartKind(StrEnum):
    TEXT = "text"
    DIFF = "diff"


@value
class AskedPart:
    """One text of an ask, whole. `label` says what it is."""

    label: str
    text: str
    kind: PartKind = PartKind.TEXT


@value
class PermissionView:
    """All but the texts that may be long."""

    what: str
    """«Claude Code wants to run a command»."""
    tool: str
    """Its name, where it is short enough for a line."""
    where: str
    """Empty for a call of a tool, which has no place."""
    job: str
    """Empty where a client calls a tool that is no job."""
    client: str
    reason: str
    agent_words: str
    """The model's own description: never what is done."""
    warnings: tuple[str, ...]
    rule: str
    can_take_note: bool
    is_question: bool
    """A yes is an answer; `form` says what is to be written with it, where anything is."""
    form: str
    rule_label: str
    is_call: bool
    """A client calls a tool of another MCP server."""
    is_of_terminal: bool = False
    asks_there: bool = False
    """A person runs the CLI there: `job` says where."""


def permission_view(question: PermissionQuestion) -> PermissionView:
    ask = question.ask
    return PermissionView(
        what=f"{asker_words(question)} wants to {wish_words(ask)}",
        tool=inert_line(tool_of(ask), _LONGEST_TOOL),
        where=_where(question),
        job=inert_line(question.job_title, 160) or question.job_id,
        is_of_terminal=question.is_of_terminal,
        asks_there=question.asks_there,
        client=inert_line(question.client, 60),
        reason=inert_line(ask.reason, 400),
        agent_words="" if asks_itself(ask) else inert_line(ask.agent_words, LONGEST_WORDS),
        warnings=tuple(inert_line(each, 400) for each in question.warnings),
        rule=inert_line(question.rule, 400),
        can_take_note=ask.can_take_note,
        is_question=ask.is_question,
        form=inert_line(ask.form, LONGEST_WORDS),
        rule_label=RULE_LABELS[question.cli is None or question.is_of_terminal],
        is_call=question.cli is None,
    )


def asker_words(question: PermissionQuestion) -> str:
    """«Claude Code»."""
    return inert_line(asker_of(question), 60)


def wish_words(ask: Ask) -> str:
    """What it wants, without the thing itself."""
    match ask.kind:
        case PermissionKind.COMMAND:
            return "run a command"
        case PermissionKind.EDIT:
            return f"change {counted(len(ask.changes), 'file')}" if ask.changes else "change files"
        case PermissionKind.FETCH:
            return "fetch an address"
        case _ if ask.is_question:
            return "have an answer of yours"
        case PermissionKind.MCP:
            return "use a tool of an MCP server"
        case _:
            return "use a tool"


def asks_words(question: PermissionQuestion) -> str:
    """«Codex wants to run a command: rm -rf build»."""
    thing = inert_line(thing_of(question.ask), 80)
    title = asker_words(question)
    words = f"{title} wants to {wish_words(question.ask)}"
    return f"{words}: {thing}" if thing else words


def thing_of(ask: Ask) -> str:
    """The command, address, file or tool: not yet inert, and of any length."""
    if ask.command:
        return ask.command
    if asks_itself(ask):
        return ask.agent_words
    if ask.changes:
        more = f" and {len(ask.changes) - 1} more" if len(ask.changes) > 1 else ""
        return ask.changes[0].path[:300] + more
    return ask.url or tool_of(ask)


def tool_of(ask: Ask) -> str:
    """«github · create_issue»."""
    return " · ".join(part for part in (ask.server, ask.tool) if part)


def size_of(ask: Ask) -> int:
    """About as many characters as are to be shown."""
    changed = sum(
        len(each.old or "") + len(each.new or "") + len(each.diff) for each in ask.changes
    )
    return len(ask.command) + len(ask.url) + changed + len(ask.raw)


def asked_parts(ask: Ask) -> tuple[AskedPart, ...]:
    """In the order in which they matter. May take long for what is large: see `size_of`. Blank
    lines in a row are told by their number, or they would push a command out of sight."""
    return tuple(
        replace(
            part, text=folded_blanks(part.text, signs="+-" if part.kind is PartKind.DIFF else "")
        )
        for part in _whole_parts(ask)
    )


def _whole_parts(ask: Ask) -> list[AskedPart]:
    parts: list[AskedPart] = []
    if ask.command:
        parts.append(AskedPart(label="Command", text=ask.command))
    if ask.changes:
        parts.append(_changes_part(ask.changes))
    if ask.url:
        parts.append(AskedPart(label="Address", text=ask.url))
    if len(tool := tool_of(ask)) > _LONGEST_TOOL:
        parts.append(AskedPart(label="Server and tool" if ask.server else "Tool", text=tool))
    if asks_itself(ask):
        parts.append(AskedPart(label=ASKS, text=ask.agent_words))
    if more := _beside(ask):
        parts.append(AskedPart(label="Arguments", text=tidy_json(more)))
    if not parts and (ask.raw or not tool):
        parts.append(AskedPart(label="As it was asked", text=ask.raw or "It does not say what."))
    return parts


def asks_itself(ask: Ask) -> bool:
    """The agent wants words of its person: what it asks is the thing itself."""
    return ask.is_question and ask.kind is PermissionKind.OTHER and bool(ask.agent_words)


def _beside(ask: Ask) -> dict[str, object]:
    """Arguments that stand nowhere else: once is enough, and what differs in anything is shown."""
    if asks_itself(ask) and all(text in ask.agent_words for text in _values(ask.arguments)):
        return {}
    words = ask.agent_words if len(ask.agent_words) <= LONGEST_WORDS else ""
    shown: dict[str, tuple[object, ...]] = {
        "command": (ask.command,),
        "url": (ask.url,),
        "description": (words,),
        "file_path": tuple(each.path for each in ask.changes if len(each.path) <= _LONGEST_PATH),
        "content": tuple(each.new for each in ask.changes if each.old is None),
    }
    return {
        name: value
        for name, value in ask.arguments.items()
        if not (isinstance(value, str) and value and value in shown.get(name, ()))
    }


def _values(found: object) -> Iterator[str]:
    """All texts of a JSON value, without the names of its members."""
    todo = [found]
    while todo:
        match todo.pop():
            case str() as text:
                yield text
            case Mapping() as members:
                todo += members.values()
            case list() | tuple() as items:
                todo += items
            case _:
                pass


def tidy_json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def outcome_words(answer: PermissionAnswer) -> str:
    return DECISION_WORDS[answer.decision]


def since_words(asked_at_s: float, now_s: float) -> str:
    """«for 12 s»."""
    waits_s = max(0, int(now_s - asked_at_s))
    return f"for {waits_s} s" if waits_s < 60 else f"for {waits_s // 60} m {waits_s % 60:02d} s"


def changed_lines(change: FileChange) -> list[str]:
    """A file's change as lines that begin with -, + or a space."""
    if change.diff:
        given = change.diff.split("\n")
        return [f" {line}" if line.startswith(FILE_MARK[0]) else line for line in given]
    old = _lines(change.old)
    new = _lines(change.new)
    if len(old) + len(new) <= _COMPARED_LINES:
        found = list(difflib.unified_diff(old, new, n=3, lineterm=""))[2:]
        return found or ["  (nothing of its text changes)"]
    return _middle(old, new)


def _changes_part(changes: Sequence[FileChange]) -> AskedPart:
    lines: list[str] = []
    for change in changes:
        lines.append(f"{FILE_MARK}{inert_line(change.path, _LONGEST_PATH)}{_fate(change)}")
        lines.extend(changed_lines(change))
    label = "Change" if len(changes) == 1 else f"Changes of {len(changes)} files"
    return AskedPart(label=label, text="\n".join(lines), kind=PartKind.DIFF)


def _fate(change: FileChange) -> str:
    if change.is_gone:
        return "  (removed)"
    is_new = change.old is None and change.new is not None and not change.diff
    return "  (new, or all of it anew)" if is_new else ""


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


def _middle(old: list[str], new: list[str]) -> list[str]:
    """Of long ones: what is the same at both ends is left out, all between is shown."""
    begin = 0
    while begin < min(len(old), len(new)) and old[begin] == new[begin]:
        begin += 1
    end = 0
    most = min(len(old), len(new)) - begin
    while end < most and old[-1 - end] == new[-1 - end]:
        end += 1
    gone, come = old[begin : len(old) - end], new[begin : len(new) - end]
    head = f"@@ from line {begin + 1} on: {len(gone)} lines become {len(come)} @@"
    return [head, *(f"-{line}" for line in gone), *(f"+{line}" for line in come)]


def _where(question: PermissionQuestion) -> str:
    folder = inert_line(question.ask.cwd, 300)
    alias = inert_line(question.workspace, 60)
    if question.cli is None:
        return folder
    if alias and folder:
        return f"{alias} · {folder}"
    return alias or folder or "its working folder"
