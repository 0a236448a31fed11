"""A label: what a caller says of itself beside its key. It is no proof, and gives no rights.

Programs that share a key, or of which only the address can be set, tell themselves apart by it.
"""

import re

LABEL_HEADER = "x-llmgw-caller"
LABEL_PATH = "/as/"
"""Before the path of a door: `/as/aider/v1/messages`, where only a base URL can be set."""
MOST_CHARS = 64
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._@:+-]{0,62}[A-Za-z0-9._@:+-])?")
_UNFIT = re.compile(r"[^A-Za-z0-9 ._@:+-]+")
WORDS = "1 to 64 letters, digits, blanks and . _ @ : + -, with a letter or digit first"


def is_label(text: str) -> bool:
    return _LABEL.fullmatch(text) is not None


def as_label(name: str) -> str:
    """What a program calls itself, made fit; empty where nothing of it is."""
    fit = _UNFIT.sub("-", name).lstrip(" ._@:+-")
    return fit[:MOST_CHARS].rstrip()


def split_path(path: str) -> tuple[str, str]:
    """(Label, path of the door). The label may be no good: whoever uses it looks."""
    label, slash, rest = path.removeprefix(LABEL_PATH).partition("/")
    return label, slash + rest
