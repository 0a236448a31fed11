"""The subcommands that Codex has, each with the flags of its own help."""

from llmgw_desktop.clis.subcommand import subcommands

EVERYWHERE = frozenset({"--config", "--disable", "--enable"})
"""Flags that each of them takes besides."""

SUBCOMMANDS = subcommands(
    """
app-server | catalog | starts_server | not_exposed | Serves editors
    --analytics-default-enabled --cloud-skills-snapshot --code-mode-host --listen
    --print-startup-config --startup-client-info --startup-sign-out --stdio --strict-config
    --ws-audience --ws-auth --ws-issuer --ws-max-clock-skew-seconds --ws-shared-secret-file
    --ws-token-file --ws-token-sha256
apply | execute_candidate | writes_local_config | not_exposed | Applies an agent's last changes
cloud list | inspect | network | tracked_only | Lists tasks in its cloud
    --cursor --env --json --limit
completion | catalog | read_only | tracked_only | Writes a shell's completions
debug models | inspect | read_only | mcp_readonly | Lists the models that it knows
    --bundled
delete | catalog | destructive | not_exposed | Deletes a session
    --add-dir --approve-for-me --cd --dangerously-bypass-approvals-and-sandbox
    --dangerously-bypass-hook-trust --force --image --local-provider --model --oss --profile
    --remote --remote-auth-token-env --sandbox --strict-config --worktree
doctor | diagnostic | network | tracked_only | Looks whether all is sound
    --all --ascii --json --network-only --no-color --summary
exec | execute_candidate | executes_agent | mcp_requires_approval | Runs the agent once
    --add-dir --approve-for-me --cd --color --cyber-access-program
    --dangerously-bypass-approvals-and-sandbox --dangerously-bypass-hook-trust --ephemeral
    --ignore-rules --ignore-user-config --image --json --local-provider --model --oss
    --output-last-message --output-schema --profile --sandbox --skip-git-repo-check
    --strict-config --thread-source --trust --worktree
exec fork | execute_candidate | executes_agent | mcp_requires_approval | Goes on with a copy
    --cyber-access-program --dangerously-bypass-approvals-and-sandbox
    --dangerously-bypass-hook-trust --ephemeral --ignore-rules --ignore-user-config --image
    --json --model --output-last-message --output-schema --skip-git-repo-check --strict-config
    --thread-source --trust --worktree
exec resume | execute_candidate | executes_agent | mcp_requires_approval | Goes on with a session
    --all --cyber-access-program --dangerously-bypass-approvals-and-sandbox
    --dangerously-bypass-hook-trust --ephemeral --ignore-rules --ignore-user-config --image
    --json --last --model --output-last-message --output-schema --skip-git-repo-check
    --strict-config --thread-source --trust --worktree
features list | inspect | read_only | tracked_only | Lists features and how they stand
login | catalog | auth | not_exposed | Signs in
    --device-auth --with-access-token --with-api-key
login status | inspect | read_only | tracked_only | Says who is signed in
logout | catalog | auth | not_exposed | Signs out
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --bearer-token-env-var --env --oauth-client-id --oauth-client-registration
    --oauth-client-secret --oauth-resource --url
mcp get | inspect | read_only | tracked_only | Shows an MCP server
    --json
mcp list | inspect | read_only | tracked_only | Lists MCP servers
    --json
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
review | execute_candidate | executes_agent | tracked_only | Reviews changes
    --base --commit --strict-config --title --trust --uncommitted
sandbox | catalog | executes_agent | not_exposed | Runs a command in its sandbox
    --cd --include-managed-config --permission-profile --profile --sandbox-state-disable-network
    --sandbox-state-json --sandbox-state-readable-root
update | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
""",
    everywhere=EVERYWHERE,
)
