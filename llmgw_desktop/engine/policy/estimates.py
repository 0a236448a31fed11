"""How many tokens a request may come to at most, before anybody has counted them.

An estimate of a budget errs upward: of what is let in at the same time no more may come than was
reserved. No tokenizer makes more tokens of a text than it has bytes, so that is the first bound.
What vendors tell then teaches, for each client and model, how many tokens its bytes really make.
"""

import math
from collections import OrderedDict

from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.engine.policy.reservations import UNSAID_OUTPUT_TOKENS
from llmgw_desktop.wire.tokens import utf8_bytes

MOST_PAIRS = 1024
"""Of a client and a model are remembered; who came longest ago is forgotten first."""
LEARNED_AFTER = 4
"""Answers; before, the bytes bound as well."""
GENERATION = 32
"""Of so many answers the densest counts, and of as many before them."""
MARGIN = 2.0
"""So much denser than all of them the next one may be."""
VENDORS_WORDS_TOKENS = 64
"""What a vendor puts around a prompt."""
TOOLS_WORDS_TOKENS = 1024
"""What it adds where tools are declared."""
AGENTS_WORDS_TOKENS = 16_384
"""What a CLI says to its model before the prompt: its instructions and its tools."""
MEDIA_TOKENS = 16_384
"""Of one picture, sound or document that lies in the prompt, or that it names."""
MOST_PROMPT_TOKENS = 2_000_000
"""No model reads more."""
_MEDIA = "media"
"""Beside a client and a model: prompts with such things. What text teaches says nothing of them."""
_INLINE_BYTES = 2048
"""A string of this length in such a place is no text."""
_INLINE_MARKS = (b"base64,", b'"data"')
_NAMED_MARKS = (
    b'"file_id"',
    b'ileUri"',
    b'"file_uri"',
    b'"file_url"',
    b'"image_url":',
    b'"type":"url"',
    b'"type": "url"',
)
"""Something of an unknown size that lies elsewhere."""
_MOST_PIECES = 1000
_BEFORE_A_STRING = 16


PromptSizes = tuple[int, int]
"""Bytes that may be text, and how many pictures and the like."""
NO_SIZES: PromptSizes = (0, 0)


class _Learned:
    """Of one client and one model: the most that was seen, in this generation and in the last."""

    __slots__ = ("_before", "_most", "answers")

    def __init__(self) -> None:
        self.answers = 0
        self._most = self._before = (0.0, 0)

    def note(self, read: float, output: int) -> None:
        if self.answers and self.answers % GENERATION == 0:
            self._before, self._most = self._most, (0.0, 0)
        self.answers += 1
        self._most = (max(self._most[0], read), max(self._most[1], output))

    @property
    def most_read(self) -> float:
        """Tokens of a prompt for a byte or a picture of it; of a run, all that it read."""
        return max(self._most[0], self._before[0])

    @property
    def most_output(self) -> int:
        return max(self._most[1], self._before[1])


class Estimates:
    """On the loop. What was learned is forgotten with the program."""

    def __init__(self) -> None:
        # names of runs' models begin with their CLI's, so that none is that of a request
        self._learned: OrderedDict[tuple[str, ...], _Learned] = OrderedDict()

    def input_tokens(self, request: ModelRequest, sizes: PromptSizes | None = None) -> int:
        """The most that its prompt may be counted as; `sizes`: of its body, if they are known."""
        text_bytes, media = sizes or sizes_of(request.body)
        pair = _pair(request)
        by_bytes = text_bytes + (TOOLS_WORDS_TOKENS if "tools" in request.fields else 0)
        tokens = _expected(self._learned.get(pair), text_bytes, by_bytes)
        if media:
            learned = self._learned.get((*pair, _MEDIA))
            tokens += _expected(learned, media, media * MEDIA_TOKENS)
        return min(tokens + VENDORS_WORDS_TOKENS, MOST_PROMPT_TOKENS)

    def unsaid_output_tokens(self, request: ModelRequest) -> int:
        """Of an answer whose length nobody bounds."""
        pair = _pair(request)
        both = (self._learned.get(pair), self._learned.get((*pair, _MEDIA)))
        seen = max([0 if each is None else each.most_output for each in both])
        return max(UNSAID_OUTPUT_TOKENS, math.ceil(seen * MARGIN))

    def run_tokens(self, client_id: str, model: str, prompt: str) -> tuple[int, int]:
        """(Read, written) by a run of a CLI at most: it adds words of its own, and asks its model
        as often as it likes."""
        learned = self._learned.get((client_id, model))
        seen = (0.0, 0) if learned is None else (learned.most_read, learned.most_output)
        read = max(utf8_bytes(prompt) + AGENTS_WORDS_TOKENS, math.ceil(seen[0] * MARGIN))
        return read, max(UNSAID_OUTPUT_TOKENS, math.ceil(seen[1] * MARGIN))

    def learn(self, request: ModelRequest, usage: Usage, sizes: PromptSizes | None = None) -> None:
        """From what was told of a request; what the gateway counted teaches nothing."""
        read = usage.input_tokens
        if read is None or not _teaches(usage):
            return
        text_bytes, media = sizes or sizes_of(request.body)
        pair, own, output = _pair(request), read - VENDORS_WORDS_TOKENS, usage.output_tokens or 0
        if media:  # how much of it was text nobody tells
            self._learned_of((*pair, _MEDIA)).note(max(own, 0) / media, output)
        else:
            self._learned_of(pair).note(max(own, 0) / max(text_bytes, 1), output)

    def learn_of_run(self, client_id: str, model: str, usage: Usage) -> None:
        """From what was told of one that came to its end."""
        if usage.input_tokens is not None and _teaches(usage):
            learned = self._learned_of((client_id, model))
            learned.note(usage.input_tokens, usage.output_tokens or 0)

    def _learned_of(self, pair: tuple[str, ...]) -> _Learned:
        learned = self._learned.get(pair)
        if learned is None:
            learned = self._learned[pair] = _Learned()
            if len(self._learned) > MOST_PAIRS:
                self._learned.popitem(last=False)
        self._learned.move_to_end(pair)
        return learned


def _expected(learned: _Learned | None, amount: int, bound: int) -> int:
    """Tokens of so many bytes, or of so many pictures; `bound`: as long as too little is known."""
    if learned is None:
        return bound
    expected = math.ceil(amount * learned.most_read * MARGIN)
    return expected if learned.answers >= LEARNED_AFTER else max(expected, bound)


def _teaches(usage: Usage) -> bool:
    return not (usage.estimated | usage.partial) & Figure.INPUT and usage.is_sound


def _pair(request: ModelRequest) -> tuple[str, str]:
    return request.principal.client_id, request.model


def sizes_of(body: bytes) -> PromptSizes:
    """The body is not read in for it: a search for the words before which pictures and the like
    stand tells, however large it is."""
    inline_bytes = pieces = 0
    for mark in _INLINE_MARKS:
        at = body.find(mark)
        while at >= 0 and pieces < _MOST_PIECES:
            begins = at + len(mark)
            ends = _inline_end(body, begins)
            if ends - begins >= _INLINE_BYTES:
                inline_bytes, pieces = inline_bytes + ends - begins, pieces + 1
            at = body.find(mark, max(ends, begins))
    named = sum([body.count(mark) for mark in _NAMED_MARKS])
    return len(body) - inline_bytes, pieces + named


def _inline_end(body: bytes, begins: int) -> int:
    """Where the string ends that begins there, or in whose middle that is; `begins` where there
    is none."""
    said = body[begins : begins + _BEFORE_A_STRING].lstrip(b": \t\r\n")
    if body[begins - 1 : begins] == b'"':  # behind a name
        if said[:1] != b'"':
            return begins
        begins += body[begins : begins + _BEFORE_A_STRING].index(b'"') + 1
    ends = body.find(b'"', begins)
    return len(body) if ends < 0 else ends
