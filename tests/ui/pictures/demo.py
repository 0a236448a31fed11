"""Takes the README's moving picture: `llmgw demo` in its window, from scene to scene.

    python -m tests.ui.pictures.demo docs/pictures/demo.png

It is an animated PNG, made with Qt and zlib alone: one table of colours for all frames, and of each
frame only what has changed. A still one is what viewers show that know no animation.
"""

from __future__ import annotations

import asyncio
import os
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, QSettings
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.demo.home import DemoHome, demo_home
from llmgw_desktop.app.demo.player import Player
from llmgw_desktop.domain.access.consent import ConsentRequest, Peer
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.engine.questions.consents.programs import Programs
from llmgw_desktop.ui.application import make_application
from llmgw_desktop.ui.compare.page import ComparePage
from llmgw_desktop.ui.loop.qt_loop import run
from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.window.main_window import MainWindow

Pixels = np.ndarray[Any, np.dtype[np.uint32]]
SIZE = (1040, 680)
FRAME_MS = 600
MOST_FRAMES = 56
MOST_BYTES = 1_500_000
PATIENCE_S = 6.0
"""How long a question stands before the demo denies it."""


class Camera:
    """Of a window with the question that stands before it."""

    def __init__(self, shell: DesktopShell) -> None:
        self._shell = shell
        self.frames: list[QImage] = []

    async def run(self) -> None:
        """A frame every so often, as long as something is to be seen."""
        while len(self.frames) < MOST_FRAMES:
            self.frames.append(self._frame())
            await asyncio.sleep(FRAME_MS / 1000)

    def _frame(self) -> QImage:
        window = self._shell.window
        assert window is not None
        image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        asked = [each for each in QApplication.topLevelWidgets() if isinstance(each, ArmedDialog)]
        for dialog in (each for each in asked if each.isVisible()):
            painter = QPainter(image)
            painter.fillRect(image.rect(), _SHADE)
            picture = dialog.grab()
            room = image.rect().center() - picture.rect().center()
            painter.drawPixmap(QPoint(room.x(), max(room.y(), 12)), picture)
            painter.end()
        return image


class Guide:
    """Leads the window to where the next scene is seen."""

    def __init__(self, container: Container, window: MainWindow) -> None:
        self._container, self._window = container, window
        self._leading: set[asyncio.Task[None]] = set()

    def scene_ended(self, scene: str) -> None:
        ways: dict[str, Callable[[], Coroutine[object, object, None]]] = {
            "Streams": lambda: self._show("flights"),
            "Cache": self._cache_then_panel,
            "Three reviewers": lambda: self._show("jobs", after_s=2.5),
            "Permission": lambda: self._show("overview", after_s=1.5),
        }
        if scene in ways:
            self._leading.add(asyncio.get_running_loop().create_task(ways[scene]()))

    def stop(self) -> None:
        for each in self._leading:
            each.cancel()

    async def _show(self, page: str, *, after_s: float = 0.0) -> None:
        await asyncio.sleep(after_s)
        self._window.show_page(page)

    async def _cache_then_panel(self) -> None:
        flights = await asyncio.to_thread(self._container.flights.page, FlightQuery(), 0, 1)
        self._window.open_flight(flights[0].id)
        panels: Sequence[object] = ()
        while not panels:
            await asyncio.sleep(2.2)
            panels = await self._container.compare.earlier(1)
        self._window.show_page("compare")
        page = self._window.page("compare")
        assert isinstance(page, ComparePage)
        (panel,) = await self._container.compare.earlier(1)
        page.open_panel(panel.id)


_SHADE = QColor(0, 0, 0, 70)


def animated(frames: Sequence[QImage], frame_ms: int) -> bytes:
    """As an animated PNG of 256 colours. All frames are of one size."""
    pixels = [_pixels(each) for each in frames]
    table = _colours(pixels)
    told = [_indexed(each, table) for each in pixels]
    height, width = told[0].shape
    shown = _merged(told)
    out = b"\x89PNG\r\n\x1a\n"
    out += _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
    out += _chunk(b"acTL", struct.pack(">II", len(shown), 0))
    out += _chunk(b"PLTE", b"".join(struct.pack(">I", each)[1:] for each in table.tolist()))
    number = 0
    before = None
    for frame, times in shown:
        top, left, part = _changed(before, frame)
        rows, columns = part.shape
        facts = (number, columns, rows, left, top, frame_ms * times, 1000, 0, 0)
        out += _chunk(b"fcTL", struct.pack(">IIIIIHHBB", *facts))
        number += 1
        lines = b"".join(b"\x00" + row.tobytes() for row in part)
        data = zlib.compress(lines, 9)
        if before is None:
            out += _chunk(b"IDAT", data)
        else:
            out += _chunk(b"fdAT", struct.pack(">I", number) + data)
            number += 1
        before = frame
    return out + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixels(image: QImage) -> Pixels:
    flat = np.frombuffer(image.constBits(), dtype=np.uint32)
    lined = flat.reshape(image.height(), image.bytesPerLine() // 4)
    return (lined[:, : image.width()] & 0xFFFFFF).copy()


def _colours(pixels: Sequence[Pixels]) -> Pixels:
    """Those that are met most as they are, and of the rest the most frequent shades."""
    counts: Counter[int] = Counter()
    for each in pixels:
        found, times = np.unique(each, return_counts=True)
        counts.update(dict(zip(found.tolist(), times.tolist(), strict=True)))
    exact = [colour for colour, _ in counts.most_common(176)]
    shades: Counter[int] = Counter()
    for colour, times in counts.items():
        shades[colour & 0xE0E0E0 | 0x101010] += times
    rest = [each for each, _ in shades.most_common(256) if each not in exact]
    return np.array((exact + rest)[:256], dtype=np.uint32)


def _indexed(pixels: Pixels, table: Pixels) -> np.ndarray[Any, np.dtype[np.uint8]]:
    found, where = np.unique(pixels, return_inverse=True)
    apart = _parts(found)[:, None, :] - _parts(table)[None, :, :]
    nearest = (apart**2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    return nearest[where].reshape(pixels.shape)


def _parts(colours: Pixels) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.stack([(colours >> shift) & 0xFF for shift in (16, 8, 0)], axis=1).astype(np.int32)


Told = np.ndarray[Any, np.dtype[np.uint8]]


def _merged(frames: Sequence[Told]) -> list[tuple[Told, int]]:
    """Frames that are the same stand for longer."""
    shown: list[tuple[Told, int]] = []
    for each in frames:
        if shown and np.array_equal(shown[-1][0], each):
            shown[-1] = (each, shown[-1][1] + 1)
        else:
            shown.append((each, 1))
    return shown


def _changed(before: Told | None, frame: Told) -> tuple[int, int, Told]:
    """Top, left, and what lies there."""
    if before is None:
        return 0, 0, frame
    rows, columns = np.nonzero(before != frame)
    top, left = int(rows.min()), int(columns.min())
    return top, left, frame[top : int(rows.max()) + 1, left : int(columns.max()) + 1]


def _as_on_any_computer() -> None:
    """Of this one neither the path of its Python nor the name of its user is shown."""
    found = Programs.asking

    def told(self: Programs, request: ConsentRequest) -> Peer | None:
        peer = found(self, request)
        return peer and replace(peer, program="/usr/bin/python3", user="ada")

    Programs.asking = told  # type: ignore[method-assign]


def _with_program(home: DemoHome) -> str:
    """The demo's PATH with `llmgw` in it, so that the window names that and not where it lies."""
    folder = home.places.config_folder / "bin"
    folder.mkdir()
    (folder / "llmgw").write_text("#!/bin/sh\n")
    (folder / "llmgw").chmod(0o700)
    return f"{folder}{os.pathsep}{home.env['PATH']}"


async def _taken(home: DemoHome, theme: Theme) -> list[QImage]:
    container = Container(home.places, {**home.env, "PATH": _with_program(home)})
    settings = QSettings(str(home.places.config_folder / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("page-overview/steps-over", True)
    shell = DesktopShell(container, theme, Tray(theme.icons, lambda: False), settings)
    await shell.start()
    shell.show_window()
    window = shell.window
    assert window is not None
    window.resize(*SIZE)
    for key in ("flights", "compare", "jobs", "overview"):  # made once, they come at once
        window.show_page(key)
        window.page(key)
        await asyncio.sleep(0.4)
    camera = Camera(shell)
    guide = Guide(container, window)

    has_begun = asyncio.Event()

    def told(words: str) -> None:
        has_begun.set()
        guide.scene_ended(words.partition(":")[0])

    player = Player(container, home, told, is_watched=True, pace=0.7, patience_s=PATIENCE_S)
    playing = asyncio.create_task(player.play(once=True))
    await has_begun.wait()  # a viewer that knows no animation shows the first frame alone
    await camera.run()
    guide.stop()
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    await container.runs.supervisor.stop_all()
    await shell.stop()
    return camera.frames


def main(saved: Callable[[str], object] = print) -> None:
    path = Path(sys.argv[1])
    _as_on_any_computer()
    app = make_application()
    theme = Theme(app, Appearance.LIGHT)
    frames: list[QImage] = []

    async def take() -> None:
        with demo_home(os.environ) as home:
            frames.extend(await _taken(home, theme))

    run(take(), app)
    made = animated(frames, FRAME_MS)
    path.write_bytes(made)
    if len(sys.argv) > 2:  # each frame as well, to be looked at
        for number, frame in enumerate(frames):
            frame.save(str(Path(sys.argv[2]) / f"frame-{number:02}.png"))
    saved(f"{path}: {len(frames)} frames, {len(made):,} bytes")
    if len(made) > MOST_BYTES:
        sys.exit(f"larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    main()
