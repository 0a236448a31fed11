"""What each kind of setting accepts and refuses."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.setting import (
    Seconds,
    Size,
    Texts,
    Unfit,
    WholeNumber,
    Word,
    YesNo,
    size_bytes,
)
from llmgw_desktop.domain.settings.address_kinds import ListeningHost, PublicUrl, is_host, is_origin
from llmgw_desktop.domain.settings.tables import RecorderLevel

PORT = WholeNumber(least=0, most=65535)
SIZE = Size(least="1 MB", most="1 TB")
LEVEL = Word(words=RecorderLevel)


@pytest.mark.parametrize("raw", [True, False, 1.0, "80", None, -1, 65536, 2**70, [], {}, math.nan])
def test_whole_number_refuses(raw: object) -> None:
    with pytest.raises(Unfit, match="a whole number from 0 to 65535"):
        PORT.read(raw)


def test_whole_number_takes_its_bounds() -> None:
    assert [PORT.read(raw) for raw in (0, 3333, 65535)] == [0, 3333, 65535]
    assert PORT.read_text(" 80 ") == 80


@pytest.mark.parametrize("text", ["", "x", "1.5", "0x10", "9" * 5000, "१", "1 2"])
def test_whole_number_text_refuses(text: str) -> None:
    with pytest.raises(Unfit):
        PORT.read_text(text)


@pytest.mark.parametrize("raw", [True, "1", math.nan, math.inf, 0, -3, 4000, None])
def test_seconds_refuse(raw: object) -> None:
    with pytest.raises(Unfit, match=r"a number of seconds from 0\.1 to 3600"):
        Seconds(least=0.1, most=3600).read(raw)


def test_seconds() -> None:
    seconds = Seconds(least=0.1, most=3600)
    assert seconds.read(2) == 2.0
    assert isinstance(seconds.read(2), float)
    assert seconds.read_text("0.5") == 0.5
    with pytest.raises(Unfit):
        seconds.read_text("soon")


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (5 * 1024**3, 5 * 1024**3),
        ("5 GB", 5 * 1024**3),
        ("5gb", 5 * 1024**3),
        ("5 GiB", 5 * 1024**3),
        ("1.5 MB", 3 * 512 * 1024),
        ("2097152 B", 2 * 1024**2),
    ],
)
def test_sizes(raw: object, size: int) -> None:
    assert SIZE.read(raw) == size
    assert SIZE.read_text(str(raw)) == size


@pytest.mark.parametrize(
    "raw", ["5", "5 PB", "GB", "-5 GB", "1e3 MB", "0 MB", "2000 GB", True, 5.5, 0, None, [5], "²GB"]
)
def test_sizes_refused(raw: object) -> None:
    with pytest.raises(Unfit, match='a size such as "5 GB", from 1 MB to 1 TB'):
        SIZE.read(raw)


@given(st.text())
def test_size_of_any_text_is_a_size_or_none(text: str) -> None:
    size = size_bytes(text)
    assert size is None or size >= 0


def test_words() -> None:
    assert LEVEL.read("figures") is RecorderLevel.FIGURES
    assert LEVEL.read_text(" OFF ") is RecorderLevel.OFF
    for raw in ("Full", "", 1, None, [], {}):
        with pytest.raises(Unfit, match='one of "full", "figures", "off"'):
            LEVEL.read(raw)


def test_yes_and_no() -> None:
    assert YesNo().read(True) is True
    for raw in (1, 0, "true", None):
        with pytest.raises(Unfit):
            YesNo().read(raw)
    assert [YesNo().read_text(text) for text in ("1", "TRUE", "yes", "on")] == [True] * 4
    assert [YesNo().read_text(text) for text in ("0", "false", "No", "off")] == [False] * 4
    with pytest.raises(Unfit):
        YesNo().read_text("maybe")


def test_listening_hosts() -> None:
    host = ListeningHost()
    taken = ("127.0.0.1", "127.1.2.3", "::1", "localhost", "0.0.0.0", "::", "192.168.1.5")
    assert tuple(host.read(raw) for raw in taken) == taken
    for raw in ("example.com", "", 127, None, "127.1", "[::1]", "224.0.0.1", "fe80::1%eth0"):
        with pytest.raises(Unfit, match="an address of this computer"):
            host.read(raw)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("", ""),
        ("https://gw.example.com", "https://gw.example.com"),
        ("https://GW.example.com/", "https://gw.example.com"),
        ("https://gw.example.com:443", "https://gw.example.com"),
        ("https://gw.example.com:8443", "https://gw.example.com:8443"),
        ("http://127.0.0.1:3333", "http://127.0.0.1:3333"),
    ],
)
def test_public_addresses(raw: str, read: str) -> None:
    assert PublicUrl().read(raw) == read


@pytest.mark.parametrize(
    "raw",
    [
        "gw.example.com",
        "ftp://gw.example.com",
        "https://",
        "https://u:p@gw.example.com",
        "https://gw.example.com/path",
        "https://gw.example.com?x",
        "https://gw.example.com#x",
        "https://gw.example.com:99999",
        "https://*.example.com",
        "https://gw .example.com",
        "http://gw.example.com",
        7,
        None,
    ],
)
def test_what_is_no_public_address(raw: object) -> None:
    with pytest.raises(Unfit, match="an address such as"):
        PublicUrl().read(raw)


def test_texts() -> None:
    hosts = Texts(each="a host", is_fit=is_host)
    assert hosts.read(["a", "b", "a"]) == ("a", "b")
    assert hosts.read([]) == ()
    assert hosts.read_text("a, b:1,") == ("a", "b:1")
    for raw in ("a", [1], ["*"], ["a/b"], None, [["a"]]):
        with pytest.raises(Unfit, match="a list of texts, each a host"):
            hosts.read(raw)


@pytest.mark.parametrize("host", ["box.lan", "box.lan:3333", "127.0.0.1", "[::1]:3333", "a_b"])
def test_hosts(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize("host", ["", "*", "*.lan", "http://a", "a b", "u@a", "a:", "a/", "é"])
def test_not_hosts(host: str) -> None:
    assert not is_host(host)


def test_origins() -> None:
    assert is_origin("http://localhost:5173")
    assert is_origin("https://app.example")
    assert is_origin("vscode-webview://abc123")
    for text in ("null", "*", "https://*", "https://a/", "a.example", "https://", "https://a@b"):
        assert not is_origin(text)
