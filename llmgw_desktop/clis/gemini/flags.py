"""The flags that the Gemini CLI has, from its own help."""

VERSION = "0.61.0"

_LISTED = """
    --accept-raw-output-risk --acp --admin-policy --allowed-mcp-server-names --allowed-tools
    --approval-mode --debug --delete-session --experimental-acp --extensions --help
    --include-directories --list-extensions --list-sessions --model --output-format --policy
    --prompt --prompt-interactive --raw-output --resume --sandbox --screen-reader --session-file
    --session-id --skip-trust --version --worktree --yolo
"""

FLAGS = frozenset(_LISTED.split())
