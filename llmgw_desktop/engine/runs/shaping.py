"""Answers in the shape in which their callers want them."""

from llmgw_desktop.domain.prompt_facts import AnswerShape, Saving
from llmgw_desktop.engine.compression.boilerplate import OF_ANSWERS
from llmgw_desktop.engine.compression.compressor import compressed
from llmgw_desktop.wire.tokens import text_tokens


def shaped(text: str, shape: AnswerShape) -> tuple[str, Saving | None]:
    """No saving where none was asked for. A long text takes a while."""
    if shape is AnswerShape.AS_IT_IS:
        return text, None
    short = compressed(text, OF_ANSWERS if shape is AnswerShape.OPTIMIZED else None)
    return short, saving(text, short)


def saving(before: str, after: str) -> Saving:
    return Saving(before_tokens=text_tokens(before), after_tokens=text_tokens(after))
