"""The subcommands that Grok has, each with the flags of its own help."""

from llmgw_desktop.clis.subcommand import subcommands

EVERYWHERE = frozenset({"--debug", "--debug-file", "--leader-socket"})
"""Flags that each of them takes besides."""

SUBCOMMANDS = subcommands(
    """
agent serve | catalog | starts_server | not_exposed | Serves the agent on a socket
    --bind --grok-ws-origin --grok-ws-url --remote --secret
agent stdio | execute_candidate | executes_agent | tracked_only | Is an agent over stdio
doctor | diagnostic | read_only | tracked_only | Looks whether the terminal does
    --json
du | inspect | read_only | tracked_only | Says what its folder takes up
    --clean --clean-orphaned --json --yes
export | inspect | read_only | tracked_only | Writes a session as Markdown
    --clipboard
inspect | inspect | read_only | tracked_only | Shows the settings that it finds
    --json
login | catalog | auth | not_exposed | Signs in
    --device-auth --oauth
logout | catalog | auth | not_exposed | Signs out
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --env --header --scope --transport
mcp list | inspect | read_only | tracked_only | Lists MCP servers
    --json
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
    --scope
models | inspect | network | mcp_readonly | Lists the models to be had
plugin list | inspect | read_only | tracked_only | Lists plugins
    --available --json
sessions list | inspect | read_only | tracked_only | Lists sessions
    --limit
setup | catalog | writes_local_config | not_exposed | Fetches settings that an organisation gives
    --json
trace | catalog | network | not_exposed | Exports or uploads a session's trace
    --json --local --output
update | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
    --alpha --check --force-reinstall --json --stable
usage | inspect | read_only | tracked_only | Says what a session used
version | diagnostic | read_only | tracked_only | Says its version
    --json
worktree list | inspect | read_only | tracked_only | Lists its worktrees
    --all --json --repo --type
""",
    everywhere=EVERYWHERE,
)
