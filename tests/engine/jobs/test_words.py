"""What was asked lies on the disk as long as it is needed, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest, SessionWish, TextGrew
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.engine.jobs import life
from tests.support.shell_cli import Yard, asking

SECRET = "sk-1234-prompt"
OK = f"echo text hello; echo done # {SECRET}"
TRANSCRIPTS = Path(__file__).parents[2] / "clis" / "transcripts"


def _where_it_lies(yard: Yard) -> list[str]:
    files = (path for path in (yard.home / "jobs").rglob("*") if path.is_file())
    return [path.name for path in files if SECRET.encode() in path.read_bytes()]


def _clean(words: str) -> str:
    return words.replace(SECRET, "…")


@pytest.fixture(params=[True, False], ids=["encrypted", "plain"])
def yard(make_yard: Callable[..., Yard], request: pytest.FixtureRequest) -> Yard:
    return make_yard(clean=_clean, encrypts=request.param)


async def test_what_holds_no_secret_can_be_asked_again(yard: Yard) -> None:
    asked = asking("cat >/dev/null; echo text hi; echo done", stdin="in", note="x")
    job = (await yard.supervisor.submit(asked)).job
    await yard.supervisor.wait(job.id)
    await yard.put_away()
    folders = yard.folders
    folder = folders.find(job.id)
    assert folders.asked(folder) == asked
    assert not folder.stdin.exists()
    assert not folder.words.exists()


async def test_an_ended_job_keeps_no_secret_in_plain_and_can_be_read_all_the_same(
    yard: Yard,
) -> None:
    more = {"stdin": f"in {SECRET}", "note": SECRET}
    submitted = await yard.supervisor.submit(asking(f"cat >/dev/null; {OK}", **more))
    assert _where_it_lies(yard) == ["asked.json"]
    await yard.supervisor.wait(submitted.job.id)
    await yard.put_away()
    assert _where_it_lies(yard) == []
    result = await yard.supervisor.result(submitted.job.id)
    assert result is not None
    assert (result.job.state, result.text) == (JobState.COMPLETED, "hello")
    said = [event async for event in yard.supervisor.watch(submitted.job.id)]
    assert said[0] == TextGrew(text="hello")
    folders = yard.folders
    if yard.encrypts:  # it may be asked again
        assert folders.asked(folders.find(submitted.job.id)).request.options == more
        return
    with pytest.raises(FileNotFoundError):
        folders.asked(folders.find(submitted.job.id))


async def test_what_a_cli_complained_of_names_no_secret(yard: Yard) -> None:
    submitted = await yard.supervisor.submit(asking(f"echo bad key {SECRET} >&2; exit 3"))
    job = await yard.supervisor.wait(submitted.job.id)
    assert job is not None
    assert job.error.startswith("bad key …")
    kept = yard.store.get(job.id)
    assert kept is not None
    assert SECRET not in kept.error


async def test_one_whose_end_cannot_be_written_yet_keeps_it(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "WRITE_AGAIN_S", 1000.0)
    move = yard.store.move

    def full(job: Any, **kwargs: Any) -> bool:
        if job.is_live:
            return move(job, **kwargs)
        raise StoreUnavailable("gateway.db cannot be used: the disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(yard.store, "move", full)
        job = (await yard.ended(OK)).job
    assert _where_it_lies(yard) == ["asked.json"]
    await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    await later.supervisor.wait(job.id, 30)
    await later.put_away()
    assert _where_it_lies(yard) == []
    await later.close()


async def test_what_a_fall_left_is_forgotten(yard: Yard) -> None:
    job = (await yard.ended(OK)).job
    await yard.supervisor.close()
    (yard.home / "jobs" / job.id / "asked.json").write_text(SECRET)
    (yard.home / "jobs" / job.id / "stdin").write_text(SECRET)
    later = yard.again()
    await later.supervisor.start()
    await later.put_away()
    assert _where_it_lies(yard) == []
    await later.close()


class _Noted(Mapping[str, object]):
    """Options that know who asked for them."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    @override
    def __getitem__(self, name: str) -> object:
        self.seen.add(name)
        raise KeyError(name)

    @override
    def __iter__(self) -> Iterator[str]:
        raise AssertionError("a reader asks for options by their names")

    @override
    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize("name", list(CliName))
def test_readers_look_at_no_option_but_those_that_are_kept(name: CliName) -> None:
    prefix = {"mistral": "vibe"}.get(name, name)
    cli = cli_of(name, "")
    files = sorted(TRANSCRIPTS.glob(f"{prefix}.*.jsonl"))
    for file in files:
        options = _Noted()
        reader = cli.reader(CliRequest(cli=name, prompt="", options=options))
        reader.feed(file.read_bytes())
        reader.finish(0, "")
        assert options.seen <= cli.read_by, file.name
    assert files


@pytest.mark.parametrize("name", list(CliName))
@pytest.mark.parametrize("wish", [SessionWish.NEW, SessionWish.RESUME])
def test_readers_read_the_same_without_the_prompt(name: CliName, wish: SessionWish) -> None:
    prefix = {"mistral": "vibe"}.get(name, name)
    cli = cli_of(name, "")
    find: Callable[[str], CliRequest] = lambda prompt: CliRequest(  # noqa: E731
        cli=name, prompt=prompt, session=wish, session_id="s"
    )
    for file in sorted(TRANSCRIPTS.glob(f"{prefix}.*.jsonl")):
        whole, without = cli.reader(find("say pong")), cli.reader(find(""))
        said = file.read_bytes()
        assert without.feed(said) + without.finish(0, "") == whole.feed(said) + whole.finish(0, "")
