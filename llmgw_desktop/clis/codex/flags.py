"""The flags that Codex has: `exec` takes more than `exec resume` and `exec fork`."""

VERSION = "0.169.0"

HELPS = (("--help",), ("exec", "--help"), ("exec", "resume", "--help"), ("exec", "fork", "--help"))

_EVERYWHERE = """
    --config --dangerously-bypass-approvals-and-sandbox --dangerously-bypass-hook-trust --disable
    --enable --help --image --model --strict-config --worktree
"""
_TOP = """
    --add-dir --approve-for-me --ask-for-approval --cd --local-provider --no-alt-screen
    --no-daemon --oss --profile --remote --remote-auth-token-env --sandbox --search --version
"""
_RUN = """
    --cyber-access-program --ephemeral --ignore-rules --ignore-user-config --json
    --output-last-message --output-schema --skip-git-repo-check --thread-source --trust
"""
_EXEC = """
    --add-dir --approve-for-me --cd --color --local-provider --oss --profile --sandbox --version
"""

TOP = frozenset((_EVERYWHERE + _TOP).split())
"""Before `exec`."""
FORK = frozenset((_EVERYWHERE + _RUN).split())
EXEC = FORK | frozenset(_EXEC.split())
RESUME = FORK | {"--all", "--last"}

SERVER = frozenset({"--config", "--disable", "--enable", "--strict-config"})

FLAGS = TOP | EXEC | RESUME
