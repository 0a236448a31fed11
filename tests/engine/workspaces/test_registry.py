"""Which folders become workspaces, which never do, and where a run by an alias works."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreCorrupt
from llmgw_desktop.domain.jobs.cli_settings import Contain, ContainSettings, Network
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchWorkspace
from llmgw_desktop.domain.jobs.workspace import ALIAS, Workspace, WorkspaceKind
from llmgw_desktop.engine.workspaces.folders import is_inside
from llmgw_desktop.engine.workspaces.git import git_folder
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.workspaces import WorkspaceStore
from tests.support.workspace_scene import Scene

MANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CLAUDE = CliName.CLAUDE


def create(scene: Scene, slug: str, alias: str = "w", **more: Any) -> Workspace:
    fields = {"root": "code", "kind": WorkspaceKind.FOLDER, "default": False, "by": "anna", **more}
    return scene.workspaces.create(alias, fields.pop("root"), slug, fields.pop("kind"), **fields)


def refused(field: str) -> Any:
    return pytest.raises(InvalidRun, match=rf"^{field}: ")


class TestCreate:
    def test_a_folder_is_made_and_found_by_its_alias(self, scene: Scene) -> None:
        made = create(scene, "a/b")
        assert Path(made.path) == scene.root / "a" / "b"
        assert scene.workspaces.get("w") == made
        assert (made.made_by, made.root, made.kind) == ("anna", "code", WorkspaceKind.FOLDER)
        assert scene.workspaces.place("w", "", CLAUDE).folder == made.path

    def test_a_repository_has_no_hooks_and_reads_no_settings(self, scene: Scene) -> None:
        template = scene.home / "template" / "hooks"
        template.mkdir(parents=True)
        (template / "post-checkout").write_text("#!/bin/sh\ntouch /tmp/never\n")
        (scene.home / ".gitconfig").write_text(f"[init]\ntemplateDir = {template.parent}\n")
        made = create(scene, "repo", kind=WorkspaceKind.GIT)
        assert git_folder(Path(made.path)) == Path(made.path) / ".git"
        assert not (Path(made.path) / ".git" / "hooks").exists()

    @pytest.mark.parametrize(
        ("change", "kind", "field"),
        [
            ({"allow_create_directories": False}, WorkspaceKind.FOLDER, "root"),
            ({"allow_init_git_repos": False}, WorkspaceKind.GIT, "kind"),
            ({"path": "/no/such/root"}, WorkspaceKind.FOLDER, "root"),
            ({"alias": "other"}, WorkspaceKind.FOLDER, "root"),
        ],
    )
    def test_only_as_far_as_the_root_allows(
        self, scene: Scene, change: dict[str, Any], kind: WorkspaceKind, field: str
    ) -> None:
        scene.allow(**change)
        with refused(field):
            create(scene, "a", kind=kind)
        assert list(scene.root.iterdir()) == []
        assert scene.workspaces.all() == []

    @pytest.mark.parametrize(
        "slug",
        [
            *("", ".", "..", "a/../b", "../x", "/etc", "a//b", "a/", ".ssh", "a/.git", "a b"),
            *("a\\b", "a/b/c", "x" * 65, "é", "a\0b", "con", "a\n", "a."),
        ],
    )
    def test_what_is_no_slug_makes_nothing(self, scene: Scene, slug: str) -> None:
        with refused("slug"):
            create(scene, slug)
        assert list(scene.root.iterdir()) == []

    def test_what_is_there_is_left_alone(self, scene: Scene) -> None:
        (scene.root / "there").mkdir()
        (scene.root / "there" / "file").write_text("x")
        with refused("slug"):
            create(scene, "there")
        with refused("slug"):
            create(scene, "there/file/x", "v")
        assert (scene.root / "there" / "file").read_text() == "x"

    def test_a_link_on_the_way_is_not_followed(self, scene: Scene, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (scene.root / "link").symlink_to(outside)
        with refused("slug"):
            create(scene, "link/new")
        assert list(outside.iterdir()) == []

    def test_a_failing_git_leaves_nothing(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
        with refused("kind"):
            create(scene, "a/b", kind=WorkspaceKind.GIT)
        assert list(scene.root.iterdir()) == []
        assert scene.workspaces.all() == []

    def test_an_alias_is_given_once(self, scene: Scene) -> None:
        create(scene, "a")
        with refused("alias"):
            create(scene, "b")
        assert [each.name for each in scene.root.iterdir()] == ["a"]

    @MANY
    @given(alias=st.text(max_size=70))
    def test_an_alias_is_a_plain_word(self, scene: Scene, alias: str) -> None:
        fits = re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]{0,63}", alias) is not None
        assert (ALIAS.fullmatch(alias) is not None) is fits
        if not fits:
            with refused("alias"):
                create(scene, "a", alias)
            assert list(scene.root.iterdir()) == []

    @MANY
    @given(
        slug=st.text(alphabet="ab.~/\\-_ \0", max_size=12)
        | st.sampled_from(["../a", "a/../../b", "~/x", "link/x", "./a", "a/./b"])
    )
    def test_nothing_is_ever_made_outside_the_root(self, scene: Scene, slug: str) -> None:
        outside = scene.root.parent / "outside"
        outside.mkdir(exist_ok=True)
        if not (scene.root / "link").is_symlink():
            (scene.root / "link").symlink_to(outside)
        beside = sorted(scene.root.parent.iterdir())
        try:
            made = create(scene, slug)
        except InvalidRun:
            pass
        else:
            assert is_inside(Path(os.path.realpath(made.path)), scene.root)
            scene.workspaces.remove("w")
            shutil.rmtree(scene.root / slug.split("/")[0])
        assert sorted(scene.root.parent.iterdir()) == beside
        assert list(outside.iterdir()) == []


class TestRegister:
    def test_a_repository_below_a_root(self, scene: Scene) -> None:
        folder = scene.repository("deep/down/repo")
        made = scene.workspaces.register("w", str(folder), default=True, by="anna")
        assert (made.path, made.kind, made.root) == (str(folder), WorkspaceKind.GIT, "code")
        assert scene.workspaces.all()[0].is_default

    def test_a_link_is_registered_as_what_it_leads_to(self, scene: Scene) -> None:
        folder = scene.repository("repo")
        link = scene.home / "link"
        link.symlink_to(folder)
        made = scene.workspaces.register("w", str(link), default=False, by="anna")
        assert made.path == str(folder)

    def test_what_lies_elsewhere_or_is_no_repository_is_refused(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        inside = scene.repository("repo")
        (inside / "src").mkdir()
        other = tmp_path / "other"
        shutil.copytree(inside, other)
        (scene.root / "out").symlink_to(other)
        for path in (other, scene.root / "out", scene.root / "none", inside / "src", "repo"):
            with refused("path"):
                scene.workspaces.register("w", str(path), default=False, by="anna")
        scene.allow(allow_register_existing_git_repos=False)
        with refused("path"):
            scene.workspaces.register("w", str(inside), default=False, by="anna")
        assert scene.workspaces.all() == []

    def test_a_linked_worktree_of_a_repository_there(self, scene: Scene) -> None:
        folder = scene.repository("repo")
        tree, share = scene.root / "tree", folder / ".git" / "worktrees" / "tree"
        tree.mkdir()
        share.mkdir(parents=True)
        (tree / ".git").write_text(f"gitdir: {share}\n")
        made = scene.workspaces.register("w", str(tree), default=False, by="anna")
        assert made.kind is WorkspaceKind.GIT

    @pytest.mark.parametrize("place", ["../../person/.git", "/nope", "", "x\0y", "..\nx"])
    def test_a_history_kept_elsewhere_is_refused(self, scene: Scene, place: str) -> None:
        (scene.home / ".git").mkdir()
        tree = scene.root / "tree"
        tree.mkdir()
        (tree / ".git").write_text(f"gitdir: {place}\n")
        with refused("path"):
            scene.workspaces.register("w", str(tree), default=False, by="anna")
        (tree / ".git").unlink()
        (tree / ".git").symlink_to(scene.home / ".git")
        with refused("path"):
            scene.workspaces.register("w", str(tree), default=False, by="anna")
        assert scene.workspaces.all() == []

    @pytest.mark.parametrize(
        "name", [".ssh", ".aws", ".gnupg", ".config/gcloud", ".SSH", ".kube", ".docker/x"]
    )
    def test_where_credentials_are_kept_is_never_one(self, scene: Scene, name: str) -> None:
        folder = scene.repository(name)
        (scene.root / "plain").symlink_to(folder)
        for path in (folder, scene.root / "plain"):
            with refused("path"):
                scene.workspaces.register("w", str(path), default=False, by="anna")
            with refused("path"):
                scene.workspaces.add("w", str(path), default=False, by="me")
        assert scene.workspaces.all() == []

    def test_neither_are_homes_our_own_files_and_what_holds_them(self, scene: Scene) -> None:
        codex = scene.home / ".codex" / "sessions"
        codex.mkdir(parents=True)
        own = scene.places.data_folder
        for path in (scene.home, scene.home.parent, Path("/"), codex, own, own.parent):
            with refused("path"):
                scene.workspaces.add("w", str(path), default=False, by="me")
        assert scene.workspaces.all() == []


class TestUse:
    def test_a_run_works_below_it(self, scene: Scene) -> None:
        top = Path(create(scene, "a").path)
        (top / "src").mkdir()
        place = scene.workspaces.place
        assert place("w", "src", CLAUDE).folder == str(top / "src")
        assert place("w", str(top / "src"), CLAUDE).folder == str(top / "src")
        assert place("w", ".", CLAUDE).folder == str(top)
        assert place("w", ".", CLAUDE).workspace.alias == "w"
        assert scene.workspaces.top("w") == str(top)

    def test_it_never_leaves_it(self, scene: Scene, tmp_path: Path) -> None:
        top = Path(create(scene, "a").path)
        (tmp_path / "outside").mkdir()
        (top / "out").symlink_to(tmp_path / "outside")
        (top / ".ssh").mkdir()
        (top / "file").write_text("x")
        for path in ("..", "out", str(tmp_path), "none", ".ssh", "file", "../../etc", "a\0"):
            with refused("workingDir"):
                scene.workspaces.place("w", path, CLAUDE)
        assert scene.workspaces.place("w", "", CLAUDE).folder == str(top), (
            "it can be used all the same"
        )

    @MANY
    @given(
        parts=st.lists(
            st.sampled_from(["..", ".", "src", "out", "loop", "up", "~", "", "/", ".config"]),
            max_size=5,
        )
    )
    def test_whatever_path_is_named(self, scene: Scene, parts: list[str]) -> None:
        if not scene.workspaces.all():
            top = Path(create(scene, "a").path)
            (top / "src" / "src").mkdir(parents=True)
            (top / "out").symlink_to(scene.home)
            (top / "loop").symlink_to(top / "loop")
            (top / "src" / "up").symlink_to("..")
            (top / ".config").mkdir()
        top = scene.root / "a"
        try:
            found = Path(scene.workspaces.place("w", "/".join(parts), CLAUDE).folder)
        except InvalidRun:
            return
        assert is_inside(Path(os.path.realpath(found)), top)
        assert ".config" not in found.parts

    def test_a_folder_that_became_a_link_elsewhere_is_refused(self, scene: Scene) -> None:
        top = Path(create(scene, "a").path)
        top.rmdir()
        elsewhere = scene.home / "elsewhere"
        elsewhere.mkdir()
        top.symlink_to(elsewhere)
        with refused("workspace"):
            scene.workspaces.place("w", "", CLAUDE)
        top.unlink()
        with refused("workspace"):
            scene.workspaces.place("w", "", CLAUDE)
        top.mkdir()
        assert scene.workspaces.place("w", "", CLAUDE).folder == str(top)

    def test_a_root_that_is_allowed_no_more_takes_its_workspaces_with_it(
        self, scene: Scene
    ) -> None:
        create(scene, "a")
        assert scene.workspaces.place("w", "", CLAUDE).folder
        scene.say(allowed_roots=())
        with refused("workspace"):
            scene.workspaces.place("w", "", CLAUDE)

    def test_an_unknown_alias_is_not_found(self, scene: Scene) -> None:
        for alias in ("nope", "../x", "w\0"):
            with pytest.raises(NoSuchWorkspace, match=r"^workspace: "):
                scene.workspaces.place(alias, "", CLAUDE)

    def test_only_the_named_clis_work_there(self, scene: Scene) -> None:
        said = Workspace(
            alias="only", path=str(scene.root), clis=(CliName.CODEX,), is_of_settings=True
        )
        scene.say(repos=(said,))
        assert scene.workspaces.place("only", "", CliName.CODEX).folder == str(scene.root)
        with refused("workspace"):
            scene.workspaces.place("only", "", CLAUDE)

    def test_a_relative_folder_alone_is_in_the_default_one(self, scene: Scene) -> None:
        with refused("workingDir"):
            scene.workspaces.place("", "src", CLAUDE)
        with refused("workspace"):
            scene.workspaces.place("", "", CLAUDE)
        top = Path(create(scene, "a", default=True).path)
        (top / "src").mkdir()
        assert scene.workspaces.place("", "src", CLAUDE).folder == str(top / "src")
        assert scene.workspaces.place("", "", CLAUDE).folder == str(top)
        with refused("workingDir"):
            scene.workspaces.place("", str(top), CLAUDE)

    def test_what_was_placed_earlier_is_found_again_in_the_deepest(self, scene: Scene) -> None:
        top = Path(create(scene, "a").path)
        (top / "src").mkdir()
        inner = Workspace(alias="inner", path=str(top / "src"), is_of_settings=True)
        scene.say(repos=(inner,))
        assert scene.workspaces.holding(str(top / "src"), CLAUDE).workspace.alias == "inner"
        assert scene.workspaces.holding(str(top), CLAUDE).workspace.alias == "w"
        for folder in (str(scene.home), "/", "src"):
            with refused("workingDir"):
                scene.workspaces.holding(folder, CLAUDE)

    def test_further_folders_lie_inside_and_only_where_that_is_allowed(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        top = Path(create(scene, "a").path)
        (top / "src").mkdir()
        place = scene.workspaces.place("w", "", CLAUDE)
        with refused("addDir"):
            scene.workspaces.below(place, "src", "addDir")
        said = Workspace(alias="s", path=str(top), allow_add_dir=True, is_of_settings=True)
        scene.say(repos=(said,))
        place = scene.workspaces.place("s", "", CLAUDE)
        assert scene.workspaces.below(place, "src", "addDir") == str(top / "src")
        for path in ("..", str(tmp_path), "/etc"):
            with refused("addDir"):
                scene.workspaces.below(place, path, "addDir")

    def test_an_entry_with_a_mistake_is_off_and_nothing_takes_its_place(self, scene: Scene) -> None:
        create(scene, "a")
        assert scene.workspaces.place("w", "", CLAUDE)
        scene.say(off={"w": "path: expected an absolute path"})
        with refused("workspace"):
            scene.workspaces.place("w", "", CLAUDE)
        assert scene.workspaces.all() == []
        with refused("alias"):
            create(scene, "b")


class TestBooks:
    def test_the_settings_come_first_and_are_changed_there(self, scene: Scene) -> None:
        create(scene, "a", "w", default=True)
        create(scene, "b", "v", default=True)
        assert [each.alias for each in scene.workspaces.all() if each.is_default] == ["v"]
        said = Workspace(alias="w", path="/elsewhere", is_of_settings=True)
        scene.say(repos=(said,), default="w")
        assert [(each.alias, each.is_default) for each in scene.workspaces.all()] == [
            ("w", True),
            ("v", False),
        ]
        assert scene.workspaces.get("w").path == "/elsewhere"
        with refused("alias"):
            scene.workspaces.remove("w")
        with refused("setDefault"):
            create(scene, "c", "c", default=True)

    def test_what_is_removed_stays_on_disk(self, scene: Scene) -> None:
        made = create(scene, "a")
        scene.workspaces.remove("w")
        assert Path(made.path).is_dir()
        assert scene.workspaces.all() == []
        with pytest.raises(NoSuchWorkspace, match=r"^alias: "):
            scene.workspaces.remove("w")

    def test_a_person_adds_any_folder(self, scene: Scene) -> None:
        folder = scene.home / "notes"
        folder.mkdir()
        added = scene.workspaces.add("notes", str(folder), default=False, by="me")
        assert (added.kind, added.root) == (WorkspaceKind.FOLDER, "")
        assert scene.workspaces.place("notes", "", CLAUDE).folder == str(folder)


class TestChangedByThePerson:
    def test_another_folder_and_the_default(self, scene: Scene) -> None:
        first, second = scene.repository("first"), scene.repository("second")
        add = scene.workspaces.add
        add("app", str(first), default=False, by="test")
        add("site", str(second), default=True, by="test")
        changed = scene.workspaces.change("app", str(second), default=True)
        assert (changed.path, changed.is_default) == (str(second), True)
        known = {each.alias: each for each in scene.workspaces.all()}
        assert (known["app"].is_default, known["site"].is_default) == (True, False)
        assert known["app"].made_by == "test"

    def test_how_far_its_runs_are_contained(self, scene: Scene) -> None:
        folder = str(scene.repository("first"))
        said = ContainSettings(contain=Contain.ALWAYS, network=Network.OFF, writable=("~/a b",))
        scene.workspaces.add("app", folder, default=False, by="test", containment=said)
        scene.workspaces.change("app", folder, default=True)
        assert scene.workspaces.place("app", "", CLAUDE).workspace.containment == said
        other = ContainSettings(contain=Contain.NEVER, readable=("/data",))
        scene.workspaces.change("app", folder, default=True, containment=other)
        assert scene.workspaces.get("app").containment == other
        for places in (("relative",), ("/",), ("/a/../b",)):
            with refused("readable"):
                wrong = ContainSettings(readable=places)
                scene.workspaces.change("app", folder, default=True, containment=wrong)
        assert scene.workspaces.get("app").containment == other

    @pytest.mark.parametrize("kept", ["", "[]", '{"contain": "sometimes"}', '{"readable": 1}'])
    def test_what_is_damaged_loosens_nothing(self, scene: Scene, kept: str) -> None:
        scene.workspaces.add("app", str(scene.repository("a")), default=False, by="test")
        with closing(sqlite3.connect(scene.places.gateway_db)) as connection:
            connection.execute("UPDATE workspaces SET containment = ?", (kept,))
            connection.commit()
        with pytest.raises(StoreCorrupt, match="workspace 'app'"):
            scene.workspaces.get("app")

    def test_one_of_an_earlier_version_says_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "gateway.db"
        before = next(
            number for number, step in enumerate(GATEWAY_STEPS) if "containment" in step[0]
        )
        with closing(open_database(path, GATEWAY_STEPS[:before])) as earlier:
            row = ("app", "/src", "git", "", "", 1, "me", 1.0)
            earlier.execute("INSERT INTO workspaces VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            earlier.commit()
        store = WorkspaceStore(path)
        (known,) = store.all()
        store.close()
        assert (known.path, known.containment) == ("/src", ContainSettings())

    def test_what_may_be_none_changes_nothing(self, scene: Scene) -> None:
        folder = scene.repository("first")
        scene.workspaces.add("app", str(folder), default=False, by="test")
        with refused("path"):
            scene.workspaces.change("app", str(folder / "gone"), default=False)
        with pytest.raises(NoSuchWorkspace):
            scene.workspaces.change("other", str(folder), default=False)
        assert [each.path for each in scene.workspaces.all()] == [str(folder)]
