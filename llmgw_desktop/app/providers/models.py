"""A provider's models as its own list tells them: what they take, what they can, what they cost.

Vendors name the same facts differently; what a list does not tell is unknown, and shown so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from llmgw_desktop.app.words.figures import UNKNOWN, short_count_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.domain.values import value

COLUMNS = ("Model", "Context", "Answer", "Input", "Cached", "Output", "Can")
PRICE_WORDS = "US dollars per million tokens"
MOST_MODELS = 5_000
_CONTEXT = (
    "context_length",
    "context_window",
    "max_input_tokens",
    "inputTokenLimit",
    "max_model_len",
    "max_context_length",
)
_ANSWER = ("max_tokens", "max_output_tokens", "max_completion_tokens", "outputTokenLimit")
_ABILITIES = {
    "tools": ("tools", "tool_use", "function_calling", "tool_choice"),
    "images": ("image", "vision", "image_input"),
    "sound": ("audio",),
    "files": ("file", "pdf_input", "pdf"),
    "thinking": ("reasoning", "thinking", "include_reasoning", "extended_thinking"),
    "schemas": ("structured_outputs", "response_schema", "json_schema"),
    "embeddings": ("embedcontent", "embedding", "embeddings"),
}
"""What vendors' words for it are."""
_LISTS = ("capabilities", "supported_parameters", "features", "supportedGenerationMethods")
_MOST_TOKENS = 1_000_000_000


@value
class ShownModel:
    """One line."""

    name: str
    cells: tuple[str, ...]
    """As `COLUMNS`."""
    words: str
    """All that is looked in by a search."""


def shown_models(
    rows: Sequence[Mapping[str, Any]], provider: str, price_of: Callable[[str, str], Price | None]
) -> tuple[ShownModel, ...]:
    """By name. Reads what strangers wrote: whatever is no fact is left out."""
    found = {}
    for row in rows[:MOST_MODELS]:
        name = row.get("id") or row.get("name")
        if isinstance(name, str) and name:
            plain = name.removeprefix("models/")
            found[plain] = _shown(plain, row, price_of(provider, plain))
    return tuple(found[name] for name in sorted(found, key=str.casefold))


def fitting(models: Iterable[ShownModel], words: str) -> tuple[ShownModel, ...]:
    """Those that hold each of the words somewhere."""
    wanted = words.casefold().split()
    return tuple(each for each in models if all(word in each.words for word in wanted))


def _shown(name: str, row: Mapping[str, Any], price: Price | None) -> ShownModel:
    abilities = ", ".join(_abilities(row))
    rates = None if price is None else price.rates
    cells = (
        inert_line(name, 120),
        short_count_text(_figure(row, _CONTEXT)),
        short_count_text(_figure(row, _ANSWER)),
        _rate(price, None if rates is None else rates.input),
        _rate(price, None if rates is None else rates.cache_read),
        _rate(price, None if rates is None else rates.output),
        abilities or UNKNOWN,
    )
    more = row.get("display_name") or row.get("displayName") or row.get("name") or ""
    words = f"{name} {more if isinstance(more, str) else ''} {abilities}".casefold()
    return ShownModel(name=name, cells=cells, words=words)


def _rate(price: Price | None, rate: float | None) -> str:
    if price is not None and price.is_free:
        return "free"
    return UNKNOWN if rate is None else f"{rate:,.2f}" if rate >= 0.01 else f"{rate:.4f}"


def _figure(row: Mapping[str, Any], names: Sequence[str]) -> int | None:
    """The first that is told, at the top or one floor below (`top_provider`, `limits`)."""
    inner = [each for each in row.values() if isinstance(each, dict)]
    for place in (row, *inner):
        for name in names:
            told = place.get(name)
            if type(told) is int and 0 < told <= _MOST_TOKENS:
                return told
    return None


def _abilities(row: Mapping[str, Any]) -> list[str]:
    told: set[str] = set()
    for name in _LISTS:
        told |= _words(row.get(name))
    architecture = row.get("architecture")
    if isinstance(architecture, dict):
        told |= _words(architecture.get("input_modalities"))
    return [word for word, theirs in _ABILITIES.items() if told & {*theirs}]


def _words(told: object) -> set[str]:
    """Of a list of words, or of an object whose members are true, or say that they are there."""
    if isinstance(told, list):
        return {each.casefold() for each in told if isinstance(each, str)}
    if isinstance(told, dict):
        return {
            str(name).casefold()
            for name, has in told.items()
            if has is True or (isinstance(has, dict) and has.get("supported") is True)
        }
    return set()
