"""The flags that `agy` is known to have; nobody has compared them with its help."""

VERSION = "1.1.13"

_TOLD = """
    --add-dir --continue --conversation --dangerously-skip-permissions --help --mode --model
    --new-project --print --print-timeout --project --sandbox --version
"""

FLAGS = frozenset(_TOLD.split())
