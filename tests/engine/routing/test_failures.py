"""How long each failure makes something rest, and that the documents show the code's own table."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.domain.settings.tables import FailoverSettings
from llmgw_desktop.engine.routing.failures import (
    TABLE,
    Failure,
    FailureKind,
    FailureScope,
    cooldown_s,
)

K = FailureKind
SETTINGS = FailoverSettings()
PAGE = Path(__file__).parents[3] / "docs" / "failover.md"
HEAD = (
    "| class | how it is recognised | another candidate | same account again | left alone "
    "| for how long | state |\n|---|---|---|---|---|---|---|\n"
)


def table() -> str:
    return HEAD + "".join(_row(kind) for kind in FailureKind)


def _row(kind: FailureKind) -> str:
    row = TABLE[kind]
    state = "–" if row.scope is FailureScope.NONE else f"`{row.state}`"
    cells = (
        f"`{kind}`",
        row.when,
        "yes" if row.others_may else "**no**",
        "yes" if row.again else "no",
        str(row.scope),
        _length(kind),
        state,
    )
    return f"| {' | '.join(cells)} |\n"


def _length(kind: FailureKind) -> str:
    row = TABLE[kind]
    if row.scope is FailureScope.NONE:
        return "–"
    if row.first_s is None:
        return "until a person acts"
    if not row.most_s:
        return "asked again at once: nothing is sent"
    said = f"{_time(row.first_s)}, doubling up to {_time(row.most_s)}"
    if row.first_s == row.most_s:
        said = _time(row.first_s)
    if row.passes:
        return f"after several in a row: {said}"
    if kind in (K.RATE_LIMIT, K.QUOTA):
        return f"as the vendor says, else {said}"
    return said


def _time(seconds: float) -> str:
    if seconds >= 3600:
        return f"{seconds / 3600:g} h"
    return f"{seconds / 60:g} min" if seconds > 60 else f"{seconds:g} s"


def test_every_kind_has_a_row_and_words() -> None:
    assert set(TABLE) == set(FailureKind)
    for row in TABLE.values():
        assert row.when
        assert row.happened
        assert row.advice.endswith(".")


def test_the_documents_show_this_table() -> None:
    assert table() in PAGE.read_text("utf-8"), "run this file to write the table anew"


@pytest.mark.parametrize(
    ("kind", "told_s", "trips", "seconds"),
    [
        (K.MODEL_MISSING, None, 0, 43200),
        (K.MODEL_MISSING, None, 5, 43200),
        (K.CREDENTIAL, None, 0, None),
        (K.KEY_MISSING, None, 3, 0),
        (K.RATE_LIMIT, None, 0, 1),
        (K.RATE_LIMIT, None, 3, 8),
        (K.RATE_LIMIT, None, 30, 1800),
        (K.RATE_LIMIT, 7, 0, 7),
        (K.RATE_LIMIT, 7, 9, 7),
        (K.RATE_LIMIT, 0, 0, 1),
        (K.RATE_LIMIT, -60, 0, 1),
        (K.RATE_LIMIT, 1e9, 0, 1800),
        (K.QUOTA, None, 0, 1800),
        (K.QUOTA, None, 1, 3600),
        (K.QUOTA, 7200, 0, 7200),
        (K.QUOTA, 1e9, 0, 43200),
        (K.OVERLOADED, None, 0, 60),
        (K.OVERLOADED, None, 2, 240),
        (K.OVERLOADED, None, 32, 1800),
        (K.REQUEST, None, 0, 0),
    ],
)
def test_rests(kind: FailureKind, told_s: float | None, trips: int, seconds: float | None) -> None:
    assert cooldown_s(Failure(kind=kind, told_s=told_s), trips, SETTINGS) == seconds


def test_settings_bound_the_rests() -> None:
    settings = FailoverSettings(rest_s=5, longest_rest_s=20)
    assert cooldown_s(Failure(kind=K.OVERLOADED), 0, settings) == 5
    assert cooldown_s(Failure(kind=K.OVERLOADED), 9, settings) == 20
    assert cooldown_s(Failure(kind=K.RATE_LIMIT, told_s=600), 0, settings) == 20
    assert cooldown_s(Failure(kind=K.MODEL_MISSING), 0, settings) == 43200


@given(
    st.sampled_from(FailureKind),
    st.none() | st.floats(allow_nan=False),
    st.integers(0, 10**6),
)
def test_no_rest_is_negative_or_endless(
    kind: FailureKind, told_s: float | None, trips: int
) -> None:
    length = cooldown_s(Failure(kind=kind, told_s=told_s), trips, SETTINGS)
    if length is None:
        assert TABLE[kind].state is AccountState.AUTH_REQUIRED
    else:
        assert 0 <= length <= 12 * 3600


def _written(page: str) -> str:
    before, _, rest = page.partition("| class |")
    after = rest[rest.index("\n\n") + 1 :]
    return f"{before}{table()}{after}"


if __name__ == "__main__":
    PAGE.write_text(_written(PAGE.read_text("utf-8")), "utf-8")
