"""The log of decisions as a table: who asked for what, what came of it, by whom and how fast."""

from PySide6.QtGui import QColor

from llmgw_desktop.app.decisions import COLUMNS, DecisionRow
from llmgw_desktop.ui.access.log_table import LogLook, LogTable
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme


def _ink(row: DecisionRow, column: str, colours: Colours) -> QColor | None:
    """What was refused has its own colour."""
    if column != "Outcome":
        return None
    return colours.ok if row.allowed else colours.error


_LOOK = LogLook(
    name="Decisions",
    columns=COLUMNS,
    widest={
        "When": "28 Nov 23:59:59",
        "Kind": "Program",
        "By": "nightly-review",
        "How": "refused by the gateway",
        "Took": "88 m 88 s",
    },
    shares={"What": 0.56, "Outcome": 0.44},
    go_first=("Took", "How", "By", "Kind"),
    least_chars=24,
    quiet=frozenset({"When", "Kind", "How"}),
    ink=_ink,
    same=lambda row: row,
)


class DecisionTable(LogTable):
    """Of DecisionRows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _LOOK)
