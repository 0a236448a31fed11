"""What is wrong with a certificate is one sentence, and what is right is shown everywhere."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.store.tls_files import (
    TlsFiles,
    base_url,
    certificate_of,
    client_context,
    server_context,
)
from tests.support.certificates import Pair, make_pair


def _http(pair: Pair, host: str = "127.0.0.1") -> HttpSettings:
    return HttpSettings(host=host, tls_certificate=str(pair.certificate), tls_key=str(pair.key))


def _refused(pair: Pair) -> str:
    with pytest.raises(ConfigError) as refused:
        server_context(_http(pair))
    return str(refused.value)


def test_a_good_pair(tmp_path: Path) -> None:
    context = server_context(_http(make_pair(tmp_path)))
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert server_context(HttpSettings()) is None


def test_a_provider_is_spoken_with_by_tls_of_today() -> None:
    """Whatever the system's own settings allow, which Debian's Python takes instead of its own."""
    assert client_context(TlsFiles()).minimum_version >= ssl.TLSVersion.TLSv1_2


def test_one_that_has_expired(tmp_path: Path) -> None:
    told = _refused(make_pair(tmp_path, days=(-30, -1)))
    assert "http.tls_certificate" in told
    assert "has expired on 20" in told


def test_one_that_is_not_valid_yet(tmp_path: Path) -> None:
    assert "is not valid before 20" in _refused(make_pair(tmp_path, days=(1, 30)))


def test_the_key_of_another(tmp_path: Path) -> None:
    ours, theirs = make_pair(tmp_path / "a"), make_pair(tmp_path / "b")
    assert "is not the key of" in _refused(Pair(ours.certificate, theirs.key))


def test_a_sealed_key_asks_nobody(tmp_path: Path) -> None:
    assert "sealed with a password" in _refused(make_pair(tmp_path, password=b"secret"))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_can_read(tmp_path: Path, mode: int) -> None:
    told = _refused(make_pair(tmp_path, mode=mode))
    assert f"can be read by other users (mode {mode:o}): chmod 600" in told


@pytest.mark.parametrize("which", ["certificate", "key"])
@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\xfe\x00", None])
def test_a_broken_file(tmp_path: Path, which: str, content: bytes | None) -> None:
    pair = make_pair(tmp_path)
    path = getattr(pair, which)
    path.unlink() if content is None else path.write_bytes(content)
    told = _refused(pair)
    assert told.startswith(f"settings: http.tls_{which}: {path} ")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("names", "host", "shown"),
    [
        (("127.0.0.1",), "127.0.0.1", "https://127.0.0.1:3333"),
        (("localhost",), "127.0.0.1", "https://localhost:3333"),
        (("127.0.0.1", "localhost"), "0.0.0.0", "https://127.0.0.1:3333"),
        (("::1",), "::", "https://[::1]:3333"),
        (("gw.example.com",), "127.0.0.1", "https://127.0.0.1:3333"),
    ],
)
def test_the_address_that_is_shown(
    tmp_path: Path, names: tuple[str, ...], host: str, shown: str
) -> None:
    assert base_url(_http(make_pair(tmp_path, names=names), host), 3333) == shown


def test_without_tls_it_is_plain() -> None:
    assert base_url(HttpSettings(host="0.0.0.0"), 1) == "http://127.0.0.1:1"
    assert base_url(HttpSettings(host="::1"), 1) == "http://[::1]:1"


def test_what_a_certificate_says(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, names=("GW.example.com", "10.0.0.1"))
    told = certificate_of(_http(pair))
    assert told.names == ("gw.example.com", "10.0.0.1")
    assert told.begins_at_s < told.ends_at_s
