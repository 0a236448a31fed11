"""How long the window takes to switch to a page: `python tests/bench/bench_pages.py --folder F`.

The app on the offscreen platform, with a million recorded flights (made once and kept in F) and a
hundred paced streams under way. A switch is over when the page stands there, its list read, and is
painted. Prints for each page the first time and the median of all later ones, in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

_ROUNDS = 6
_PAUSE_S = 0.25
_TOLD = "BENCH_PAGES_FILE"


async def _switched(window: Any, key: str) -> float:
    from PySide6.QtWidgets import QTableView

    began = time.perf_counter()
    window.show_page(key)
    while window.made_pages.get(key) is None or not window.made_pages[key].isVisible():
        await asyncio.sleep(0)
    page = window.made_pages[key]
    tables = [each for each in page.findChildren(QTableView) if each.isVisible()]
    while key == "flights" and not any(each.model().rowCount() for each in tables):
        await asyncio.sleep(0)
        tables = [each for each in page.findChildren(QTableView) if each.isVisible()]
    window.repaint()
    return (time.perf_counter() - began) * 1000


async def _walk(shell: Any) -> None:
    await asyncio.sleep(3)
    window, found = shell.window, {}
    keys = [each.key for each in window.page_facts]
    for _ in range(_ROUNDS):
        for key in keys:
            if window.page_key == key:
                continue
            found.setdefault(key, []).append(await _switched(window, key))
            await asyncio.sleep(_PAUSE_S)
    Path(os.environ[_TOLD]).write_text(json.dumps(found))
    shell.quit()


def _child() -> int:
    import llmgw_desktop.ui  # noqa: F401 # isort: skip - PySide makes its classes after it
    from llmgw_desktop.__main__ import main
    from llmgw_desktop.ui.shell.desktop_shell import DesktopShell

    before, tasks = DesktopShell.open, []

    def opened(shell: DesktopShell, *, hidden: bool) -> None:
        before(shell, hidden=hidden)
        tasks.append(asyncio.get_running_loop().create_task(_walk(shell)))

    DesktopShell.open = opened  # type: ignore[method-assign]
    sys.argv[1:] = ["desktop"]
    return main()


async def _streams(side: Any, told: Path, count: int) -> None:
    """One begins where one has ended, until the walk is over."""
    from streams import Stream

    async def one() -> None:
        while not told.exists():
            with suppress(OSError, EOFError):
                await (await Stream.open(side)).finish()

    await asyncio.gather(*[one() for _ in range(count)])


def main() -> None:
    from bench_store import make_recorder
    from gateway_child import running_gateway
    from harness import markdown_table, start_stream_stub
    from sides import Side

    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--flights", type=int, default=1_000_000)
    parser.add_argument("--streams", type=int, default=100)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = (asked.folder or folder) / f"flights-{asked.flights}.db"
        make_recorder(made, asked.flights)
        told = folder / "pages.json"
        os.environ[_TOLD] = str(told)
        upstream = stack.enter_context(start_stream_stub(events=50, gap_ms=20))
        gateway = stack.enter_context(
            running_gateway(
                upstream,
                window=True,
                program=[sys.executable, __file__, "child"],
                flights=made,
            )
        )
        side = Side(url=gateway.url, pid=gateway.pid, headers=gateway.headers)
        asyncio.run(_streams(side, told, asked.streams))
        found: dict[str, list[float]] = json.loads(told.read_text())
    rows = [
        {"page": key, "first, ms": times[0], "later, ms": statistics.median(times[1:])}
        for key, times in found.items()
    ]
    print(markdown_table(rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        sys.exit(_child())
    main()
