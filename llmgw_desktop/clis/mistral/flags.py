"""The flags that Vibe has, from its own help."""

VERSION = "3.0.3"

UNLISTED = frozenset({"--yolo"})
"""It stands in the help as another name only."""

_LISTED = """
    --add-dir --agent --auto-approve --check-upgrade --continue --disabled-tools --enabled-tools
    --help --max-price --max-tokens --max-turns --output --output-dir --prompt --prompt-file
    --resume --setup --smart-approve --time-limit --trust --version --workdir --worktree
"""

FLAGS = UNLISTED | frozenset(_LISTED.split())
