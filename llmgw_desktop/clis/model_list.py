"""Which models a CLI says that it has, where it can be asked; hints where it cannot.

What no program said is never told as known.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from llmgw_desktop.domain.cli import CliName

MOST_BYTES = 4 * 1024 * 1024
"""Codex tells each model's instructions with it."""
_MOST = 500
_NAME = re.compile(r"[A-Za-z0-9][\w.:/@+-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """One that a CLI lists."""

    name: str
    title: str = ""
    efforts: tuple[str, ...] = ()
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelList:
    """How a CLI is asked for its models, and how its answer is read."""

    arguments: tuple[str, ...]
    read: Callable[[str], tuple[ListedModel, ...]]


def _of_codex(text: str) -> tuple[ListedModel, ...]:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ()
    rows = document.get("models") if isinstance(document, dict) else None
    shown = [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("visibility") == "list" and _is_name(row.get("slug"))
    ]
    shown.sort(key=_place)
    return tuple(
        ListedModel(
            name=row["slug"], title=str(row.get("display_name") or "")[:80], efforts=_efforts(row)
        )
        for row in shown[:_MOST]
    )


def _place(row: Mapping[str, object]) -> float:
    place = row.get("priority")
    return place if isinstance(place, int | float) else float("inf")


def _efforts(row: Mapping[str, object]) -> tuple[str, ...]:
    levels = row.get("supported_reasoning_levels")
    named = [
        each.get("effort")
        for each in (levels if isinstance(levels, list) else [])
        if isinstance(each, dict)
    ]
    return tuple(each[:20] for each in named if isinstance(each, str))


_GROK_LINE = re.compile(r"\s+[*-] (\S+)( \(default\))?\s*")


def _of_grok(text: str) -> tuple[ListedModel, ...]:
    found = (_GROK_LINE.fullmatch(line) for line in text.splitlines())
    return tuple(
        ListedModel(name=each[1], is_default=each[2] is not None)
        for each in found
        if each and _is_name(each[1])
    )[:_MOST]


def _of_opencode(text: str) -> tuple[ListedModel, ...]:
    """A line a model: provider/model."""
    names = [line.strip() for line in text.splitlines()]
    return tuple(ListedModel(name=each) for each in names if "/" in each and _is_name(each))[:_MOST]


def _is_name(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


LISTS: Mapping[CliName, ModelList] = {
    # Of what the program brought along: without this it asks its vendor.
    CliName.CODEX: ModelList(arguments=("debug", "models", "--bundled"), read=_of_codex),
    CliName.GROK: ModelList(arguments=("models",), read=_of_grok),
    CliName.OPENCODE: ModelList(arguments=("models",), read=_of_opencode),
}
HINTS: Mapping[CliName, tuple[str, ...]] = {
    CliName.CLAUDE: ("fable", "opus", "sonnet"),
    CliName.COPILOT: ("auto",),
}
"""Names out of the help of `--model`: whether an account has them nobody has asked."""
