"""Seeded faults of both sides of the stack: what a client sends, what the vendor behind the gateway
answers, and the one outcome that is declared for each request.

A plan is drawn whole from its seed, before anything runs: nothing in it looks at the gateway. Each
request has a mark of its own, which the vendor knows it by, and repeats: so whoever gets an answer
that is another's is found.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from tests.engine.http1.test_raw_answers import CORPUS as RAW_ANSWERS
from tests.engine.http1.test_raw_answers import sent_by

End = Literal["stay", "fin", "reset", "leave", "stall"]
Outcome = Literal[
    "answered",
    "ended",
    "begun",
    "upstream_cut",
    "upstream_garbage",
    "upstream_timeout",
    "400",
    "408",
]
"""`answered`: whole, and with its mark. `ended`: a stream that says how it ended, and lacks no more
than its last line. `begun`: a stream that ends in an error. `400`, `408`: what is no HTTP, or does
not come, is told so."""

MODEL = "raw-stub"
RESET_AT_ONCE = b"\1\0\0\0\0\0\0\0"
"""For SO_LINGER: what is sent on closing is a reset."""


@dataclass
class VendorPlan:
    """Of one request."""

    pieces: list[bytes]
    end: End = "stay"
    is_odd_when_used: bool = False
    """It says no word: on a connection that served before, the request comes again, and then it is
    answered."""
    honest: bytes = b""
    is_early: bool = False
    """It does not wait for all of the request."""
    came: int = 0
    is_all_said: bool = False
    is_heard_out: bool = False
    """The gateway closed what it was not to wait for any more."""


@dataclass
class Request:
    mark: str
    outcome: Outcome
    is_stream: bool
    vendor: VendorPlan | None
    """None where it never gets there."""


@dataclass
class Talk:
    """One connection of a client."""

    seed: int
    kind: str
    pieces: list[bytes] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    """Those that are answered, in order."""
    end: End = "stay"
    """What the client does once it has sent all; `stay`: waits for the answers."""
    is_over: bool = False
    """The gateway closes the connection behind the last answer."""
    is_slow: bool = False
    """The client does not read for a while."""
    is_all_sent: bool = False
    gone: tuple[str, VendorPlan] | None = None
    """Mark and plan of what is asked for by a client who does not wait."""

    @property
    def is_at_its_stall(self) -> bool:
        """One of the two falls silent from now on."""
        plans = [each.vendor for each in self.requests if each.vendor is not None]
        return self.is_all_sent and all(plan.is_all_said for plan in plans)


class Drawing:
    """One seed's."""

    def __init__(self, seed: int, own_lines: bytes) -> None:
        """`own_lines`: Host and key, as the gateway wants them."""
        self.draw = random.Random(seed)
        self.talk = Talk(seed, self.draw.choice(KINDS))
        self._own = own_lines
        self._number = 0

    def made(self) -> Talk:
        _MAKERS[self.talk.kind](self)
        return self.talk

    # what a client sends

    def request(
        self, *, stream: bool | None = None, last: str = "", size: int = 0
    ) -> tuple[str, bytes, bool]:
        """Mark, bytes, whether it wants a stream. `last`: `close` or `1.0`."""
        draw, self._number = self.draw, self._number + 1
        mark = f"mark-{self.talk.seed}-{self._number}-"
        is_stream = draw.random() < 0.4 if stream is None else stream
        said = {"role": "user", "content": mark + "x" * (size or draw.choice([0, 0, 50, 3000]))}
        body = json.dumps({"model": MODEL, "stream": is_stream, "messages": [said]}).encode()
        lines = [b"Content-Type: application/json"]
        if last == "close":
            lines.append(b"Connection: close")
        if draw.random() < 0.1:
            lines.append(b"Expect: 100-continue")
        if last != "1.0" and draw.random() < 0.3:
            lines.append(b"Transfer-Encoding: chunked")
            body = self.chunked(body)
        else:
            lines.append(b"Content-Length: %d" % len(body))
        draw.shuffle(lines)
        version = b"1.0" if last == "1.0" else b"1.1"
        start = b"POST /v1/chat/completions HTTP/%b\r\n" % version
        return mark, start + self._own + b"\r\n".join(lines) + b"\r\n\r\n" + body, is_stream

    def chunked(self, body: bytes) -> bytes:
        draw, sent, at = self.draw, b"", 0
        while at < len(body):
            size = (
                draw.choice([1, 7, 100, 5000])
                if len(body) < 600
                else draw.choice([100, 5000, len(body)])
            )
            extension = draw.choice([b"", b"", b";a=b", b';a="b c"'])
            piece = body[at : at + size]
            sent += b"%x%b\r\n%b\r\n" % (len(piece), extension, piece)
            at += size
        return sent + b"0\r\n" + draw.choice([b"", b"", b"X-T: y\r\n"]) + b"\r\n"

    def cut(self, sent: bytes) -> list[bytes]:
        """In pieces: mostly at one or two places, at times byte by byte."""
        draw = self.draw
        if len(sent) < 700 and draw.random() < 0.03:
            return [sent[at : at + 1] for at in range(len(sent))]
        places = sorted(draw.randrange(len(sent) + 1) for _ in range(draw.randrange(4)))
        ends = [0, *places, len(sent)]
        return [sent[a:b] for a, b in pairwise(ends) if a < b]

    # what a vendor answers

    def body_for(self, mark: str, *, stream: bool, size: int = 0) -> bytes:
        words = mark + "y" * (size or self.draw.choice([0, 0, 40, 2000]))
        if not stream:
            message = {"role": "assistant", "content": words}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            whole = {"id": "x", "object": "chat.completion", "model": MODEL, "usage": usage}
            return json.dumps({**whole, "choices": [choice]}).encode()
        half = len(words) // 2
        deltas = [({"content": part}, None) for part in (words[:half], words[half:])]
        told = [
            {"index": 0, "delta": delta, "finish_reason": end}
            for delta, end in [*deltas, ({}, "stop")]
        ]
        events = [
            {"id": "x", "object": "chat.completion.chunk", "choices": [each]} for each in told
        ]
        said = "".join(f"data: {json.dumps(each)}\n\n" for each in events)
        return f"{said}data: [DONE]\n\n".encode()

    def answer(self, body: bytes, *, stream: bool, framing: str = "") -> tuple[bytes, int]:
        """Its bytes, and how many of them come before the body's first."""
        draw = self.draw
        framing = framing or draw.choice(["length", "chunked", "chunked"])
        lines = [b"content-type: " + (b"text/event-stream" if stream else b"application/json")]
        lines += [b"x-n-%d: %b" % (number, b"v" * 9) for number in range(draw.randrange(5))]
        if framing == "length":
            lines.append(b"Content-Length: %d " % len(body))
        elif framing == "chunked":
            lines.append(b"Transfer-Encoding: chunked")
        draw.shuffle(lines)
        early = draw.choice([b""] * 6 + [b"HTTP/1.1 100 Continue\r\n\r\n", _HINTS, _HINTS * 3])
        head = early + b"HTTP/1.1 200 OK\r\n" + b"\r\n".join(lines) + b"\r\n\r\n"
        if framing != "chunked":
            return head + body, len(head)
        sent = self.chunked(body)
        return head + sent, len(head) + sent.index(b"\r\n") + 2

    def honest(self, mark: str, *, stream: bool, framing: str = "") -> VendorPlan:
        sent, _ = self.answer(self.body_for(mark, stream=stream), stream=stream, framing=framing)
        return VendorPlan(self.cut(sent))

    def add(self, outcome: Outcome = "answered", *, last: str = "") -> Request:
        """A whole request, and one answer that is honest so far."""
        mark, sent, stream = self.request(last=last)
        request = Request(mark, outcome, stream, self.honest(mark, stream=stream))
        self.talk.requests.append(request)
        self.talk.pieces += self.cut(sent)
        return request


_HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"


def _honest(it: Drawing) -> None:
    """One to four requests, together or one after the other; the last one may end it."""
    count = it.draw.choice([1, 1, 1, 2, 4])
    for _ in range(count - 1):
        it.add()
    last = it.draw.choice(["", "", "close", "1.0"])
    it.add(last=last)
    it.talk.is_over = bool(last)
    if it.draw.random() < 0.5:
        it.talk.pieces = it.cut(b"".join(it.talk.pieces))
    [*before, request] = it.talk.requests
    is_plain = not before and not request.is_stream and last != "1.0"
    if it.draw.random() < 0.3 and is_plain:  # half closed in a stream, it has left
        it.talk.end, it.talk.is_over = "fin", True  # it has said all, and waits


def _request_cut(it: Drawing) -> None:
    """The client leaves in the middle of a request: nobody is asked, nothing is said."""
    _, sent, _ = it.request()
    it.talk.pieces = it.cut(sent[: it.draw.randrange(1, len(sent) - 1)])
    it.talk.end, it.talk.is_over = it.draw.choice(["fin", "reset"]), True


def _gone(it: Drawing) -> None:
    """The client leaves and does not wait: the vendor is not left working."""
    mark, sent, stream = it.request()
    plan = it.honest(mark, stream=stream)
    whole = b"".join(plan.pieces)
    plan.pieces = it.cut(whole[: it.draw.randrange(len(whole) - 5)])
    plan.end = "stall"
    it.talk.gone, it.talk.pieces = (mark, plan), it.cut(sent)
    it.talk.end = it.draw.choice(["reset", "leave"])


_STOP = b'"finish_reason": "stop"}]}\n\n'
_GARBAGE = (
    b"\x00\x01 no HTTP\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-A : b\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 70_000,
    b"GET /" + b"y" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
)


def _request_garbled(it: Drawing) -> None:
    """What is no HTTP is told so, behind what was honest, and ends the connection."""
    if it.draw.random() < 0.4:
        it.add()
    it.talk.pieces += it.cut(it.draw.choice(_GARBAGE))
    it.talk.requests.append(Request("", "400", False, None))
    it.talk.is_over = True


def _slow_reader(it: Drawing) -> None:
    """More than the kernel holds waits for a client who does not read for a while."""
    mark, sent, stream = it.request(stream=True)
    body = it.body_for(mark, stream=stream, size=it.draw.choice([200_000, 900_000]))
    answer, _ = it.answer(body, stream=stream, framing="length")
    it.talk.requests.append(Request(mark, "answered", stream, VendorPlan(it.cut(answer))))
    it.talk.pieces, it.talk.is_slow = it.cut(sent), True


def _answer_cut(it: Drawing) -> None:
    """At any byte. Where the first of a stream's body went out it has begun, else it is a 502; a
    body that only its connection ends is read as it is, and is no JSON then."""
    mark, sent, stream = it.request()
    framing = it.draw.choice(["length", "chunked", "connection"])
    answer, begins = it.answer(it.body_for(mark, stream=stream), stream=stream, framing=framing)
    at = it.draw.randrange(len(answer) + 1)
    end: End = it.draw.choice(["fin", "reset"])
    has_ends = framing == "connection" and end == "fin"
    outcome: Outcome = "upstream_cut"
    if at == len(answer) and (has_ends or framing != "connection"):
        outcome = "answered"
    elif stream and has_ends and at > (said := answer.index(_STOP)):
        at = max(at, said + len(_STOP))
        outcome = "ended"
    elif stream and at > begins:
        outcome = "begun"
    elif has_ends and at >= begins:
        outcome = "upstream_cut" if stream else "upstream_garbage"
    plan = VendorPlan(it.cut(answer[:at]) if at else [], end)
    if at == 0:
        plan.is_odd_when_used, plan.honest = (
            True,
            it.answer(it.body_for(mark, stream=stream), stream=stream, framing="length")[0],
        )
    it.talk.requests.append(Request(mark, outcome, stream, plan))
    it.talk.pieces = it.cut(sent)


def _answer_raw(it: Drawing) -> None:
    """Of the corpus: whole as HTTP they are no JSON."""
    case = it.draw.choice(_RAW)
    request = it.add("upstream_cut" if case["outcome"] == "cut" else "upstream_garbage")
    sent = sent_by(str(case["sent"]))
    is_too_much = case["outcome"] == "whole" and not case["reused"]  # later it were another's
    plan = request.vendor = VendorPlan([sent] if is_too_much else it.cut(sent))
    plan.end = "fin" if case.get("closed") else "stay"


_RAW = [
    case
    for case in RAW_ANSWERS
    if case["outcome"] != "waits"
    and len(case["sent"])
    and "<many>" not in case["sent"]
    and "<huge>" not in case["sent"]
]


def _answer_surplus(it: Drawing) -> None:
    """More than the answer, in the same breath: it is nobody's, least of all the next one's."""
    request = it.add()
    sent, _ = it.answer(
        it.body_for(request.mark, stream=request.is_stream), stream=request.is_stream
    )
    forged, _ = it.answer(it.body_for("forged", stream=False), stream=False)
    more = it.draw.choice([forged, b"!!", b"\x00", forged[:40], b"HTTP/1.1 100 Continue\r\n\r\n"])
    at = it.draw.randrange(len(sent))
    request.vendor = VendorPlan([*it.cut(sent[:at]), sent[at:] + more] if at else [sent + more])


def _idle_close(it: Drawing) -> None:
    """The vendor closes behind a whole answer, without a word before: whoever takes the connection
    meanwhile asks again on another."""
    for _ in range(it.draw.randrange(1, 4)):
        request = it.add()
        assert request.vendor is not None
        request.vendor.end = it.draw.choice(["fin", "reset"])


def _stalled(it: Drawing) -> None:
    """The vendor falls silent at any byte, for longer than anybody waits."""
    mark, sent, stream = it.request()
    answer, begins = it.answer(it.body_for(mark, stream=stream), stream=stream)
    at = it.draw.randrange(len(answer) - len("data: [DONE]\n\n") - 8 - len("0\r\nX-T: y\r\n\r\n"))
    outcome: Outcome = "begun" if stream and at > begins else "upstream_timeout"
    it.talk.requests.append(
        Request(mark, outcome, stream, VendorPlan(it.cut(answer[:at]), "stall"))
    )
    it.talk.pieces = it.cut(sent)


def _client_stalled(it: Drawing) -> None:
    """The client falls silent at any byte: in a head nobody is told, in a body he is."""
    _, sent, _ = it.request()
    at = it.draw.randrange(1, len(sent) - 1)
    if at >= sent.index(b"\r\n\r\n") + 4:
        it.talk.requests.append(Request("", "408", is_stream=False, vendor=None))
    it.talk.pieces, it.talk.end, it.talk.is_over = it.cut(sent[:at]), "stall", True


def _early_answer(it: Drawing) -> None:
    """The vendor answers before it has heard all of a large request."""
    mark, sent, stream = it.request(size=it.draw.choice([70_000, 400_000, 900_000]))
    plan = it.honest(mark, stream=stream)
    plan.is_early = True
    it.talk.requests.append(Request(mark, "answered", is_stream=stream, vendor=plan))
    it.talk.pieces = it.cut(sent)


_MAKERS: dict[str, Callable[[Drawing], None]] = {
    "honest": _honest,
    "request cut": _request_cut,
    "gone": _gone,
    "request garbled": _request_garbled,
    "slow reader": _slow_reader,
    "answer cut": _answer_cut,
    "answer raw": _answer_raw,
    "answer surplus": _answer_surplus,
    "idle close": _idle_close,
    "stalled": _stalled,
    "client stalled": _client_stalled,
    "early answer": _early_answer,
}
_WEIGHTS = {"honest": 4, "answer cut": 5, "answer raw": 3, "request cut": 3, "idle close": 2}
KINDS = [kind for kind in _MAKERS for _ in range(_WEIGHTS.get(kind, 1) * 2)]
for _rare in ("slow reader", "early answer", "client stalled"):
    KINDS.remove(_rare)
