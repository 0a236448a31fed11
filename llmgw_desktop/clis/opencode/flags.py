"""The flags that `opencode run` has, from its own help."""

VERSION = "1.18.33"

HELPS = (("run", "--help"),)

_LISTED = """
    --agent --attach --auto --command --continue --dir --file --fork --format --help --interactive
    --log-level --model --password --port --print-logs --pure --session --share --thinking
    --title --username --variant --version
"""

FLAGS = frozenset(_LISTED.split())
