"""What runs write, in all the ways that go wrong elsewhere."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable

import pytest

from llmgw_desktop.domain.cli import ErrorCategory, TextGrew
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.settings.tables import LimitSettings
from llmgw_desktop.engine.jobs import life, spool
from llmgw_desktop.engine.jobs.news import News
from tests.support.shell_cli import Yard, asking

MakeYard = Callable[..., Yard]
OK = "echo text hello; echo done"
MB = 1024 * 1024
NOISE = f"yes {'noise' * 400}"


async def test_60_mb_are_read_to_the_last_byte_in_constant_memory(make_yard: MakeYard) -> None:
    yard = make_yard(limits=LimitSettings(max_job_output_bytes=100 * MB))
    job = (await yard.supervisor.submit(asking(f"{NOISE} | head -c {60 * MB}; echo; {OK}"))).job
    tracemalloc.start()
    try:
        ended = await yard.supervisor.wait(job.id)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ended is not None
    assert ended.state is JobState.COMPLETED
    assert ended.stdout_bytes == 60 * MB + len("\ntext hello\ndone\n")
    assert peak < 4 * MB


async def test_each_byte_is_read_once(make_yard: MakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    whole_read = spool.Spool.read

    def counted(self: spool.Spool, most: int = spool.PIECE_BYTES) -> bytes:
        nonlocal read
        piece = whole_read(self, most)
        read += len(piece)
        return piece

    monkeypatch.setattr(spool.Spool, "read", counted)
    yard = make_yard()
    job = (await yard.supervisor.submit(asking(f"{NOISE} | head -c {4 * MB}; echo; {OK}"))).job
    ended = await yard.supervisor.wait(job.id)
    assert ended is not None
    assert read == ended.stdout_bytes > 4 * MB


async def _ended_before_anybody_looks(yard: Yard, script: str, rest: str) -> Job:
    """`rest` is written by what the run leaves behind, while the loop stands still."""
    ended = f'until [ "$(wc -w <{yard.home}/jobs/*/exit)" != 0 ]; do sleep 0.01; done'
    left = f"({ended}; {rest}; touch {yard.home}/written; exec sleep 1000) &"
    go = f"touch {yard.home}/begun; until [ -e {yard.home}/go ]; do sleep 0.01; done"
    job = (await yard.supervisor.submit(asking(f"{go}; {left} {script}"))).job
    while not (yard.home / "begun").exists():
        await asyncio.sleep(0.01)
    (yard.home / "go").touch()
    while not (yard.home / "written").exists():
        time.sleep(0.01)
    told = await yard.supervisor.wait(job.id)
    assert told is not None
    return told


async def test_what_is_left_behind_and_writes_too_much_undoes_no_good_end(
    make_yard: MakeYard,
) -> None:
    yard = make_yard(limits=LimitSettings(max_job_output_bytes=100_000))
    job = await _ended_before_anybody_looks(yard, OK, "yes text | head -c 300000")
    assert (job.state, job.exit_code) == (JobState.COMPLETED, 0)
    assert job.output_truncated


async def test_whose_last_word_lies_behind_the_limit_has_written_too_much(
    make_yard: MakeYard,
) -> None:
    yard = make_yard(limits=LimitSettings(max_job_output_bytes=100_000))
    job = await _ended_before_anybody_looks(yard, f"yes text | head -c 300000; {OK}", ":")
    assert (job.exit_code, job.category) == (126, ErrorCategory.OUTPUT_OVERFLOW)
    assert job.output_truncated


async def test_who_wants_the_beginning_of_an_answer_is_told_how_much_he_has_not(yard: Yard) -> None:
    job = (await yard.ended("echo text café; echo text more; echo done")).job
    whole = await yard.supervisor.said(job)
    assert (whole.text, whole.left_out_bytes) == ("cafémore", 0)
    for most in range(10):
        told = await yard.supervisor.said(job, most)
        assert whole.text.startswith(told.text)
        assert told.left_out_bytes == max(len("cafémore".encode()) - most, 0)


async def test_a_program_that_prints_no_newline_is_read_to_its_end(yard: Yard) -> None:
    job = (await yard.ended(f"head -c {8 * MB} /dev/zero | tr '\\0' x; echo; {OK}")).job
    assert job.state is JobState.COMPLETED
    silent = (await yard.ended("printf 'text never ended'")).job
    assert (silent.state, silent.category) == (JobState.FAILED, ErrorCategory.CLI)


async def test_a_program_that_closes_its_output_early_is_waited_for(yard: Yard) -> None:
    result = await yard.ended(OK + "; exec >&- 2>&-; sleep 0.2; exit 0")
    assert result.job.state is JobState.COMPLETED
    late = await yard.ended(OK + "; exec >&- 2>&-; sleep 0.2; exit 9")
    assert (late.job.state, late.job.exit_code) == (JobState.FAILED, 9)


async def test_letters_cut_at_every_byte_arrive_whole(yard: Yard) -> None:
    program = (
        "import os,time\n"
        "for byte in 'text caf\\u00e9 \\U0001f600\\ndone\\n'.encode():\n"
        "    os.write(1, bytes([byte])); time.sleep(0.003)\n"
    )
    script = yard.home / "drip.py"
    script.write_text(program)
    job = (await yard.supervisor.submit(asking(f"{sys.executable} -S {script}"))).job
    events = [event async for event in yard.supervisor.watch(job.id)]
    assert events[0] == TextGrew(text="café \U0001f600")


async def test_a_full_disk_loses_no_exit_status(yard: Yard) -> None:
    """A file may not grow: as on a full disk, what is written over is written all the same."""
    job = (await yard.supervisor.submit(asking("sleep 0.3; exit 7"))).job
    live = yard.supervisor._life.live[job.id]
    while live.job.process is None:
        await yard.supervisor.wait(job.id, 0.01)
    resource.prlimit(live.job.process.pid, resource.RLIMIT_FSIZE, (41, 41))
    ended = await yard.supervisor.wait(job.id)
    assert ended is not None
    assert (ended.state, ended.exit_code) == (JobState.FAILED, 7)


async def test_an_end_that_cannot_be_written_down_is_told_and_written_later(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "WRITE_AGAIN_S", 0.05)
    move = yard.store.move
    refusals = 0

    def full(job: object, **kwargs: object) -> bool:
        nonlocal refusals
        if getattr(job, "is_live", True) or refusals >= 2:
            return move(job, **kwargs)  # type: ignore[arg-type]
        refusals += 1
        raise StoreUnavailable("gateway.db cannot be used: the disk is full.")

    monkeypatch.setattr(yard.store, "move", full)
    job = (await yard.ended(OK)).job
    assert job.state is JobState.COMPLETED
    for _ in range(500):
        if (kept := yard.store.get(job.id)) == job:
            break
        await asyncio.sleep(0.01)
    assert kept == job
    assert refusals == 2


async def test_a_run_is_told_its_private_folder_and_what_lies_there(yard: Yard) -> None:
    script = f'for each in "$@" "$TMPDIR"; do echo text "$each,"; done; {OK}'
    more = ["--in={folder}/extra.json", "--out={folder}", "see {folder}", "--say={folder}/other"]
    result = await yard.ended(script, more=more)
    given, out, seen, said, temporary, _ = result.text.split(",")
    folder = temporary.removesuffix("/tmp")
    assert (given, out) == (f"--in={folder}/extra.json", f"--out={folder}")
    assert (seen, said) == ("see {folder}", "--say={folder}/other")


async def test_so_it_is_while_its_keeper_has_not_gone_yet(
    make_yard: MakeYard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end stands in its folder; that its process is gone is heard later."""
    ends = list[Callable[[], None]]()

    def later(_news: object, _pid: int, listener: Callable[[], None]) -> Callable[[], None]:
        ends.append(listener)
        return lambda: None

    monkeypatch.setattr(News, "of_end", later)
    yard = make_yard(limits=LimitSettings(max_job_output_bytes=100_000))
    job = asyncio.create_task(_ended_before_anybody_looks(yard, OK, "yes text | head -c 300000"))
    while not (yard.home / "written").exists():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    ends[-1]()
    told = await job
    assert (told.state, told.exit_code) == (JobState.COMPLETED, 0)
