"""Which addresses a provider may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.setting import Unfit
from llmgw_desktop.store.settings.places import check_address

LOCAL = [
    "http://127.0.0.1:11434/v1",
    "http://localhost:11434",
    "http://LOCALHOST.:1",
    "http://api.localhost",
    "http://127.1",
    "http://2130706433/",
    "http://0x7f.0.0.1",
    "http://0177.0.0.1",
    "http://[::1]:8080",
    "http://[::ffff:127.0.0.1]",
    "http://[2002:7f00:1::]",
    "http://[64:ff9b::7f00:1]",
    "http://[::127.0.0.1]",
    "http://[::ffff:0:127.0.0.1]",
    "http://10.1.2.3",
    "http://192.168.0.9",
    "http://172.16.0.1",
    "http://100.64.0.7",
    "http://[fd12::1]",
    "http://ollama",
    "http://ollama:11434",
    "http://nas.local",
    "http://nas.lan",
    "http://nas.home.arpa",
    "http://svc.internal",
    "http://ⓛocalhost",
]
NEVER = [
    "http://169.254.169.254/latest",
    "http://169.254.1.1",
    "http://2852039166",
    "http://0xa9fea9fe",
    "http://[::ffff:169.254.169.254]",
    "http://[64:ff9b::a9fe:a9fe]",
    "http://[fd00:ec2::254]",
    "http://[fd00:c1::a9fe:a9fe]",
    "http://[fe80::1]",
    "http://[fe80::a9fe:a9fe%25eth0]",
    "http://[fe80::a9fe:a9fe%eth0]",
    "http://[::169.254.169.254]",
    "http://[::ffff:0:169.254.169.254]",
    "http://[64:ff9b:1::a9fe:a9fe]",
    "http://[::0.0.0.0]",
    "http://metadata.google.internal",
    "http://METADATA.google.internal.",
    "http://metadata",
    "http://instance-data",
    "http://100.100.100.200",
    "http://0.0.0.0:80",
    "http://0",
    "http://[::]",
    "http://224.0.0.1",
    "http://[ff02::1]",
    "ftp://api.example.com",
    "file:///etc/passwd",
    "gopher://api.example.com",
    "javascript:alert(1)",
    "api.example.com",
    "//api.example.com",
    "http://",
    "http://user@api.example.com",
    "http://user:secret@api.example.com",
    "http://api.example.com\\@127.0.0.1",
    "http://api.example.com?x=1",
    "http://api.example.com/#x",
    "http://api.example.com:port",
    "http://api.example.com:99999",
    "http://api.exa mple.com",
    "http://api.example.com/\n",
    "http://[::1",
    "http://[zz]",
    "http://api%2eexample.com",
    "http://-a.example.com",
    "http://a..example.com",
    "http://" + "a" * 300 + ".com",
    "http://1.2.3.4.5.6%20",
]


@pytest.mark.parametrize("url", LOCAL)
def test_own_network_needs_the_word_local(url: str) -> None:
    with pytest.raises(Unfit, match="local = true"):
        check_address(url, local=False)
    assert check_address(url, local=True).url.startswith("http://")


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("url", NEVER)
def test_never(url: str, local: bool) -> None:
    with pytest.raises(Unfit) as refused:
        check_address(url, local=local)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://API.Example.com", "https://api.example.com"),
        ("http://api.example.com:8080/a/b", "http://api.example.com:8080/a/b"),
        ("https://8.8.8.8", "https://8.8.8.8"),
        ("https://[2606:4700::1111]:444/v1", "https://[2606:4700::1111]:444/v1"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://1.2.3.example.com", "https://1.2.3.example.com"),
    ],
)
def test_public(url: str, cleaned: str) -> None:
    assert check_address(url, local=False).url == cleaned


def test_facts() -> None:
    address = check_address("https://api.example.com", local=False)
    assert (address.port, address.is_encrypted, address.is_this_computer) == (443, True, False)
    address = check_address("http://127.0.0.1", local=True)
    assert (address.port, address.is_encrypted, address.is_this_computer) == (80, False, True)
    assert check_address("http://localhost:3333", local=True).is_this_computer
    assert not check_address("http://10.0.0.1:3333", local=True).is_this_computer


@given(st.text() | st.text().map(lambda text: f"http://{text}") | st.from_regex(r"https?://\S+"))
def test_any_text_is_accepted_or_unfit(url: str) -> None:
    try:
        address = check_address(url, local=False)
    except Unfit:
        return
    assert address.url.startswith(("http://", "https://"))
    assert not address.is_this_computer
