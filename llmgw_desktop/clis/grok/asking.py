"""How the Grok CLI is started so that it asks."""

import re

from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialect import (
    AgentDialect,
    McpUse,
    NoteWay,
    SpentWay,
    Step,
    UsageScope,
    asked_fields,
    check_session,
)
from llmgw_desktop.clis.acp.dialogue import asking_mode
from llmgw_desktop.clis.checks import FOLDER
from llmgw_desktop.clis.fields import known
from llmgw_desktop.clis.grok.contract import OPTIONS, VERSION
from llmgw_desktop.clis.grok.plan import ENVIRONMENT, FACTS
from llmgw_desktop.clis.grok.reader import SIGN_IN, retrying
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.told import first_text, if_used, object_of, objects_of, text_of, usage_in
from llmgw_desktop.domain.cli import CliRequest, LaunchPlan, PlannedFile
from llmgw_desktop.domain.usage import Usage

FLAGS = frozenset({"--agent-profile", "--model", "--no-leader", "--reasoning-effort"})
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


def plan(request: CliRequest) -> LaunchPlan:
    asked = asked_fields(request, OPTIONS, takes=_TAKES, only={"permissionMode": "default"})
    asked.refuse_both("effort", "reasoningEffort", "they are two names of one flag")
    check_session(request, FACTS)
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
        arguments=known(arguments, FLAGS, VERSION),
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


def _steps(_: CliRequest) -> tuple[Step, ...]:
    return (Step(key="hooks", method="_x.ai/hooks/list", params={}, against=_has_no_hook),)


def _tool(call: Call) -> str:
    return text_of(object_of(call.meta.get("x.ai/tool")).get("name"))


def _mcp(call: Call) -> McpUse | None:
    named = first_text(call.given, "tool_name", "name", "tool") or call.title.partition(" ")[0]
    found = _MCP.fullmatch(named)
    if found is None or "tool_input" not in call.given:
        return None
    arguments = object_of(call.given["tool_input"])
    return McpUse(server=found["server"], tool=found["tool"], arguments=arguments)


def _used(result: Message) -> Usage | None:
    used = object_of(object_of(result.get("_meta")).get("usage"))
    cache = ("cachedReadTokens", "cacheCreationTokens")
    return if_used(
        usage_in(used, "inputTokens", "outputTokens", cache=cache, thought="reasoningTokens")
    )


DIALECT = AgentDialect(
    program="Grok",
    sign_in=SIGN_IN,
    against=lambda _: "",
    steps=_steps,
    note_way=NoteWay.WITH_ANSWER,
    spent=SpentWay(read=_used, scope=UsageScope.PROMPT),
    tool_of=_tool,
    mcp_of=_mcp,
    retrying=retrying,
)
ASKING = asking_mode(
    DIALECT,
    plan,
    "Asked for its hooks before the prompt, it lists the one that makes every tool ask.",
    is_told_servers=True,
)
