"""The beginning of `llmgw mcp`: the greeting is out before anything big has been read in.

An editor waits for it with each start. So until something comes that takes an engine there is one
thread that reads and writes, and neither asyncio nor a database nor an SDK.
"""

import os
import signal
import sys

from llmgw_desktop.app.mcp import Options
from llmgw_desktop.app.mcp.messages import Greeting, Pipes, Refused, read, refusal
from llmgw_desktop.domain.mcp_presentation import MAX_MESSAGE_BYTES

_TO_A_PERSON = (
    "llmgw mcp: waiting for an editor, which starts this and speaks JSON-RPC over stdin and stdout."
    " Ctrl+D ends it. llmgw connect list shows programs that can be set up.\n"
)


def run(options: Options) -> int:
    """Until the client closes our input. Never raises."""
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, _end)
    if sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write(_TO_A_PERSON)
    pipes = Pipes(MAX_MESSAGE_BYTES)
    greeting = Greeting()
    try:
        while (lines := pipes.read()) is not None:
            for number, line in enumerate(lines):
                if not _settled(line, greeting, pipes):
                    return _carry_on(lines[number:], greeting, pipes, options)
    except OSError:  # the client has gone
        return 0
    return 0


def _settled(line: bytes | None, greeting: Greeting, pipes: Pipes) -> bool:
    try:
        message = read(line, MAX_MESSAGE_BYTES)
    except Refused as refused:
        pipes.write(refusal(refused))
        return True
    if isinstance(message, list):
        return False
    if reply := greeting.reply(message):
        pipes.write(reply)
        return True
    return message.id is None  # a notification: there is nobody yet whom it concerns


def _carry_on(lines: list[bytes | None], greeting: Greeting, pipes: Pipes, options: Options) -> int:
    if not _may_speak_tls():
        # asyncio reads it in where there is one: 4 MB for calls that never leave this computer
        sys.modules.setdefault("ssl", None)  # type: ignore[arg-type]
    from llmgw_desktop.app.mcp.bridge import carry_on

    return carry_on(lines, greeting, pipes, options)


def _may_speak_tls() -> bool:
    """Whether the engine that runs, or one that would be started, shows a certificate."""
    from llmgw_desktop.store.paths import Places
    from llmgw_desktop.store.run_file import read_run_file

    places = Places.of(os.environ)
    running = read_run_file(places.run_file)
    if os.environ.get("LLM_GATEWAY_TLS_CERTIFICATE") or (running and running.certificate):
        return True
    try:
        return b"tls_certificate" in places.config_file.read_bytes()
    except OSError:
        return False


def _end(*_: object) -> None:
    """Nothing here outlives the client; jobs are the engine's, and go on."""
    os._exit(0)
