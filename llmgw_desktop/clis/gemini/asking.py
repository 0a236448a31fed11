"""How the Gemini CLI is started so that it asks."""

import re

from llmgw_desktop.clis.acp.calls import Call, arguments_in
from llmgw_desktop.clis.acp.dialect import (
    AgentDialect,
    McpUse,
    NoteWay,
    SpentWay,
    Step,
    UsageScope,
    asked_fields,
    check_session,
    other_mode,
)
from llmgw_desktop.clis.acp.dialogue import asking_mode
from llmgw_desktop.clis.checks import FOLDER
from llmgw_desktop.clis.fields import known
from llmgw_desktop.clis.gemini.contract import FLAGS, OPTIONS, PROSE, VERSION
from llmgw_desktop.clis.gemini.plan import FACTS, environment, system_file
from llmgw_desktop.clis.gemini.reader import NOISE, SIGN_IN
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.told import if_used, object_of, text_of, usage_in
from llmgw_desktop.domain.cli import CliRequest, LaunchPlan, PlannedFile
from llmgw_desktop.domain.usage import Usage

_MODE = "default"
_RULES = PlannedFile(
    name="asks.toml",
    # Above every rule of the person's and of the folder's own: what is allowed there is asked.
    content=b"""[[rule]]
toolName = ["run_shell_command", "write_file", "replace", "web_fetch", "save_memory"]
decision = "ask_user"
priority = 999
[[rule]]
toolName = "mcp_*"
decision = "ask_user"
priority = 999
""",
)
_MCP = re.compile(r"(?P<tool>.+) \((?P<server>[^()]+) MCP Server\)", re.DOTALL)
_WORDS = re.compile(r"(?:\[[^\]]*\] )?\((?P<words>.*)\)", re.DOTALL)
_TAKES = ("includeDirs", "systemPrompt", "skipTrust", "sandbox")


def plan(request: CliRequest) -> LaunchPlan:
    asked = asked_fields(request, OPTIONS, takes=_TAKES, only={"approvalMode": _MODE}, free=PROSE)
    check_session(request, FACTS)
    arguments = [
        "--acp",
        f"--approval-mode={_MODE}",
        f"--admin-policy={FOLDER}/{_RULES.name}",
        *([f"--model={asked.model}"] if asked.model else []),
        *asked.arguments(),
    ]
    return LaunchPlan(
        command="gemini",
        arguments=known(arguments, FLAGS, VERSION),
        environment=environment(asked),
        files=(_RULES, *system_file(asked)),
        output_format="acp",
        needs=asked.paths(folders=("includeDirs",)),
    )


def _steps(_: CliRequest) -> tuple[Step, ...]:
    """Besides, whatever a session said before has been told when this is answered."""
    mode = Step(
        key="mode", method="session/set_mode", params={"modeId": _MODE}, against=lambda _: ""
    )
    return (mode,)


def _mcp(call: Call) -> McpUse | None:
    found = _MCP.fullmatch(call.title)
    if found is None or call.kind == "execute":
        return None
    return McpUse(server=found["server"], tool=found["tool"], arguments=arguments_in(call.words))


def _words(call: Call) -> str:
    found = _WORDS.fullmatch(call.words)
    return found["words"] if found else ""


def _used(result: Message) -> Usage | None:
    counted = object_of(object_of(object_of(result.get("_meta")).get("quota")).get("token_count"))
    return if_used(usage_in(counted, "input_tokens", "output_tokens"))


def _tool(call: Call) -> str:
    return call.id.partition("__")[0] if "__" in call.id else text_of(call.kind)


DIALECT = AgentDialect(
    program="Gemini",
    sign_in=SIGN_IN,
    against=lambda told: other_mode(told, _MODE),
    begins_asking=True,
    must_tell=("mode",),
    steps=_steps,
    note_way=NoteWay.AFTER_CANCEL,
    spent=SpentWay(read=_used, scope=UsageScope.PROMPT),
    tool_of=_tool,
    # It tells no arguments; what it calls a command is the command.
    command_of=lambda call: text_of(call.given.get("command")) or call.title,
    mcp_of=_mcp,
    agent_words=_words,
    noise=NOISE,
)
ASKING = asking_mode(
    DIALECT,
    plan,
    "The session's beginning tells that its mode is `default`, and so does no later update.",
    is_told_servers=True,
)
