"""docs/approval-gate.md says what the code does."""

from llmgw_desktop.engine.questions.approvals.score import READING_TOOLS, RISKY_WORDS
from tests.engine.questions.approvals.gate_page import PAGE, page


def test_the_tables_are_the_codes_own() -> None:
    text = PAGE.read_text("utf-8")
    told = "write them anew: python -m tests.engine.questions.approvals.gate_page"
    assert text == page(text), told
    assert all(word in text for word in (*READING_TOOLS, *RISKY_WORDS.split("|")))
