"""The flags that Claude Code has, from its own help and from trying those that it does not list."""

VERSION = "2.1.329"

UNLISTED = frozenset(
    {
        "--max-turns",
        "--system-prompt-file",
        "--append-system-prompt-file",
        "--permission-prompt-tool",
    }
)

_LISTED = """
    --add-dir --agent --agents --allow-dangerously-skip-permissions --allowedTools --allowed-tools
    --append-system-prompt --autocompact --ax-screen-reader --background --bare --betas --bg
    --brief --chrome --cloud --continue --dangerously-skip-permissions --debug --debug-file
    --desktop --disable-slash-commands --disallowedTools --disallowed-tools --effort --environment
    --exclude-dynamic-system-prompt-sections --fallback-model --file --fork-session
    --forward-subagent-text --from-pr --help --ide --include-hook-events
    --include-partial-messages --input-format --json-schema --max-budget-usd --mcp-config --model
    --name --no-chrome --no-session-persistence --output-format --permission-mode
    --permission-prompts --plugin-dir --plugin-url --print --prompt-suggestions --remote-control
    --remote-control-session-name-prefix --replay-user-messages --restricted --resume --safe-mode
    --session-id --setting-sources --settings --strict-mcp-config --system-prompt
    --system-prompt-snapshot --teleport --tmux --tools --verbose --version --worktree
"""

FLAGS = UNLISTED | frozenset(_LISTED.split())
