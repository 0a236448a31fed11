"""The icon for Windows: every size that it asks for, each of them drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QImageReader

from tests.packaging.machine import ROOT

SIZES = [16, 20, 24, 32, 40, 48, 64, 256]


def test_the_icon_holds_every_size_and_none_is_empty(tmp_path: Path) -> None:
    made = tmp_path / "llmgw.ico"
    script = ROOT / "packaging/windows/icon.py"
    subprocess.run([sys.executable, script, made], check=True, timeout=120)
    reader = QImageReader(str(made))
    assert reader.imageCount() == len(SIZES)
    for number, size in enumerate(SIZES):
        reader.jumpToImage(number)
        image = reader.read()
        assert (image.width(), image.height()) == (size, size)
        assert image.pixelColor(0, 0).alpha() < 255  # its corner lets through what is behind
        assert image.pixelColor(size // 2, size // 2).alpha() == 255
    assert made.stat().st_size < 100_000
