"""Skills: short texts that tell an agent how to work with this gateway. Ours are shipped; a
person's own, `skills/NAME/SKILL.md` in the config folder, come first where the names are the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from llmgw_desktop.store.resource_files import resource_path

LONGEST = 256 * 1024
_MOST = 500
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.IGNORECASE)
_FIELD = re.compile(r"^(\w+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
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
