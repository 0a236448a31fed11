"""Takes pictures of every page and dialog in all their states, for a person to look at.

    python -m tests.ui.pictures FOLDER [--area jobs] [--only NAME] [--look en:2] [--light]

Each look is a language, a scale, a size and how large text is: `en:1`, `de:2`, `en:1:900x600`,
`de:1:900x600:200`. Without one: English and German, 100 and 200 %, wide and narrow, large text;
each light and dark. Beside the pictures lie sheets with many on one, `english.txt`, what the window
had no German for, and `trouble.txt`: words that are cut off or English, parts without a name.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

AREAS = (
    *("window", "welcome", "flights", "comparison", "figures", "jobs", "compare", "routing"),
    *("tools", "clients", "access", "scratch", "help"),
)
_LOOKS = ("en:1", "en:2", "en:1:900x600", "de:1", "de:1:900x600", "de:2", "de:1:900x600:200")
_SIZE = (1160, 760)
_LEAST_ROUNDS, _WITHOUT_TIMERS, _MOST_ROUNDS = 3, 20, 200
_ON_A_SHEET, _ACROSS, _SMALL = 12, 3, (620, 440)


class Look(NamedTuple):
    """How all pictures of one process are taken: Qt reads its scale when it begins."""

    language: str
    scale: str
    size: tuple[int, int]
    text: str = "100"

    @classmethod
    def read(cls, told: str) -> Look:
        language, scale, size, text = (*told.split(":"), "", "")[:4]
        width, _, height = size.partition("x")
        return cls(language, scale, (int(width), int(height)) if size else _SIZE, text or "100")

    @property
    def name(self) -> str:
        width = "" if self.size == _SIZE else f"-{self.size[0]}"
        text = "" if self.text == "100" else f"-text-{self.text}"
        return f"{self.language}-{self.scale}x{width}{text}"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--area", nargs="+", default=AREAS, choices=AREAS)
    words.add_argument("--only", default="")
    words.add_argument("--look", nargs="+", default=_LOOKS)
    words.add_argument("--light", action="store_true")
    chosen = words.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if len(chosen.area) == len(chosen.look) == 1 and "QT_SCALE_FACTOR" in os.environ:
        _take_area(chosen)
        return
    failed = [
        f"{area} {look}"
        for look in chosen.look
        for area in chosen.area
        if not _take_apart(chosen, area, look)
    ]
    sys.exit(f"Not taken: {', '.join(failed)}" if failed else 0)


def _take_apart(chosen: argparse.Namespace, area: str, look: str) -> bool:
    more = ["--only", chosen.only, *(["--light"] if chosen.light else [])]
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            __package__,
            str(chosen.folder),
            "--area",
            area,
            "--look",
            look,
            *more,
        ],
        env={"QT_QPA_PLATFORM": "offscreen"}
        | os.environ
        | {"QT_SCALE_FACTOR": Look.read(look).scale},
    )
    return run.returncode == 0


def _take_area(chosen: argparse.Namespace) -> None:
    from llmgw_desktop.ui.application import make_application
    from llmgw_desktop.ui.loop.qt_loop import run

    app = make_application()
    module = import_module(f"{__package__}.{chosen.area[0]}")
    pose = next(iter(module.POSES.values()))
    if asyncio.iscoroutinefunction(pose):
        run(_take_all(app, module, chosen), app)
        return
    taking = _take_all(app, module, chosen)
    try:
        taking.send(None)
    except StopIteration:
        return
    raise RuntimeError(f"poses of {module.__name__} wait for a loop")


async def _take_all(app: Any, module: Any, chosen: argparse.Namespace) -> None:
    from llmgw_desktop.domain.settings.door import Language
    from llmgw_desktop.ui.theme import Appearance, TextScale, Theme
    from llmgw_desktop.ui.widgets import words
    from tests.ui.pictures.checks import troubles

    look = Look.read(chosen.look[0])
    words.speak(Language(look.language))
    if words._catalogue is not None:
        words._catalogue.missed = set()
    theme = Theme(app, Appearance.LIGHT, TextScale(f"{look.text} %"))
    found = []
    for shade in (Appearance.LIGHT,) if chosen.light else (Appearance.LIGHT, Appearance.DARK):
        theme.set_appearance(shade)
        taken = []
        for name, pose in module.POSES.items():
            if not name.startswith(chosen.only):
                continue
            path = chosen.folder / f"{chosen.area[0]}-{name}-{shade.value}-{look.name}.png"
            with tempfile.TemporaryDirectory() as home:
                studio = module.Studio(theme, Path(home), look.size)
                await _or_now(pose(studio))
                await _or_now(_settled(studio.subject, waits=asyncio.iscoroutinefunction(pose)))
                studio.subject.grab().save(str(path))
                wrong = troubles(studio.subject, is_german=words._catalogue is not None)
                found += (f"{path.stem}\t{each}\n" for each in wrong)
                await _or_now(studio.close())
            taken.append(path)
        _lay_out(taken, chosen.folder / f"sheet-{chosen.area[0]}-{shade.value}-{look.name}")
    with (chosen.folder / "trouble.txt").open("a", encoding="utf-8") as file:
        file.writelines(found)
    if words._catalogue is not None:
        with (chosen.folder / "english.txt").open("a", encoding="utf-8") as file:
            file.writelines(
                f"{chosen.area[0]}\t{each!r}\n" for each in sorted(words._catalogue.missed)
            )


async def _settled(subject: Any, *, waits: bool) -> None:
    """Words that flow say how high they are when they know how wide: layouts go round again. What
    is cut off stays so for a while, or is none."""
    from PySide6.QtWidgets import QApplication, QWidget

    from tests.ui.test_accessible_pages import cut_labels

    before: list[Any] = []
    for number in range(_MOST_ROUNDS):
        if waits or number > _WITHOUT_TIMERS:
            await asyncio.sleep(0.02)
        QApplication.sendPostedEvents()
        now = [each.geometry() for each in subject.findChildren(QWidget)]
        if now == before and number > _LEAST_ROUNDS and not list(cut_labels(subject)):
            return
        before = now


async def _or_now(made: Any) -> None:
    if made is not None:
        await made


def _lay_out(paths: list[Path], sheet: Path) -> None:
    """Many on one, small, each over its name."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QColor, QImage, QPainter

    width, height = _SMALL
    for number, at in enumerate(range(0, len(paths), _ON_A_SHEET), 1):
        part = paths[at : at + _ON_A_SHEET]
        rows = -(-len(part) // _ACROSS)
        image = QImage(_ACROSS * width, rows * height, QImage.Format.Format_RGB32)
        image.fill(QColor("#808080"))
        painter = QPainter(image)
        for place, path in enumerate(part):
            small = QImage(str(path))
            small.setDevicePixelRatio(1)
            small = small.scaled(
                width - 10,
                height - 30,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            left, top = place % _ACROSS * width + 5, place // _ACROSS * height
            painter.drawText(left, top + 16, path.stem)
            painter.drawImage(left, top + 24, small)
        painter.end()
        image.save(f"{sheet}-{number}.png")


if __name__ == "__main__":
    main()
