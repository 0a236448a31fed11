"""The mark of each way an account can stand: a shape of its own, and a colour."""

from llmgw_desktop.domain.account import AccountState
from llmgw_desktop.ui.widgets.label import Tone

_MARKS = {
    AccountState.READY: ("ok", Tone.OK),
    AccountState.COOLING: ("clock", Tone.WARNING),
    AccountState.AUTH_REQUIRED: ("error", Tone.ERROR),
    AccountState.OVER_QUOTA: ("warning", Tone.WARNING),
    AccountState.OFF: ("off", Tone.MUTED),
}


def standing_mark(state: AccountState) -> tuple[str, Tone]:
    """The icon's name, and the colour by its meaning."""
    return _MARKS[state]
