"""Secrets of all kinds through all doors, and then a look into every file and process.

Each secret is made here and put in once: into words, headers, names, errors, answers whole and cut
at every sign, prompts and output of runs, panels, programs that register. Afterwards none stands in
any file below the home or in what children were started with, in whatever form: plain, with JSON's
or addresses' escapes, in base64, compressed, in a cell of a database.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest
from typing_extensions import override

from tests.redaction.samples import SAMPLES, sample
from tests.support.fake_clis import make_fake_clis
from tests.support.gateway import Gateway, GatewaySetup, ProviderTable, running_gateway
from tests.support.raw_http import HeaderList, Reply, send

pytestmark = pytest.mark.e2e

ANSWER, FAILS = "Answer with case", "Fail with case"
_CASE = re.compile(rf"({ANSWER}|{FAILS}) (\d+)")
_PROVIDERS = {"chat": "openai-compatible", "ant": "anthropic"}
_MANY = 150
AS_SAID = re.compile(
    r"data/(gateway|backups/gateway-\w+)\.db: "
    r"(kept_responses|validations|validation_answers|receipts): "
    r"|data/jobs/[^/]+/std(out|err): "
)
"""What is gone on from, compared, or a run's own output: encrypted, and never censored. Whoever
switches encryption off has it in plain."""


@dataclass
class Canaries:
    """All that were made, and where each was put."""

    places: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    _kinds: Iterator[tuple[str, str]] = field(
        default_factory=lambda: itertools.cycle(SAMPLES.items())
    )

    def new(self, place: str) -> str:
        kind, template = next(self._kinds)
        made = sample(template)
        self.places[made] = f"{kind} in {place}"
        return made

    def answer(self, place: str) -> int:
        """The number under which the stand-in says one."""
        self.answers.append(self.new(place))
        return len(self.answers) - 1


class _Upstream(BaseHTTPRequestHandler):
    """Says the canary of the case that it is asked for, sign by sign where it streams."""

    protocol_version = "HTTP/1.1"
    canaries: Canaries

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = _CASE.findall(body.decode(errors="replace"))
        said = self.canaries.answers[int(asked[-1][1])] if asked else "pong"
        is_anthropic = self.path.endswith("/messages")
        if asked and asked[-1][0] == FAILS:
            error = {"type": "invalid_request_error", "message": f"No such key: {said}"}
            self._send(400, {"type": "error", "error": error})
        elif json.loads(body).get("stream"):
            self._stream(_anthropic_events(said) if is_anthropic else _chat_events(said))
        else:
            self._send(200, _anthropic_whole(said) if is_anthropic else _chat_whole(said))

    def _send(self, status: int, told: object) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, events: Iterator[str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        with suppress(OSError):
            for each in events:
                self.wfile.write(each.encode())
        self.close_connection = True

    @override
    def log_message(self, *_: object) -> None:
        pass


def _chat_whole(said: str) -> object:
    call = {"name": "look", "arguments": json.dumps({"at": said})}
    message = {
        "role": "assistant",
        "content": f"It is {said} indeed.",
        "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
    }
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return {
        "id": "c",
        "object": "chat.completion",
        "model": "m",
        "choices": [choice],
        "usage": _USED,
    }


_USED = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}


def _chat_events(said: str) -> Iterator[str]:
    def chunk(delta: object, finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        told = {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
        return f"data: {json.dumps(told)}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    for sign in f"It is {said} indeed.":
        yield chunk({"content": sign})
    call = {"index": 0, "id": "call_1", "type": "function"}
    yield chunk({"tool_calls": [{**call, "function": {"name": "look", "arguments": ""}}]})
    for sign in json.dumps({"at": said}):
        yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": sign}}]})
    yield chunk({}, "tool_calls")
    yield "data: [DONE]\n\n"


def _anthropic_whole(said: str) -> dict[str, object]:
    blocks: list[dict[str, object]] = [
        {"type": "thinking", "thinking": f"I know {said}.", "signature": "c2ln"},
        {"type": "text", "text": f"It is {said} indeed."},
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": said}},
    ]
    return {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": blocks,
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 9, "output_tokens": 9},
    }


def _anthropic_events(said: str) -> Iterator[str]:
    def event(kind: str, **told: object) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **told})}\n\n"

    message = {**_anthropic_whole(said), "content": [], "stop_reason": None}
    yield event("message_start", message=message)
    blocks: list[tuple[dict[str, object], str, str, str]] = [
        ({"type": "thinking", "thinking": "", "signature": ""}, "thinking", "thinking", said),
        ({"type": "text", "text": ""}, "text", "text", f"It is {said} indeed."),
        (
            {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}},
            *("input_json", "partial_json", json.dumps({"at": said})),
        ),
    ]
    for index, (block, kind, member, text) in enumerate(blocks):
        yield event("content_block_start", index=index, content_block=block)
        for sign in text:
            delta = {"type": f"{kind}_delta", member: sign}
            yield event("content_block_delta", index=index, delta=delta)
        yield event("content_block_stop", index=index)
    yield event("message_delta", delta={"stop_reason": "tool_use"}, usage={"output_tokens": 9})
    yield event("message_stop")


@contextmanager
def _upstream(canaries: Canaries) -> Iterator[str]:
    handler = type("Handler", (_Upstream,), {"canaries": canaries})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Door:
    """A dialect: where it is asked, and how."""

    path: Callable[[str, bool], str]
    body: Callable[[str, bool, Sequence[str]], object]


def _messages(texts: Sequence[str]) -> list[dict[str, object]]:
    *before, last = texts
    earlier: list[dict[str, object]] = [
        {"role": role, "content": each}
        for role, each in zip(itertools.cycle(("user", "assistant")), before, strict=False)
    ]
    return [*earlier, {"role": "user", "content": last}]


DOORS = {
    "anthropic": Door(
        lambda model, stream: "/v1/messages",
        lambda model, stream, texts: {
            "model": model,
            "max_tokens": 64,
            "stream": stream,
            "system": texts[0],
            "messages": _messages(texts[1:]),
            "metadata": {"user_id": texts[0]},
        },
    ),
    "chat": Door(
        lambda model, stream: "/v1/chat/completions",
        lambda model, stream, texts: {
            "model": model,
            "stream": stream,
            "user": texts[0],
            "messages": [{"role": "system", "content": texts[0]}, *_messages(texts[1:])],
        },
    ),
    "responses": Door(
        lambda model, stream: "/v1/responses",
        lambda model, stream, texts: {
            "model": model,
            "stream": stream,
            "store": True,
            "instructions": texts[0],
            "input": _messages(texts[1:]),
        },
    ),
    "gemini": Door(
        lambda model, stream: (
            f"/v1beta/models/{model}:"
            + ("streamGenerateContent?alt=sse" if stream else "generateContent")
        ),
        lambda model, stream, texts: {
            "systemInstruction": {"parts": [{"text": texts[0]}]},
            "contents": [{"role": "user", "parts": [{"text": each} for each in texts[1:]]}],
        },
    ),
}


class Scene:
    def __init__(self, gateway: Gateway, key: str, canaries: Canaries) -> None:
        self.gateway, self.key, self.canaries = gateway, key, canaries

    def headers(self, *more: tuple[str, str], key: str = "") -> HeaderList:
        bearer = ("Authorization", f"Bearer {key or self.key}")
        return (bearer, ("Content-Type", "application/json"), *more)

    def ask(self, door: str, provider: str, *, stream: bool, fails: bool = False) -> None:
        made, place = self.canaries, f"{provider} asked as {door}"
        case = f"{FAILS if fails else ANSWER} {made.answer(f'the answer of {place}')}"
        texts = [
            f"The key is {made.new(f'the system of {place}')}, keep it.",
            json.dumps({"old": made.new(f"a tool of {place}")}),
            f"I know: {made.new(f'the words of {place}')}",
            case,
        ]
        model = f"{provider}/m"
        headers = self.headers(
            ("X-Note", made.new(f"a header of {place}")),
            ("User-Agent", f"tool/1 {made.new(f'the user agent of {place}')}"),
        )
        body = json.dumps(DOORS[door].body(model, stream, texts)).encode()
        path = DOORS[door].path(model, stream)
        path += ("&" if "?" in path else "?") + "note=" + quote(made.new(f"the query of {place}"))
        send(self.gateway.url + path, headers=headers, body=body)

    def everything(self) -> None:
        ways = itertools.product(DOORS, _PROVIDERS, (False, True), (False, True))
        for door, provider, stream, fails in ways:
            self.ask(door, provider, stream=stream, fails=fails)
        self._odd_names()
        self._runs()
        self._panel()
        self._registration()

    def _odd_names(self) -> None:
        made = self.canaries
        body = {"model": made.new("a model's name"), "messages": _messages(["hello"])}
        label = ("X-LLMGW-Label", made.new("a label")[:60])
        send(
            f"{self.gateway.url}/v1/chat/completions",
            headers=self.headers(label),
            body=json.dumps(body).encode(),
        )
        send(f"{self.gateway.url}/{quote(made.new('an unknown path'), safe='')}", method="GET")
        send(
            f"{self.gateway.url}/v1/chat/completions",
            headers=self.headers(key=made.new("a wrong key")),
            body=b"{}",
        )
        send(
            f"{self.gateway.url}/v1/chat/completions",
            headers=self.headers(),
            body=b'{"model": "' + made.new("broken JSON").encode() + b'", ',
        )

    def _runs(self) -> None:
        """One that answers, one that fails with words on stderr, one that is cut off."""
        made = self.canaries
        ends = (
            f"answer '{made.new('the answer of a run')}'",
            f"begin; echo '{made.new('output that is no JSON')}'; kill -9 $$",
            f"echo '{made.new('stderr of a run')}' >&2; refuse 401 '{made.new('a refusal')}'",
        )
        for end in ends:
            self._ended(self._run(end))

    def begin_run(self) -> str:
        """One that goes on until it is canceled."""
        return self._run("begin; sleep 600")

    def end_run(self, job_id: str) -> None:
        self.json("POST", f"/v1/jobs/{job_id}/cancel", {})
        self._ended(job_id)

    def _run(self, script: str) -> str:
        prompt = f"# {self.canaries.new('the prompt of a run')}\n{script}"
        return str(self.json("POST", "/v1/jobs", {"cli": "claude", "prompt": prompt})["id"])

    def _ended(self, job_id: str) -> None:
        ends_s = time.monotonic() + 60
        while True:
            job = self.json("GET", f"/v1/jobs/{job_id}")
            if job.get("job", job)["state"] not in ("queued", "running"):
                break
            assert time.monotonic() < ends_s
            time.sleep(0.05)
        self.json("GET", f"/v1/jobs/{job_id}/result")

    def _panel(self) -> None:
        made = self.canaries
        case = made.answer("the answer of a panel")
        call = {
            "name": "consensus_check",
            "arguments": {
                "claim": f"{made.new('a claim')} {ANSWER} {case}",
                "models": ["chat/m", "ant/m"],
            },
        }
        opens = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": made.new("the name of an MCP client"), "version": "1"},
        }
        opened = self._mcp("initialize", opens)
        session = ("Mcp-Session-Id", opened.headers["mcp-session-id"])
        assert b"consensus" in self._mcp("tools/call", call, session).body

    def _mcp(self, method: str, params: object, *more: tuple[str, str]) -> Reply:
        accepts = ("Accept", "application/json, text/event-stream")
        version = ("MCP-Protocol-Version", "2025-06-18")
        headers = self.headers(accepts, version, *more, key=self.gateway.access_key())
        told = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        reply = send(f"{self.gateway.url}/mcp", headers=headers, body=json.dumps(told).encode())
        assert reply.status == 200, reply.body
        return reply

    def _registration(self) -> None:
        wish = {
            "client_name": self.canaries.new("a program's name"),
            "redirect_uris": ["http://127.0.0.1/callback"],
        }
        send(
            f"{self.gateway.url}/oauth/register",
            headers=(("Content-Type", "application/json"),),
            body=json.dumps(wish).encode(),
        )

    def json(self, method: str, path: str, body: object = None) -> Any:
        said = None if body is None else json.dumps(body).encode()
        headers = self.headers(key=self.gateway.access_key())
        reply = send(self.gateway.url + path, method=method, headers=headers, body=said)
        assert reply.status < 400, reply.body
        return reply.json()


class Search:
    """Looks for canaries in what was written, in whatever form."""

    def __init__(self, canaries: Canaries) -> None:
        self._forms = dict(_forms(canaries))
        self._any = re.compile(
            b"|".join(map(re.escape, sorted(self._forms, key=len, reverse=True)))
        )

    def hits(self, data: bytes) -> set[str]:
        return {self._forms[found] for found in self._any.findall(data)}

    def in_file(self, path: Path) -> set[str]:
        """Of a database what its cells hold, and what its pages hold besides."""
        data = path.read_bytes()
        if not data.startswith(b"SQLite format 3"):
            return self.hits(data)
        in_cells = self._in_cells(path)
        told = {hit.partition(": ")[2] for hit in in_cells}
        return in_cells | (self.hits(data) - told)

    def _in_cells(self, path: Path) -> set[str]:
        found: set[str] = set()
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    for cell in row:
                        text = cell.encode() if isinstance(cell, str) else cell
                        if isinstance(text, bytes):
                            found |= {f"{table}: {hit}" for hit in self.hits(_unpacked(text))}
        return found


def _unpacked(cell: bytes) -> bytes:
    with suppress(zlib.error):
        return zlib.decompress(cell)
    return cell


def _forms(canaries: Canaries) -> Iterator[tuple[bytes, str]]:
    """A long part of each: one of which half is left is found."""
    for canary, place in canaries.places.items():
        core = max(re.findall(r"[A-Za-z0-9_\-+/=.]+", canary), key=len)
        part = core[-min(len(core), max(14, len(core) // 2)) :].encode()
        yield part, place
        yield quote(part, safe="").encode(), place
        for shift in range(3):
            made = base64.b64encode(b"x" * shift + part)
            yield made[4 if shift else 0 : -4], place


def _left(home: Path, search: Search) -> dict[str, set[str]]:
    left = {}
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink() and (found := search.in_file(path)):
            left[str(path.relative_to(home))] = found
    return left


def _in_processes(gateway: Gateway, search: Search) -> set[str]:
    found: set[str] = set()
    own = psutil.Process(gateway.process.pid)
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.Error):
            said = "\0".join((*process.cmdline(), *process.environ().values()))
            found |= search.hits(said.encode())
    return found


@pytest.mark.parametrize("encrypts", [True, False])
def test_no_secret_lies_open(own_home: Path, tmp_path: Path, encrypts: bool) -> None:
    canaries = Canaries()
    program = make_fake_clis(tmp_path / "bin")["claude"]
    with _upstream(canaries) as address:
        setup = GatewaySetup(
            home=own_home,
            is_fresh=True,
            toml=f"[clis.claude]\ncommand = {json.dumps(str(program))}\n"
            + ("" if encrypts else "\n[storage]\nencrypt = false\n"),
            providers=[
                ProviderTable(name=name, kind=kind, base_url=address, models=["m"])
                for name, kind in _PROVIDERS.items()
            ],
        )
        setup.write_config()
        key = setup.add_key("canary-client")
        with running_gateway(setup) as gateway:
            scene = Scene(gateway, key, canaries)
            running = scene.begin_run()
            scene.everything()
            assert len(canaries.places) >= _MANY
            assert _in_processes(gateway, Search(canaries)) == set()
            scene.end_run(running)
            search = Search(canaries)
            said = gateway.said
    assert search.hits(said.encode()) == set()
    left = [
        f"{file}: {hit}"
        for file, hits in _left(own_home, search).items()
        for hit in hits
        if encrypts or not AS_SAID.match(f"{file}: {hit}")
    ]
    assert left == [], "\n".join(sorted(left))
