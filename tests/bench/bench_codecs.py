"""What translation alone costs, in microseconds: `python tests/bench/bench_codecs.py`.

The codecs without sockets, loop and recorder. CPU time of single calls in a loop, the best of
several rounds; it needs no network and no other program.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from bench_wire import microseconds
from harness import markdown_table
from large_requests import large_request
from translation_samples import MODEL, PAIRS, PROTOCOLS, answer, request, stream_frames

sys.path.insert(0, str(Path(__file__).parents[2]))

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.translation.translation import Translation, Translator, codec_of

NAMED = {
    "chat": (ModelProtocol.OPENAI_CHAT, ProviderKind.OPENAI_COMPATIBLE),
    "anthropic": (ModelProtocol.ANTHROPIC, ProviderKind.ANTHROPIC),
    "responses": (ModelProtocol.OPENAI_RESPONSES, ProviderKind.OPENAI),
    "gemini": (ModelProtocol.GEMINI, ProviderKind.GOOGLE),
}
DELTAS = 200


def translate(caller: str, upstream: str, fields: Mapping[str, Any], body: bytes) -> Translation:
    protocol, kind = NAMED[upstream]
    asked = ModelRequest(
        flight_id="flt_0123456789abcdef",
        principal=Principal(client_id="bench", name="bench", scopes=frozenset()),
        protocol=NAMED[caller][0],
        operation=Operation.GENERATE,
        model=MODEL,
        streaming=False,
        body=body,
        fields=fields,
        headers={},
        query="",
    )
    place = Upstream(provider="stub", kind=kind, protocol=protocol, base_url="")
    translator = Translator(codec_of, SystemClock())
    return translator.translated(asked, Candidate(upstream=place, model=MODEL))


def request_cost(caller: str, upstream: str) -> float:
    body = request(caller)
    fields = orjson.loads(body)
    return microseconds(lambda: translate(caller, upstream, fields, body))


def answer_cost(caller: str, upstream: str) -> float:
    body = request(caller)
    made, told = translate(caller, upstream, orjson.loads(body), body), answer(upstream)
    return microseconds(lambda: made.write_answer(made.theirs.read_answer(told, made.names)))


def chunk_costs(caller: str, upstream: str) -> tuple[float, float]:
    """(µs for one more chunk of text, µs for the beginning and the end of a stream)."""
    body = request(caller, streaming=True)
    made = translate(caller, upstream, orjson.loads(body), body)
    first, texts, last = stream_frames(upstream, DELTAS)
    whole = microseconds(_stream(made, [*first, *texts, *last]))
    frame = microseconds(_stream(made, [*first, *last]))
    return (whole - frame) / DELTAS, frame


def _stream(made: Translation, frames: list[bytes]) -> Callable[[], None]:
    """As the interpreter does it, with chunks of one frame each."""

    def run() -> None:
        reader, writer = made.event_reader(), made.event_writer()
        for frame in frames:
            if more := reader.more(frame):
                writer.grow(reader.grown, more)
            else:
                b"".join(map(writer.write, reader.feed(frame)))
        reader.finish()

    return run


def large_cost_ms(caller: str, upstream: str) -> float:
    body = large_request(caller)
    fields = orjson.loads(body)
    return microseconds(lambda: translate(caller, upstream, fields, body)) / 1000


def main() -> None:
    rows = []
    wanted = PAIRS if "--all" not in sys.argv else _all_pairs()
    for caller, upstream in wanted:
        chunk, frame = chunk_costs(caller, upstream)
        rows.append(
            {
                "caller → upstream": f"{caller} → {upstream}",
                "request µs": request_cost(caller, upstream),
                "answer µs": answer_cost(caller, upstream),
                "chunk µs": chunk,
                "stream's ends µs": frame,
                "2 MB request ms": large_cost_ms(caller, upstream),
            }
        )
    print(markdown_table(rows))


def _all_pairs() -> list[tuple[str, str]]:
    return [(one, other) for one in PROTOCOLS for other in PROTOCOLS if one != other]


if __name__ == "__main__":
    main()
