"""Changes frozen whole; nothing that a repository says is run."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.validation import evidence
from llmgw_desktop.engine.validation.evidence import ChangesAsked, Evidence, capture

ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


class Repo:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.write("kept.py", "a = 1\n")
        self.commit("first")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false")
        told = subprocess.run(
            ["git", *who, *arguments],
            cwd=self.folder,
            env=ENV,
            check=True,
            capture_output=True,
            text=True,
        )
        return told.stdout

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def captured(self, **asked: Any) -> Evidence:
        return capture(ChangesAsked(folder=str(self.folder), **asked), ENV)

    def content(self, **asked: Any) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.captured(**asked).content)
        return told


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def test_staged_unstaged_and_new(repo: Repo) -> None:
    repo.write("staged.py", "s = 1\n")
    repo.git("add", "staged.py")
    repo.write("kept.py", "a = 2\n")
    repo.write("new file.txt", "hé\n")
    repo.write("new.bin", b"\xff\x00\x01")
    repo.write(".gitignore", "ignored\n")
    repo.write("ignored", "secret\n")
    told = repo.content()
    assert told["schema"] == "review-evidence.v2"
    assert told["scope"] == "uncommitted"
    assert told["stagedPatch"]["paths"] == ["staged.py"]
    assert "+s = 1" in told["stagedPatch"]["content"]
    assert told["unstagedPatch"]["paths"] == ["kept.py"]
    assert "-a = 1\n+a = 2" in told["unstagedPatch"]["content"]
    new = {each["path"]: each for each in told["untrackedFiles"]}
    assert sorted(new) == [".gitignore", "new file.txt", "new.bin"]
    assert new["new file.txt"]["content"] == "hé\n"
    assert new["new.bin"]["encoding"] == "base64"
    assert base64.b64decode(new["new.bin"]["content"]) == b"\xff\x00\x01"
    for piece in (told["stagedPatch"], told["unstagedPatch"], new["new file.txt"]):
        raw = piece["content"].encode()
        assert piece["bytes"] == len(raw)
        assert piece["sha256"] == hashlib.sha256(raw).hexdigest()


def test_what_the_report_shows_has_no_content(repo: Repo) -> None:
    repo.write("new.py", "password = 1\n")
    found = repo.captured()
    assert "password" in found.content
    assert "password" not in json.dumps(dict(found.told))
    assert found.told["sha256"] == hashlib.sha256(found.content.encode()).hexdigest()


def test_a_branch_and_a_commit(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD").strip()
    repo.git("checkout", "-q", "-b", "work")
    repo.write("kept.py", "a = 3\n")
    repo.commit("second")
    branch = repo.content()
    assert branch["scope"] == "branch"
    assert branch["base"] == first
    assert "+a = 3" in branch["committedPatch"]["content"]
    assert repo.content(scope="branch", base="main")["committedPatch"] == branch["committedPatch"]
    commit = repo.content(scope="commit")
    assert commit["committedPatch"]["content"] == branch["committedPatch"]["content"]
    assert commit["committedPatch"]["paths"] == ["kept.py"]
    root = repo.content(scope="commit", base=first)
    assert "+a = 1" in root["committedPatch"]["content"]


def test_paths_narrow_it_and_lead_nowhere_else(repo: Repo) -> None:
    repo.write("one/a.py", "1\n")
    repo.write("two/b.py", "2\n")
    told = repo.content(paths=("one",))
    assert [each["path"] for each in told["untrackedFiles"]] == ["one/a.py"]
    for path in ("../elsewhere", "/etc/passwd", ":(top)/x\0"):
        with pytest.raises(InvalidRun) as refused:
            repo.captured(paths=(path,))
        assert refused.value.field == "paths"


def test_a_folder_that_binds_shows_nothing_above_it(repo: Repo) -> None:
    repo.write("in/a.py", "1\n")
    repo.write("out.py", "secret\n")
    asked = ChangesAsked(folder=str(repo.folder / "in"), is_bound=True)
    found = capture(asked, ENV)
    assert "secret" not in found.content
    assert [each["path"] for each in found.told["untrackedFiles"]] == ["in/a.py"]
    for path in ("../out.py", "..", str(repo.folder)):
        with pytest.raises(InvalidRun, match="does not lie in there"):
            capture(replace(asked, paths=(path,)), ENV)
    top = capture(ChangesAsked(folder=str(repo.folder), is_bound=True), ENV)
    assert len(top.told["untrackedFiles"]) == 2


def test_a_link_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("do not tell")
    (repo.folder / "link").symlink_to(tmp_path / "secret")
    (repo.folder / "folder").symlink_to("/etc")
    found = repo.captured()
    assert "do not tell" not in found.content
    new = {each["path"]: each["kind"] for each in json.loads(found.content)["untrackedFiles"]}
    assert new == {"link": "link", "folder": "link"}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux to count files")
def test_a_repository_within_is_told_and_no_file_stays_open(repo: Repo) -> None:
    (repo.folder / "within").mkdir()
    Repo(repo.folder / "within" / "it")
    content = repo.content(scope="uncommitted")
    assert [(each["path"], each["kind"]) for each in content["untrackedFiles"]] == [
        ("within/it/", "folder")
    ]
    inside = repo.folder / "within" / "it"
    opened = [Path(each) for each in Path("/proc/self/fd").iterdir()]
    assert inside not in [each.readlink() for each in opened if each.is_symlink()]


def test_nothing_is_cut(repo: Repo) -> None:
    repo.write("big", "x" * 200_000)
    with pytest.raises(InvalidRun, match="nothing is cut") as refused:
        repo.captured()
    assert refused.value.field == "maxArtifactBytes"
    assert len(repo.content(most_bytes=300_000)["untrackedFiles"][0]["content"]) == 200_000
    repo.git("add", "big")
    with pytest.raises(InvalidRun, match="nothing is cut"):
        repo.captured()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"scope": "uncommitted"}, "scope"),
        ({"scope": "branch"}, "base"),
        ({"scope": "branch", "base": "--output=/tmp/x"}, "base"),
        ({"scope": "commit", "base": "nothing"}, "base"),
    ],
)
def test_what_cannot_be_reviewed(repo: Repo, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        repo.captured(**asked)
    assert refused.value.field == field


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(InvalidRun) as refused:
        capture(ChangesAsked(folder=str(tmp_path)), ENV)
    assert refused.value.field == "workingDir"


def test_a_repository_whose_files_lie_elsewhere(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "core.worktree", str(tmp_path))
    with pytest.raises(InvalidRun, match="elsewhere"):
        repo.captured()


def test_what_changes_while_it_is_read_is_refused(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repo.write("new.py", "1\n")
    real = evidence._captured

    def writes(asked: ChangesAsked, env: Any) -> Evidence:
        found = real(asked, env)
        path.write_text(path.read_text() + "more\n")
        return found

    monkeypatch.setattr(evidence, "_captured", writes)
    with pytest.raises(InvalidRun, match="changed while"):
        repo.captured()


def _external(repo: Repo, program: str) -> None:
    repo.git("config", "diff.external", program)


def _textconv(repo: Repo, program: str) -> None:
    repo.git("config", "diff.evil.textconv", program)
    repo.git("config", "diff.evil.command", program)
    repo.write(".gitattributes", "* diff=evil\n")


def _filter(repo: Repo, program: str) -> None:
    for name in ("evil", "ev=il", "a.b"):
        repo.git("config", f"filter.{name}.clean", program)
        repo.git("config", f"filter.{name}.required", "true")
    lines = ["*.py filter=evil", "*.txt filter=ev=il", "*.md filter=a.b"]
    repo.write(".gitattributes", "\n".join(lines) + "\n")


def _process_filter(repo: Repo, program: str) -> None:
    repo.git("config", "filter.evil.process", program)
    repo.write(".gitattributes", "* filter=evil\n")


def _monitor(repo: Repo, program: str) -> None:
    repo.git("config", "core.fsmonitor", program)


def _hooks(repo: Repo, program: str) -> None:
    for name in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        (repo.folder / ".git" / "hooks").mkdir(exist_ok=True)
        (repo.folder / ".git" / "hooks" / name).symlink_to(program)


def _signature(repo: Repo, program: str) -> None:
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "gpg.program", program)
    repo.git("config", "core.pager", program)


@pytest.mark.parametrize(
    "trap", [_external, _textconv, _filter, _process_filter, _monitor, _hooks, _signature]
)
def test_nothing_of_the_repository_is_run(
    repo: Repo, tmp_path: Path, trap: Callable[[Repo, str], None]
) -> None:
    for name in ("x.txt", "y.md"):
        repo.write(name, "one\n")
    repo.commit("more")
    ran = tmp_path / "ran"
    program = tmp_path / "evil"
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    program.chmod(0o700)
    trap(repo, str(program))
    for name in ("kept.py", "x.txt", "y.md"):
        repo.write(name, "two\n")
    for scope in ("uncommitted", "commit"):
        told = repo.content(scope=scope)
    assert not ran.exists()
    assert "+one" in told["committedPatch"]["content"]
    assert "+two" in repo.content(scope="uncommitted")["unstagedPatch"]["content"]
    assert not ran.exists()


def test_variables_of_git_are_not_handed_on(repo: Repo, tmp_path: Path) -> None:
    repo.write("new.py", "1\n")
    ran = tmp_path / "ran"
    hostile = {
        **ENV,
        "GIT_DIR": str(tmp_path / "nowhere"),
        "GIT_EXTERNAL_DIFF": f"touch {ran}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"touch {ran}",
    }
    told = capture(ChangesAsked(folder=str(repo.folder)), hostile)
    assert [each["path"] for each in told.told["untrackedFiles"]] == ["new.py"]
    assert not ran.exists()
