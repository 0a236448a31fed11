"""`llmgw update --check`: asks only the feed that is named, and believes only what is signed."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import llmgw_desktop.__main__ as program
from llmgw_desktop.app.gateway import updates
from llmgw_desktop.app.gateway.updates import UpdateProblem, look_for_update
from llmgw_desktop.app.mcp import fetching
from llmgw_desktop.domain.audit import BY_ITSELF, act_as
from llmgw_desktop.domain.setting import Unfit
from llmgw_desktop.domain.settings.address_kinds import FeedAddress, PublicKey
from llmgw_desktop.domain.settings.door import UpdateSettings


class Feed:
    """A server on this computer; `pages` are what it has, by path."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.asked: list[str] = []
        self._key = Ed25519PrivateKey.generate()
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                feed.asked.append(self.path)
                if self.path in feed.moved:
                    self.send_response(302)
                    self.send_header("Location", feed.moved[self.path])
                    self.end_headers()
                    return
                page = feed.pages.get(self.path)
                self.send_response(200 if page is not None else 404)
                self.end_headers()
                self.wfile.write(page or b"")

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def settings(self) -> UpdateSettings:
        key = base64.b64encode(self._key.public_key().public_bytes_raw()).decode()
        return UpdateSettings(feed=f"http://127.0.0.1:{self.server.server_port}/feed.json", key=key)

    def tell(self, **told: str) -> None:
        """For ever, where nothing else is said."""
        told = {"expires": "9999-12-31"} | told
        raw = json.dumps(told).encode()
        self.pages = {"/feed.json": raw, "/feed.json.sig": self._key.sign(raw)}

    def end(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = Feed()
    yield made
    made.end()


def test_a_newer_version_is_told_and_no_older_one(feed: Feed) -> None:
    feed.tell(version="99.0.1", date="2026-12-01", url="https://example.com/get", notes="Faster.")
    news = look_for_update(feed.settings)
    assert (news.version, news.is_newer, news.ours) == ("99.0.1", True, version("llmgw-desktop"))
    for other in (version("llmgw-desktop"), "0.0.9"):
        feed.tell(version=other)
        assert not look_for_update(feed.settings).is_newer


def test_nothing_is_believed_that_is_not_signed(feed: Feed) -> None:
    feed.tell(version="99.0.1")
    feed.pages["/feed.json"] = feed.pages["/feed.json"].replace(b"99", b"98")
    with pytest.raises(UpdateProblem, match="not signed by the key"):
        look_for_update(feed.settings)
    feed.pages["/feed.json.sig"] = b"short"
    with pytest.raises(UpdateProblem, match="not signed by the key"):
        look_for_update(feed.settings)
    del feed.pages["/feed.json.sig"]
    with pytest.raises(UpdateProblem, match="404"):
        look_for_update(feed.settings)


@pytest.mark.parametrize("told", [{}, {"version": "latest"}, {"version": "1.2"}], ids=str)
def test_a_feed_without_a_version_tells_nothing(feed: Feed, told: dict[str, str]) -> None:
    feed.tell(**told)
    with pytest.raises(UpdateProblem, match="tells no version"):
        look_for_update(feed.settings)


def test_an_old_feed_is_not_believed(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed as it is: who serves it would hide what came since."""
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    monkeypatch.setattr(updates.SystemClock, "now_s", lambda _: noon)
    feed.tell(version="99.0.1", expires="2026-11-20")
    assert look_for_update(feed.settings).is_newer
    feed.tell(version="99.0.1", expires="2026-11-19")
    with pytest.raises(UpdateProblem, match="held until 2026-11-19"):
        look_for_update(feed.settings)
    for expires in ("", "soon", "2026-13-01"):
        feed.tell(version="99.0.1", expires=expires)
        with pytest.raises(UpdateProblem, match="until when it holds"):
            look_for_update(feed.settings)


def test_nobody_is_asked_until_feed_and_key_are_set(feed: Feed) -> None:
    for settings in (UpdateSettings(), UpdateSettings(feed=feed.settings.feed)):
        with pytest.raises(UpdateProblem, match=r"of \[updates\]"):
            look_for_update(settings)
    assert feed.asked == []


def test_it_follows_nobody_out_of_https(feed: Feed) -> None:
    feed.moved["/feed.json"] = "http://example.com/feed.json"
    with pytest.raises(UpdateProblem, match="not https"):
        look_for_update(feed.settings)
    feed.moved["/feed.json"] = "file:///etc/passwd"
    with pytest.raises(UpdateProblem, match="not allowed"):
        look_for_update(feed.settings)


def test_a_feed_has_bounds(feed: Feed) -> None:
    feed.pages["/feed.json"] = b" " * 70_000
    with pytest.raises(UpdateProblem, match="too large"):
        look_for_update(feed.settings)


def test_whoever_serves_it_writes_nothing_on_the_screen_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        answers = [[b"HTTP/1.1 500 \x1b[2Jbad\r\n\r\n"], [b"HTTP/1.1 200 OK\r\n\r\n", b"{", b"}"]]

        def serve() -> None:
            for pieces in answers:
                connection = server.accept()[0]
                with connection:
                    connection.recv(4096)
                    for piece in pieces:
                        connection.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        key = base64.b64encode(bytes(32)).decode()
        asked = UpdateSettings(feed=f"http://127.0.0.1:{server.getsockname()[1]}/feed", key=key)
        with pytest.raises(UpdateProblem) as problem:
            look_for_update(asked)
        assert "\x1b" not in str(problem.value)
        times = iter(range(0, 1000, 60))
        monkeypatch.setattr(fetching.time, "monotonic", lambda: next(times))
        with pytest.raises(UpdateProblem, match="too slowly"):
            look_for_update(asked)
        thread.join()


def test_a_name_before_an_address_is_no_address(feed: Feed) -> None:
    feed.moved["/feed.json"] = "http://localhost:80@example.com/feed.json"
    with pytest.raises(UpdateProblem, match="not https"):
        look_for_update(feed.settings)


def test_what_the_settings_take() -> None:
    for good in ("", "https://example.com/a/feed.json", "http://127.0.0.1:80/feed.json"):
        assert FeedAddress().read(good) == good
    for bad in ("http://example.com/feed", "https://example.com", "file:///x", "ftp://a/b", 7):
        with pytest.raises(Unfit):
            FeedAddress().read(bad)
    key = base64.b64encode(bytes(32)).decode()
    assert PublicKey().read(key) == key
    for bad in (base64.b64encode(bytes(31)).decode(), "no Base64!", 7):
        with pytest.raises(Unfit):
            PublicKey().read(bad)


def test_the_command(
    feed: Feed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["llmgw", "update", "--check", *words])
        try:
            return program.main()
        finally:
            act_as(BY_ITSELF)

    monkeypatch.setenv("LLMGW_HOME", str(tmp_path / "home"))
    assert run() == 1
    assert "nobody is asked" in capsys.readouterr().err
    file = tmp_path / "home/config/config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    said = feed.settings
    file.write_text(f'[updates]\nfeed = "{said.feed}"\nkey = "{said.key}"\n')
    feed.tell(version="99.0.1", date="2026-12-01", url="https://e.org/\x1b[31m", notes="Faster.")
    assert run() == 0
    out = capsys.readouterr().out
    assert out.startswith("Version 99.0.1 is there since 2026-12-01; this is ")
    assert "Faster." in out
    assert "\x1b" not in out
    assert run("--json") == 0
    assert json.loads(capsys.readouterr().out)["is_newer"] is True
    feed.tell(version="0.0.1")
    assert run() == 0
    assert "newest version" in capsys.readouterr().out


def test_what_is_new_is_told_a_paragraph_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "CHANGELOG.md"
    monkeypatch.setattr(updates, "changelog", lambda: file)
    assert updates.whats_new() == ""  # a program that came without it
    head = "# Changelog\n\n## [Unreleased]\n\n### Added\n- `a` of\n  two lines.\n- b\n\n"
    file.write_text(f"{head}## [0.0.9] - 2026-01-01\n- old\n")
    assert updates.whats_new() == "Added\n\n• a of two lines.\n\n• b"
    file.write_text(f"{head}## [{updates.VERSION}] - 2026-12-01\n- ours\n\n## [0.0.9]\n- old\n")
    assert updates.whats_new() == "• ours"
