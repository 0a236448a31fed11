"""How a run of Copilot is started, and one that asks."""

import orjson

from llmgw_desktop.clis.acp import dialect
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialogue import asking_mode
from llmgw_desktop.clis.checks import FOLDER, as_utf8, fit_arguments, session_arguments
from llmgw_desktop.clis.cli import ServersGiven, ServerUse
from llmgw_desktop.clis.copilot.contract import FLAGS, GRANTS, OPTIONS, VERSION
from llmgw_desktop.clis.copilot.reader import SIGN_IN
from llmgw_desktop.clis.fields import Asked, json_text, known
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.mcp_servers import SERVER_FILE, server_entry, server_file, with_added
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

FACTS = CliFacts(streams=True, takes_new_id=True, tells_cache=True)
_ALWAYS = ("--output-format=json", "--stream=on", "--no-ask-user", "--no-auto-update", "--no-color")
_TOOL_LISTS = ("availableTools", "excludedTools", "what is not among the first is left out already")


def plan(request: CliRequest) -> LaunchPlan:
    """The prompt goes in by stdin: what `-p` is given is bounded, and stdin ignored beside it."""
    asked = Asked(request, OPTIONS)
    fit_arguments(request.options)
    asked.refuse_both("yolo", "allowAll", "they are the same")
    asked.refuse_both(*_TOOL_LISTS)
    arguments = [
        *_ALWAYS,
        *session_arguments(request, FACTS),
        *([f"--model={asked.model}"] if asked.model else []),
        *asked.arguments(but=("mcpConfig",)),
        *([f"--additional-mcp-config={_servers(asked)}"] if asked.has("mcpConfig") else []),
    ]
    may_change = any(asked.value(name) not in (None, False, []) for name in GRANTS)
    return LaunchPlan(
        command="copilot",
        arguments=known(arguments, FLAGS, VERSION),
        stdin=as_utf8(request.prompt, "prompt"),
        output_format="json",
        changes_files=may_change or asked.text("mode") != "plan",
        needs=asked.paths("attachments", folders=("addDir", "pluginDir")),
    )


def _servers(asked: Asked) -> str:
    """Never a file's name: the CLI would take `@…` for one, and what is in it went unseen."""
    text = json_text(asked, "mcpConfig")
    if not isinstance(orjson.loads(text), dict):
        raise InvalidRun("MCP servers are an object, by name", field="mcpConfig")
    return text


def _with_servers(plan: LaunchPlan, given: ServersGiven) -> LaunchPlan:
    strict = ["--disable-builtin-mcps"] if given.is_managed else []
    strict = [each for each in strict if each not in plan.arguments]
    if not given.servers:
        return with_added(plan, strict)
    known = {
        each.name: {**server_entry(each, stdio="local", http="http"), "tools": ["*"]}
        for each in given.servers
    }
    added = [f"--additional-mcp-config=@{FOLDER}/{SERVER_FILE}", *strict]
    return with_added(plan, added, server_file({"mcpServers": known}))


SERVERS = ServerUse(
    write=_with_servers,
    not_asking=(
        "in a run that asks copilot takes none: it calls tools that say of themselves that they"
        " only read without asking; leave it out, or let another CLI ask"
    ),
)


_TAKES = (
    "effort",
    "disallowedTools",
    "availableTools",
    "excludedTools",
    "disallowedUrls",
    "disallowTempDir",
    "disableBuiltinMcps",
    "disableMcpServers",
    "noCustomInstructions",
)


def plan_asking(request: CliRequest) -> LaunchPlan:
    asked = dialect.asked_fields(request, OPTIONS, takes=_TAKES)
    asked.refuse_both(*_TOOL_LISTS)
    dialect.check_session(request, FACTS)
    arguments = [
        "--acp",
        "--no-auto-update",
        *([f"--model={asked.model}"] if asked.model else []),
        *asked.arguments(),
    ]
    return LaunchPlan(
        command="copilot",
        arguments=known(arguments, FLAGS, VERSION),
        # What stands for its flag that allows everything, where a person's shell has it.
        environment={"COPILOT_ALLOW_ALL": "false"},
        output_format="acp",
    )


def _against(told: Message) -> str:
    mode, allows = dialect.mode_of(told), dialect.option_of(told, "allow_all")
    if mode and mode.rpartition("#")[2] != "agent":
        return f"its mode is `{mode}`"
    return "" if allows in ("", "off") else f"it allows everything (`{allows}`)"


def _tool(call: Call) -> str:
    """What it calls a call is the model's words, save of tools that are none of its own."""
    return call.first_title if call.kind == "other" else call.kind


DIALECT = dialect.AgentDialect(
    program="Copilot",
    sign_in=SIGN_IN,
    against=_against,
    begins_asking=True,
    must_tell=("mode", "allow_all"),
    note_way=dialect.NoteWay.NEXT_PROMPT,
    spent=dialect.SpentWay(read=dialect.usage_of, scope=dialect.UsageScope.SESSION),
    tool_of=_tool,
    agent_words=lambda call: call.first_title,
    asides=frozenset({"Info: Operation cancelled by user"}),
)
ASKING = asking_mode(
    DIALECT,
    plan_asking,
    "The session's beginning tells that `allow_all` is off and its mode `agent`, and no later"
    " update tells otherwise.",
)
