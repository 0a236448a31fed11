"""`llmgw mcp` as a child process, spoken to in lines."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import llmgw_desktop

PATIENCE_S = 60.0
CLIENT = {"name": "editor", "version": "1"}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": CLIENT,
}


def environment(home: Path, **more: str) -> dict[str, str]:
    fake_home = home.parent / "user-home"
    fake_home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(fake_home),
        "LANG": "C.UTF-8",
        "LLMGW_HOME": str(home),
        "LLM_GATEWAY_HTTP_PORT": "0",
        "PYTHONPATH": str(Path(llmgw_desktop.__file__).parents[1]),
        "SSL_CERT_FILE": os.devnull,
        **more,
    }


COMMAND = (sys.executable, "-m", "llmgw_desktop", "mcp")


class StdioClient:
    """Sends and reads messages; what is no JSON on stdout fails the test."""

    def __init__(
        self, home: Path, *arguments: str, command: Sequence[str] = COMMAND, **more: str
    ) -> None:
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=home.parent,
            env=environment(home, **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.said: list[str] = []
        self.seen: list[Any] = []
        """All that came, in its order."""
        self._fresh: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._kept: list[Any] = []
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._read, self._listen)
        ]
        for thread in self._threads:
            thread.start()

    def send(self, message: Any) -> None:
        self.send_line(json.dumps(message).encode())

    def send_line(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def request(self, message_id: Any, method: str, **params: Any) -> None:
        self.send({"jsonrpc": "2.0", "id": message_id, "method": method, "params": params})

    def notify(self, method: str, **params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def initialize(self, version: str = "2025-11-25") -> Any:
        self.request(0, "initialize", protocolVersion=version, capabilities={}, clientInfo=CLIENT)
        told = self.answer(0)
        self.notify("notifications/initialized")
        return told

    def call(self, message_id: Any, name: str, **arguments: Any) -> None:
        self.request(message_id, "tools/call", name=name, arguments=arguments)

    def answer(self, message_id: Any) -> Any:
        return self.wait(
            lambda told: (
                isinstance(told, dict)
                and "method" not in told
                and told.get("id") == message_id
                and type(told.get("id")) is type(message_id)
            )
        )

    def notification(self, method: str) -> Any:
        return self.wait(lambda told: isinstance(told, dict) and told.get("method") == method)

    def wait(self, is_it: Callable[[Any], bool]) -> Any:
        """The first that fits, of those that nobody has waited for yet."""
        for told in self._kept:
            if is_it(told):
                self._kept.remove(told)
                return told
        while True:
            try:
                told = self._fresh.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise AssertionError(f"nothing came; it said {self.said}") from None
            assert told is not EOFError, f"it ended: {self.said}"
            if is_it(told):
                return told
            self._kept.append(told)

    def end(self) -> int:
        """As an editor ends it; its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(PATIENCE_S)
        self._close()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self._close()

    def _close(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE_S)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                told = json.loads(line)
            except ValueError:
                told = f"no JSON on stdout: {line!r}"
            self.seen.append(told)
            self._fresh.put(told)
        self._fresh.put(EOFError)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.decode(errors="replace"))


@contextmanager
def stdio_client(
    home: Path, *arguments: str, command: Sequence[str] = COMMAND, **more: str
) -> Iterator[StdioClient]:
    """Ended like an editor ends it; nothing on stdout but JSON, no traceback on stderr."""
    client = StdioClient(home, *arguments, command=command, **more)
    try:
        yield client
        if client.process.poll() is None:
            assert client.end() == 0, client.said
        assert not [told for told in client.seen if isinstance(told, str)]
        assert "Traceback" not in "".join(client.said), client.said
    finally:
        client.kill()
