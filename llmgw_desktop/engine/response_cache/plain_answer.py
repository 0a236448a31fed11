"""Whether an answer is words and nothing else, so that it can be given to a like question.

One that calls a tool acts for the question that it was asked, and one that was cut short, refused
or filtered is the answer of that moment.
"""

from collections.abc import Iterator, Sequence

from llmgw_desktop.domain.answer import Answer, AnswerEvent, StopKind
from llmgw_desktop.domain.content import RedactedThinking, Text, Thinking
from llmgw_desktop.domain.errors import UpstreamError
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.translation.codecs import codec_of
from llmgw_desktop.wire.translate.codec import EventReader
from llmgw_desktop.wire.translate.collect import collected
from llmgw_desktop.wire.translate.names import ToolNames

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
