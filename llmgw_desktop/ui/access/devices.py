"""Devices that are paired: pairing one by a code and two words, and taking one back."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.gateway.web.codes import PairingState
from llmgw_desktop.app.gateway.web.command import fingerprint_text, qr_rows
from llmgw_desktop.app.gateway.web.pairing import PairingOffer, Pocket
from llmgw_desktop.app.words.figures import moment_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.store.access.pocket import PairedDevice
from llmgw_desktop.ui.access.section import AccessSection, Entry, EntryAction
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import Field, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone, plays
from llmgw_desktop.ui.widgets.notices import BannerKind
from llmgw_desktop.ui.widgets.words import said

_CODE_PX = 330
_LEAST_CODE_PX, _BESIDE_PX = 160, 232
"""On a low screen it is smaller, or nothing could scan it: what the dialog has beside it."""
_DEVICE_WORDS = (
    "Phones and tablets that see what waits, and answer. Each was paired by a code and two words."
)
_NO_DEVICES = "No device is paired."
_NO_DEVICES_TEXT = (
    "«Pair a device…» shows a code. A phone or tablet in the same network or VPN scans it, and you"
    " compare two words."
)
_OFF = (
    "Switch the pocket page on first: Settings, Privacy and security, [pocket]: its address, then"
    " on. Devices in the same network or VPN can be paired then."
)
_SWITCH = "pocket.on"
_SCAN = (
    "Scan this with the device within three minutes. Before going on there, compare the"
    " certificate's SHA-256 fingerprint that its browser shows:"
)
_COMPARE = "The device shows two words. Are they these? If it shows others, or none, cancel."


class DeviceSection(AccessSection):
    """On the loop; what waits for the disk does so beside it."""

    setting_wanted = Signal(str)

    def __init__(self, theme: Theme, bridge: Bridge, pocket: Pocket) -> None:
        self._none = nothing = EmptyState(theme, icon="access", title=_NO_DEVICES, text=_OFF)
        self.setting = Button(theme, "Show the setting")
        nothing.add_buttons(self.setting)
        super().__init__(theme, bridge, words=_DEVICE_WORDS, nothing=nothing)
        self._pocket = pocket
        self._names: dict[str, str] = {}
        self.pair = Button(theme, "Pair a device…")
        self.pair.clicked.connect(self._begin)
        self.setting.clicked.connect(lambda: self.setting_wanted.emit(_SWITCH))
        self.add_to_bar(self.pair)

    @override
    def read(self) -> None:
        is_on = bool(self._pocket.url)
        self.pair.setEnabled(is_on)
        self.setting.setVisible(not is_on)
        self._none.set_words(_NO_DEVICES, _NO_DEVICES_TEXT if is_on else _OFF)
        self.fetch(self._pocket.devices.all, self._take, "The devices cannot be read.")

    @override
    def acts_of(self, key: str) -> Sequence[EntryAction]:
        name = self._names[key]
        return (
            EntryAction(
                word="Revoke", name=f"Revoke the access of {name}", do=lambda: self._revoke(key)
            ),
        )

    def _take(self, devices: Sequence[PairedDevice]) -> None:
        self._names = {each.id: inert_line(each.name, 60) for each in devices}
        self.show_entries([self._entry(each) for each in devices])
        if self._pocket.problem:
            self._trouble.say(BannerKind.ERROR, "Devices cannot come in.", self._pocket.problem)

    def _entry(self, device: PairedDevice) -> Entry:
        seen = self._pocket.seen(device.id)
        ends = moment_text(device.expires_at_s).partition(" ")[0]
        is_over = device.expires_at_s <= self._pocket.clock.now_s()
        until = f"paired until {ends}: sees nothing any more" if is_over else f"paired until {ends}"
        last = "not seen since the start"
        if seen is not None:
            last = f"last seen {moment_text(seen[0])[:16]} at {inert_line(seen[1], 60)}"
        return Entry(
            key=device.id,
            title=self._names[device.id],
            lines=(until, last),
            icon="warning" if is_over else "ok",
            tone=Tone.WARNING if is_over else Tone.OK,
        )

    def _revoke(self, key: str) -> None:
        self._bridge.run(self._do_revoke(key), name="revoke a device")

    async def _do_revoke(self, key: str) -> None:
        name = self._names[key]
        try:
            await self._pocket.revoke(key)
        except LlmgwError as error:
            self.show_trouble("It was not revoked.", error)
            return
        self.said.emit(f"{name} sees nothing any more.", None)
        self.read()

    def _begin(self) -> None:
        dialog = PairingDialog(self._theme, self._bridge, self._pocket, self.window())
        dialog.paired.connect(self._on_paired)
        dialog.open()

    def _on_paired(self, name: str) -> None:
        self.said.emit(f"{name} is paired.", None)
        self.read()


class PairingDialog(FormDialog):
    """A name, then a code to scan, then two words to compare."""

    paired = Signal(str)

    def __init__(self, theme: Theme, bridge: Bridge, pocket: Pocket, parent: QWidget) -> None:
        super().__init__(theme, "Pair a device", "Go on", parent)
        self._bridge = bridge
        self._pocket = pocket
        self._offer: PairingOffer | None = None
        self.name = TextLine(theme, "Pixel 9")
        self._field = Field(theme, "Name", self.name, "What the device is called from now on.")
        self._words = FlowingLabel(theme, "")
        self.code = QrCode()
        self.print = FlowingLabel(theme, "")
        self.two_words = FlowingLabel(
            theme, "", size=TextSize.HEADING, weight=QFont.Weight.DemiBold
        )
        self._parts = (self._field, self._words, self.code, self.print, self.two_words)
        for each in self._parts:
            self.fields.addWidget(each)
        self.fields.addStretch(1)
        self._show(self._field)
        self.save_wanted.connect(self._on_save)
        self.finished.connect(self._on_finished)
        self.name.setFocus()

    def _show(self, *parts: QWidget) -> None:
        for each in self._parts:
            each.setVisible(each in parts)
        self.fit()

    def _on_save(self) -> None:
        self.show_problem("")
        if self._offer is not None:
            self.show_saving(is_under_way=True)
            self._bridge.run(self._confirm(self._offer), name="pair a device")
            return
        try:
            offer = self._offer = self._pocket.begin(self.name.text().strip())
        except LlmgwError as error:
            self.show_problem(str(error))
            return
        self.code.show_text(offer.url)
        self._words.setText(_SCAN)
        self.print.setText(fingerprint_text(offer.fingerprint))
        self.allow_saving(False)
        self._show(self._words, self.code, self.print)
        self._bridge.run(self._wait(offer), name="wait for a device")

    async def _wait(self, offer: PairingOffer) -> None:
        pairing = offer.pairing
        await pairing.otherwise_than(PairingState.SHOWN, self._pocket.pairings.left_s(pairing))
        if not self.isVisible():
            return
        if pairing.state is not PairingState.CLAIMED or pairing.claim is None:
            self.show_problem("No device came in time. Close this and begin anew.")
            return
        self._words.setText(_COMPARE)
        self.two_words.setText(pairing.claim.words)
        self._show(self._words, self.two_words)
        self._save.setText("They are the same")
        self.allow_saving(True)

    async def _confirm(self, offer: PairingOffer) -> None:
        try:
            await self._pocket.confirm(offer.pairing)
        except LlmgwError as error:
            self.show_refusal(error)
            return
        self.paired.emit(inert_line(offer.pairing.name, 60))
        self.accept()

    def _on_finished(self, result: int) -> None:
        if self._offer is not None and result != self.DialogCode.Accepted:
            self._pocket.pairings.refuse(self._offer.pairing)


@plays(QAccessible.Role.Graphic)
class QrCode(QWidget):
    """Black on white in every scheme, as scanners want it."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[bool, ...], ...] = ()
        self.setAccessibleName(said("QR code for the device"))
        self.setMinimumHeight(_CODE_PX)

    def show_text(self, text: str) -> None:
        self._rows = qr_rows(text)
        room = self.screen().availableGeometry().height() - _BESIDE_PX
        self.setMinimumHeight(max(_LEAST_CODE_PX, min(_CODE_PX, room)))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        side = min(self.width(), self.height())
        size = max(1, side // len(self._rows))
        whole = size * len(self._rows)
        left = (self.width() - whole) // 2
        painter.fillRect(left, 0, whole, whole, Qt.GlobalColor.white)
        for y, row in enumerate(self._rows):
            for x, is_dark in enumerate(row):
                if is_dark:
                    painter.fillRect(left + x * size, y * size, size, size, Qt.GlobalColor.black)
