"""How a run of the Grok CLI is started, and one that asks."""

import re

from llmgw_desktop.clis.acp import dialect
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialogue import asking_mode
from llmgw_desktop.clis.checks import FOLDER, as_utf8, fit_arguments, session_arguments
from llmgw_desktop.clis.fields import Asked, json_text, known
from llmgw_desktop.clis.grok import contract
from llmgw_desktop.clis.grok.reader import SIGN_IN, retrying
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.told import first_text, if_used, object_of, objects_of, text_of, usage_in
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, PlannedFile
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.usage import Usage

FACTS = CliFacts(
    streams=True,
    forks=True,
    takes_new_id=True,
    reads_stdin=False,
    tells_cost=True,
    tells_cache=True,
)
_PROMPT_FILE = "prompt"
_JSON_FLAGS = {
    "promptJson": "--prompt-json",
    "agents": "--agents",
    "jsonSchema": "--json-schema",
}
_LIST_FLAGS = {"allowedTools": "--tools", "disallowedTools": "--disallowed-tools"}
_WRITTEN_HERE = ("permissionMode", *_JSON_FLAGS, *_LIST_FLAGS)
_RULES = {
    # Its plan mode alone runs `touch` all the same; a rule that denies is above every other.
    "plan": ("--deny=Bash", "--deny=Edit", "--deny=Write"),
    # With this mode alone an edit ends the run as if nobody had accepted it; within the folder.
    "acceptEdits": ("--allow=Edit(./**)", "--allow=Write(./**)"),
}
ENVIRONMENT = {"GROK_DISABLE_AUTOUPDATER": "1"}


def plan(request: CliRequest) -> LaunchPlan:
    """The prompt goes in as a file: it reads no stdin."""
    asked = Asked(request, contract.OPTIONS, free=contract.PROSE)
    fit_arguments(request.options)
    _refuse_contradictions(asked)
    is_prompt_json = asked.has("promptJson")
    form = contract.asked_format(request)
    arguments = [
        f"--output-format={form}",
        *(["--include-partial-messages"] if form == contract.AS_MESSAGES else []),
        *([] if is_prompt_json else [f"--prompt-file={FOLDER}/{_PROMPT_FILE}"]),
        *session_arguments(request, FACTS),
        *([f"--model={asked.model}"] if asked.model else []),
        *_permissions(asked),
        *asked.arguments(but=_WRITTEN_HERE),
        *_lists(asked),
        *(
            f"{flag}={json_text(asked, name)}"
            for name, flag in _JSON_FLAGS.items()
            if asked.has(name)
        ),
    ]
    prompt = PlannedFile(name=_PROMPT_FILE, content=as_utf8(request.prompt, "prompt"))
    return LaunchPlan(
        command="grok",
        arguments=known(arguments, contract.FLAGS, contract.VERSION),
        environment=ENVIRONMENT,
        files=() if is_prompt_json else (prompt,),
        output_format=form,
        changes_files=asked.text("permissionMode") != "plan",
    )


def _refuse_contradictions(asked: Asked) -> None:
    asked.refuse_both("effort", "reasoningEffort", "they are two names of one flag")
    asked.refuse_both("alwaysApprove", "permissionMode", "both say what may be done unasked")
    asked.refuse_both("experimentalMemory", "noMemory", "each is the other's contrary")
    if asked.has("worktreeRef") and not asked.value("nativeWorktree"):
        raise InvalidRun(
            "it says where a worktree begins; ask for nativeWorktree", field="worktreeRef"
        )
    if asked.has("jsonSchema") and asked.text("outputFormat") == contract.AS_MESSAGES:
        raise InvalidRun(
            f"it cannot be had in the format {contract.AS_MESSAGES}", field="jsonSchema"
        )


def _permissions(asked: Asked) -> list[str]:
    """Without a mode it would take the one of the person's settings, which may ask."""
    if asked.is_on("alwaysApprove"):
        return []
    mode = asked.text("permissionMode") or "default"
    return [f"--permission-mode={mode}", *_RULES.get(mode, ())]


def _lists(asked: Asked) -> list[str]:
    """Names of tools, which it takes behind one flag."""
    return [
        f"{flag}={','.join(asked.texts(name))}"
        for name, flag in _LIST_FLAGS.items()
        if asked.texts(name)
    ]


_AGENT_FLAGS = frozenset({"--agent-profile", "--model", "--no-leader", "--reasoning-effort"})
"""Of `grok agent`, from its own help."""
_NAME = "gateway-asks"
_PROFILE = PlannedFile(
    name="asks.md",
    # A hook that says `ask` goes before its own lists of harmless commands, before what was once
    # allowed for good, and before its mode that allows everything. Rules of a project or a person
    # cannot take it away. The tools that are left out ask a person at a terminal.
    content=f"""---
name: {_NAME}
description: Asks before every tool.
promptMode: extend
disallowedTools:
  - todo_write
  - ask_user_question
  - enter_plan_mode
  - exit_plan_mode
hooks:
  PreToolUse:
    - hooks:
        - type: command
          command: printf '{{"decision":"ask","reason":"gateway"}}'
---
""".encode(),
)
_HOOK = f"agent:{_NAME}:"
_MCP = re.compile(r"(?P<server>[\w.-]+?)__(?P<tool>[\w.-]+)")
_TAKES = ("effort", "reasoningEffort", "transport")


def plan_asking(request: CliRequest) -> LaunchPlan:
    asked = dialect.asked_fields(
        request, contract.OPTIONS, takes=_TAKES, only={"permissionMode": "default"}
    )
    asked.refuse_both("effort", "reasoningEffort", "they are two names of one flag")
    dialect.check_session(request, FACTS)
    effort = asked.text("effort") or asked.text("reasoningEffort")
    arguments = [
        "agent",
        "--no-leader",
        f"--agent-profile={FOLDER}/{_PROFILE.name}",
        *([f"--model={asked.model}"] if asked.model else []),
        *([f"--reasoning-effort={effort}"] if effort else []),
        "stdio",
    ]
    return LaunchPlan(
        command="grok",
        arguments=known(arguments, _AGENT_FLAGS, contract.VERSION),
        environment={**ENVIRONMENT, "GROK_REMEMBER_TOOL_APPROVALS": "0"},
        files=(_PROFILE,),
        output_format="acp",
    )


def _has_no_hook(told: Message) -> str:
    hooks = objects_of(object_of(told.get("result")).get("hooks"))
    for each in hooks:
        if text_of(each.get("name")).startswith(_HOOK):
            is_it = each.get("event") == "pre_tool_use" and not each.get("matcher")
            return "" if is_it and each.get("disabled") is False else "its hook is switched off"
    return "it has not taken up the hook that makes it ask"


def _steps(_: CliRequest) -> tuple[dialect.Step, ...]:
    return (dialect.Step(key="hooks", method="_x.ai/hooks/list", params={}, against=_has_no_hook),)


def _tool(call: Call) -> str:
    return text_of(object_of(call.meta.get("x.ai/tool")).get("name"))


def _mcp(call: Call) -> dialect.McpUse | None:
    named = first_text(call.given, "tool_name", "name", "tool") or call.title.partition(" ")[0]
    found = _MCP.fullmatch(named)
    if found is None or "tool_input" not in call.given:
        return None
    arguments = object_of(call.given["tool_input"])
    return dialect.McpUse(server=found["server"], tool=found["tool"], arguments=arguments)


def _used(result: Message) -> Usage | None:
    used = object_of(object_of(result.get("_meta")).get("usage"))
    cache = ("cachedReadTokens", "cacheCreationTokens")
    return if_used(
        usage_in(used, "inputTokens", "outputTokens", cache=cache, thought="reasoningTokens")
    )


DIALECT = dialect.AgentDialect(
    program="Grok",
    sign_in=SIGN_IN,
    against=lambda _: "",
    steps=_steps,
    note_way=dialect.NoteWay.WITH_ANSWER,
    spent=dialect.SpentWay(read=_used, scope=dialect.UsageScope.PROMPT),
    tool_of=_tool,
    mcp_of=_mcp,
    retrying=retrying,
)
ASKING = asking_mode(
    DIALECT,
    plan_asking,
    "Asked for its hooks before the prompt, it lists the one that makes every tool ask.",
    is_told_servers=True,
)
