"""What every answer is read into, made the quick way: see `maker` in `domain/values.py`."""

from llmgw_desktop.domain.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    UsageTold,
)
from llmgw_desktop.domain.content import Text
from llmgw_desktop.domain.values import maker

answer = maker(Answer)
answer_begun = maker(AnswerBegun)
answer_ended = maker(AnswerEnded)
item_begun = maker(ItemBegun)
item_ended = maker(ItemEnded)
item_grew = maker(ItemGrew)
text = maker(Text)
usage_told = maker(UsageTold)
