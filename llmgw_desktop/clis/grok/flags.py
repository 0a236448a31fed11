"""The flags that the Grok CLI has, from its help and from trying those that it does not list."""

VERSION = "1.0.41"

_UNLISTED = """
    --compaction-detail --compaction-mode --effort --experimental-memory --no-memory --todo-gate
"""

_LISTED = """
    --agent --agents --allow --always-approve --continue --cwd --debug --debug-file --deny
    --disable-web-search --disallowed-tools --fork-session --fullscreen --help
    --include-partial-messages --json-schema --leader-socket --max-turns --minimal --model
    --no-alt-screen --no-plan --no-subagents --oauth --output-format --permission-mode
    --prompt-file --prompt-json --reasoning-effort --restore-code --resume --rules --sandbox
    --session-id --single --system-prompt-override --tools --verbatim --version --worktree
    --worktree-ref
"""

UNLISTED = frozenset(_UNLISTED.split())
FLAGS = UNLISTED | frozenset(_LISTED.split())
