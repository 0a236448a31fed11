"""A request that comes back is known by its hops, and who is no gateway hears nothing of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from llmgw_desktop.domain.access.access_errors import LoopDetected
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.provider import KINDS, ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.hops import (
    HOP_HEADER,
    LONGEST,
    MOST_HOPS,
    MOST_VIA,
    NAME_LENGTH,
    VIA,
    HopMark,
    hop_name,
    hops_in,
)

OWN, OTHER, THIRD = "a" * 12, "b" * 12, "c" * 12


def gateway(mark: str = OWN, *, computer: str = "Ada's Büro", given: str = "") -> HopMark:
    return HopMark(mark, name=lambda: computer, given=lambda: given)


def upstream(url: str) -> Upstream:
    return Upstream(
        provider="p",
        kind=ProviderKind.OPENAI_COMPATIBLE,
        protocol=ModelProtocol.OPENAI_CHAT,
        base_url=url,
    )


def onward(
    mark: HopMark, came_by: Mapping[str, str], url: str = "http://10.0.0.9:3333", near: bool = True
) -> dict[str, str]:
    return mark.onward(upstream(url), came_by, is_near=near)


def check(mark: HopMark, **lines: Sequence[str]) -> None:
    mark.check(lambda name: lines.get({HOP_HEADER: "hops", VIA: "via"}[name], ()))


def refused(mark: HopMark, **lines: Sequence[str]) -> str:
    with pytest.raises(LoopDetected) as caught:
        check(mark, **lines)
    return str(caught.value)


def test_each_gateway_adds_its_mark_and_knows_it_again() -> None:
    a, b = gateway(OWN, given="alpha"), gateway(OTHER, computer="beta.lan")
    first = onward(a, {})
    assert first == {HOP_HEADER: f"{OWN} alpha"}
    second = onward(b, first)
    assert second == {HOP_HEADER: f"{OWN} alpha, {OTHER} beta.lan"}
    check(b, hops=[first[HOP_HEADER]])
    check(gateway(THIRD), hops=[second[HOP_HEADER]])
    assert "over the gateway 'beta.lan': alpha → beta.lan → alpha" in refused(
        a, hops=[second[HOP_HEADER]]
    )
    assert "over an address that only passes it on" in refused(a, hops=[first[HOP_HEADER]])


def test_gateways_of_one_computer_are_told_apart_by_their_ports() -> None:
    one, other = gateway(OWN, computer="desk"), gateway(OTHER, computer="desk")
    one.port, other.port = 3333, 3334
    told = onward(other, onward(one, {}))
    assert told == {HOP_HEADER: f"{OWN} desk:3333, {OTHER} desk:3334"}
    assert "desk:3333 → desk:3334 → desk:3333 is a circle." in refused(one, hops=[told[HOP_HEADER]])
    assert onward(one, {}, near=False) == {HOP_HEADER: OWN}, "where it listens stays near, too"
    long = gateway(computer="x" * 80)
    long.port = 65535
    assert long.name == "x" * (NAME_LENGTH - 6) + ":65535"


def test_gateways_of_one_name_are_told_apart_by_their_marks() -> None:
    a, b = gateway(OWN, given="twin"), gateway(OTHER, given="twin")
    told = onward(gateway(THIRD, given="c"), onward(b, onward(a, {})))[HOP_HEADER]
    words = refused(a, hops=[told])
    assert f"twin ({OWN}) → twin ({OTHER}) → c → twin ({OWN}) is a circle." in words
    assert "Several gateways are called twin: name them apart by name in [http]." in words
    assert "Several" not in refused(
        a, hops=[onward(gateway(THIRD, given="c"), onward(a, {}))[HOP_HEADER]]
    )


@pytest.mark.parametrize("padding", ["x" * 3000, " " * 3000, "é" * 2100])
@pytest.mark.parametrize("is_split", [True, False])
def test_no_mark_hides_behind_what_is_too_long_to_be_read(padding: str, is_split: bool) -> None:
    mark = f"{OWN} me"
    lines = [padding, mark] if is_split else [f"{padding}, {mark}"]
    for header, name in (("hops", "X-Gateway-Hops"), ("via", "Via")):
        with pytest.raises(MalformedRequest, match=f"The header {name} is longer than 2,048"):
            check(gateway(), **{header: lines})
    fits = ["x" * (LONGEST - len(mark) - 1), mark]
    assert "is a circle" in refused(gateway(), hops=fits)


def test_lines_that_came_apart_are_one() -> None:
    words = refused(gateway(), hops=[f"{OWN} x", f"{OTHER} y", f"{THIRD}"])
    assert f"'y' and '{THIRD}'" in words
    split = CIMultiDict([(HOP_HEADER, f"{OTHER} y"), (HOP_HEADER, THIRD)])
    assert onward(gateway(given="me"), split)[HOP_HEADER] == f"{OTHER} y, {THIRD}, {OWN} me"


def test_too_many_others_are_a_circle_too_whatever_they_say() -> None:
    check(gateway(), hops=[",".join([OTHER] * MOST_HOPS)])
    assert "more than 8 others" in refused(gateway(), hops=[",".join([OTHER] * (MOST_HOPS + 1))])
    assert "more than 8 others" in refused(gateway(), hops=["," * MOST_HOPS])
    check(gateway(), via=[", ".join(["1.1 x"] * MOST_VIA)])
    assert "proxies" in refused(gateway(), via=["1.1 x"] * (MOST_VIA + 1))


def test_via_is_passed_on_with_us_in_it_and_made_nowhere() -> None:
    told = onward(gateway(), {VIA: "1.1 squid (x, y), 1.0 fred"})
    assert told[VIA] == f"1.1 squid (x, y), 1.0 fred, 1.1 gateway-{OWN}"
    assert "over a proxy" in refused(gateway(), via=[told[VIA]])
    assert VIA not in onward(gateway(), {})
    assert VIA not in onward(gateway(), {VIA: "1.1 x\r\nEvil: 1"})


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].base_url])
def test_vendors_own_addresses_hear_nothing(kind: ProviderKind) -> None:
    came_by = {HOP_HEADER: OTHER, VIA: "1.1 squid"}
    assert onward(gateway(), came_by, KINDS[kind].base_url, near=False) == {}
    assert onward(gateway(), came_by, "https://eu.api.openai.com/v1", near=False) == {}
    assert onward(gateway(), came_by, "https://api.openai.com.evil.example/v1", near=False)


def test_the_computers_name_stays_near_and_one_of_the_settings_does_not() -> None:
    assert onward(gateway(), {})[HOP_HEADER] == f"{OWN} Ada-s-B-ro"
    assert onward(gateway(), {}, near=False)[HOP_HEADER] == OWN
    assert onward(gateway(given="desk"), {}, near=False)[HOP_HEADER] == f"{OWN} desk"
    assert gateway(computer="").name == "llmgw"


@given(st.text(max_size=80))
def test_a_name_stands_in_a_header_whatever_it_was(text: str) -> None:
    name = hop_name(text)
    assert len(name) <= NAME_LENGTH
    assert name.isascii()
    assert name == "" or (name.isprintable() and not set(name) & set(", \r\n"))
    assert hops_in([f"{OTHER} {name}"])[0].name == name


@given(st.lists(st.text(max_size=60), max_size=5))
def test_anybodys_header_is_read_without_a_word(lines: list[str]) -> None:
    for hop in hops_in(lines):
        assert len(hop.mark) == 12
    told = onward(gateway(given="me"), {HOP_HEADER: ",".join(lines)})[HOP_HEADER]
    assert told.endswith(f"{OWN} me")
    assert told.isascii()
    assert len(told) < 4096
