"""Which of all clients are listed."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from llmgw_desktop.app.client_desk.rows import ClientRow, ClientState


class Which(StrEnum):
    """A choice of rows."""

    CURRENT = "current"
    BUSY = "busy"
    BOUND = "bound"
    REVOKED = "revoked"
    ALL = "all"


WHICH = (
    (Which.CURRENT.value, "All that can ask"),
    (Which.BUSY.value, "Running now"),
    (Which.BOUND.value, "Held back by a limit"),
    (Which.REVOKED.value, "Revoked"),
    (Which.ALL.value, "All, revoked too"),
)


def shown_rows(rows: Sequence[ClientRow], which: Which, text: str) -> tuple[ClientRow, ...]:
    """Of that kind, with every word somewhere in what is said of it."""
    words = text.casefold().split()
    return tuple(
        row
        for row in rows
        if _IS_SHOWN[which](row) and all(word in row.words.casefold() for word in words)
    )


_HELD_BACK = frozenset(
    {
        ClientState.EXPIRED,
        ClientState.PAUSED,
        ClientState.SPENT,
        ClientState.CROWDING,
        ClientState.RESTING,
    }
)
_IS_SHOWN: Mapping[Which, Callable[[ClientRow], bool]] = {
    Which.CURRENT: lambda row: not row.is_revoked,
    Which.BUSY: lambda row: row.running > 0,
    Which.BOUND: lambda row: row.state in _HELD_BACK,
    Which.REVOKED: lambda row: row.is_revoked,
    Which.ALL: lambda row: True,
}
