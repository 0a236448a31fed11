"""The subcommands that opencode has, each with the flags of its own help."""

from llmgw_desktop.clis.subcommand import subcommands

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
