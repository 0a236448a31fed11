"""The real CLIs that speak the Agent Client Protocol ask, and what a person says is what happens on
disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import certifi
import pytest

from llmgw_desktop.domain.cli import CliName, SessionWish
from llmgw_desktop.domain.permission import Decision, PermissionKind
from tests.support import cli_benches
from tests.support.answers import Answer
from tests.support.asking_run import AskingRun
from tests.support.cli_bench import Bench
from tests.support.lane import Lane
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

ALL = [
    CliName.GEMINI,
    CliName.GROK,
    CliName.COPILOT,
    CliName.OPENCODE,
    CliName.MISTRAL,
]
MODELS = {
    CliName.OPENCODE: "gw/stub-ok",
    CliName.MISTRAL: "stub",
}
# Harmless enough that some of them would do it unasked.
COMMAND = "touch made.txt"


@pytest.fixture(params=ALL, ids=str)
def bench(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    upstream: Upstream,
    program_of: Callable[[CliName], Path],
) -> Bench:
    name: CliName = request.param
    url = upstream.lane("main").root_url
    made = cli_benches.bench_of(name, program_of(name), tmp_path, url, "key")
    cache = tmp_path_factory.getbasetemp() / f"{name}-cache"
    cache.mkdir(exist_ok=True)
    (made.made("home") / ".cache").symlink_to(cache)
    return made.with_(
        # Copilot does not start where it finds no certificates, though it needs none here.
        environment={**made.environment, "SSL_CERT_FILE": certifi.where()},
        model=MODELS.get(name, "stub-ok"),
    )


@pytest.fixture
def lane(upstream: Upstream, bench: Bench) -> Lane:
    lane = upstream.lane("main")
    described = {"description": "Make a file"}
    without = (CliName.GEMINI, CliName.MISTRAL)
    more = {} if bench.cli.name in without else described
    lane.always = Answer(tool_input={"command": COMMAND, **more})
    return lane


def test_denied_nothing_happens_and_it_goes_on(bench: Bench, lane: Lane) -> None:
    with AskingRun(bench, "make the file") as run:
        (ask,) = run.asks()
        assert ask.kind is PermissionKind.COMMAND
        assert ask.command == COMMAND
        assert ask.cwd == str(bench.folder)
        run.answer(ask, Decision.DENY)
        end = run.end()
    assert end.ok, end
    assert run.text
    assert not list(bench.folder.iterdir())


def test_allowed_once_it_is_done_and_asked_again(bench: Bench, lane: Lane) -> None:
    with AskingRun(bench, "make the file") as run:
        (ask,) = run.asks()
        run.answer(ask, Decision.ONCE)
        end = run.end()
    assert end.ok, end
    assert [each.name for each in bench.folder.iterdir()] == ["made.txt"]
    (bench.folder / "made.txt").unlink()
    with AskingRun(bench, "make it again") as again:
        (ask,) = again.asks()
        again.answer(ask, Decision.STOP)
        end = again.end()
    assert not end.ok
    assert not list(bench.folder.iterdir())


def test_a_session_goes_on_and_its_past_is_not_the_answer(bench: Bench, lane: Lane) -> None:
    lane.always = Answer(call_tools=False, text="the first answer")
    with AskingRun(bench, "one") as run:
        assert run.end().ok
    for file in bench.made("home").glob(".gemini/tmp/*/chats/session-*"):
        # By the minute of its beginning: of the same one, Gemini would write over it.
        file.rename(file.with_name(f"session-2026-01-01T00-00-{file.name.rpartition('-')[2]}"))
    lane.always = Answer(call_tools=False, text="the second answer")
    with _going_on(bench, run) as again:
        assert again.end().ok
    assert again.text == "the second answer"
    assert "the first answer" in str(lane.requests[-1].json())


def _going_on(bench: Bench, run: AskingRun) -> AskingRun:
    """Vibe goes on with the model that its session began with."""
    model = "" if bench.cli.name is CliName.MISTRAL else bench.model
    wish = SessionWish.RESUME
    return AskingRun(bench, "again", model=model, session=wish, session_id=run.session_id)


def test_a_note_reaches_the_agent(bench: Bench, lane: Lane) -> None:
    with AskingRun(bench, "make the file") as run:
        (ask,) = run.asks()
        lane.always = Answer(call_tools=False)
        run.answer(ask, Decision.DENY, "Call it otherwise, please.")
        end = run.end()
    assert end.ok, end
    assert run.text
    last = str(lane.requests[-1].json())
    assert "Call it otherwise, please." in last
    assert COMMAND in last, "it still knows what it was about to do"
    assert not list(bench.folder.iterdir())


def test_stopped_with_a_question_open(bench: Bench, lane: Lane) -> None:
    with AskingRun(bench, "make the file") as run:
        run.asks()
        run.stop()
        end = run.end()
    assert not end.ok
    assert end.stop_reason == "cancelled"
    assert not list(bench.folder.iterdir())


def test_unanswered_nothing_happens(bench: Bench, lane: Lane) -> None:
    with AskingRun(bench, "make the file") as run:
        run.asks()
        assert not list(bench.folder.iterdir())
    assert not list(bench.folder.iterdir())
