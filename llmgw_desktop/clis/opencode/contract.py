"""What opencode takes: its flags, the fields of a request, what each lets a run do, its
subcommands and its models.
"""

from llmgw_desktop.clis.fields import ON, TEXT, TEXTS, one_of, option, usual_options
from llmgw_desktop.clis.rights import SHARED, Rights, named
from llmgw_desktop.clis.subcommand import ListedModel, ModelList, subcommands

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
