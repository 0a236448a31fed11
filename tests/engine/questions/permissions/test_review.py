"""What is shown with a warning, what only as long as it can be read whole, and what not at all."""

import os
from pathlib import Path

import pytest

from llmgw_desktop.domain.jobs.approval import Ask, DecisionWay, FileChange, PermissionKind
from llmgw_desktop.engine.questions.permissions.review import (
    MOST_BYTES,
    MOST_CHANGES,
    MOST_WARNINGS,
)
from tests.engine.questions.permissions.scene import command, scene, until
from tests.engine.questions.permissions.test_rules import edit, tool


async def test_ordinary_things_carry_no_warning(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        plain = (
            command("/bin/bash -lc 'make -C sub test > /dev/null' # see https://example.com/a/b"),
            edit("a2", FileChange(path="sub/a.txt", new="line\r\n\tmore ❤️ 👨‍👩‍👧\n")),
            edit("a3", FileChange(path="sub/../b.txt", diff="+x")),
            tool("a4", path="/etc/passwd"),
        )
        for ask in plain:
            assert (await made.put(ask)).warnings == ()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/etc/passwd", "It leads outside the job's working folder: /etc/passwd"),
        ("../b.txt", "It leads outside the job's working folder: ../b.txt"),
        ("sub/../../b.txt", "It leads outside the job's working folder: sub/../../b.txt"),
        ("../private/key", "It leads where credentials are kept: ../private/key"),
        ("out/passwd", "It leads by a link out of the job's working folder: out/passwd"),
        ("safe/key", "It leads where credentials are kept: safe/key"),
        ("round/round/x", "It leads"),
    ],
)
async def test_where_a_file_leads_is_told_or_refused(tmp_path: Path, path: str, said: str) -> None:
    async with scene(tmp_path) as made:
        (made.folder / "out").symlink_to("/etc")
        (made.folder / "safe").symlink_to(tmp_path / "private")
        (made.folder / "round").symlink_to("/")
        question = await made.put(edit("a1", FileChange(path=path, new="x")))
        assert question.warnings[0].startswith(said)
        refused = await made.unasked(
            edit("a2", FileChange(path=path, new="x")), made.job("far", is_remote=True)
        )
        assert refused.way is DecisionWay.REFUSED
        assert not refused.allows
        assert refused.note.startswith("Denied by the gateway: a job that was asked for from else")


async def test_a_folder_that_looks_like_the_workspace_is_outside(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        beside = f"{made.folder}2/a.txt"
        question = await made.put(edit("a1", FileChange(path=beside, new="x")))
        assert question.warnings == (f"It leads outside the job's working folder: {beside}",)


async def test_a_command_elsewhere_is_told_or_refused(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command("ls", cwd="/etc"))
        assert question.warnings == ("It runs outside the job's working folder: /etc",)
        far = made.job("far", is_remote=True)
        assert (await made.unasked(command("ls", "a2", cwd="/etc"), far)).way is DecisionWay.REFUSED
        # what its words name is a guess: a person reads them
        assert (await made.put(command("cat /etc/hostname", "a3"), far)).warnings


async def test_what_a_command_names_is_told(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        text = f"cp ../x $(cat '/etc/shadow') \"{tmp_path}/private/key\" a//../../b"
        question = await made.put(command(text))
        names = [each.split(": ")[1].split(" (")[0] for each in question.warnings]
        assert names == ["../x", "/etc/shadow", f"{tmp_path}/private/key", "a//../../b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rm -rf build", "It deletes folders with all that is in them."),
        ("make && timeout 5 bash -c 'git push -f'", "It writes over a branch elsewhere."),
        ("git status", ""),
        ("echo " + "x" * 20_000 + "; rm -rf build", ""),
    ],
)
async def test_what_destroys_something_is_said_first(tmp_path: Path, text: str, said: str) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command(text))
        assert question.warnings[:1] == ((said,) if said else ())


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        (command("ls\x1b[2K"), "control"),
        (command("ls\rrm -rf ."), "control"),
        (command("ls \u202egpj.exe"), "hide or reorder"),
        (command("ls \u200b"), "hide or reorder"),
        (command("ls \u3164\u2800"), "hide or reorder"),
        (command("llmgw \\\n approvals allow prm_1"), "in your place"),
        (command("llmgw questions answer prm_1 once"), "in your place"),
        (command("curl -X POST http://127.0.0.1:3333/v1/questions/prm_1"), "in your place"),
        (edit("a1", FileChange(path="a\u2066b.py", new="")), "hide or reorder"),
        (edit("a1", FileChange(path="a.py", new="if x:\u202e pass")), "hide or reorder"),
        (tool("a1", deep=[{"er": ["\x07"]}]), "control"),
        (tool("a1", **{"na\u202eme": 1}), "hide or reorder"),
        (Ask(native_id="a1", kind=PermissionKind.FETCH, url="https://a\u200b.example"), "hide"),
        (Ask(native_id="a1", arguments={"a": 1}), "not known what"),
    ],
)
async def test_what_cannot_be_seen_is_told(tmp_path: Path, ask: Ask, word: str) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(ask)
        assert any(word in each for each in question.warnings)
        assert question.ask == ask, "nothing of it is changed"


@pytest.mark.parametrize(
    "ask",
    [
        command("x" * MOST_BYTES),
        edit("a1", FileChange(path="a", new="ä" * (MOST_BYTES // 2))),
        edit("a1", FileChange(path="a", old="x" * 500_000, new="y" * 500_000)),
        edit("a1", *(FileChange(path=f"{number}") for number in range(MOST_CHANGES + 1))),
        tool("a1", text="x" * MOST_BYTES),
        Ask(native_id="a1", raw="x" * (MOST_BYTES + 1)),
    ],
    ids=["command", "edit", "megabyte", "files", "arguments", "raw"],
)
async def test_what_cannot_be_shown_whole_is_refused_with_words(tmp_path: Path, ask: Ask) -> None:
    async with scene(tmp_path) as made:
        answer = await made.unasked(ask)
        assert not answer.allows
        assert answer.way is DecisionWay.REFUSED
        assert "smaller steps" in answer.note
        (logged,) = made.desk.recent()
        assert len(str(logged.question.ask)) < 100_000


async def test_arguments_that_are_no_json_are_refused(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        deep: list[object] = []
        for _ in range(5000):
            deep = [deep]
        assert "cannot be read" in (await made.unasked(tool("a1", deep=deep))).note
        assert "cannot be read" in (await made.unasked(tool("a2", what=object()))).note


async def test_so_many_warnings_and_no_more(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command(" ".join(f"/etc/{number}" for number in range(50))))
        assert len(question.warnings) == MOST_WARNINGS + 1
        assert question.warnings[-1] == "And 30 more like these."


async def test_odd_paths_break_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        (made.folder / "loop").symlink_to("loop")
        for number, path in enumerate(["a\0b", "loop/x", "x" * 5000, "", ".", "~root/x", "\ud800"]):
            ask = edit(f"a{number}", FileChange(path=path, new="x"))
            made.ask(ask)
            await until(
                lambda ask=ask: (
                    bool(made.answers[ask.native_id])  # type: ignore[misc]
                    or any(each.ask is ask for each in made.desk.waiting)
                )
            )
            assert not any(each.allows for each in made.answers[ask.native_id])


async def test_a_mount_that_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.engine.questions.permissions.review._LOOK_WITHIN_S", 0.0)
    async with scene(tmp_path) as made:
        question = await made.put(command())
        assert question.warnings == ("It could not be found out in time where its paths lead.",)
        assert question.rule == ""
        far = made.job("far", is_remote=True)
        assert (await made.unasked(command(name="a2"), far)).way is DecisionWay.REFUSED


async def test_no_key_is_written_down(tmp_path: Path) -> None:
    async with scene(tmp_path, clean=lambda text: text.replace("sk-secret", "***")) as made:
        ask = command("curl -H 'x-api-key: sk-secret'")
        question = await made.put(ask)
        assert "sk-secret" in question.ask.command, "a person sees what would be done"
        made.desk.withdraw("job_1", "a1")
        assert "sk-secret" not in str(made.desk.recent())
    assert b"sk-secret" not in b"".join(
        Path(entry.path).read_bytes() for entry in os.scandir(tmp_path) if entry.is_file()
    )
