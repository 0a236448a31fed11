"""Where a program wants to be sent back to."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from llmgw_desktop.domain.access.consent import read_redirect


@pytest.mark.parametrize(
    ("uri", "port", "without_port"),
    [
        ("http://127.0.0.1:33418/callback", 33418, "http://127.0.0.1/callback"),
        ("http://127.0.0.1/callback?a=b", 80, "http://127.0.0.1/callback?a=b"),
        ("http://localhost:1/", 1, "http://localhost/"),
        ("http://LOCALHOST:1/A", 1, "http://localhost/A"),
        ("http://[::1]:8080/cb", 8080, "http://[::1]/cb"),
    ],
)
def test_on_this_computer_the_port_may_differ(uri: str, port: int, without_port: str) -> None:
    redirect = read_redirect(uri)
    assert redirect.is_loopback
    assert redirect.port == port
    assert redirect.without_port == without_port


@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1/callback",
        "http://127.0.0.1.evil.com/callback",
        "http://127.0.0.1@evil.com/callback",
        "http://evil.com@127.0.0.1/callback",
        "http://127.0.0.2/callback",
        "http://0x7f.1/callback",
        "http://localhost.evil.com/",
        "https://example.com/callback",
        "cursor://anysphere.cursor/callback",
        "http://[::1/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:x/cb",
        "",
    ],
)
def test_anything_else_leads_off_it(uri: str) -> None:
    redirect = read_redirect(uri)
    assert not redirect.is_loopback
    assert redirect.without_port == uri


@given(some.text())
def test_nothing_that_is_written_there_breaks_anything(uri: str) -> None:
    assert read_redirect(uri).uri == uri
