"""Runs that are signed in out of the vault, with real processes: each in a HOME that is not the
person's, whose sign-in comes back refreshed whatever becomes of us."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.store.vault.master_key import VARIABLE
from tests.support.shell_cli import Yard, asking, with_submission

MakeYard = Callable[..., Yard]
ENTRY = address(EntryKind.FILE, "work", "auth.json")
FILE = '"$OWN_HOME/auth.json"'
SHOW = f'echo "text $(cat {FILE})"'
CHILD = (sys.executable, "-m", "tests.engine.jobs.home_child")
ROOT = Path(__file__).parents[3]


def signed_in(number: int) -> str:
    return f'{{"access": "a{number}", "refresh": "r{number}"}}'


def refresh(number: int) -> str:
    return f"echo '{signed_in(number)}' >{FILE}.new; mv {FILE}.new {FILE}"


def until(go: Path) -> str:
    return f"while [ ! -e {go} ]; do sleep 0.01; done"


def stored(yard: Yard) -> str:
    return yard.vault.secret(ENTRY, by="test").decode().strip()


def left(yard: Yard) -> list[Path]:
    return list((yard.home / "homes").rglob("auth.json*"))


@pytest.fixture
def yard(make_yard: MakeYard) -> Yard:
    made = make_yard(account="work")
    made.vault.put(ENTRY, signed_in(1).encode(), by="test")
    return made


async def begun(yard: Yard, script: str) -> str:
    job = (await yard.supervisor.submit(asking(script))).job
    async for _ in yard.supervisor.watch(job.id):
        break
    return job.id


async def test_a_run_has_a_home_of_its_own_and_nothing_of_the_persons(
    make_yard: MakeYard,
) -> None:
    person = {
        "CLAUDE_CONFIG_DIR": "/person/.claude",
        "ANTHROPIC_API_KEY": "the-persons-key",
        "XDG_CONFIG_HOME": "/person/.config",
        "XDG_RUNTIME_DIR": "/run/person",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/person/bus",
        "OWN_KEY": "the-persons-other-key",
        "SSH_AUTH_SOCK": "/run/agent/ssh",
    }
    yard = make_yard(account="work", env=person)
    yard.vault.put(ENTRY, signed_in(1).encode(), by="test")
    result = await yard.ended(f"env | sed 's/^/text /'; {SHOW}; echo done")
    assert result.job.state is JobState.COMPLETED
    home = yard.home / "homes" / "claude" / "work" / "home"
    assert result.text.count(f"HOME={home}") >= 1
    for name, below in (
        ("OWN_HOME", ".own"),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_CACHE_HOME", ".cache"),
        ("XDG_STATE_HOME", ".local/state"),
    ):
        assert f"{name}={home / below}" in result.text
    assert "/run/agent/ssh" in result.text
    for word in ("/person/", "the-persons", "person/bus"):
        assert word not in result.text
    assert signed_in(1) in result.text


async def test_only_the_cli_that_says_so_has_one(yard: Yard) -> None:
    result = await yard.ended("echo text $HOME; echo done", cli=CliName.CODEX)
    assert result.text == yard.env["HOME"]
    assert not (yard.home / "homes").exists()


async def test_what_a_run_refreshed_is_in_the_vault_after_it(yard: Yard) -> None:
    result = await yard.ended(f"{refresh(2)}; echo text $HOME; echo done")
    await yard.supervisor.close()
    assert stored(yard) == signed_in(2)
    assert left(yard) == []
    later = yard.again()
    again = await later.ended(f"{SHOW}; echo text $HOME; echo done")
    assert again.text == signed_in(2) + result.text
    await later.close()


async def test_so_it_is_after_one_that_failed_and_one_that_was_canceled(yard: Yard) -> None:
    await yard.ended(f"{refresh(2)}; echo failed x; exit 1")
    job_id = await begun(yard, f"{refresh(3)}; echo text a; sleep 1000")
    await yard.supervisor.cancel(job_id)
    await yard.supervisor.close()
    assert stored(yard) == signed_in(3)
    assert left(yard) == []


async def test_two_at_once_share_it_and_the_latest_counts(yard: Yard) -> None:
    go = yard.home / "go"
    first = await begun(yard, f"echo text a; {until(go)}; {refresh(3)}; echo done")
    await yard.ended(f"{refresh(2)}; echo text b; echo done")
    third = await yard.ended(f"{SHOW}; echo done")
    assert third.text == signed_in(2)
    assert stored(yard) == signed_in(2)
    assert left(yard) != []
    go.touch()
    await yard.supervisor.wait(first)
    await yard.supervisor.close()
    assert stored(yard) == signed_in(3)
    assert left(yard) == []


async def test_it_is_there_until_the_last_process_of_a_run_is_gone(yard: Yard) -> None:
    """Whatever a run leaves behind may still refresh it, until it is ended too."""
    script = (
        f"late() {{ {refresh(2)}; exit; }}\n"
        "(trap late TERM; echo >ready; while :; do sleep 0.05; done) >/dev/null 2>&1 &\n"
        "while [ ! -e ready ]; do sleep 0.01; done; echo text a; echo done"
    )
    result = await yard.ended(script)
    assert result.job.state is JobState.COMPLETED
    await yard.supervisor.close()
    assert left(yard) == []
    assert stored(yard) == signed_in(2)


@pytest.mark.parametrize("spoil", [f": >{FILE}", f"printf '{{\"acc' >{FILE}", f"rm {FILE}"])
async def test_a_spoilt_file_spoils_nothing(yard: Yard, spoil: str) -> None:
    await yard.ended(f"{spoil}; echo text a; echo done")
    await yard.supervisor.close()
    assert stored(yard) == signed_in(1)
    assert left(yard) == []


@pytest.mark.parametrize(
    "trick",
    [
        "rm {file}; ln -s {outside} {file}",
        "rm {file}; ln {outside} {file}",
        'rm -r "$OWN_HOME"; ln -s {folder} "$OWN_HOME"',
        'cd /; rm -r "$HOME"; ln -s {folder} "$HOME"',
        "rm {file}; mkfifo {file}",
        "rm {file}; mkdir -p {file}/deep; ln -s {outside} {file}/deep/link",
        "ln -s {outside} {file}.llmgw-new",
    ],
)
async def test_a_hostile_run_reaches_nothing_else(yard: Yard, trick: str) -> None:
    folder = yard.home / "outside"
    (folder / ".own").mkdir(parents=True)
    outside = folder / "auth.json"
    outside.write_text(signed_in(66))
    (folder / ".own" / "auth.json").write_text(signed_in(67))
    script = trick.format(file=FILE, outside=outside, folder=folder)
    assert (await yard.ended(f"{script}; echo text a; echo done")).text == "a"
    result = await yard.ended(f"{SHOW}; echo done")
    assert result.text == signed_in(1)
    await yard.supervisor.close()
    assert stored(yard) == signed_in(1)
    assert outside.read_text() == signed_in(66)
    assert (folder / ".own" / "auth.json").read_text() == signed_in(67)
    assert not (yard.home / "homes" / "claude" / "work" / "home" / ".own" / "auth.json").exists()


@pytest.mark.parametrize("missing", ["entry", "key"])
async def test_without_it_nothing_begins(make_yard: MakeYard, yard: Yard, missing: str) -> None:
    if missing == "entry":
        yard.vault.clear(by="test")
    else:
        yard = Yard(yard.home, yard.env, account="work", master={VARIABLE: "cd" * 32})
    with pytest.raises(InvalidRun) as refused:
        await yard.supervisor.submit(asking("echo text a; echo done"))
    assert refused.value.category is ErrorCategory.AUTH
    assert ("vault set work auth.json" if missing == "entry" else "is locked") in str(refused.value)
    assert yard.store.recent() == []
    assert not (yard.home / "homes").exists()
    if missing == "key":
        await yard.close()


async def test_one_whose_turn_comes_when_it_is_gone_says_so(make_yard: MakeYard) -> None:
    yard = make_yard(account="work", limits=_one_at_once())
    yard.vault.put(ENTRY, signed_in(1).encode(), by="test")
    go = yard.home / "go"
    first = await begun(yard, f"echo text a; {until(go)}; echo done")
    second = (await yard.supervisor.submit(asking("echo text b; echo done"))).job
    yard.vault.clear(by="test")
    go.touch()
    ended: Any = await yard.supervisor.wait(second.id)
    assert (ended.state, ended.category) == (JobState.FAILED, ErrorCategory.AUTH)
    assert "The vault has no file work/auth.json" in ended.error
    assert (await yard.supervisor.wait(first)).state is JobState.COMPLETED  # type: ignore[union-attr]


def _one_at_once() -> Any:
    from llmgw_desktop.domain.settings.tables import LimitSettings

    return LimitSettings(max_running_jobs=1)


async def test_the_same_for_another_project_is_another_run(yard: Yard) -> None:
    own = address(EntryKind.FILE, "work", "auth.json", "shop")
    yard.vault.put(own, signed_in(20).encode(), by="test")
    asked = asking(f"{SHOW}; echo done", changes=False)
    shared = await yard.supervisor.submit(asked)
    of_shop = await yard.supervisor.submit(with_submission(asked, project="shop"))
    assert not of_shop.deduped
    for job, number in ((shared.job, 1), (of_shop.job, 20)):
        await yard.supervisor.wait(job.id)
        result: Any = await yard.supervisor.result(job.id)
        assert result.text == signed_in(number)


async def test_nothing_of_it_stands_in_what_is_kept_of_the_job(yard: Yard) -> None:
    result = await yard.ended(f"{refresh(2)}; echo text a; echo done")
    folder = yard.home / "jobs" / result.job.id
    kept = b"".join(path.read_bytes() for path in folder.iterdir() if path.name != "request.json")
    assert b'"r1"' not in kept + repr(result.job).encode()
    assert b'"r1"' not in (yard.home / "gateway.db").read_bytes()


@pytest.mark.parametrize("ends", ["while we are away", "when we are back"])
async def test_a_killed_program_loses_no_refresh(yard: Yard, ends: str) -> None:
    go, done = yard.home / "go", yard.home / "done"
    script = f"echo text a; {until(go)}; {refresh(2)}; echo done; touch {done}"
    child = subprocess.Popen(
        [*CHILD, str(yard.home), script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    job_id = (await asyncio.to_thread(child.stdout.readline)).strip()
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert left(yard) != []
    if ends == "while we are away":
        go.touch()
        while not done.exists():
            await asyncio.sleep(0.01)
    later = yard.again()
    await later.supervisor.start()
    assert left(yard) != [] or ends == "while we are away"
    go.touch()
    job: Any = await later.supervisor.wait(job_id)
    assert job.state is JobState.COMPLETED
    await later.close()
    assert stored(yard) == signed_in(2)
    assert left(yard) == []


async def test_a_program_that_ends_leaves_it_to_runs_that_go_on(yard: Yard) -> None:
    go = yard.home / "go"
    job_id = await begun(yard, f"{refresh(2)}; echo text a; {until(go)}; {refresh(3)}; echo done")
    await yard.supervisor.close()
    yard.homes.settle()
    assert stored(yard) == signed_in(2)
    assert left(yard) != []
    later = yard.again()
    await later.supervisor.start()
    go.touch()
    await later.supervisor.wait(job_id)
    await later.close()
    assert stored(yard) == signed_in(3)
    assert left(yard) == []
