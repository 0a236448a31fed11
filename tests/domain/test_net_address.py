"""Which addresses mean this computer, however they are written."""

import pytest

from llmgw_desktop.domain.net_address import names_this_computer


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("LocalHost:4100", True),
        ("127.0.0.1", True),
        ("127.9.9.9:80", True),
        ("::1", True),
        ("[::1]", True),
        ("[::1]:4100", True),
        ("192.168.1.7:4100", False),
        ("[fe80::1]:4100", False),
        ("localhost.example.com:80", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_this_computer_is_known_with_a_port_and_without(host: str, is_here: bool) -> None:
    assert names_this_computer(host) is is_here
