"""A vendor that renews ChatGPT sign-ins and answers Responses, on loopback: each refresh token is
good once, and only the newest access token is let in."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ANSWER = (
    {"type": "response.created", "response": {"id": "resp_1"}},
    {
        "type": "response.output_item.done",
        "item": {
            "type": "message",
            "role": "assistant",
            "id": "msg_1",
            "content": [{"type": "output_text", "text": "PONG"}],
        },
    },
    {
        "type": "response.completed",
        "response": {
            "id": "resp_1",
            "usage": {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4},
        },
    },
)


def access_token(number: int, lives_s: float) -> str:
    """Only its end can be read out of it."""
    account = {"chatgpt_account_id": "acc-1", "chatgpt_plan_type": "plus"}
    claims = {"exp": int(time.time() + lives_s), "https://api.openai.com/auth": account}
    parts = (_coded({"alg": "none"}), _coded(claims), f"signature{number}")
    return ".".join(parts)


def sign_in(number: int, lives_s: float) -> str:
    """What Codex keeps in its auth.json."""
    token = access_token(number, lives_s)
    tokens = {
        "id_token": token,
        "access_token": token,
        "refresh_token": f"refresh-{number}",
        "account_id": "acc-1",
    }
    told = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens}
    return json.dumps(told | {"last_refresh": "2026-01-01T00:00:00Z"})


@dataclass
class ChatgptStub:
    """`newest`: the number of the sign-in that is good now."""

    url: str = ""
    newest: int = 1
    renewed: list[str] = field(default_factory=list)
    let_in: list[bool] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def renew(self, refresh_token: str) -> dict[str, str] | None:
        with self.lock:
            self.renewed.append(refresh_token)
            if refresh_token != f"refresh-{self.newest}":
                return None
            self.newest += 1
            token = access_token(self.newest, 3600)
            return {
                "id_token": token,
                "access_token": token,
                "refresh_token": f"refresh-{self.newest}",
            }


@contextmanager
def chatgpt_stub() -> Iterator[ChatgptStub]:
    stub = ChatgptStub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(404, b"{}")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/token":
                told = stub.renew(json.loads(body)["refresh_token"])
                self._say(400 if told is None else 200, json.dumps(told).encode())
                return
            sent = self.headers.get("authorization", "")
            stub.let_in.append(sent.endswith(f".signature{stub.newest}"))
            frames = (f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in _ANSWER)
            status = 200 if stub.let_in[-1] else 401
            self._say(status, "".join(frames).encode(), "text/event-stream")

        def _say(self, status: int, body: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _coded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
