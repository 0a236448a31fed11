"""What stands in the place of a settings file, and is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.store.client_files.config_file import read_bytes


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    before = os.dup(0)
    os.close(before)
    with pytest.raises(ConfigError, match="is not a file") as refused:
        read_bytes(tmp_path)
    assert refused.value.file == str(tmp_path)
    after = os.dup(0)
    os.close(after)
    assert after == before
