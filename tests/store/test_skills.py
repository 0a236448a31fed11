"""Skills as files: ours, and the person's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.store.resources import LONGEST, SkillFolders


def own(folder: Path, name: str, text: str) -> Path:
    path = folder / name / "SKILL.md"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "config" / "skills"


def test_ours_are_there_without_a_folder_of_the_persons(folder: Path) -> None:
    skills = SkillFolders(folder)
    names = [each.name for each in skills.all()]
    assert "delegate-a-job" in names
    for name in names:
        text = skills.text(name)
        assert text is not None
        assert text.startswith("---\n")
    assert all(each.description and not each.is_own for each in skills.all())


def test_a_persons_own_comes_first(folder: Path) -> None:
    own(folder, "delegate-a-job", "---\nname: x\ndescription: Mine.\n---\nDo it so.\n")
    own(folder, "deploy", "No head.")
    found = {each.name: each for each in SkillFolders(folder).all()}
    assert found["delegate-a-job"].description == "Mine."
    assert found["delegate-a-job"].is_own
    assert (found["deploy"].description, found["deploy"].is_own) == ("", True)
    assert "Do it so." in (SkillFolders(folder).text("delegate-a-job") or "")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../secret", "a/b", "/etc/passwd", "%2e%2e", "x" * 65, "deploy\0", "~"]
)
def test_a_name_leads_nowhere_else(folder: Path, name: str) -> None:
    own(folder, "deploy", "Here.")
    (folder.parent / "secret").mkdir()
    (folder.parent / "secret" / "SKILL.md").write_text("no")
    (folder.parent / "SKILL.md").write_text("no")
    assert SkillFolders(folder).text(name) is None


def test_what_is_too_long_or_no_file_is_not_there(folder: Path) -> None:
    own(folder, "long", "x" * (LONGEST + 1))
    (folder / "folder" / "SKILL.md").mkdir(parents=True)
    assert SkillFolders(folder).text("long") is None
    assert SkillFolders(folder).text("folder") is None
