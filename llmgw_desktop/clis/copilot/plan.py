"""What Copilot takes: its flags, the fields of a request, what each lets a run do, its subcommands;
and how a run is started, and one that asks.
"""

import orjson

from llmgw_desktop.clis.acp import dialect
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialogue import asking_mode
from llmgw_desktop.clis.checks import (
    FOLDER,
    SHARED,
    Rights,
    as_utf8,
    fit_arguments,
    named,
    session_arguments,
)
from llmgw_desktop.clis.cli import ServersGiven, ServerUse
from llmgw_desktop.clis.copilot.reader import SIGN_IN
from llmgw_desktop.clis.fields import (
    JSON_OBJECT,
    ON,
    TEXT,
    TEXTS,
    Asked,
    json_text,
    known,
    number,
    one_of,
    option,
    usual_options,
    whole_number,
)
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.mcp_servers import SERVER_FILE, server_entry, server_file, with_added
from llmgw_desktop.clis.subcommand import subcommands
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

VERSION = "1.0.102"

_LISTED = """
    --acp --add-dir --add-github-mcp-tool --add-github-mcp-toolset --additional-mcp-config --agent
    --allow-all --allow-all-mcp-server-instructions --allow-all-paths --allow-all-tools
    --allow-all-urls --allow-tool --allow-url --assisted-approval --attachment --auto-tier
    --autopilot --available-tools --banner --bash-env --connect --context --continue --deny-tool
    --deny-url --disable-builtin-mcps --disable-client-telemetry --disable-mcp-server
    --disallow-temp-dir --dynamic-retrieval --enable-all-github-mcp-tools --enable-mcp-server
    --enable-memory --environment-compute-id --environment-host --excluded-tools --experimental
    --extension-sdk-path --fleet --help --interactive --log-dir --log-level --max-ai-credits
    --max-autopilot-continues --mcp-github-auth --mode --model --mouse --name --no-ask-user
    --no-auto-update --no-bash-env --no-color --no-custom-instructions
    --no-eager-powershell-resolution --no-experimental --no-mouse --no-remote --no-remote-export
    --output-format --plain-diff --plan --plugin-dir --prompt --reasoning-effort --remote
    --remote-export --resume --screen-reader --secret-env-vars --session-id --share --share-gist
    --silent --stream --trust-folder --usage-output-file --version --yolo
"""

FLAGS = frozenset(_LISTED.split())


OPTIONS = (
    *usual_options("text", "json"),
    option("agent", TEXT, "An agent of one's own.", "--agent"),
    option("mode", one_of("plan", "autopilot"), "How it begins.", "--mode"),
    option(
        "maxAutopilotContinues",
        whole_number(0, 1_000_000),
        "Of autopilot, at most.",
        "--max-autopilot-continues",
    ),
    option(
        "effort",
        one_of("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        "How hard the model thinks.",
        "--reasoning-effort",
    ),
    option("context", one_of("default", "long_context"), "How much it can hold.", "--context"),
    option("allowAllTools", ON, "All tools run unasked.", "--allow-all-tools"),
    option("allowAllPaths", ON, "All paths may be touched.", "--allow-all-paths"),
    option("allowAllUrls", ON, "All addresses may be opened.", "--allow-all-urls"),
    option("allowAll", ON, "All three of them.", "--allow-all"),
    option("yolo", ON, "As allowAll.", "--yolo"),
    option("allowedTools", TEXTS, "Tools that need no permission.", "--allow-tool"),
    option("disallowedTools", TEXTS, "Tools it may not use.", "--deny-tool"),
    option("availableTools", TEXTS, "The only tools there are.", "--available-tools"),
    option("excludedTools", TEXTS, "Tools there are not.", "--excluded-tools"),
    option("allowedUrls", TEXTS, "Addresses that may be opened.", "--allow-url"),
    option("disallowedUrls", TEXTS, "Addresses that may not.", "--deny-url"),
    option("addDir", TEXTS, "More folders that it may work in.", "--add-dir"),
    option("disallowTempDir", ON, "No temporary folder.", "--disallow-temp-dir"),
    option("trustFolder", ON, "Uses the folder's own settings.", "--trust-folder"),
    option("attachments", TEXTS, "Files for the prompt.", "--attachment"),
    option("name", TEXT, "Of the session.", "--name"),
    option("pluginDir", TEXTS, "Plugins from folders.", "--plugin-dir"),
    option("mcpConfig", JSON_OBJECT, "More MCP servers, as JSON.", "--additional-mcp-config"),
    option("disableBuiltinMcps", ON, "Without its own MCP servers.", "--disable-builtin-mcps"),
    option("disableMcpServers", TEXTS, "Without these.", "--disable-mcp-server"),
    option(
        "noCustomInstructions", ON, "Without AGENTS.md and its like.", "--no-custom-instructions"
    ),
    option("enableMemory", ON, "With its memory.", "--enable-memory"),
    option("secretEnvVars", TEXTS, "Hidden from tools.", "--secret-env-vars"),
    option("maxAiCredits", number(1e-6, 1e6), "Credits to spend at most.", "--max-ai-credits"),
    option("experimental", ON, "With experimental features.", "--experimental"),
)

GRANTS = (
    "allowAllTools",
    "allowAll",
    "yolo",
    "allowedTools",
)
"""With one of these it can change files even where it only plans."""

RIGHTS = Rights(
    mode="mode",
    modes=named("plan autopilot"),
    auto_modes=named("autopilot"),
    # What it has for accepting edits: it may write below its folder, and no more.
    safe={"allowedTools": ["write"]},
    says=named("mode allowAllTools allowAll yolo allowedTools"),
    widens=named(
        "allowAllTools allowAllPaths allowAllUrls allowAll yolo allowedTools allowedUrls"
        " addDir trustFolder pluginDir mcpConfig agent"
    ),
    reaches=named("addDir attachments pluginDir mcpConfig"),
    folders=named("addDir"),
    plain=SHARED
    | named(
        "maxAutopilotContinues effort context disallowedTools availableTools excludedTools"
        " disallowedUrls disallowTempDir name disableBuiltinMcps disableMcpServers"
        " noCustomInstructions enableMemory secretEnvVars maxAiCredits experimental"
    ),
)


SUBCOMMANDS = subcommands(
    """
completion | catalog | read_only | tracked_only | Writes a shell's completions
config | catalog | writes_local_config | not_exposed | Reads and changes settings
    --global --json --list --local --repo --rm
init | execute_candidate | executes_agent | not_exposed | Has instructions written for a repository
    --disable-client-telemetry --no-eager-powershell-resolution --no-experimental
instruction list | inspect | read_only | tracked_only | Lists instructions that a session would read
    --json
login | catalog | auth | not_exposed | Signs in
    --device-code --host --web-flow --with-token
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --env --header --json --show-secrets --timeout --tools --transport
mcp list | inspect | read_only | tracked_only | Lists MCP servers
    --json
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
plugin install | catalog | writes_local_config | not_exposed | Installs a plugin
    --bundle-digest --descriptor-digest --from-github --schema-version
plugin list | inspect | read_only | tracked_only | Lists plugins
    --json
skill list | inspect | read_only | tracked_only | Lists skills
    --json
update | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
version | diagnostic | network | tracked_only | Says its version, and of a newer one
"""
)


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
