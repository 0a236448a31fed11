"""Addresses of proxies, and what the environment says of them."""

from __future__ import annotations

import pytest

from llmgw_desktop.domain.net_address import NoProxy, ProviderWay, read_proxy, way_of_environment

SECRET = "s3cret-of-the-proxy"


@pytest.mark.parametrize(
    ("text", "address", "sign_in"),
    [
        ("http://proxy.example.com:3128", "http://proxy.example.com:3128", ""),
        ("http://Proxy.Example.Com.", "http://proxy.example.com:80", ""),
        ("https://proxy", "https://proxy:443", ""),
        ("socks5://127.0.0.1", "socks5://127.0.0.1:1080", ""),
        ("socks5h://[::1]:9/", "socks5://[::1]:9", ""),
        ("http://ada:p%40ss%3aword@p:1", "http://p:1", "ada:p@ss:word"),
        ("http://ada@p:1", "http://p:1", "ada:"),
        ("http://:word@p:1", "http://p:1", ":word"),
    ],
)
def test_addresses_of_proxies(text: str, address: str, sign_in: str) -> None:
    found, told = read_proxy(text)
    assert (str(found), told) == (address, sign_in)


@pytest.mark.parametrize(
    "text",
    [
        *("", "proxy:3128", "ftp://p:1", "socks4://p:1", "http://", "http://:80", "http://p:0"),
        *(
            "http://p:70000",
            "http://p:x",
            "http://a b:1",
            "http://p\x00:1",
            "http://[::1",
            "http://-a",
        ),
        *("http://p:1/path", "http://p:1?q", "http://p:1#f", f"http://{'a' * 254}:1"),
        *("http://169.254.169.254:80", "http://[::ffff:169.254.169.254]:80", "http://[fe80::1]:1"),
        f"http://a%3ab:{SECRET}@p:1",
        f"ftp://ada:{SECRET}@p:1",
    ],
)
def test_what_is_no_address_of_a_proxy_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"an address|a name") as unfit:
        read_proxy(text)
    assert SECRET not in str(unfit.value)


def test_the_environments_addresses_may_lack_their_scheme() -> None:
    assert str(read_proxy("proxy:3128", usual="http")[0]) == "http://proxy:3128"


@pytest.mark.parametrize(
    ("exceptions", "host", "port", "covered"),
    [
        ("*", "api.example.com", 443, True),
        ("example.com", "example.com", 443, True),
        ("example.com", "api.example.com", 443, True),
        (".example.com", "api.example.com", 443, True),
        (".example.com", "example.com", 443, True),
        ("*.example.com", "api.example.com", 443, True),
        ("EXAMPLE.com.", "api.example.com", 443, True),
        ("example.com", "badexample.com", 443, False),
        ("example.com", "example.com.evil.org", 443, False),
        ("example.com:443", "api.example.com", 443, True),
        ("example.com:8443", "api.example.com", 443, False),
        ("a.org, b.org c.org", "c.org", 80, True),
        (",, ,", "c.org", 80, False),
        (".", "c.org", 80, False),
        ("10.0.0.0/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "11.1.2.3", 80, False),
        ("10.1.2.9/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "::ffff:10.1.2.3", 80, True),
        ("10.0.0.0/8", "ten.example.com", 80, False),
        ("10.0.0.0/99", "10.1.2.3", 80, False),
        ("fd00::/8", "fd12::1", 80, True),
        ("[fd00::]/8", "fd12::1", 80, True),
        ("::1", "::1", 80, True),
        ("[::1]", "::1", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("[::1]:81", "::1", 80, False),
        ("127.0.0.1:11434", "127.0.0.1", 11434, True),
        ("127.0.0.1:11434", "127.0.0.1", 80, False),
        ("0.0.1", "127.0.0.1", 80, False),
    ],
)
def test_exceptions(exceptions: str, host: str, port: int, covered: bool) -> None:
    assert NoProxy(exceptions).covers(host, port) is covered


def way(env: dict[str, str], *, is_tls: bool = True, host: str = "api.example.com") -> ProviderWay:
    return way_of_environment(host, 443, env, is_tls=is_tls)


def test_which_variable_holds() -> None:
    every = {
        "https_proxy": "http://small",
        "HTTPS_PROXY": "http://large",
        "HTTP_PROXY": "http://plain",
        "ALL_PROXY": "socks5://all",
    }
    assert str(way(every).proxy) == "http://small:80"
    assert str(way({**every, "https_proxy": " "}).proxy) == "http://large:80"
    assert str(way(every, is_tls=False).proxy) == "http://plain:80"
    assert way({"ALL_PROXY": "socks5://all"}, is_tls=False).words == (
        "through socks5://all:1080 (ALL_PROXY)"
    )
    assert way({"HTTP_PROXY": "http://plain"}) == ProviderWay()
    assert way({}).words == ""
    excepted = way({**every, "NO_PROXY": "example.com"})
    assert (excepted.proxy, excepted.words) == (None, "straight (NO_PROXY)")
    assert way({**every, "no_proxy": "x", "NO_PROXY": "example.com"}).proxy is not None


def test_a_value_that_nobody_understands_leads_nowhere() -> None:
    odd = way({"HTTPS_PROXY": f"ftp://ada:{SECRET}@p"})
    assert odd.proxy is None
    assert "HTTPS_PROXY" in odd.problem
    assert SECRET not in odd.problem


def test_a_sign_in_is_never_shown() -> None:
    found = way({"HTTPS_PROXY": f"http://ada:{SECRET}@p:1"})
    assert found.sign_in == f"ada:{SECRET}"
    assert found.secrets == (f"ada:{SECRET}", SECRET)
    assert SECRET not in f"{found!r} {found.words} {found.proxy}"
    assert found != way({"HTTPS_PROXY": "http://ada:other@p:1"})
