"""Takes pictures of the Compare page."""

from __future__ import annotations

from collections.abc import Callable

from tests.ui.pictures.window import Studio

_WAIT_MS = 500


def _page(studio: Studio):  # type: ignore[no-untyped-def]
    from llmgw_desktop.ui.compare.page import ComparePage

    studio.show("compare")
    assert studio.shell.window is not None
    return studio.shell.window.findChild(ComparePage)


def _panel(studio: Studio, run: object, news: object = ()):  # type: ignore[no-untyped-def]
    compare = studio.gateway.compare
    compare.fill()
    compare.panels.news = list(news)  # type: ignore[call-overload]
    panel_id = compare.panels.keep(run)
    page = _page(studio)
    page.open_panel(panel_id)
    _wait()
    return page


def compare_empty(studio: Studio) -> None:
    studio.gateway.compare.fill()
    page = _page(studio)
    page.composer.choose_seats(("claude", "codex", "gpt-5.5"), "gemini")
    _wait()


def compare_written(studio: Studio) -> None:
    from llmgw_desktop.app.validation.wish import PanelWish
    from llmgw_desktop.domain.validation import Intent
    from tests.support.plain_panels import PLAN

    studio.gateway.compare.fill()
    page = _page(studio)
    page.composer.show_wish(
        PanelWish(
            question=PLAN,
            content="CREATE TABLE sessions_new (\n  id BIGINT PRIMARY KEY\n);",
            intent=Intent.VALIDATE,
            seats=("claude", "codex", "gemini", "gpt-5.5", "qwen3-coder-30b"),
        )
    )
    _wait()


def compare_nobody(studio: Studio) -> None:
    _page(studio)
    _wait()


def compare_picker(studio: Studio) -> None:
    studio.gateway.compare.fill()
    page = _page(studio)
    page.composer.choose_seats(("claude",), "")
    page.composer.chips.open_picker()
    _wait()
    studio.subject = page.composer.chips.picker


def compare_running(studio: Studio) -> None:
    from tests.support.plain_panels import CODEX_ON_PLAN, GEMINI_ON_PLAN, going_on, grew

    news = (grew("codex", CODEX_ON_PLAN[:260]), grew("gemini", GEMINI_ON_PLAN[:120]))
    _panel(studio, going_on(studio.gateway.compare.now_s()), news)


def compare_dissent(studio: Studio) -> None:
    from tests.support.plain_panels import dissent

    _panel(studio, dissent(studio.gateway.compare.now_s()))


def compare_lower(studio: Studio) -> None:
    from tests.support.plain_panels import dissent

    page = _panel(studio, dissent(studio.gateway.compare.now_s(), judged=False))
    page._make_receipt()
    _wait()
    page.findings.grid.table.choose_row(0)
    _to_end(page)


def compare_judged(studio: Studio) -> None:
    from tests.support.plain_panels import dissent

    page = _panel(studio, dissent(studio.gateway.compare.now_s()))
    _to_end(page)


def compare_failed(studio: Studio) -> None:
    from tests.support.plain_panels import with_failures

    _panel(studio, with_failures(studio.gateway.compare.now_s()))


def _to_end(page) -> None:  # type: ignore[no-untyped-def]
    _wait()
    bar = page._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    _wait()


def _wait() -> None:
    from PySide6.QtTest import QTest

    QTest.qWait(_WAIT_MS)


POSES: dict[str, Callable[[Studio], None]] = {
    pose.__name__.replace("_", "-"): pose
    for pose in (
        compare_empty,
        compare_written,
        compare_nobody,
        compare_picker,
        compare_running,
        compare_dissent,
        compare_lower,
        compare_judged,
        compare_failed,
    )
}
