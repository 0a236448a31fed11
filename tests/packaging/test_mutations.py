"""The table of mistakes that the daily tests notice fits the product as it stands."""

from __future__ import annotations

from tests.mutations import ROOT, mutations

LEAST = 50


def test_most_mistakes_can_still_be_made() -> None:
    texts = [path.read_text() for path in (ROOT / "llmgw_desktop").rglob("*.py")]
    rows = mutations()
    fitting = [row for row in rows if sum(text.count(row.old) for text in texts) == 1]
    lost = [row.old for row in rows if row not in fitting]
    assert len(fitting) >= LEAST, lost
    assert [test for row in rows for test in row.tests if not (ROOT / test).exists()] == []
