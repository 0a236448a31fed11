"""Whether two questions may have one answer, as far as their words tell.

Vectors are near for texts about the same matter, also where one says "not", another sum or another
name: "convert 5 euros to dollars" and "convert 5 dollars to euros" have a cosine of 0.99. So words
have a veto. It may refuse what would have been right: then a question is asked once more.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product

from llmgw_desktop.domain.errors import UpstreamError
from llmgw_desktop.domain.model.answer import Answer, AnswerEvent, StopKind
from llmgw_desktop.domain.model.content import RedactedThinking, Text, Thinking
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.codec import EventReader
from llmgw_desktop.wire.translate.tools import ToolNames

MOST_WITH_OTHERS = 12
"""Questions of more words than that must have the same ones: in a long text one other word hardly
moves the vector."""
_EDGES = ".,!?;:\"'()“”‘’«»…"
_STOPS = ".,?;:…"
_SENTENCE_ENDS = ".!?:…"
_ENDINGS = ("'s", "'m", "'re", "'ve", "'ll", "'d")
_INFLECTIONS = ("ing", "ed", "es", "s", "e")
_NEGATING = ("un", "non", "in", "im", "ir", "il", "dis", "de", "mis", "re", "anti", "ex")
_LOOK_ALIKE = 3
"""Different words that begin with so many equal letters are taken for different names of one kind:
employer, employee."""
_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*", re.IGNORECASE)


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split())


_HARMLESS = _all(
    "a an the is are am be been do does did have has i me we us you it its this that these those "
    "how what can could would should may to of for at by as so and please kindly tell give show "
    "explain describe let know want need like way there here just really hi hello hey thanks thank"
)
"""These may come and go."""
_TELLING = _all(
    "not no never none nor neither nothing nobody without except unless only all any some every "
    "each both either or but if than instead most least more less fewer almost at-least at-most "
    "zero one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty "
    "sixty seventy eighty ninety hundred thousand million billion half double twice once triple "
    "first second third fourth fifth last next previous other another same different "
    "who whom whose when where why which many much long often old far "
    "my your his her hers their theirs our mine yours he she they him them himself herself "
    "was were will had must shall might "
    "before after until since during with from into onto in out on off up down over under above "
    "below between inside outside against through "
    "minute minutes hour hours day days week weeks month months year years daily weekly monthly "
    "yearly today tomorrow yesterday tonight now later always sometimes again still already yet "
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december "
    "yes true false enable disable enabled disabled start stop open close opened closed add remove "
    "increase decrease raise lower buy sell send receive import export install uninstall encrypt "
    "decrypt lock unlock allow deny accept reject approve grant revoke connect disconnect "
    "upload download push pull read write create delete win lose left right top bottom north south "
    "east west male female man woman boy girl son daughter father mother brother sister husband "
    "wife adult child adults children hot cold high low max min maximum minimum good bad best "
    "worst big small large cheap expensive fast slow early late new public private safe dangerous "
    "legal illegal internal external import export input output client server source target "
    "sender receiver buyer seller teacher student parent positive negative plus minus times "
    "multiply divide square cube ascending descending prod production staging test dev"
)
"""Both questions must have these, in the same order: with another one it is another question."""


def may_share(one: str, other: str) -> bool:
    """Whether an answer to the one may be given for the other."""
    first, second = _Words(one), _Words(other)
    names = first.names | second.names
    if first.telling(names) != second.telling(names):
        return False
    mine, yours = first.matter(names), second.matter(names)
    both = Counter(mine) & Counter(yours)
    if _in_order(mine, both) != _in_order(yours, both):
        return False
    left, also_left = Counter(mine) - both, Counter(yours) - both
    if (left or also_left) and max(len(mine), len(yours)) > MOST_WITH_OTHERS:
        return False
    return not any(_look_alike(*pair) for pair in product(left, also_left))


class _Words:
    """Of one question: words in small letters and what is no word, in order."""

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self._parts: list[tuple[str, bool]] = []
        """(the part, whether it is a word)."""
        is_first = True
        for piece in text.replace("’", "'").split():
            core = piece.strip(_EDGES)
            if _WORD.fullmatch(core):
                self._add(core, is_first=is_first)
            elif core:  # a number, an address, code: nothing at its beginning is mere punctuation
                self._parts.append((piece.rstrip(_STOPS), False))
            is_first = piece[-1] in _SENTENCE_ENDS

    def _add(self, core: str, *, is_first: bool) -> None:
        words = _plain(core.lower())
        self._parts += [(word, True) for word in words]
        is_name = core.isupper() if is_first else core[0].isupper()
        if is_name:
            self.names.update(word for word in words if word not in _HARMLESS)

    def telling(self, names: set[str]) -> list[str]:
        """Numbers, addresses, code and signs as they stand; names and words that turn a sense."""
        return [
            part
            for part, is_word in self._parts
            if not is_word or part in names or part in _TELLING
        ]

    def matter(self, names: set[str]) -> list[str]:
        """The words that are neither telling nor harmless, without their endings."""
        return [
            _stem(part)
            for part, is_word in self._parts
            if is_word and part not in names and part not in _TELLING and part not in _HARMLESS
        ]


def _plain(word: str) -> list[str]:
    """Short forms made long: can't is can not."""
    if word == "cannot":
        return ["can", "not"]
    if word.endswith("n't"):
        return [{"ca": "can", "wo": "will"}.get(word[:-3], word[:-3]), "not"]
    ending = next((each for each in _ENDINGS if word.endswith(each)), "")
    return [word.removesuffix(ending)]


def _stem(word: str) -> str:
    ending = next((each for each in _INFLECTIONS if word.endswith(each)), "")
    stem = word.removesuffix(ending)
    return stem if len(stem) > 2 else word


def _in_order(words: Sequence[str], both: Counter[str]) -> list[str]:
    """Those that the other has too, each as often as both have it."""
    left = Counter(both)
    kept = []
    for word in words:
        if left[word] > 0:
            left[word] -= 1
            kept.append(word)
    return kept


def _look_alike(one: str, other: str) -> bool:
    """Spelled alike and yet not the same, or the one with a syllable that negates the other."""
    short, long = sorted((one, other), key=len)
    if any(long == syllable + short for syllable in _NEGATING):
        return True
    return one[:_LOOK_ALIKE] == other[:_LOOK_ALIKE]


MOST_BYTES = 256 * 1024
"""What is longer was hardly asked in words that many use."""


def is_plain_answer(protocol: ModelProtocol, pieces: Sequence[bytes], *, is_stream: bool) -> bool:
    if sum(map(len, pieces)) > MOST_BYTES:
        return False
    codec = codec_of(protocol)
    try:
        if is_stream:
            answer = collected(_events(codec.event_reader(ToolNames()), pieces))
        else:
            answer = codec.read_answer(b"".join(pieces), ToolNames())
    except UpstreamError:
        return False
    return _is_plain(answer)


def _events(reader: EventReader, pieces: Sequence[bytes]) -> Iterator[AnswerEvent]:
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.finish()


def _is_plain(answer: Answer) -> bool:
    says_something = any(isinstance(item, Text) and item.text.strip() for item in answer.items)
    is_words = all(isinstance(item, Text | Thinking | RedactedThinking) for item in answer.items)
    return says_something and is_words and answer.stop.kind is StopKind.END
