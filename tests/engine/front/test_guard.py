"""Marks that a foreign page cannot forge are checked exactly."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from llmgw_desktop.domain.access.access_errors import ForeignHost, ForeignOrigin
from llmgw_desktop.domain.errors import UnsupportedMedia
from llmgw_desktop.engine.front.guard import SHUT, DoorOpening, RequestGuard

GUARD = RequestGuard(port=3333, hosts=("gateway.home:3333",), origins=("http://editor.home",))


PAGE = DoorOpening(is_page=True)
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def _check(*headers: tuple[str, str], method: str = "POST", opening: DoorOpening = SHUT) -> None:
    lines = CIMultiDict([("Host", "127.0.0.1:3333")] if not _has_host(headers) else [])
    lines.extend(headers)
    GUARD.check(make_mocked_request(method, "/v1/messages", headers=lines), opening)


def _has_host(headers: tuple[tuple[str, str], ...]) -> bool:
    return any(name == "Host" for name, _ in headers)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:3333", "localhost:3333", "LOCALHOST:3333", "[::1]:3333", "gateway.home:3333"],
)
def test_our_own_names(host: str) -> None:
    _check(("Host", host))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:3333",
        "127.0.0.1",
        "127.0.0.1:3334",
        "127.0.0.1:33333",
        "localhost:3333.evil.example",
        "user@127.0.0.1:3333",
        "127.0.0.1:3333 ",
        "[::ffff:127.0.0.1]:3333",
        "2130706433:3333",
        "0.0.0.0:3333",
    ],
)
def test_foreign_names(host: str) -> None:
    with pytest.raises(ForeignHost):
        _check(("Host", host))


@pytest.mark.parametrize("origin", ["http://127.0.0.1:3333", "http://editor.home"])
def test_own_and_listed_origins(origin: str) -> None:
    _check(("Origin", origin), ("Sec-Fetch-Site", "cross-site"))


@pytest.mark.parametrize(
    "headers",
    [
        (("Origin", "https://evil.example"),),
        (("Origin", "null"),),
        (("Origin", ""),),
        (("Origin", "http://127.0.0.1:3333.evil.example"),),
        (("Sec-Fetch-Site", "cross-site"),),
        (("Sec-Fetch-Site", "same-site"),),
    ],
)
def test_foreign_pages(headers: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ForeignOrigin):
        _check(*headers)


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_the_address_bar_is_no_foreign_page(site: str) -> None:
    _check(("Sec-Fetch-Site", site), method="GET")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
)
def test_json_is_read(kind: str) -> None:
    _check(("Content-Type", kind))


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/plain; application/json",
    ],
)
def test_what_a_page_can_send_unasked_is_not_read(kind: str) -> None:
    with pytest.raises(UnsupportedMedia):
        _check(("Content-Type", kind))


def _sent_there(site: str, mode: str, dest: str) -> tuple[tuple[str, str], ...]:
    return (("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest))


class TestAPublicAddress:
    GUARD = RequestGuard(
        port=3333, hosts=(), origins=(), scheme="https", public_url="https://gw.example.com"
    )

    @pytest.mark.parametrize("host", ["gw.example.com", "gw.example.com:443", "127.0.0.1:3333"])
    def test_its_host_is_ours(self, host: str) -> None:
        assert self.GUARD.check_host(host) is None

    @pytest.mark.parametrize(
        "host", ["gw.example.com:80", "gw.example.com:3333", "example.com", "x.gw.example.com"]
    )
    def test_nothing_like_it(self, host: str) -> None:
        with pytest.raises(ForeignHost):
            self.GUARD.check_host(host)

    @pytest.mark.parametrize(
        ("origin", "is_own"),
        [
            ("https://gw.example.com", True),
            ("https://127.0.0.1:3333", True),
            ("http://gw.example.com", False),
            ("http://127.0.0.1:3333", False),
        ],
    )
    def test_its_pages_are_ours_over_tls_alone(self, origin: str, is_own: bool) -> None:
        headers = CIMultiDict([("Host", "gw.example.com"), ("Origin", origin)])
        request = make_mocked_request("GET", "/v1/models", headers=headers)
        if is_own:
            assert self.GUARD.check(request) is None
        else:
            with pytest.raises(ForeignOrigin):
                self.GUARD.check(request)

    def test_one_with_a_port_has_only_that(self) -> None:
        guard = RequestGuard(port=1, hosts=(), origins=(), public_url="https://[2001:db8::1]:8443")
        assert guard.check_host("[2001:db8::1]:8443") is None
        with pytest.raises(ForeignHost):
            guard.check_host("[2001:db8::1]")


class TestAPage:
    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_another_site_may_send_a_person_there(self, site: str) -> None:
        _check(*_sent_there(site, "navigate", "document"), method="GET", opening=PAGE)

    @pytest.mark.parametrize(
        ("mode", "dest"),
        [
            ("navigate", "iframe"),
            ("navigate", "frame"),
            ("navigate", "embed"),
            ("navigate", "object"),
            ("no-cors", "image"),
            ("no-cors", "script"),
            ("cors", "empty"),
            ("navigate", "empty"),
            ("nested-navigate", "document"),
        ],
    )
    def test_nothing_that_another_site_shows_or_reads(self, mode: str, dest: str) -> None:
        with pytest.raises(ForeignOrigin):
            _check(*_sent_there("cross-site", mode, dest), method="GET", opening=PAGE)

    def test_no_other_method(self) -> None:
        with pytest.raises(ForeignOrigin):
            _check(*_sent_there("cross-site", "navigate", "document"), opening=PAGE)

    def test_no_other_door(self) -> None:
        with pytest.raises(ForeignOrigin):
            _check(*_sent_there("cross-site", "navigate", "document"), method="GET")

    def test_the_host_and_the_origin_still_count(self) -> None:
        sent = _sent_there("cross-site", "navigate", "document")
        with pytest.raises(ForeignHost):
            _check(("Host", "evil.example"), *sent, method="GET", opening=PAGE)
        with pytest.raises(ForeignOrigin):
            _check(("Origin", "https://evil.example"), *sent, method="GET", opening=PAGE)


class TestAForm:
    @pytest.mark.parametrize("kind", [FORM[1], f"{FORM[1]}; charset=UTF-8"])
    def test_where_forms_are_taken(self, kind: str) -> None:
        _check(("Content-Type", kind), opening=DoorOpening(takes_forms=True))

    @pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x"])
    def test_no_other_kind(self, kind: str) -> None:
        with pytest.raises(UnsupportedMedia):
            _check(("Content-Type", kind), opening=DoorOpening(takes_forms=True))

    @pytest.mark.parametrize("origin", ["https://evil.example", "null"])
    def test_of_another_site(self, origin: str) -> None:
        with pytest.raises(ForeignOrigin):
            _check(FORM, ("Origin", origin), opening=DoorOpening(takes_forms=True))

    def test_a_page_is_no_place_for_forms(self) -> None:
        with pytest.raises(UnsupportedMedia):
            _check(FORM, opening=PAGE)


@pytest.mark.parametrize(
    "mark",
    [
        *("X-Forwarded-For", "x-forwarded", "X-Forwarded-Port", "Forwarded", "Via", "X-Real-IP"),
        *("X-Client-IP", "Client-IP", "True-Client-IP", "X-Cluster-Client-IP", "Proxy-Client-IP"),
        *("CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Ray", "CDN-Loop", "Fly-Client-IP"),
        *("Fastly-Client-IP", "X-Envoy-External-Address", "X-Azure-ClientIP", "X-Amzn-Trace-Id"),
        *("X-Vercel-Forwarded-For", "Ngrok-Trace-Id", "Tailscale-User-Login", "X-Original-Host"),
        *("X-AppEngine-User-IP", "X-NF-Client-Connection-IP", "WL-Proxy-Client-IP"),
    ],
)
def test_a_proxys_mark_speaks_against_the_persons_key(mark: str) -> None:
    class Transport:
        def get_extra_info(self, name: str, default: object = None) -> object:
            return {"sockname": ("127.0.0.1", 3333), "peername": ("127.0.0.1", 5)}.get(name)

    def asked(*headers: tuple[str, str]) -> object:
        lines = CIMultiDict([("Host", "127.0.0.1:3333"), *headers])
        return make_mocked_request("GET", "/", headers=lines, transport=Transport())

    fronted = RequestGuard(port=3333, hosts=(), origins=(), is_fronted=True)
    assert fronted.is_from_here(asked(("X-Api-Key", "x"), ("User-Agent", "x"), ("X-Title", "x")))
    assert not fronted.is_from_here(asked((mark, "127.0.0.1")))
    assert GUARD.is_from_here(asked((mark, "127.0.0.1"))), "where nobody else can come in"
