"""docs/mcp-tools.md says what the code does."""

from tests.engine.mcp.tools_page import PAGE, page


def test_the_page_is_the_codes_own() -> None:
    told = "write the page anew: python -m tests.engine.mcp.tools_page"
    assert PAGE.read_text("utf-8") == page(), told
