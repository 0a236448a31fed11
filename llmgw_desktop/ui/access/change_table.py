"""The audit log as a table: when, who, from where, what, and from what to what."""

from PySide6.QtGui import QColor

from llmgw_desktop.app.audit_book import COLUMNS, ChangeRow
from llmgw_desktop.ui.access.log_table import LogLook, LogTable
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme


def _ink(row: ChangeRow, column: str, colours: Colours) -> QColor | None:
    """What took something away has its own colour."""
    return colours.error if column == "What" and row.takes_away else None


_LOOK = LogLook(
    name="What was changed",
    columns=COLUMNS,
    widest={"When": "28 Nov 23:59:59", "Who": "nightly-review", "From": "MCP, 192.168.100.200"},
    shares={"What": 0.46, COLUMNS[-1]: 0.54},
    go_first=("From", "Who"),
    least_chars=26,
    quiet=frozenset({"When", "From"}),
    ink=_ink,
    same=lambda row: row.number,
)


class ChangeTable(LogTable):
    """Of ChangeRows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _LOOK)
