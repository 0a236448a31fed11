"""What jobs were asked and said lies encrypted once they have ended, and reads as before."""

from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliEvent
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.submission import JobResult
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.domain.vault import EntryBroken, VaultError, VaultLocked
from llmgw_desktop.engine.jobs import ended_files, folders, live_job
from llmgw_desktop.store.at_rest.data_keys import is_encrypted
from llmgw_desktop.store.at_rest.files import MAGIC, number_of_file
from tests.support.shell_cli import Yard, asking

MakeYard = Callable[..., Yard]
ASKED, SAID = "the-words-that-were-asked", "the-words-that-were-said"
SCRIPT = f"cat >/dev/null; echo text {SAID}; echo {SAID} >&2; echo done # {ASKED}"
OTHER = {"LLM_GATEWAY_MASTER_KEY": "cd" * 32}


def lies_open(home: Path) -> list[str]:
    """Files below a folder in which the words stand."""
    files = [path for path in home.rglob("*") if path.is_file()]
    words = [ASKED.encode(), SAID.encode()]
    return [path.name for path in files if any(each in path.read_bytes() for each in words)]


def numbers(yard: Yard) -> set[int]:
    """Of the data keys that texts of its jobs lie under; 0: in plain."""
    found = [yard.folders.named(path.name) for path in (yard.home / "jobs").iterdir()]
    return {number_of_file(path) for folder in found for path in folder.texts()}


def _of(yard: Yard, job_id: str) -> Path:
    return yard.folders.named(job_id).path


async def told(yard: Yard, job_id: str) -> tuple[list[CliEvent], JobResult | None, str, str]:
    """All that can be read of a job."""
    events = [event async for event in yard.supervisor.watch(job_id)]
    raw = yard.supervisor.raw_output(job_id)
    assert raw is not None
    pages = [each.text for each in (raw.stdout(0, 10**6), raw.stderr(0, 10**6))]
    return events, await yard.supervisor.result(job_id), pages[0], pages[1]


async def test_what_was_asked_and_said_is_encrypted_and_reads_as_before(yard: Yard) -> None:
    yard.encrypts = False
    asked = asking(SCRIPT, stdin=f"{ASKED} on stdin")
    job = (await yard.supervisor.submit(asked)).job
    await yard.supervisor.wait(job.id)
    await yard.put_away()
    as_plain = await told(yard, job.id)
    assert as_plain[1] is not None
    assert as_plain[1].contained is not None
    assert "stdout" in lies_open(yard.home / "jobs")
    written_s = (yard.home / "jobs" / job.id / "stdout").stat().st_mtime_ns
    yard.encrypts = True
    yard.supervisor.apply(JobSettings(), LimitSettings())
    await yard.put_away()
    assert lies_open(yard.home / "jobs") == []
    assert await told(yard, job.id) == as_plain
    assert yard.folders.asked(yard.folders.find(job.id)) == asked
    for path in (yard.home / "jobs").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert (yard.home / "jobs" / job.id / "stdout").stat().st_mtime_ns == written_s
    # and back
    yard.encrypts = False
    yard.supervisor.apply(JobSettings(), LimitSettings())
    await yard.put_away()
    assert numbers(yard) == {0}
    assert await told(yard, job.id) == as_plain


async def test_a_stopped_run_leaves_nothing_for_others_either(yard: Yard) -> None:
    job = (await yard.supervisor.submit(asking(f"echo text {SAID}; sleep 1000"))).job
    async for _ in yard.supervisor.watch(job.id):
        break
    assert "stdout" in lies_open(yard.home / "jobs")  # while it runs
    await yard.supervisor.cancel(job.id)
    await yard.put_away()
    assert lies_open(yard.home / "jobs") == []
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in _of(yard, job.id).iterdir()}
    assert set(modes.values()) == {0o600}, modes


async def test_runs_that_were_started_again_are_read_from_all_their_files(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_job, "FIRST_PAUSE_S", 0.02)
    done = f"echo text {SAID}; echo done; exit 0"
    second = f"[ -e {yard.home}/second ] && {{ {done}; }}; touch {yard.home}/second"
    asked = asking(f"{second}; echo failed {SAID}; exit 1 # {ASKED}")
    job = (await yard.supervisor.submit(asked)).job
    live = [event async for event in yard.supervisor.watch(job.id)]
    await yard.supervisor.wait(job.id)
    await yard.put_away()
    kept = {path.name for path in yard.folders.named(job.id).texts()}
    assert {"stdout.1", "retry.1"} <= kept
    assert lies_open(yard.home / "jobs") == []
    later = yard.again()
    assert [event async for event in later.supervisor.watch(job.id)] == live
    await later.close()


async def test_what_listens_while_it_ends_hears_all(yard: Yard) -> None:
    script = f"for n in $(seq 300); do echo text $n {SAID}; done; echo done # {ASKED}"
    jobs = [(await yard.supervisor.submit(asking(f"{script} {n}"))).job for n in range(8)]

    async def heard(job_id: str) -> int:
        return len([event async for event in yard.supervisor.watch(job_id)])

    assert set(await asyncio.gather(*(heard(job.id) for job in jobs * 2))) == {301}
    await yard.put_away()
    assert lies_open(yard.home / "jobs") == []


async def test_what_a_run_leaves_behind_may_still_write_before(yard: Yard) -> None:
    """Its files are cut first, and put away then."""
    left = f"(trap '' TERM HUP; while :; do echo late {SAID}; done) &"
    result = await yard.ended(f"echo text {SAID}; echo done; {left} exit 0")
    assert result.job.state is JobState.COMPLETED
    await yard.put_away()
    assert lies_open(yard.home / "jobs") == []
    assert (await told(yard, result.job.id))[2] == f"text {SAID}\ndone\n" or result.job.stdout_bytes


async def test_a_locked_vault_leaves_them_plain_until_it_opens(
    make_yard: MakeYard, caplog: pytest.LogCaptureFixture
) -> None:
    yard = make_yard(clean=lambda text: text.replace("sk-secret", "…"))
    first = (await yard.ended(SCRIPT)).job
    await yard.put_away()
    await yard.supervisor.close()
    locked = yard.again(master=OTHER)
    with caplog.at_level(logging.WARNING):
        await locked.supervisor.start()
        second = (await locked.ended(SCRIPT)).job
        third = (await locked.ended(f"{SCRIPT} sk-secret")).job
        await locked.put_away()
    assert locked.supervisor.ended_files.plain == 2
    assert "lies in plain" in caplog.text
    assert "LLM_GATEWAY_MASTER_KEY" in caplog.text
    assert (await told(locked, second.id))[2] == f"text {SAID}\ndone\n"
    with pytest.raises(FileNotFoundError):  # there is a secret in it, and it would lie open
        locked.folders.asked(locked.folders.find(third.id))
    for reading in (
        locked.supervisor.result(first.id),
        locked.supervisor.watch(first.id).__anext__(),  # type: ignore[attr-defined]
        asyncio.to_thread(locked.supervisor.raw_output, first.id),
    ):
        with pytest.raises(VaultLocked, match="not the one in LLM_GATEWAY_MASTER_KEY"):
            await reading
    assert locked.store.get(first.id) is not None
    await locked.supervisor.delete(first.id)
    assert not (yard.home / "jobs" / first.id).exists()
    await locked.close()
    later = yard.again()
    await later.supervisor.start()
    await later.put_away()
    assert lies_open(yard.home / "jobs") == []
    assert later.supervisor.ended_files.plain == 0
    assert (await told(later, second.id))[2] == f"text {SAID}\ndone\n"
    await later.close()


async def test_after_a_rotation_all_come_under_the_new_key(yard: Yard) -> None:
    jobs = [(await yard.ended(f"{SCRIPT} {number}")).job for number in range(3)]
    await yard.put_away()
    first = yard.vault.data_keys.current().number
    assert numbers(yard) == {first}
    said = [await told(yard, job.id) for job in jobs]
    yard.vault.rotate(by="test", new_master=b"\xcd" * 32)
    later = yard.again(master=OTHER)
    await later.supervisor.start()
    assert [await told(later, job.id) for job in jobs] == said
    later.at_rest.key()  # as whoever wants it next
    await later.put_away()
    assert numbers(later) == {later.vault.data_keys.current().number} != {first}
    assert [await told(later, job.id) for job in jobs] == said
    await later.close()


async def test_nothing_opens_the_vault_where_nothing_lies_in_plain(yard: Yard) -> None:
    job = (await yard.ended(SCRIPT)).job
    await yard.put_away()
    await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    await later.put_away()
    assert not later.at_rest.is_open
    assert (await told(later, job.id))[2] == f"text {SAID}\ndone\n"
    await later.close()


async def test_a_run_cannot_write_what_passes_for_encrypted(yard: Yard) -> None:
    words = "".join(f"\\{byte:03o}" for byte in MAGIC + b"\0\0\0\7")
    job = (await yard.supervisor.submit(asking(f"printf '{words}\\n'; {SCRIPT}"))).job
    ended = await yard.supervisor.wait(job.id)
    assert ended is not None
    assert ended.state is JobState.COMPLETED
    await yard.put_away()
    assert lies_open(yard.home / "jobs") == []
    assert (await told(yard, job.id))[2].endswith(f"text {SAID}\ndone\n")


async def test_a_damaged_file_is_told_and_holds_up_no_other(yard: Yard) -> None:
    jobs = [(await yard.ended(f"{SCRIPT} {number}")).job for number in range(2)]
    await yard.put_away()
    stdout = yard.folders.named(jobs[0].id).stdout
    stdout.write_bytes(stdout.read_bytes()[:-1] + b"x")
    with pytest.raises(EntryBroken):
        await yard.supervisor.result(jobs[0].id)
    yard.encrypts = False
    yard.supervisor.apply(JobSettings(), LimitSettings())
    await yard.put_away()
    assert is_encrypted(stdout.read_bytes())
    assert number_of_file(yard.folders.named(jobs[0].id).stderr) == 0
    assert (await told(yard, jobs[1].id))[2] == f"text {SAID}\ndone\n"


async def test_a_full_disk_leaves_them_as_they_are_until_the_next_end(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> bool:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(folders, "convert_file", full)
        first = (await yard.ended(SCRIPT)).job
        await yard.put_away()
        assert (await told(yard, first.id))[2] == f"text {SAID}\ndone\n"
    await yard.ended(SCRIPT)
    await yard.put_away()
    assert lies_open(yard.home / "jobs") == []


async def test_one_that_is_deleted_meanwhile_is_gone(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ended_files, "REST_S", 0.05)
    jobs = [(await yard.ended(f"head -c 300000 /dev/zero; {SCRIPT}")).job for _ in range(3)]
    for job in jobs:
        await yard.supervisor.delete(job.id)
    await yard.put_away()
    assert list((yard.home / "jobs").iterdir()) == []


async def test_what_was_asked_can_be_asked_again_with_its_secret(make_yard: MakeYard) -> None:
    yard = make_yard(clean=lambda text: text.replace("sk-secret", "…"))
    job = (await yard.ended(f"{SCRIPT} sk-secret")).job
    await yard.put_away()
    assert "sk-secret" in yard.folders.asked(yard.folders.find(job.id)).request.prompt
    yard.encrypts = False
    yard.supervisor.apply(JobSettings(), LimitSettings())
    await yard.put_away()
    with pytest.raises((FileNotFoundError, VaultError)):  # it would lie open
        yard.folders.asked(yard.folders.find(job.id))
