"""How many tokens a request may come to at most, before anybody has counted them.

An estimate of a budget errs upward: of what is let in at the same time no more may come than was
reserved. No tokenizer makes more tokens of a text than it has bytes, so that is the first bound.
What vendors tell then teaches, for each client and model, how many tokens its bytes really make.
"""

import math
from collections import OrderedDict

from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.engine.policy.ready import UNSAID_OUTPUT_TOKENS

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
MEDIA_TOKENS = 16_384
"""Of one picture, sound or document that lies in the prompt, or that it names."""
MOST_PROMPT_TOKENS = 2_000_000
"""No model reads more."""
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
)
"""Something of an unknown size that lies elsewhere."""
_MOST_PIECES = 1000
_BEFORE_A_STRING = 16


class _Learned:
    """Of one client and one model."""

    __slots__ = ("_density_before", "_output_before", "answers", "density", "output")

    def __init__(self) -> None:
        self.answers = 0
        self.density = self._density_before = 0.0
        """Tokens of a prompt for a byte of it: the most in this generation and in the last."""
        self.output = self._output_before = 0

    def note(self, density: float, output: int) -> None:
        if self.answers and self.answers % GENERATION == 0:
            self._density_before, self._output_before = self.density, self.output
            self.density, self.output = 0.0, 0
        self.answers += 1
        self.density = max(self.density, density)
        self.output = max(self.output, output)

    @property
    def most_density(self) -> float:
        return max(self.density, self._density_before)

    @property
    def most_output(self) -> int:
        return max(self.output, self._output_before)


class Estimates:
    """On the loop. What was learned is forgotten with the program."""

    def __init__(self) -> None:
        self._learned: OrderedDict[tuple[str, str], _Learned] = OrderedDict()

    def input_tokens(self, request: ModelRequest) -> int:
        """The most that its prompt may be counted as."""
        text_bytes, media = _sizes(request)
        by_bytes = text_bytes + VENDORS_WORDS_TOKENS + media * MEDIA_TOKENS
        if "tools" in request.fields:
            by_bytes += TOOLS_WORDS_TOKENS
        learned = self._learned.get(_pair(request))
        if learned is None:
            return min(by_bytes, MOST_PROMPT_TOKENS)
        expected = math.ceil(text_bytes * learned.most_density * MARGIN) + VENDORS_WORDS_TOKENS
        if learned.answers < LEARNED_AFTER:
            expected = max(expected, by_bytes)
        return min(expected, MOST_PROMPT_TOKENS)

    def unsaid_output_tokens(self, request: ModelRequest) -> int:
        """Of an answer whose length nobody bounds."""
        learned = self._learned.get(_pair(request))
        seen = 0 if learned is None else math.ceil(learned.most_output * MARGIN)
        return max(UNSAID_OUTPUT_TOKENS, seen)

    def learn(self, request: ModelRequest, usage: Usage) -> None:
        """From what was told of a request; what the gateway counted teaches nothing."""
        read, written = usage.input_tokens, usage.output_tokens
        if read is None or (usage.estimated | usage.partial) & Figure.INPUT or not usage.is_sound:
            return
        pair = _pair(request)
        learned = self._learned.get(pair)
        if learned is None:
            learned = self._learned[pair] = _Learned()
            if len(self._learned) > MOST_PAIRS:
                self._learned.popitem(last=False)
        self._learned.move_to_end(pair)
        text_bytes, _ = _sizes(request)
        learned.note(max(read - VENDORS_WORDS_TOKENS, 0) / max(text_bytes, 1), written or 0)


def _pair(request: ModelRequest) -> tuple[str, str]:
    return request.principal.client_id, request.model


def _sizes(request: ModelRequest) -> tuple[int, int]:
    """(Bytes that may be text, how many pictures and the like). The body is not read in for it: a
    search for the words before which such things stand tells, however large it is."""
    body = request.body
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
