"""The program's icon as Windows has them, drawn from resources/icons/app.svg.

python packaging/windows/icon.py llmgw.ico
"""

import os
import struct
import sys
from pathlib import Path

SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
"""What Windows asks for at 100 to 200 %, in lists, in the taskbar and as a large picture."""
_DRAWN = Path(__file__).resolve().parents[2] / "resources/icons/app.svg"


def icon(drawn: Path = _DRAWN) -> bytes:
    """A file of icons: a head, a row for each picture, and the pictures as PNG."""
    pictures = [_png(drawn, size) for size in SIZES]
    head = struct.pack("<HHH", 0, 1, len(pictures))
    at = len(head) + 16 * len(pictures)
    rows = b""
    for size, picture in zip(SIZES, pictures, strict=True):
        edge = size % 256  # 0 stands for 256
        rows += struct.pack("<BBBBHHII", edge, edge, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return head + rows + b"".join(pictures)


def _png(drawn: Path, size: int) -> bytes:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    _app = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(drawn)).render(painter)
    painter.end()
    told = QBuffer()
    told.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(told, "PNG"):
        sys.exit(f"{drawn} cannot be drawn")
    return bytes(told.data().data())


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(icon())
