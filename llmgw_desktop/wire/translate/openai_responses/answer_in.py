"""A whole answer in Responses becomes an answer of the pivot."""

from llmgw_desktop.domain.answer import Answer
from llmgw_desktop.wire.answer_facts import parse_answer
from llmgw_desktop.wire.translate.collect import collected
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.openai_responses.events_in import ResponsesEventReader


def read_answer(body: bytes, names: ToolNames) -> Answer:
    """UpstreamGarbage for what is no answer, UpstreamError where the vendor says that it failed.

    The body of a stream is read too: the Codex flavour streams whatever was asked for, and other
    servers answer with the wrong kind.
    """
    reader = ResponsesEventReader(names)
    if body.lstrip()[:5] in (b"event", b"data:") or body.lstrip()[:1] == b":":
        return collected([*reader.feed(body), *reader.finish()])
    return collected(reader.whole(parse_answer(body)))
