"""Phones and tablets that may see the pocket page: how one is paired, listed, taken back.

A code is made on this computer and shown as a QR code. The first browser that shows it is the one
and no other; two words stand on both screens, and a person confirms them here. Light, for it is
made with every start; the page's own door is opened by `pocket.py`, and read in when it is first
switched on.
"""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs

from llmgw_desktop.app.gateway.web.codes import PAIR_WITHIN_S, Pairing, Pairings, PairingState
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import MalformedRequest, StoreUnavailable, UnknownPath
from llmgw_desktop.domain.settings.door import PocketSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.front.doors import DoorTable, check_person, number_in, tell
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.store.access.pocket import DeviceStore, PairedDevice, PocketDoor, pocket_door
from llmgw_desktop.wire.json_edits import read_object

LONGEST_WAIT_S = 60
_LONGEST_NAME = 40
_NOT_YOURS = "Only the person at this computer pairs devices; '{name}' is another client."
_NO_HOST = "pocket.host names no address of this computer that devices could come to."
_OFF = "The pocket page is off: llmgw settings set pocket.host ADDRESS, then pocket.on true."
_NOT_SHOWN = "No device has shown the code yet, or it is over."
_log = logging.getLogger(__name__)


class PocketListener(Protocol):
    """The page's own door (`pocket.py`)."""

    async def open(self, settings: PocketSettings, door: PocketDoor) -> str:
        """The address that devices come to. Raises OSError."""

    async def close(self) -> None: ...

    def cut(self, device_id: str) -> None:
        """Its connections end now."""

    def seen(self, device_id: str) -> tuple[float, str] | None:
        """When it was last heard of since the start, and from where."""


@value
class PairingOffer:
    """What is shown of one: `url` is what the QR code holds."""

    pairing: Pairing
    url: str
    fingerprint: str


@value
class PocketParts:
    """`note`: for the audit log; `make_listener`: read in when it is first switched on."""

    data_folder: Path
    clock: Clock
    note: Callable[[Act], None]
    make_listener: "Callable[[Pocket], PocketListener]"


class Pocket:
    """All of the pocket page, as long as the gateway runs."""

    def __init__(self, parts: PocketParts) -> None:
        self._parts = parts
        self.clock = parts.clock
        self.devices = DeviceStore(parts.data_folder)
        self.pairings = Pairings(parts.clock)
        self.settings = PocketSettings()
        self.url, self.problem = "", ""
        self.door: PocketDoor | None = None
        self._listener: PocketListener | None = None
        self._tasks, self._turn = Tasks(), asyncio.Lock()

    def add_to(self, table: DoorTable) -> None:
        table.add_own(
            Scope.ADMIN,
            {
                "GET /v1/pocket": self._tell_all,
                "POST /v1/pocket/pairings": self._start,
                "GET /v1/pocket/pairings/{}": self._tell_pairing,
                "POST /v1/pocket/pairings/{}": self._decide,
                "DELETE /v1/pocket/devices/{}": self._revoke,
            },
        )

    def apply(self, settings: PocketSettings) -> None:
        """On the loop; what has changed is done soon after."""
        if settings == self.settings:
            return
        self.settings = settings
        self._tasks.start(self._changed(), name="open or shut the pocket page")

    async def settled(self) -> None:
        """What was last applied is done."""
        await self._tasks.ended(30.0)

    async def close(self) -> None:
        await self._tasks.stop()
        self.pairings.close()
        if self._listener is not None:
            await self._listener.close()

    def device_of(self, held: str) -> PairedDevice | None:
        """By the key that it shows; None for one that is none, or no more."""
        if not held or not self.url:
            return None
        shown, now_s = sha256(held.encode("utf-8", "replace")).hexdigest(), self.clock.now_s()
        found = None
        for each in self.devices.all():
            if hmac.compare_digest(each.digest, shown) and each.expires_at_s > now_s:
                found = each
        return found

    def begin(self, name: str) -> PairingOffer:
        """Raises MalformedRequest for a name that is none, and while the page is off."""
        if not (name.isprintable() and 0 < len(name) <= _LONGEST_NAME):
            raise MalformedRequest(f"A device's name has 1 to {_LONGEST_NAME} characters.")
        if not self.url or self.door is None:
            raise MalformedRequest(self.problem or _OFF)
        pairing, code = self.pairings.start(name)
        fingerprint = self.door.fingerprint
        url = f"{self.url}/p/{code}#{fingerprint}"
        return PairingOffer(pairing=pairing, url=url, fingerprint=fingerprint)

    async def confirm(self, pairing: Pairing) -> None:
        """Both screens show the same words. Raises MalformedRequest where no device has shown the
        code, StoreUnavailable."""
        if pairing.state is not PairingState.CLAIMED or pairing.is_confirmed:
            raise MalformedRequest(_NOT_SHOWN)
        key, now_s = secrets.token_urlsafe(32), self.clock.now_s()
        until_s = now_s + self.settings.paired_days * 86_400.0
        pairing.is_confirmed = True  # once, whoever else confirms meanwhile
        try:
            device = await asyncio.to_thread(self.devices.add, pairing.name, key, now_s, until_s)
        except StoreUnavailable:
            self.pairings.refuse(pairing)
            raise
        if self.pairings.find(pairing.id) is None:  # its time was over before it was kept
            await asyncio.to_thread(self.devices.remove, device.id)
            raise MalformedRequest(_NOT_SHOWN)
        pairing.key = key
        pairing.become(PairingState.PAIRED)
        self._parts.note(Act(verb="device.paired", subject=device.name, note=device.id))

    def seen(self, device_id: str) -> tuple[float, str] | None:
        """When it was last heard of since the start, and from where."""
        return None if self._listener is None else self._listener.seen(device_id)

    async def revoke(self, device_id: str) -> PairedDevice | None:
        """It sees nothing from now on; None where it was not paired. Raises StoreUnavailable."""
        device = await asyncio.to_thread(self.devices.remove, device_id)
        if device is not None:
            if self._listener is not None:
                self._listener.cut(device.id)
            self._parts.note(Act(verb="device.revoked", subject=device.name, note=device.id))
        return device

    async def _changed(self) -> None:
        async with self._turn:
            settings, self.url, self.problem = self.settings, "", ""
            if self._listener is not None:
                await self._listener.close()
            if not settings.on:
                return
            if not settings.host:
                self.problem = _NO_HOST
                return
            try:
                folder = self._parts.data_folder
                self.door = await asyncio.to_thread(pocket_door, folder, settings.host)
                await asyncio.to_thread(self.devices.all)
                self._listener = self._listener or self._parts.make_listener(self)
                self.url = await self._listener.open(settings, self.door)
            except (StoreUnavailable, OSError) as error:
                self.problem = f"The pocket page cannot be opened: {error}"
                _log.warning("%s", self.problem)

    async def _tell_all(self, caller: HttpCaller) -> None:
        check_person(caller, _NOT_YOURS)
        devices = await asyncio.to_thread(self.devices.all)
        door = self.door if self.url else None
        told = {
            "on": self.settings.on,
            "url": self.url,
            "problem": self.problem,
            "fingerprint": "" if door is None else door.fingerprint,
            "authority": "" if door is None else str(door.authority),
            "devices": [self._device_object(each) for each in devices],
        }
        await tell(caller, told)

    async def _start(self, caller: HttpCaller) -> None:
        """`{"name": "Pixel 9"}`: the code, as an address with the certificate's fingerprint."""
        check_person(caller, _NOT_YOURS)
        name = read_object(await caller.read_body()).get("name")
        offer = self.begin(name if isinstance(name, str) else "")
        told = {
            "id": offer.pairing.id,
            "url": offer.url,
            "fingerprint": offer.fingerprint,
            "expires_in_s": int(PAIR_WITHIN_S),
        }
        await tell(caller, told)

    async def _tell_pairing(self, caller: HttpCaller) -> None:
        """`?wait=SECONDS`: until it stands otherwise."""
        check_person(caller, _NOT_YOURS)
        pairing = self._pairing(caller)
        asked = parse_qs(caller.query, keep_blank_values=True)
        wait_s = number_in(asked, "wait", 0, least=0, most=LONGEST_WAIT_S)
        if wait_s:
            left_s = min(wait_s, self.pairings.left_s(pairing))
            await pairing.otherwise_than(pairing.state, left_s)
            self.pairings.find(pairing.id)
        await tell(caller, _pairing_object(pairing))

    async def _decide(self, caller: HttpCaller) -> None:
        """`{"confirm": true}` where both screens show the same words."""
        check_person(caller, _NOT_YOURS)
        pairing = self._pairing(caller)
        confirm = read_object(await caller.read_body()).get("confirm")
        if not isinstance(confirm, bool):
            raise MalformedRequest('expected {"confirm": true}, or false')
        if confirm:
            await self.confirm(pairing)
        else:
            self.pairings.refuse(pairing)
        await tell(caller, _pairing_object(pairing))

    async def _revoke(self, caller: HttpCaller) -> None:
        check_person(caller, _NOT_YOURS)
        device = await self.revoke(caller.path.rpartition("/")[2])
        if device is None:
            raise UnknownPath("No device of this id is paired.")
        await tell(caller, {"revoked": device.id, "name": device.name})

    def _pairing(self, caller: HttpCaller) -> Pairing:
        pairing = self.pairings.find(caller.path.rpartition("/")[2])
        if pairing is None:
            raise UnknownPath("That pairing is over; begin another.")
        return pairing

    def _device_object(self, device: PairedDevice) -> Mapping[str, Any]:
        seen = self.seen(device.id)
        return {
            "id": device.id,
            "name": device.name,
            "paired_at_s": device.paired_at_s,
            "expires_at_s": device.expires_at_s,
            "seen_at_s": seen and seen[0],
            "address": seen[1] if seen else "",
        }


def _pairing_object(pairing: Pairing) -> Mapping[str, Any]:
    claim = pairing.claim
    return {
        "id": pairing.id,
        "name": pairing.name,
        "state": str(pairing.state),
        "words": "" if claim is None else claim.words,
        "address": "" if claim is None else claim.address,
    }
