"""The pocket page over real sockets and TLS: paired devices see and answer, all others learn
nothing."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import stat
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from llmgw_desktop.app.gateway.web import asked
from llmgw_desktop.app.gateway.web.codes import PAIR_WITHIN_S, Pairings, PairingState
from llmgw_desktop.app.gateway.web.command import qr_text
from llmgw_desktop.domain.access.principal import ALL_SCOPES
from llmgw_desktop.domain.audit import ActorDoor, AuditQuery
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.approval import Decision, DecisionWay
from llmgw_desktop.store.access import pocket
from llmgw_desktop.store.access.pocket import DeviceStore, pocket_door
from tests.engine.conftest import House, house_in
from tests.engine.policy.keys import key_of
from tests.support.pocket_scene import (
    SWITCHED_ON,
    Device,
    began,
    decided,
    listening,
    paired,
    pairing,
    pocket_house,
    stranger,
    told,
)
from tests.support.turned_clock import TurnedClock
from tests.support.web_view import asks

pytestmark = pytest.mark.usefixtures("at_once")


async def acts(house: House, verb: str) -> list[str]:
    store = house.container.audit.store
    async with asyncio.timeout(20):
        while not (found := await asyncio.to_thread(store.page, AuditQuery(what=verb))):
            await asyncio.sleep(0.01)
    return [f"{each.act.subject} {each.actor.client_id}" for each in found]


async def test_switched_off_nothing_listens_and_nothing_is_made(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home") as house:
        await house.container.pocket.settled()
        found = await told(house)
        assert (found["on"], found["url"], found["devices"]) == (False, "", [])
        async with house.post("/v1/pocket/pairings", {"name": "x"}) as reply:
            assert reply.status == 400
        assert not (house.container.places.data_folder / "pocket").exists()


async def test_without_an_address_it_stays_shut_and_says_why(tmp_path: Path) -> None:
    async with pocket_house(tmp_path / "home", "\n[pocket]\non = true\n") as house:
        assert "pocket.host" in (await told(house))["problem"]


async def test_an_unpaired_device_learns_nothing(house: House) -> None:
    device = await stranger(house)
    for path in ("/", "/ui", "/questions", "/jobs", "/view.css", "/events", "/p/", "/p/wait"):
        assert (await device.ask(path)).raw == b"", path
    assert (await device.ask("/answer", {"question": "x"})).raw == b""
    assert (await device.ask("/health")).raw == b""
    device.cookies["__Host-pocket"] = "forged"
    assert (await device.ask("/")).raw == b""
    place = urlsplit(device.url)
    for said in (b"\x00\xff\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"HELO\r\n"):
        reader, writer = await asyncio.open_connection(
            place.hostname, place.port, ssl=device.context()
        )
        writer.write(said)
        async with asyncio.timeout(30):
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b"", said
        writer.close()


async def test_its_certificate_says_nothing_of_what_it_is(house: House) -> None:
    found = await told(house)
    place = urlsplit(found["url"])
    pem = await asyncio.to_thread(ssl.get_server_certificate, (place.hostname, place.port))
    der = ssl.PEM_cert_to_DER_cert(pem)
    assert b"llm" not in der.lower()
    assert b"gateway" not in der.lower()


async def test_a_device_is_paired_with_two_words_and_a_person(house: House) -> None:
    begun = await began(house)
    address, _, fingerprint = begun["url"].partition("#")
    assert fingerprint == begun["fingerprint"] == (await told(house))["fingerprint"]
    device = await stranger(house)
    assert address.startswith(device.url)
    page = await device.ask(urlsplit(begun["url"]).path)
    state = await pairing(house, begun["id"])
    assert state["state"] == "claimed"
    assert state["words"] in page.text
    assert "__Host-pocket" not in device.cookies
    assert (await device.ask("/")).raw == b"", "not before it is confirmed"
    waiting = asyncio.create_task(device.ask("/p/wait"))
    assert (await decided(house, begun["id"], confirm=True))[0] == 200
    assert 'content="0; url=/"' in (await waiting).text
    page = await device.ask("/")
    assert page.status == 200
    assert "Nothing waits for you." in page.text
    (known,) = (await told(house))["devices"]
    assert (known["name"], known["address"]) == ("Pixel 9", "127.0.0.1")
    assert known["expires_at_s"] - known["paired_at_s"] == pytest.approx(90 * 86_400)
    assert await acts(house, "device.paired") == ["Pixel 9 local"]


async def test_a_code_is_for_the_first_browser_alone(house: House) -> None:
    begun = await began(house)
    path = urlsplit(begun["url"]).path
    first, second = await stranger(house), await stranger(house)
    assert (await first.ask(path)).status == 200
    assert (await second.ask(path)).raw == b"", "a second device with the same code"
    assert (await second.ask("/p/wait")).raw == b""
    await decided(house, begun["id"], confirm=True)
    assert (await first.ask("/p/wait")).status == 200
    assert (await first.ask(path)).status == 404, "paired already: a page of nothing"
    for each in (second, await stranger(house)):
        assert (await each.ask(path)).raw == b"", "replayed"


async def test_the_waiting_page_gives_the_key_once(house: House) -> None:
    begun = await began(house)
    device = await stranger(house)
    await device.ask(urlsplit(begun["url"]).path)
    thief = Device(device.url, device.authority, dict(device.cookies))
    await decided(house, begun["id"], confirm=True)
    assert (await device.ask("/p/wait")).status == 200
    assert (await thief.ask("/p/wait")).raw == b""


async def test_a_no_pairs_nothing(house: House) -> None:
    begun = await began(house)
    device = await stranger(house)
    await device.ask(urlsplit(begun["url"]).path)
    waiting = asyncio.create_task(device.ask("/p/wait"))
    status, state = await decided(house, begun["id"], confirm=False)
    assert (status, state["state"]) == (200, "refused")
    await waiting
    assert "__Host-pocket" not in device.cookies
    assert (await decided(house, begun["id"], confirm=True))[0] == 404
    assert (await told(house))["devices"] == []


async def test_nobody_confirms_what_no_device_has_shown(house: House) -> None:
    begun = await began(house)
    assert (await decided(house, begun["id"], confirm=True))[0] == 400
    assert (await told(house))["devices"] == []


async def test_guessing_codes_shuts_the_door_for_a_while(house: House) -> None:
    begun = await began(house)
    device = await stranger(house)
    for number in range(5):
        assert (await device.ask(f"/p/guess{number}")).raw == b""
    assert (await device.ask(urlsplit(begun["url"]).path)).raw == b"", "not even the right one"


def test_a_code_and_its_words_end_by_themselves() -> None:
    clock = TurnedClock()
    pairings = Pairings(clock)
    found, code = pairings.start("Pixel")
    clock.pass_s(PAIR_WITHIN_S + 1)
    assert pairings.claimed_by(code, "::1") is None
    assert found.state is PairingState.REFUSED
    found, code = pairings.start("Pixel")
    claimed = pairings.claimed_by(code, "::1")
    assert claimed is not None
    clock.pass_s(PAIR_WITHIN_S + 1)
    assert pairings.of_cookie(claimed[1]) is None


async def test_only_the_person_pairs_and_revokes(house: House) -> None:
    headers = {"Authorization": f"Bearer {key_of(house, 'shop', *ALL_SCOPES)}"}
    begun = await began(house)
    for path in ("/v1/pocket", f"/v1/pocket/pairings/{begun['id']}"):
        async with house.get(path, **headers) as reply:
            assert reply.status == 403
    async with house.post("/v1/pocket/pairings", {"name": "x"}, **headers) as reply:
        assert reply.status == 403
    place = f"{house.url}/v1/pocket/devices/x"
    async with house.session.delete(place, headers=headers) as reply:
        assert reply.status == 403


async def test_a_device_answers_in_its_own_name(house: House, phone: Device) -> None:
    question, answers = await asks(house, "rm -rf build")
    page = await phone.ask("/")
    assert "rm -rf build" in page.text
    found = await phone.answer(question.id, "once")
    assert found.status == 200
    (answer,) = answers
    assert (answer.decision, answer.way) == (Decision.ONCE, DecisionWay.DEVICE)
    assert answer.person.endswith(", on Pixel 9")
    store = house.container.audit.store
    async with asyncio.timeout(20):
        query = AuditQuery(what="permission.allowed")
        while not (entries := await asyncio.to_thread(store.page, query)):
            await asyncio.sleep(0.01)
    assert entries[0].actor.door is ActorDoor.DEVICE
    assert entries[0].actor.name.endswith(", on Pixel 9")


async def test_a_device_takes_a_look_too(
    house: House, phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "ARM_AFTER_S", 3600.0)
    question, answers = await asks(house)
    found = await phone.answer(question.id, "once")
    assert (found.status, answers) == (409, [])
    assert (await phone.answer(question.id, "deny")).status == 200
    assert answers[0].decision is Decision.DENY


async def test_two_devices_answer_and_one_counts(house: House, phone: Device) -> None:
    other = await paired(house, "Tablet")
    for number in range(12):
        question, answers = await asks(house, number=f"{number}")
        forms = [await each.form_of(f"/questions/{question.id}") for each in (phone, other)]
        replies = await asyncio.gather(
            *(
                each.ask("/answer", {"question": question.id, "form": form, "answer": answer})
                for each, form, answer in zip((phone, other), forms, ("once", "deny"), strict=True)
            )
        )
        assert len(answers) == 1
        assert sum("Answered:" in each.text for each in replies) == 1
        assert sum("waits no longer" in each.text for each in replies) == 1


async def test_a_stolen_page_opens_nothing(house: House, phone: Device) -> None:
    other = await paired(house, "Tablet")
    question, answers = await asks(house)
    token = await phone.form_of(f"/questions/{question.id}")
    fields = {"question": question.id, "form": token, "answer": "once"}
    nobody = Device(phone.url, phone.authority)
    assert (await nobody.ask("/answer", fields)).raw == b""
    assert (await other.ask("/answer", fields)).status == 409
    assert (await phone.ask("/answer", fields, Origin="https://evil.example")).raw == b""
    assert answers == []


async def test_a_stolen_cookie_is_worth_nothing_once_revoked(house: House, phone: Device) -> None:
    thief = Device(phone.url, phone.authority, dict(phone.cookies))
    assert (await thief.ask("/")).status == 200
    (known,) = (await told(house))["devices"]
    reader, writer = await listening(phone)
    async with house.session.delete(
        f"{house.url}/v1/pocket/devices/{known['id']}", headers=house.headers()
    ) as reply:
        assert reply.status == 200
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionError):
            await reader.read()
    writer.close()
    for each in (thief, phone):
        assert (await each.ask("/")).raw == b""
    assert await acts(house, "device.revoked") == ["Pixel 9 local"]


async def test_a_device_signs_itself_out(house: House, phone: Device) -> None:
    page = await phone.ask("/jobs")
    assert "<form" not in page.text, "a touch in passing signs nobody out"
    assert 'href="/sign-out"' in page.text
    assert "paired anew" in (await phone.ask("/sign-out")).text
    token = await phone.form_of("/sign-out")
    assert (await phone.ask("/sign-out", {"form": "0.0"})).status == 409
    last = await phone.ask("/sign-out", {"form": token})
    assert (last.status, "paired no longer" in last.text) == (200, True)
    assert "<style>" in last.text
    assert "view.css" not in last.text, "nobody is there any more who would give it"
    assert (await phone.ask("/")).raw == b""
    assert (await told(house))["devices"] == []


async def test_another_name_is_nobody(phone: Device) -> None:
    for host in ("evil.example", "127.0.0.1", "127.0.0.1:1", ""):
        assert (await phone.ask("/", Host=host)).raw == b"", host
    assert (await phone.ask("/", **{"Sec-Fetch-Site": "cross-site"})).raw == b""


async def test_another_certificate_is_not_believed(
    house: House, phone: Device, tmp_path: Path
) -> None:
    elsewhere = pocket_door(tmp_path / "other", "127.0.0.1")
    fooled = Device(phone.url, str(elsewhere.authority), dict(phone.cookies))
    with pytest.raises(ssl.SSLCertVerificationError):
        await fooled.ask("/")
    assert elsewhere.fingerprint != (await told(house))["fingerprint"]


def test_the_authority_vouches_for_private_addresses_alone(tmp_path: Path) -> None:
    from cryptography import x509

    door = pocket_door(tmp_path, "192.168.1.5")
    constraints = x509.load_pem_x509_certificate(door.authority.read_bytes()).extensions
    found = constraints.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    assert found.value.permitted_subtrees is not None
    names = [each.value for each in found.value.permitted_subtrees]
    assert "pocket.invalid" in names
    assert not any(str(each) == "0.0.0.0/0" for each in names)


def test_certificates_are_kept_private_and_made_anew_in_time(tmp_path: Path) -> None:
    first = pocket_door(tmp_path, "192.168.1.5")
    for each in (tmp_path / "pocket").iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each
    assert stat.S_IMODE((tmp_path / "pocket").stat().st_mode) == 0o700
    assert pocket_door(tmp_path, "192.168.1.5").fingerprint == first.fingerprint
    moved = pocket_door(tmp_path, "192.168.1.6")
    assert moved.fingerprint != first.fingerprint
    assert moved.authority.read_bytes() == first.authority.read_bytes()
    later = datetime.now(UTC) + timedelta(days=380)
    assert pocket_door(tmp_path, "192.168.1.6", later).fingerprint != moved.fingerprint


def test_a_device_that_is_revoked_while_another_is_paired_stays_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DeviceStore(tmp_path)
    first = store.add("Pixel 9", "a-key", 1.0, 2e9)
    begun, go_on = threading.Event(), threading.Event()
    write = pocket.write_whole

    def slow(path: Path, data: bytes) -> None:
        begun.set()
        assert go_on.wait(30)
        write(path, data)

    with monkeypatch.context() as patched, ThreadPoolExecutor() as beside:
        patched.setattr(pocket, "write_whole", slow)
        adding = beside.submit(store.add, "tablet", "b-key", 2.0, 2e9)
        assert begun.wait(30)
        revoked = beside.submit(store.remove, first.id)
        wait([revoked], timeout=0.2)  # it may have done so by now, where nobody has it wait
        go_on.set()
        assert adding.result(30).name == "tablet"
        assert revoked.result(30) == first
    assert [each.name for each in store.all()] == ["tablet"]
    assert [each.name for each in DeviceStore(tmp_path).all()] == ["tablet"]


def test_devices_are_kept_by_digests(tmp_path: Path) -> None:
    store = DeviceStore(tmp_path)
    device = store.add("Pixel", "a-key", 10.0, 20.0)
    assert "a-key" not in (tmp_path / "pocket" / "devices.json").read_text()
    assert DeviceStore(tmp_path).all() == (device,)
    tablet = store.add("Tablet", "b", 30.0, 40.0)
    assert store.all() == (tablet,), "one had run out"
    assert store.remove("dev_none") is None
    (tmp_path / "pocket" / "devices.json").write_text("{")
    with pytest.raises(StoreUnavailable):
        DeviceStore(tmp_path).all()


async def test_a_device_runs_out(house: House, phone: Device) -> None:
    store = house.container.pocket.devices
    (device,) = store.all()
    store._devices = (replace(device, expires_at_s=1.0),)
    assert (await phone.ask("/")).raw == b""


async def test_switching_off_ends_it_at_once(house: House, phone: Device) -> None:
    settings = house.container.places.config_file
    settings.write_text(settings.read_text().replace("on = true", "on = false"))
    house.container.check_settings()
    await house.container.pocket.settled()
    with pytest.raises(OSError):  # noqa: PT011 - refused, in the system's words
        await phone.ask("/")
    settings.write_text(settings.read_text().replace("on = false", "on = true"))
    house.container.check_settings()
    await house.container.pocket.settled()
    phone.url = (await told(house))["url"]
    assert (await phone.ask("/")).status == 200, "it stays paired"


def test_a_qr_code_is_drawn_for_a_terminal() -> None:
    text = qr_text(f"https://192.168.100.100:3443/p/{'x' * 43}#{'0' * 64}")
    assert max(map(len, text.splitlines())) < 80
    assert "on = true" in SWITCHED_ON
