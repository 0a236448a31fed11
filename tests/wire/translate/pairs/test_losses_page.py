"""The page about losses is the code's own."""

from tests.wire.translate.pairs.losses_page import PAGE, page


def test_the_page_is_the_codes_own() -> None:
    assert PAGE.read_text("utf-8") == page(), "write it anew: losses_page.py says how"
