"""Each page and dialog, empty and full, in German, with text of 200 % in a window of 900×600: no
word is cut off, out of reach or English, all that can be pressed has a name and a role.

The poses are those of `python -m tests.ui.pictures`; a child takes those of an area.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.pictures.__main__ import AREAS

_LOOK = "de:1:900x600:200"
_DAILY = "welcome"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "area",
    [pytest.param(each, marks=pytest.mark.daily) if each == _DAILY else each for each in AREAS],
)
def test_nothing_is_cut_off_nameless_or_english(area: str, tmp_path: Path) -> None:
    words = ["--area", area, "--look", _LOOK, "--light"]
    subprocess.run(
        [sys.executable, "-m", "tests.ui.pictures", str(tmp_path), *words],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        check=True,
        capture_output=True,
    )
    told = (tmp_path / "trouble.txt").read_text(encoding="utf-8").splitlines()
    assert list(tmp_path.glob(f"{area}-*.png"))
    assert told == []
