"""Courtesies at the edges of a text that carry nothing: whole blocks, word for word known."""

import re
from dataclasses import dataclass

from llmgw_desktop.engine.compression.blocks import Block, Care

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Courtesies:
    """What may be left out at a text's beginning and at its end."""

    openings: re.Pattern[str]
    closings: re.Pattern[str]


_QUESTIONS = r"have any (?:other |more |further )?questions"
_HELP = r"need any(?:thing else| (?:more |further )?(?:help|clarification|assistance))"
_AGREED = r"(?:sure(?: thing)?|certainly|of course|absolutely|great question|happy to help)"

OF_PROMPTS = Courtesies(
    openings=re.compile(r"(?:hi|hello|hey|good (?:morning|evening))(?: there)?[,.!]?", re.I),
    closings=re.compile(
        r"(?:many )?thank(?:s| you)(?: (?:so|very) much)? in advance"
        r"(?: for your (?:help|time|support|assistance))?[.!]?",
        re.I,
    ),
)
OF_ANSWERS = Courtesies(
    openings=re.compile(
        rf"{_AGREED}[!.,]?(?: i(?:'d| would) be (?:happy|glad) to help(?: you)?"
        r"(?: with (?:that|this))?)?[!.]?",
        re.I,
    ),
    closings=re.compile(
        rf"(?:i hope (?:this|that) helps|(?:please )?let me know if you (?:{_QUESTIONS}|{_HELP})"
        r"|feel free to (?:ask|reach out)(?: if you have any (?:other |more |further )?questions)?"
        r"|is there anything else (?:i can help(?: you)? with|you need))[.!?]?",
        re.I,
    ),
)


def without_courtesies(blocks: list[Block], courtesies: Courtesies) -> list[Block]:
    """Something is always left; what another block introduces belongs to it."""
    first, last = 0, len(blocks)
    while first < last - 1 and _is(blocks[first], courtesies.openings):
        first += 1
    while last - 1 > first and _is(blocks[last - 1], courtesies.closings):
        if blocks[last - 2].text.rstrip().endswith(":"):
            break
        last -= 1
    return blocks[first:last]


def _is(block: Block, pattern: re.Pattern[str]) -> bool:
    if block.care is not Care.PROSE or len(block.text) > _LONGEST:
        return False
    return pattern.fullmatch(block.text.strip()) is not None
