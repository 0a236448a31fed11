"""A place for a vault."""

from pathlib import Path

import pytest

from tests.store.vault.places import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
