"""What a run is shown: rules about places become mounts, parents first."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.jobs.cli_settings import (
    Contain,
    ContainSettings,
    ContainWish,
    Network,
    wish_of,
)
from llmgw_desktop.engine.containment.containment import Access, View, arguments_of
from llmgw_desktop.engine.containment.sights import shared_by


def _mounts(view: View) -> list[tuple[str, str]]:
    """(Option, place), in their order."""
    words = arguments_of(view)
    steps: list[tuple[str, str]] = []
    while words:
        count = {"--tmpfs": 1, "--remount-ro": 1}.get(words[0], 2)
        steps.append((words[0], words[count]))
        words = words[count + 1 :]
    return steps


def test_the_deepest_word_holds(tmp_path: Path) -> None:
    for each in ("home/.ssh", "home/work/own", "gateway/data/worktrees/one"):
        (tmp_path / each).mkdir(parents=True)
    (tmp_path / "home/.netrc").write_text("secret")
    (tmp_path / "link").symlink_to("home")
    view = View()
    view.give(tmp_path / "link", Access.READ)
    view.give(tmp_path / "home/work", Access.WRITE)
    view.give(tmp_path / "home/work/own", Access.WRITE)
    view.give(tmp_path / "home/.ssh", Access.HIDDEN)
    view.give(tmp_path / "home/.netrc", Access.HIDDEN)
    view.give(tmp_path / "home/none", Access.WRITE)
    view.give(tmp_path / "gateway", Access.HIDDEN)
    view.give(tmp_path / "gateway/data/worktrees/one", Access.WRITE)
    home = str(tmp_path / "home")
    assert _mounts(view) == [
        ("--ro-bind", home),
        ("--ro-bind", f"{home}/.netrc"),
        ("--tmpfs", f"{home}/.ssh"),
        ("--bind", f"{home}/work"),
        ("--bind", str(tmp_path / "gateway/data/worktrees/one")),
        ("--symlink", str(tmp_path / "link")),
        ("--remount-ro", f"{home}/.ssh"),
    ]
    assert view.sees(tmp_path / "link/work")
    assert not view.sees(tmp_path / "home/.ssh/key")
    assert not view.sees(tmp_path / "gateway/run")
    assert view.of(tmp_path / "gateway/data/worktrees/one/a") is Access.WRITE


def test_another_folder_in_the_place_of_one(tmp_path: Path) -> None:
    for each in ("home/.cache/copilot", "instead"):
        (tmp_path / each).mkdir(parents=True)
    view = View()
    view.give(tmp_path / "home", Access.READ)
    view.give(tmp_path / "home/.cache/copilot", Access.WRITE)
    view.show_instead(tmp_path / "home/.cache", tmp_path / "instead")
    view.show_instead(tmp_path / "home/.none", tmp_path / "instead")
    assert [place for _, place in _mounts(view)] == [
        str(tmp_path / "home"),
        str(tmp_path / "home/.cache"),
        str(tmp_path / "home/.cache/copilot"),
    ]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    view = View()
    view.give(tmp_path / "a", Access.READ)
    assert len(view.links) <= 2


_TABLES = st.lists(
    st.builds(
        ContainSettings,
        contain=st.none() | st.sampled_from(Contain),
        network=st.none() | st.sampled_from(Network),
        readable=st.lists(st.sampled_from(["/a", "/b"]), max_size=2).map(tuple),
    ),
    max_size=4,
)


@given(_TABLES)
@settings(max_examples=60)
def test_the_strictest_word_counts(tables: list[ContainSettings]) -> None:
    wish = wish_of(tables)
    said = {each.contain for each in tables} - {None}
    order = [Contain.ALWAYS, Contain.AUTO, Contain.NEVER]
    assert wish.contain is next((each for each in order if each in said), Contain.AUTO)
    assert (wish.network is Network.ON) == ({each.network for each in tables} <= {None, Network.ON})
    assert set(wish.readable) == {path for each in tables for path in each.readable}
    assert wish_of([]) == ContainWish()


@pytest.mark.parametrize("liar", ["", "worktree", "repository", "elsewhere"])
def test_a_worktree_and_its_repository_name_each_other(tmp_path: Path, liar: str) -> None:
    """What only one of them says leads nowhere."""
    git, tree = tmp_path / "repo/.git", tmp_path / "tree"
    own = git / "worktrees/one"
    for each in (own, git / "objects", git / "refs", tree / "src"):
        each.mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (tree / ".git").write_text(f"gitdir: {own}\n")
    (own / "gitdir").write_text(f"{tree / '.git'}\n")
    if liar == "worktree":
        (own / "gitdir").write_text(f"{tmp_path / 'other/.git'}\n")
    if liar == "repository":
        (own / "gitdir").unlink()
    if liar == "elsewhere":
        (tree / ".git").write_text(f"gitdir: {tmp_path}\n")
        (tmp_path / "gitdir").write_text(f"{tree / '.git'}\n")
    assert shared_by(tree / "src") == (None if liar else git)
