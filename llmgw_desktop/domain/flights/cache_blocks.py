"""A prompt as its blocks, each with what became of it: read from the cache, written to it, or
neither. Vendors tell sums alone; they read a prompt from its beginning, so the blocks are laid
along it by their size. Where a boundary goes through a block is an estimate."""

from enum import StrEnum

from llmgw_desktop.domain.flights.cache_verdict import CacheVerdict
from llmgw_desktop.domain.flights.prompt_print import PromptPrint, PromptSection
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.values import value


class BlockFate(StrEnum):
    READ = "read"
    WRITTEN = "written"
    FRESH = "fresh"
    UNKNOWN = "unknown"
    """The provider told nothing of its cache."""


@value
class PromptBlock:
    """A tool, a block of the system prompt, or a message."""

    section: PromptSection
    index: int
    tokens: int | None
    """Its share of the prompt's tokens, estimated; None where nobody told of these."""
    share: float
    """Of the whole prompt, 0 to 1."""
    fate: BlockFate
    """Of its larger part."""
    is_marked: bool = False
    is_changed: bool = False
    """The first difference lies in it."""

    @property
    def place(self) -> str:
        return f"{self.section}[{self.index}]"


def blocks_of(made: PromptPrint, usage: Usage, verdict: CacheVerdict) -> list[PromptBlock]:
    """In the vendor's order."""
    parts = [(PromptSection.TOOLS, at, max(each.size, 1)) for at, each in enumerate(made.tools)]
    for section, those in (
        (PromptSection.SYSTEM, made.system),
        (PromptSection.MESSAGES, made.messages),
    ):
        parts += [(section, at, max(each.size, 1)) for at, each in enumerate(those)]
    whole = sum(size for *_, size in parts) or 1
    marked = {(each.section, each.index) for each in made.marks}
    changed = _changed(verdict)
    found, before = list[PromptBlock](), 0
    for section, index, size in parts:
        middle = (before + size / 2) / whole
        before += size
        tokens = None if usage.input_tokens is None else round(usage.input_tokens * size / whole)
        found.append(
            PromptBlock(
                section=section,
                index=index,
                tokens=tokens,
                share=size / whole,
                fate=_fate(middle, usage),
                is_marked=(section, index) in marked,
                is_changed=(section, index) == changed,
            )
        )
    return found


def _changed(verdict: CacheVerdict) -> tuple[PromptSection, int] | None:
    for each in verdict.changes:
        if each.place == verdict.place and each.section is not None and each.now is not None:
            return each.section, each.now
    return None


def _fate(middle: float, usage: Usage) -> BlockFate:
    """Of what lies in this place of the prompt, 0 to 1."""
    whole = usage.input_tokens
    if not whole or (usage.cache_read_tokens is None and usage.cache_write_tokens is None):
        return BlockFate.UNKNOWN
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    at = middle * whole
    if at < read:
        return BlockFate.READ
    return BlockFate.WRITTEN if at < read + written else BlockFate.FRESH
