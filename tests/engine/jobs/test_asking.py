"""Jobs that ask: their questions, the way of an answer, their ends, and what a restart leaves."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.dialogue import Spoken
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, TextGrew
from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.jobs.approval import Decision
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.settings.tables import JobSettings
from llmgw_desktop.engine.jobs import live_job, runner
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.store.at_rest.files import is_encrypted_file
from tests.support.asking_scene import AskingYard, answer_of
from tests.support.spoken_cli import LineDialogue, spoken_cli

HEARS = "hear() { read -r id word note || exit 9; }\n"
ASKS_ONCE = HEARS + (
    "echo ask 1 touch it\nhear\n[ $word = allow ] && touch it\necho text $word $note\necho done\n"
    "read -r more || exit 0\nexit 8"
)
"""It ends well only if its input ends."""

Make = Callable[..., AskingYard]


@pytest.fixture
async def make_yard(tmp_path: Path) -> AsyncIterator[Make]:
    yards: list[AskingYard] = []

    def make(name: str = "yard", **changes: Any) -> AskingYard:
        cli = spoken_cli(**changes.pop("cli", {}))
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        yards.append(AskingYard(tmp_path / name, cli, env=env, **changes))
        return yards[-1]

    yield make
    for yard in yards:
        jobs = yard.store.recent()
        await yard.supervisor.stop_all()
        await yard.close()
        for job in jobs:
            assert await ProcessTree(job.id, None).end(0.0) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.mark.parametrize("needs_pipe", [False, True])
@pytest.mark.parametrize(
    ("decision", "note", "said", "made"),
    [
        (Decision.ONCE, "", "allow", True),
        (Decision.JOB, "", "allow", True),
        (Decision.DENY, "use it2", "deny use it2", False),
    ],
)
async def test_what_is_answered_reaches_the_agent_and_its_input_ends(
    make_yard: Make,
    folder: Path,
    decision: Decision,
    note: str,
    said: str,
    made: bool,
    needs_pipe: bool,
) -> None:
    yard = make_yard(cli={"needs_pipe": needs_pipe})
    job = await yard.ask(ASKS_ONCE, str(folder))
    ask = await yard.people.next_ask()
    assert (ask.command, ask.cwd) == ("touch it", str(folder))
    assert not (folder / "it").exists(), "it waits"
    yard.people.answer(ask, decision, note)
    done = await yard.ended(job)
    assert done.state is JobState.COMPLETED, done.error
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text == said
    assert (folder / "it").exists() is made
    assert yard.people.ended == [job.id]
    assert not (yard.folder(job).path / "stdin").exists()


async def test_a_job_says_what_it_waits_for(make_yard: Make) -> None:
    yard = make_yard()
    job = await yard.ask(ASKS_ONCE)
    ask = await yard.people.next_ask()
    waiting = yard.supervisor.get(job.id)
    assert waiting is not None
    assert [each.ask for each in waiting.questions] == [ask]
    yard.people.answer(ask, Decision.DENY)
    done = await yard.ended(job)
    assert done.questions == ()
    told = [len(each.job.questions) for each in yard.told if isinstance(each, JobChanged)]
    assert 1 in told
    assert told[-1] == 0


async def test_several_questions_wait_at_once_and_are_answered_by_their_own_ids(
    make_yard: Make,
) -> None:
    yard = make_yard()
    job = await yard.ask(
        HEARS
        + "echo ask a one; echo ask b two\nhear; echo text $id-$word\nhear; echo text $id-$word\n"
        "echo done"
    )
    second = await yard.people.next_ask(2)
    first = yard.people.asked[0]
    yard.people.answer(second, Decision.ONCE)
    yard.people.answer(first, Decision.DENY)
    assert (await yard.ended(job)).state is JobState.COMPLETED
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text == "b-allowa-deny"


async def test_what_is_withdrawn_is_taken_back_and_a_late_answer_is_dropped(
    make_yard: Make, folder: Path
) -> None:
    yard = make_yard()
    job = await yard.ask(
        HEARS + "echo ask 1 x\nwhile [ ! -e go ]; do sleep 0.02; done\necho forget 1\n"
        "echo ask 2 y\nhear\necho text $id\necho done",
        str(folder),
    )
    first = await yard.people.next_ask()
    _, _, late = yard.people.open[first.native_id]
    (folder / "go").touch()
    second = await yard.people.next_ask(2)
    assert yard.people.withdrawn == ["1"]
    late(answer_of(Decision.ONCE))
    yard.people.answer(second, Decision.DENY)
    assert (await yard.ended(job)).state is JobState.COMPLETED
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text == "2"


async def test_the_same_question_again_tells_more_of_it(make_yard: Make) -> None:
    yard = make_yard()
    job = await yard.ask(
        HEARS + "echo ask 1 x; echo ask 1 x --really\nhear; echo text $id; echo done"
    )
    while not yard.people.asked or yard.people.asked[-1].command != "x --really":
        await asyncio.sleep(0.005)
    assert list(yard.people.open) == ["1"]
    yard.people.answer(yard.people.asked[-1], Decision.DENY)
    assert (await yard.ended(job)).state is JobState.COMPLETED


async def test_an_answer_that_comes_while_it_is_asked_is_as_good(make_yard: Make) -> None:
    yard = make_yard()
    yard.people.rule = lambda _ask: answer_of(Decision.DENY, "no")
    job = await yard.ask(ASKS_ONCE)
    assert (await yard.ended(job)).state is JobState.COMPLETED
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text == "deny no"


@pytest.mark.parametrize("way", ["person", "cancel"])
async def test_a_stopped_job_is_denied_first_and_then_told_to_stop(
    make_yard: Make, folder: Path, way: str
) -> None:
    yard = make_yard()
    job = await yard.ask(
        "echo ask 1 x\nwhile read -r line; do echo $line >> heard; done\necho eof >> heard",
        str(folder),
    )
    ask = await yard.people.next_ask()
    if way == "person":
        yard.people.answer(ask, Decision.STOP)
    else:
        await yard.supervisor.cancel(job.id)
    done = await yard.ended(job)
    assert done.state is JobState.CANCELED
    assert (folder / "heard").read_text().split("\n") == ["1 deny stopped", "stop", "eof", ""]
    assert yard.people.open == {}


async def test_one_that_does_not_go_is_ended_with_all_it_started(
    make_yard: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GOODBYE_S", 0.1)
    yard = make_yard()
    job = await yard.ask(
        "trap : TERM\necho ask 1 x\n(trap '' TERM; tail -f /dev/null) &\nwait; wait"
    )
    await yard.people.next_ask()
    monkeypatch.setattr(runner, "TERM_GRACE_S", 0.2)
    await yard.supervisor.cancel(job.id)
    assert (await yard.ended(job)).state is JobState.CANCELED
    assert await asyncio.to_thread(ProcessTree(job.id, None).find) == set()


@pytest.mark.parametrize("killed_meanwhile", [False, True])
async def test_one_that_has_done_all_and_does_not_go_is_ended_and_has_done_it(
    make_yard: Make, monkeypatch: pytest.MonkeyPatch, killed_meanwhile: bool
) -> None:
    monkeypatch.setattr(runner, "LINGER_S", 60.0 if killed_meanwhile else 0.2)
    yard = make_yard()
    job = await yard.ask("echo text here; echo done\ntail -f /dev/null")
    if killed_meanwhile:
        while not (yard.folder(job).path / "stdout").exists():
            await asyncio.sleep(0.005)
        await yard.close()
        monkeypatch.setattr(runner, "LINGER_S", 0.2)
        yard = make_yard()
        await yard.supervisor.start()
    done = await yard.ended(job)
    assert (done.state, done.exit_code) == (JobState.COMPLETED, 0), done.error
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text == "here"


async def test_one_that_does_not_ask_is_ended_at_once(make_yard: Make, folder: Path) -> None:
    yard = make_yard()
    job = await yard.ask("echo unproven\nsleep 0.2\ntouch it\ntail -f /dev/null", str(folder))
    done = await yard.ended(job)
    assert (done.state, done.error) == (JobState.FAILED, "It does not ask.")
    assert yard.people.asked == []


async def test_silence_counts_for_nothing_while_it_waits_for_a_person(
    make_yard: Make, folder: Path
) -> None:
    yard = make_yard(cli={"idle_timeout_s": 0.4})
    job = await yard.ask(HEARS + "echo ask 1 x\nhear\ntail -f /dev/null", str(folder))
    ask = await yard.people.next_ask()
    await asyncio.sleep(1.2)
    waiting = yard.supervisor.get(job.id)
    assert waiting is not None
    assert waiting.is_live
    yard.people.answer(ask, Decision.DENY)
    done = await yard.ended(job)
    assert "said nothing for longer" in done.error


async def test_waiting_costs_nothing(make_yard: Make, folder: Path) -> None:
    """No timer of it rings soon, and none of its processes is given the processor."""
    yard = make_yard(cli={"idle_timeout_s": 30.0})
    job = await yard.ask(ASKS_ONCE, str(folder))
    ask = await yard.people.next_ask()
    await asyncio.sleep(0.1)
    loop: Any = asyncio.get_running_loop()
    soon = [
        each
        for each in loop._scheduled
        if not each.cancelled() and each.when() - loop.time() < 3600
    ]
    assert soon == []
    processes = await asyncio.to_thread(ProcessTree(job.id, None).find)
    assert len(processes) == 3, "its keeper, its holder and itself"
    before = [_ticks(each.pid) for each in processes]
    await asyncio.sleep(0.5)
    assert [_ticks(each.pid) for each in processes] == before
    yard.people.answer(ask, Decision.DENY)
    assert (await yard.ended(job)).state is JobState.COMPLETED


def _ticks(pid: int) -> tuple[str, ...]:
    """Times it was given the processor."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return tuple(line for line in status if "ctxt_switches" in line)


async def test_its_timeout_ends_it_though_it_waits(make_yard: Make) -> None:
    yard = make_yard()
    job = await yard.ask(ASKS_ONCE, timeout_s=0.8)
    done = await yard.ended(job)
    assert "longer than a run may" in done.error
    assert yard.people.open == {}


async def test_a_long_prompt_blocks_nobody(make_yard: Make, folder: Path) -> None:
    """Far more than the pipe holds, to an agent that reads late."""
    yard = make_yard()
    cli = spoken_cli()
    late = replace(
        cli,
        asking=replace(
            cli.asking,  # type: ignore[type-var]
            plan=lambda request: replace(
                cli.plan(request), arguments=("-c", request.prompt, "agent")
            ),
        ),
    )
    yard.supervisor._clis[cli.name] = late  # type: ignore[index]
    said = "x" * 3_000_000
    job = await yard.ask(
        "while [ ! -e go ]; do sleep 0.02; done\nhead -n 1 | wc -c > size\necho text ok; echo done",
        str(folder),
        options={"said": said},
    )
    while yard.supervisor.get(job.id).state is not JobState.RUNNING:  # type: ignore[union-attr]
        await asyncio.sleep(0.005)
    (folder / "go").touch()
    assert (await yard.ended(job)).state is JobState.COMPLETED
    assert int((folder / "size").read_text()) == len(said) + 1


async def test_one_that_is_started_again_is_spoken_with_anew(
    make_yard: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_job, "FIRST_PAUSE_S", 0.01)
    yard = make_yard()
    again = "[ -e tried ] || { touch tried; echo refused busy; exit 1; }\n"
    job = await yard.ask(again + ASKS_ONCE, str(folder))
    yard.people.answer(await yard.people.next_ask(), Decision.DENY, "no")
    done = await yard.ended(job)
    assert (done.state, done.retries) == (JobState.COMPLETED, 1), done.error
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text == "deny no"
    assert len(yard.folder(job).said_before(0).read_bytes().splitlines()) == 2, "the prompt alone"
    heard = [each async for each in yard.supervisor.watch(job.id) if isinstance(each, TextGrew)]
    assert heard == [TextGrew(text="deny no")]


async def test_a_cli_that_cannot_ask_is_refused(make_yard: Make) -> None:
    yard = make_yard()
    yard.supervisor._clis[yard.cli.name] = replace(yard.cli, asking=None)  # type: ignore[index]
    with pytest.raises(InvalidRun, match="cannot be made to ask"):
        await yard.ask(ASKS_ONCE)


async def test_a_question_stands_again_after_a_restart_and_its_answer_arrives_once(
    make_yard: Make, folder: Path
) -> None:
    first = make_yard()
    job = await first.ask(ASKS_ONCE, str(folder))
    before = await first.people.next_ask()
    await first.close()
    second = make_yard()
    await second.supervisor.start()
    after = await second.people.next_ask()
    assert after == before
    assert second.people.first_asked_at == first.people.first_asked_at != [None]
    second.people.answer(after, Decision.ONCE)
    done = await second.ended(job)
    assert done.state is JobState.COMPLETED, done.error
    assert (folder / "it").exists()


async def test_what_a_dialogue_works_with_is_read_in_beside_the_loop(
    make_yard: Make, folder: Path
) -> None:
    """By a program that did not plan the run: of one that goes on, and of one that has ended."""
    read_in: list[bool] = []

    class Unread(LineDialogue):
        def begin(self) -> list[Spoken]:
            assert read_in, "it is spoken with before"
            return super().begin()

    def next_yard() -> AskingYard:
        read_in.clear()
        yard = make_yard()
        asking = replace(
            yard.cli.asking,  # type: ignore[type-var]
            dialogue=Unread,
            load=lambda: read_in.append(threading.current_thread() is threading.main_thread()),
        )
        yard.supervisor._clis[yard.cli.name] = replace(yard.cli, asking=asking)  # type: ignore[index]
        return yard

    first = next_yard()
    job = await first.ask(ASKS_ONCE, str(folder))
    await first.people.next_ask()
    await first.close()
    second = next_yard()
    await second.supervisor.start()
    second.people.answer(await second.people.next_ask(), Decision.DENY)
    await second.ended(job)
    assert read_in == [False]
    await second.close()
    third = next_yard()
    heard = [each async for each in third.supervisor.watch(job.id) if isinstance(each, TextGrew)]
    assert heard == [TextGrew(text="deny")]
    assert read_in == [False]


def test_the_agent_client_protocol_is_read_in_so() -> None:
    names = (CliName.GEMINI, CliName.GROK, CliName.COPILOT, CliName.OPENCODE, CliName.MISTRAL)
    loads = [cli_of(name).asking.load for name in names]  # type: ignore[union-attr]
    assert loads == [messages.load] * len(names)


@pytest.mark.parametrize("decision", [Decision.ONCE, Decision.DENY])
async def test_a_question_outlives_a_program_that_is_killed(
    make_yard: Make, folder: Path, tmp_path: Path, decision: Decision
) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.asking_child",
        *(str(tmp_path / "yard"), str(folder), ASKS_ONCE, ""),
        cwd=Path(__file__).parents[3],
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    job_id = (await child.stdout.readline()).decode().strip()
    child.kill()
    await child.wait()
    yard = make_yard()
    await yard.supervisor.start()
    ask = await yard.people.next_ask()
    assert not (folder / "it").exists()
    yard.people.answer(ask, decision)
    done = await yard.supervisor.wait(job_id, 60)
    assert done is not None
    assert done.state is JobState.COMPLETED, done.error
    assert (folder / "it").exists() is (decision is Decision.ONCE)


async def test_what_was_answered_before_a_restart_is_not_asked_again(
    make_yard: Make, folder: Path
) -> None:
    first = make_yard()
    job = await first.ask(
        HEARS + "echo ask 1 x\nhear; echo text $id$word\n"
        "echo ask 2 y\nhear; echo text $id$word\necho done",
        str(folder),
    )
    first.people.answer(await first.people.next_ask(), Decision.JOB)
    await first.people.next_ask(2)
    await first.close()
    second = make_yard()
    await second.supervisor.start()
    ask = await second.people.next_ask()
    assert ask.native_id == "2"
    second.people.answer(ask, Decision.DENY)
    assert (await second.ended(job)).state is JobState.COMPLETED
    result = await second.supervisor.result(job.id)
    assert result is not None
    assert result.text == "1allow2deny"


@pytest.mark.parametrize("log", [b'{"what":"begun","key":"a 1"}\n', b'{"what":"beg'])
async def test_what_may_have_arrived_is_not_sent_again_and_the_job_ends(
    make_yard: Make, folder: Path, log: bytes
) -> None:
    """A program was killed in the middle of an answer, or the disk was full then."""
    first = make_yard()
    job = await first.ask(ASKS_ONCE, str(folder))
    ask = await first.people.next_ask()
    said = first.folder(job).said
    await first.close()
    with said.open("ab") as file:
        answered = (
            b'{"what":"answer","id":"%b","at":%d,"answer":{"decision":"once","way":"dialog",'
            b'"at_s":1.0,"note":"","person":""}}\n'
        )
        file.write(answered % (ask.native_id.encode(), len(b"ask 1 touch it\n")) + log)
    second = make_yard()
    await second.supervisor.start()
    done = await second.ended(job)
    assert done.state is JobState.FAILED
    assert "cannot be found out" in done.error
    assert not (folder / "it").exists()


async def test_a_prompt_half_sent_when_the_program_left_is_sent_to_its_end(
    make_yard: Make, folder: Path
) -> None:
    first = make_yard()
    cli = spoken_cli()
    asking = cli.asking
    assert asking is not None
    late = replace(
        cli,
        asking=replace(
            asking,
            plan=lambda request: replace(
                cli.plan(request), arguments=("-c", request.prompt, "agent")
            ),
        ),
    )
    said = "y" * 500_000
    first.supervisor._clis[cli.name] = late  # type: ignore[index]
    job = await first.ask(
        "while [ ! -e go ]; do sleep 0.02; done\nhead -n 1 | wc -c > size\necho text ok; echo done",
        str(folder),
        options={"said": said},
    )
    log = first.folder(job).said
    while not log.exists() or b"begun" not in log.read_bytes():
        await asyncio.sleep(0.005)
    await first.close()
    assert b'"part"' in log.read_bytes()
    second = make_yard()
    await second.supervisor.start()
    (folder / "go").touch()
    assert (await second.ended(job)).state is JobState.COMPLETED
    assert int((folder / "size").read_text()) == len(said) + 1


async def test_one_that_ended_meanwhile_asks_nobody(make_yard: Make, folder: Path) -> None:
    first = make_yard()
    job = await first.ask(
        HEARS + "echo ask 1 x\nwhile [ ! -e go ]; do sleep 0.02; done", str(folder)
    )
    await first.people.next_ask()
    pid = first.supervisor.get(job.id).process.pid  # type: ignore[union-attr]
    await first.close()
    (folder / "go").touch()
    while Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
        await asyncio.sleep(0.01)
    os.waitpid(pid, 0)
    second = make_yard()
    await second.supervisor.start()
    assert (await second.ended(job)).state is JobState.FAILED
    assert second.people.asked == []


async def test_who_watches_hears_all_and_again_when_it_is_over(make_yard: Make) -> None:
    yard = make_yard()
    job = await yard.ask(ASKS_ONCE)
    heard: list[str] = []

    async def watch() -> None:
        events = yard.supervisor.watch(job.id)
        heard.extend([each.text async for each in events if isinstance(each, TextGrew)])

    watching = asyncio.create_task(watch())
    yard.people.answer(await yard.people.next_ask(), Decision.DENY, "not that")
    await yard.ended(job)
    await watching
    assert heard == ["deny not that"]
    await yard.put_away()
    said = yard.folder(job).said
    assert is_encrypted_file(said)
    assert b"not that" not in said.read_bytes()
    await watch()
    assert heard == ["deny not that"] * 2


async def test_it_is_shared_by_nobody_who_does_not_ask(make_yard: Make) -> None:
    yard = make_yard(jobs=JobSettings(dedup_window_ms=60_000))
    one = await yard.ask("echo ask 1 x; tail -f /dev/null")
    live = yard.supervisor._live[one.id]
    asked = replace(live.asked, request=replace(live.asked.request, asks=False))
    other = await yard.supervisor.submit(asked)
    assert other.job.id != one.id
    same = await yard.supervisor.submit(live.asked)
    assert (same.job.id, same.deduped) == (one.id, True)
