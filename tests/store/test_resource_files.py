"""What is shipped is found, with its licences."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.store import resources
from llmgw_desktop.store.resources import resource_path


@pytest.mark.parametrize("name", ["fonts/Inter-Regular.otf", "icons/app.svg"])
def test_files_of_the_checkout_are_found(name: str) -> None:
    assert resource_path(name).is_file()


def test_an_installed_copy_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_resources" / "icons").mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    assert resource_path("icons/app.svg") == tmp_path / "_resources" / "icons" / "app.svg"


def test_every_font_comes_with_its_licence() -> None:
    folder = resource_path("fonts")
    families = {path.name.split("-")[0] for path in folder.iterdir() if path.suffix != ".txt"}
    licences = {path.stem.removeprefix("OFL-") for path in folder.glob("OFL-*.txt")}
    assert families == licences
    for licence in folder.glob("OFL-*.txt"):
        assert "SIL OPEN FONT LICENSE" in licence.read_text().upper()
