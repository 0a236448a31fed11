"""What opencode takes: its flags, the fields of a request, what each lets a run do, its subcommands
and its models; and how a run is started, and one that asks.
"""

import re
from typing import Any

import orjson

from llmgw_desktop.clis.acp import dialect
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialogue import asking_mode
from llmgw_desktop.clis.checks import (
    FOLDER,
    SHARED,
    Rights,
    SessionIds,
    as_utf8,
    fit_arguments,
    named,
    session_arguments,
)
from llmgw_desktop.clis.cli import ServersGiven, ServerUse
from llmgw_desktop.clis.fields import ON, TEXT, TEXTS, Asked, known, one_of, option, usual_options
from llmgw_desktop.clis.mcp_servers import with_added
from llmgw_desktop.clis.opencode.reader import LOGS, SIGN_IN
from llmgw_desktop.clis.subcommand import ListedModel, ModelList, subcommands
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, PlannedFile
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

VERSION = "1.18.33"

HELPS = (("run", "--help"),)

_LISTED = """
    --agent --attach --auto --command --continue --dir --file --fork --format --help --interactive
    --log-level --model --password --port --print-logs --pure --session --share --thinking
    --title --username --variant --version
"""

FLAGS = frozenset(_LISTED.split())


OPTIONS = (
    *usual_options("text", "json", forks=True),
    option(
        "permissionMode",
        one_of("default", "acceptEdits", "plan", "bypassPermissions"),
        "What may be done unasked. Left out, it reads.",
    ),
    option("agent", TEXT, "Which of its agents works.", "--agent"),
    option("variant", TEXT, "How hard the model thinks, in its vendor's words.", "--variant"),
    option("title", TEXT, "Of the session.", "--title"),
    option("files", TEXTS, "Files that the prompt brings along.", "--file"),
    option("command", TEXT, "One of its commands; the prompt is its arguments.", "--command"),
    option("pure", ON, "Without plug-ins from elsewhere.", "--pure"),
)

RIGHTS = Rights(
    mode="permissionMode",
    modes=named("default acceptEdits plan"),
    safe={"permissionMode": "acceptEdits"},
    # Its agents and commands have rules of their own.
    widens=named("agent command"),
    reaches=named("files"),
    plain=SHARED | named("forkSession variant title pure"),
)


EVERYWHERE = frozenset({"--log-level", "--print-logs", "--pure"})
"""Flags that each of them takes besides."""

SUBCOMMANDS = subcommands(
    """
acp | catalog | starts_server | not_exposed | Is an agent over stdio
    --cors --cwd --hostname --mdns --mdns-domain --port
agent list | inspect | read_only | tracked_only | Lists agents
attach | catalog | network | not_exposed | Opens a running server
    --continue --dir --fork --mini --no-replay --password --replay-limit --session --username
debug config | inspect | read_only | not_exposed | Shows its settings
debug paths | diagnostic | read_only | tracked_only | Says where its files lie
export | inspect | read_only | tracked_only | Writes a session as JSON
    --sanitize
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --env --header --url
mcp list | inspect | network | tracked_only | Lists MCP servers and tries them
models | inspect | network | mcp_readonly | Lists the models to be had
    --refresh --verbose
providers list | inspect | read_only | tracked_only | Lists providers with a sign-in
providers login | catalog | auth | not_exposed | Signs in with a provider
    --method --provider
providers logout | catalog | auth | not_exposed | Signs out
run | execute_candidate | executes_agent | mcp_requires_approval | Runs the agent once
    --agent --attach --auto --command --continue --dir --file --fork --format --interactive
    --model --password --port --session --share --thinking --title --username --variant
serve | catalog | starts_server | not_exposed | Serves without a terminal
    --cors --hostname --mdns --mdns-domain --port
session delete | catalog | destructive | not_exposed | Deletes a session
session list | inspect | read_only | tracked_only | Lists sessions
    --format --max-count
stats | inspect | read_only | tracked_only | Says what sessions used
    --days --models --project --tools
uninstall | catalog | destructive | not_exposed | Removes itself
    --dry-run --force --keep-config --keep-data
upgrade | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
    --method
web | catalog | starts_server | not_exposed | Serves a page for the browser
    --cors --hostname --mdns --mdns-domain --port
""",
    everywhere=EVERYWHERE,
)


def _models_in(text: str) -> list[ListedModel]:
    """A line a model: provider/model."""
    return [ListedModel(name=line.strip()) for line in text.splitlines() if "/" in line]


MODELS = ModelList(arguments=("models",), rows=_models_in)


FACTS = CliFacts(streams=True, forks=True, tells_cost=True, tells_cache=True)
IDS = SessionIds(
    shape=re.compile(r"ses_[A-Za-z0-9]{8,64}"), example="ses_e044eb816ffeu0Ns7T9eTf8CZx"
)
ENVIRONMENT = {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_LSP_DOWNLOAD": "1"}
_MODEL = re.compile(r"[^/]+/.+")
# The last rule that fits decides. Each tool is named, since a person's own settings are merged
# with these: one that is allowed there would stay allowed.
_READ = {
    "*": "deny",
    **dict.fromkeys(("read", "grep", "glob", "list", "lsp", "skill"), "allow"),
    **dict.fromkeys(("todowrite", "todoread"), "allow"),
    **dict.fromkeys(("edit", "bash", "task", "webfetch", "websearch"), "deny"),
    **dict.fromkeys(("codesearch", "external_directory", "doom_loop", "question"), "deny"),
}
_RULES = {
    "default": _READ,
    "plan": _READ,
    "acceptEdits": {**_READ, "edit": "allow"},
}
_MODES = {"bypassPermissions": ["--auto"], "plan": ["--agent=plan"]}


def plan(request: CliRequest) -> LaunchPlan:
    asked = Asked(request, OPTIONS)
    fit_arguments(request.options)
    mode = asked.text("permissionMode") or "default"
    if mode == "plan" and asked.has("agent"):
        raise InvalidRun("plan is an agent itself; ask for one of them", field="agent")
    checked_model(asked)
    arguments = [
        "run",
        "--format=json",
        "--thinking",
        *LOGS,
        *session_arguments(request, FACTS, resume="--session", fork="--fork", ids=IDS),
        *([f"--model={asked.model}"] if asked.model else []),
        *_MODES.get(mode, ()),
        *asked.arguments(),
    ]
    return LaunchPlan(
        command="opencode",
        arguments=known(arguments, FLAGS, VERSION),
        environment=_environment(mode),
        stdin=as_utf8(request.prompt, "prompt"),
        output_format="json",
        # An agent or a command of the person's own may have rules of its own.
        changes_files=mode not in ("default", "plan") or asked.has("agent") or asked.has("command"),
        needs=asked.paths("files"),
    )


def checked_model(asked: Asked) -> None:
    """Raises InvalidRun."""
    if asked.model and not _MODEL.fullmatch(asked.model):
        raise InvalidRun("opencode names its models `provider/model`", field="model")


def _environment(mode: str) -> dict[str, str]:
    environment = dict(ENVIRONMENT)
    if mode in _RULES:
        environment["OPENCODE_PERMISSION"] = orjson.dumps(_RULES[mode]).decode()
    return environment


_CONTENT = "OPENCODE_CONFIG_CONTENT"


def _with_servers(plan: LaunchPlan, given: ServersGiven) -> LaunchPlan:
    if not given.servers:
        return plan
    known: dict[str, Any] = {}
    for each in given.servers:
        if each.command:
            way = {"type": "local", "command": [each.command, *each.args]}
            known[each.name] = {**way, "environment": dict(each.env), "enabled": True}
        else:
            there: dict[str, Any] = {"type": "remote", "url": each.url}
            known[each.name] = {**there, "headers": dict(each.headers), "enabled": True}
    own = {**given.environment, **plan.environment}
    told = _said_in(own.get(_CONTENT, "{}"))
    joined = {**told, "mcp": {**told.get("mcp", {}), **known}}
    return with_added(plan, environment={_CONTENT: orjson.dumps(joined).decode()})


def _said_in(text: str) -> dict[str, Any]:
    """Raises InvalidRun."""
    try:
        told = orjson.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("mcp", {}), dict):
        raise InvalidRun(
            f"{_CONTENT} of its environment is no plain JSON object, so no server can be added",
            field="mcpServers",
        )
    return told


SERVERS = ServerUse(write=_with_servers)


_ACP_FLAGS = frozenset({"--pure", "--print-logs", "--log-level"})
"""Of `opencode acp`, from its own help."""
_AGENT = "build"
_READING = ("read", "grep", "glob", "list", "lsp", "skill", "todowrite", "todoread")
# Each tool is named, since a person's own settings are merged with these. What its helpers ask for
# reaches nobody, so it has none.
_ASKS = {
    "*": "ask",
    **dict.fromkeys(_READING, "allow"),
    **dict.fromkeys(("edit", "bash", "webfetch", "websearch", "codesearch"), "ask"),
    **dict.fromkeys(("external_directory", "doom_loop"), "ask"),
    **dict.fromkeys(("task", "question"), "deny"),
}
_BUILT_IN = frozenset({*_ASKS, "write", "patch", "apply_patch", "multiedit"})
_SETTINGS = "opencode.json"


def plan_asking(request: CliRequest) -> LaunchPlan:
    asked = dialect.asked_fields(
        request, OPTIONS, takes=("pure",), only={"permissionMode": "default"}
    )
    checked_model(asked)
    dialect.check_session(request, FACTS, ids=IDS)
    return LaunchPlan(
        command="opencode",
        arguments=known(["acp", *LOGS, *asked.arguments()], _ACP_FLAGS, VERSION),
        environment={
            **ENVIRONMENT,
            "OPENCODE_PERMISSION": orjson.dumps(_ASKS).decode(),
            "OPENCODE_CONFIG": f"{FOLDER}/{_SETTINGS}",
            # A folder's own settings could give its agents other rules.
            "OPENCODE_DISABLE_PROJECT_CONFIG": "1",
        },
        files=(PlannedFile(name=_SETTINGS, content=_settings(asked)),),
        output_format="acp",
    )


def _settings(asked: Asked) -> bytes:
    """Denied something it shall go on, as the others do."""
    settings = {
        "permission": _ASKS,
        "agent": {_AGENT: {"permission": _ASKS}},
        "experimental": {"continue_loop_on_deny": True},
    }
    return orjson.dumps(settings | ({"model": asked.model} if asked.model else {}))


def _mcp(call: Call) -> dialect.McpUse | None:
    """Its name holds the server's and the tool's, and not where one ends."""
    name = call.first_title
    if call.kind != "other" or not name or name in _BUILT_IN:
        return None
    return dialect.McpUse(server="", tool=name, arguments=call.given)


DIALECT = dialect.AgentDialect(
    program="opencode",
    sign_in=SIGN_IN,
    against=lambda told: dialect.other_mode(told, _AGENT),
    must_tell=("mode",),
    steps=lambda _: (dialect.choose("mode", _AGENT),),
    note_way=dialect.NoteWay.AFTER_CANCEL,
    spent=dialect.SpentWay(read=dialect.usage_apart, scope=dialect.UsageScope.LAST_CALL),
    tool_of=lambda call: call.first_title,
    mcp_of=_mcp,
)
ASKING = asking_mode(
    DIALECT,
    plan_asking,
    "The session's mode is set to `build`, whose rules are the run's own settings, and what"
    " comes back tells so. The rules themselves it does not tell.",
)
