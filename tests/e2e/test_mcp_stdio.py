"""`llmgw mcp` as an editor runs it, before an engine that does whatever an engine may do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fake_engine import FakeEngine, fake_engine
from tests.support.stdio_client import COMMAND, MODERN, StdioClient, environment, stdio_client

pytestmark = pytest.mark.e2e


def eventually(happens: Callable[[], bool], timeout_s: float = 30) -> None:
    ends = time.monotonic() + timeout_s
    while not happens():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def engine(own_home: Path) -> Iterator[FakeEngine]:
    with fake_engine(own_home) as running:
        yield running


@pytest.fixture
def editor(engine: FakeEngine, own_home: Path) -> Iterator[StdioClient]:
    with stdio_client(own_home) as client:
        yield client


@pytest.mark.skipif(os.name != "posix", reason="has no such terminals")
def test_a_person_who_starts_it_is_told_what_it_is_for(own_home: Path) -> None:
    ours, theirs = os.openpty()
    started = subprocess.Popen(
        COMMAND,
        env=environment(own_home),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    os.close(theirs)
    assert started.stderr is not None
    said = started.stderr.readline()
    os.write(ours, b"\x04")
    out, _ = started.communicate(timeout=60)
    os.close(ours)
    assert b"waiting for an editor" in said
    assert (started.returncode, out) == (0, b"")


class TestOldEra:
    def test_the_greeting_needs_no_engine(self, own_home: Path) -> None:
        with stdio_client(own_home) as editor:
            assert editor.initialize("2025-06-18")["result"]["protocolVersion"] == "2025-06-18"
            editor.request("p", "ping")
            assert editor.answer("p")["result"] == {}
        assert not (own_home / "run").exists(), "nothing was started, nothing made"

    def test_calls_go_through_one_session_with_the_clients_words(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize("2025-06-18")
        editor.request("list", "tools/list")
        assert len(editor.answer("list")["result"]["tools"]) == 4
        editor.call(5, "echo", word="ü")
        assert editor.answer(5)["result"]["echo"]["arguments"] == {"word": "ü"}
        assert engine.methods() == [
            "initialize",
            "notifications/initialized",
            "tools/list",
            "tools/call",
        ]
        first, *rest = engine.asked
        assert first["params"]["clientInfo"]["name"] == "editor"
        assert {each["http"]["Mcp-Session-Id"] for each in rest} == set(engine.sessions)
        assert {each["http"]["MCP-Protocol-Version"] for each in rest} == {"2025-06-18"}
        assert {each["http"]["X-LLMGW-Caller"] for each in rest} == {"editor"}

    def test_progress_comes_before_the_answer_and_others_meanwhile(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.request(1, "tools/call", name="slow", arguments={}, _meta={"progressToken": "token"})
        for done in (1, 2):
            told = editor.notification("notifications/progress")["params"]
            assert told == {"progressToken": "token", "progress": done}
        editor.call(2, "echo")
        assert editor.answer(2)["result"]
        engine.let_go()
        assert editor.answer(1)["result"] == {"content": []}

    def test_a_cancelled_call_is_told_to_the_engine_and_not_answered(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.call(1, "slow")
        editor.notification("notifications/progress")
        editor.notify("notifications/cancelled", requestId=1, reason="enough")
        eventually(lambda: "notifications/cancelled" in engine.methods())
        assert engine.asked[-1]["params"]["requestId"] == 1
        editor.call(1, "echo")  # its id is free again
        assert "echo" in editor.answer(1)["result"]

    def test_the_id_of_a_cancelled_call_is_free_at_once(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        """Before the engine has been told, too."""
        editor.initialize()
        for _ in range(5):
            editor.call(1, "slow")
            editor.notification("notifications/progress")
            editor.notify("notifications/cancelled", requestId=1)
            editor.call(1, "echo")
            assert "echo" in editor.answer(1)["result"]
        eventually(lambda: engine.methods().count("notifications/cancelled") == 5)

    def test_what_the_server_says_unasked_arrives(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.request(1, "tools/list")
        editor.answer(1)
        eventually(lambda: bool(engine.streams))
        engine.tell({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
        editor.notification("notifications/tools/list_changed")
        engine.tell({"jsonrpc": "2.0", "id": "q", "method": "roots/list"})
        assert editor.wait(lambda told: told.get("method") == "roots/list")["id"] == "q"
        editor.send({"jsonrpc": "2.0", "id": "q", "result": {"roots": []}})
        eventually(lambda: "answer" in engine.methods())
        assert engine.asked[-1]["result"] == {"roots": []}

    def test_a_forgotten_session_is_opened_again_unseen(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.request(1, "resources/subscribe", uri="models://all")
        editor.answer(1)
        engine.forget_sessions()
        editor.call(2, "echo")
        assert "echo" in editor.answer(2)["result"]
        assert engine.methods().count("initialize") == 2
        assert engine.methods().count("resources/subscribe") == 2

    def test_before_the_greeting_nothing_else_is_answered(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.request(1, "tools/list")
        assert editor.answer(1)["error"]["code"] == -32600
        assert not engine.asked

    @pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26"])
    def test_a_batch_is_answered_together(
        self, editor: StdioClient, engine: FakeEngine, version: str
    ) -> None:
        editor.initialize(version)
        ask = {"jsonrpc": "2.0", "method": "tools/list", "params": {}}
        editor.send([{**ask, "id": 1}, {**ask, "id": 1}, {**ask, "id": "1"}, 5])
        batch = editor.wait(lambda told: isinstance(told, list))
        assert sorted(str(each["id"]) for each in batch) == ["1", "1", "None", "None"]
        assert engine.methods().count("tools/list") == 2

    def test_a_batch_in_an_era_without_is_refused_once(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.send([{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}])
        assert editor.answer(None)["error"]["code"] == -32600
        editor.send([])
        assert editor.answer(None)["error"]["code"] == -32600
        assert not engine.asked

    def test_the_same_id_twice_at_once_is_refused(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.call(1, "slow")
        editor.notification("notifications/progress")
        editor.call(1, "echo")
        wrong = editor.answer(None)["error"]
        assert "1" in wrong["message"]
        assert engine.methods().count("tools/call") == 1, "nothing was started"
        engine.let_go()
        assert editor.answer(1)["result"] == {"content": []}


class TestNewEra:
    def ask(self, editor: StdioClient, message_id: Any, method: str, **params: Any) -> None:
        editor.request(message_id, method, **params, _meta=MODERN)

    def test_each_request_stands_alone(self, editor: StdioClient, engine: FakeEngine) -> None:
        self.ask(editor, 1, "server/discover")
        assert editor.answer(1)["result"]["supportedVersions"] == ["2026-07-28"]
        self.ask(editor, "a", "tools/call", name="echö", arguments={})
        assert editor.answer("a")["result"]
        (asked,) = engine.asked
        headers = asked["http"]
        assert headers["MCP-Protocol-Version"] == "2026-07-28"
        assert headers["Mcp-Method"] == "tools/call"
        assert headers["Mcp-Name"] == "=?base64?ZWNow7Y=?="
        assert headers["X-LLMGW-Caller"] == "editor"
        assert "Mcp-Session-Id" not in headers

    def test_cancelling_closes_the_call(self, editor: StdioClient, engine: FakeEngine) -> None:
        self.ask(editor, 7, "tools/call", name="slow", arguments={})
        editor.notification("notifications/progress")
        editor.notify("notifications/cancelled", requestId=7)
        eventually(lambda: engine.left == [7])
        assert "notifications/cancelled" not in engine.methods()

    def test_a_subscription_outlives_its_engine(
        self, editor: StdioClient, own_home: Path, engine: FakeEngine
    ) -> None:
        self.ask(editor, 1, "subscriptions/listen", notifications={})
        eventually(lambda: bool(engine.streams))
        with fake_engine(own_home) as second:
            for stream in tuple(engine.streams):
                stream.force_close()
            engine.tell({"jsonrpc": "2.0", "method": "notifications/last"})
            transport = engine.streams[0]._req.transport  # type: ignore[union-attr]
            assert engine._loop is not None
            engine._loop.call_soon_threadsafe(transport.abort)
            eventually(lambda: bool(second.streams))
            second.tell({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
            editor.notification("notifications/tools/list_changed")


class TestBadInput:
    def test_nonsense_is_one_error_each_and_no_end(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        for line, code in (
            (b"garbage", -32700),
            (b"\xff\xfe", -32700),
            (b'{"jsonrpc":"2.0","id":[1],"method":"tools/list"}', -32600),
            (b"x" * (5 << 20), -32600),
        ):
            editor.send_line(line)
            assert editor.answer(None)["error"]["code"] == code
        editor.call(1, "echo")
        assert "echo" in editor.answer(1)["result"]

    def test_numbers_and_texts_are_two_ids(self, editor: StdioClient, engine: FakeEngine) -> None:
        editor.initialize()
        for message_id in (1, "1", -5, "", 2**53 + 1, "ü"):
            editor.call(message_id, "echo")
        for message_id in (1, "1", -5, "", 2**53 + 1, "ü"):
            assert "result" in editor.answer(message_id)

    def test_a_thousand_calls_at_once_are_answered_or_refused(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        for message_id in range(1, 601):
            editor.call(message_id, "echo")
        answers = [editor.answer(message_id) for message_id in range(1, 601)]
        assert all("result" in each or each["error"]["code"] == -32000 for each in answers)
        assert sum("result" in each for each in answers) >= 256

    @settings(max_examples=25)
    @given(data=st.data())
    def test_no_line_ends_it(self, data: st.DataObject, tmp_path_factory: Any) -> None:
        """One process for all examples would hide which line did it; so each begins one line."""
        scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("2.0")
        keys = st.sampled_from(["jsonrpc", "id", "method", "params", "result", "_meta", "x"])
        values = st.recursive(
            scalars,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
        )
        line = data.draw(values.map(lambda told: json.dumps(told).encode()) | st.binary())
        editor = _FUZZED.get(tmp_path_factory)
        editor.send_line(line.replace(b"\n", b" "))
        editor.request("still there", "ping")
        assert editor.answer("still there")["result"] == {}


class _Fuzzed:
    """One child for all examples, ended with the test run's last look at it."""

    def __init__(self) -> None:
        self.editor: StdioClient | None = None

    def get(self, factory: Any) -> StdioClient:
        if self.editor is None:
            self.editor = StdioClient(factory.mktemp("fuzz") / "home")
        return self.editor


_FUZZED = _Fuzzed()


@pytest.fixture(autouse=True, scope="module")
def _no_child_is_left() -> Iterator[None]:
    yield
    if _FUZZED.editor is not None:
        assert _FUZZED.editor.end() == 0
        assert "Traceback" not in "".join(_FUZZED.editor.said)


class TestEngineTrouble:
    def test_a_paused_gateway_says_so_itself(self, editor: StdioClient, engine: FakeEngine) -> None:
        editor.initialize()
        editor.request(1, "tools/list")
        editor.answer(1)
        engine.paused = True
        editor.call(2, "echo")
        wrong = editor.answer(2)["error"]
        assert wrong["message"] == "The gateway is paused; resume it in its window."
        assert wrong["data"] == {"status": 503}

    def test_what_only_reads_is_asked_again_and_nothing_else(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.request(1, "tools/list")
        editor.answer(1)
        engine.cuts = 1
        editor.call(2, "look")
        assert "result" in editor.answer(2)
        engine.cuts = 1
        editor.call(3, "cut")
        assert "may have been done" in editor.answer(3)["error"]["message"]
        assert [each["params"]["name"] for each in engine.asked if each.get("id") == 3] == ["cut"]

    def test_a_new_key_is_read(self, editor: StdioClient, engine: FakeEngine) -> None:
        editor.initialize()
        editor.request(1, "tools/list")
        editor.answer(1)
        engine.key = "llmgw-" + "n" * 43
        (engine.home / "run" / "access.key").write_text(engine.key)
        editor.call(2, "echo")
        assert "result" in editor.answer(2)

    def test_a_key_that_stays_wrong_is_told(self, editor: StdioClient, engine: FakeEngine) -> None:
        editor.initialize()
        engine.key = "another"
        editor.call(2, "echo")
        assert editor.answer(2)["error"]["message"] == "This key opens nothing."

    def test_the_next_engine_is_joined_wherever_it_listens(
        self, editor: StdioClient, engine: FakeEngine, own_home: Path
    ) -> None:
        editor.initialize()
        editor.request(1, "tools/list")
        editor.answer(1)
        with fake_engine(own_home) as second:
            assert engine._loop is not None
            for stream in tuple(engine.streams):
                engine._loop.call_soon_threadsafe(stream._req.transport.abort)  # type: ignore[union-attr]
            engine.key = "gone"
            editor.call(2, "echo")
            assert "result" in editor.answer(2)
            assert "tools/call" in second.methods()
            editor.notification("notifications/tools/list_changed")

    def test_the_key_goes_to_nobody_but_the_engine(self, own_home: Path) -> None:
        """A port that a stranger holds now, in the file of an engine that died."""
        run = own_home / "run"
        run.mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as stranger:
            port = stranger.getsockname()[1]
            told = {"url": f"http://127.0.0.1:{port}", "pid": os.getpid(), "started_at_s": 1.0}
            (run / "gateway.json").write_text(json.dumps({**told, "started_ticks": 1}))
            (run / "access.key").write_text("llmgw-" + "k" * 43)
            stranger.settimeout(0.1)
            with stdio_client(own_home, LLM_GATEWAY_HTTP_PORT=str(port)) as editor:
                editor.initialize()
                editor.request(1, "tools/list")
                wrong = editor.answer(1)["error"]
                assert f"Port {port}" in wrong["message"]
                assert "choose another port" in wrong["message"]
            with pytest.raises(TimeoutError):
                stranger.accept()


class TestEnd:
    def test_the_end_of_input_is_the_end_though_a_call_runs(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.call(1, "slow")
        editor.notification("notifications/progress")
        assert editor.end() == 0
        eventually(lambda: engine.left == [1])

    def test_a_session_is_ended_with_its_client(
        self, editor: StdioClient, engine: FakeEngine
    ) -> None:
        editor.initialize()
        editor.request(1, "tools/list")
        editor.answer(1)
        assert len(engine.sessions) == 1
        assert editor.end() == 0
        eventually(lambda: not engine.sessions)

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    @pytest.mark.parametrize("greeted", [False, True])
    def test_signals_end_it_cleanly(
        self, editor: StdioClient, number: signal.Signals, greeted: bool
    ) -> None:
        editor.initialize()
        if greeted:
            editor.call(1, "slow")
            editor.notification("notifications/progress")
        editor.process.send_signal(number)
        assert editor.process.wait(30) == 0

    def test_a_client_that_reads_no_more_ends_it(self, own_home: Path) -> None:
        process = subprocess.Popen(
            COMMAND,
            cwd=own_home.parent,
            env=environment(own_home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        process.stdin.flush()
        assert process.wait(30) == 0
        process.stdin.close()


def test_it_needs_nobody_who_reads_its_complaints(own_home: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&-', "sh", *COMMAND],
        cwd=own_home.parent,
        env=environment(own_home),
        input=b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n',
        stdout=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_a_profile_is_asked_of_the_engine(own_home: Path) -> None:
    with fake_engine(own_home) as engine, stdio_client(own_home, "--profile", "core") as editor:
        editor.initialize()
        editor.request(1, "tools/list")
        editor.answer(1)
        assert {each["query"] for each in engine.asked} == {"profile=core"}


def test_an_unknown_profile_is_wrong_usage(own_home: Path) -> None:
    editor = StdioClient(own_home, "--profile", "most")
    try:
        assert editor.process.wait(30) == 2
        eventually(lambda: "invalid choice" in "".join(editor.said))
        assert not editor.seen
    finally:
        editor.kill()
