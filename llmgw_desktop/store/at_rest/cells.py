"""What is stored, encrypted on its way to the disk and opened on its way back.

A cell is a value of a column. Its place (kind, row, column) is bound to it, so that one that was
moved does not open. Plain and encrypted cells may stand side by side: which it is shows in each.
"""

import threading
import time
from collections.abc import Callable
from enum import StrEnum

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault import KeyGone, VaultError, VaultLocked
from llmgw_desktop.store.at_rest.data_keys import DataKey, DataKeys, is_encrypted, number_of

WITHHELD = b"\x00"
"""In the place of a text that could not be encrypted, for the vault was locked."""
WITHHELD_WORDS = "(not kept: the vault was locked)"
UNREADABLE_WORDS = "(encrypted: the vault is locked)"
GONE_WORDS = "(encrypted: its key is gone)"
_MOMENT_S = 1.0
_ASK_AGAIN_S = 30.0
"""So long after the vault was found locked it is asked again, if there is something to write."""


class Standing(StrEnum):
    """Whether there is a key to write with."""

    OFF = "off"
    """It is not to be encrypted: the settings say so."""
    ASKING = "asking"
    """The system's keyring has not answered yet; a person may have to."""
    OPEN = "open"
    LOCKED = "locked"


def place(table: str, column: str, *key: str) -> str:
    """What a cell of this row is bound to."""
    return "\x1f".join((table, column, *key))


def _always() -> bool:
    return True


def _nothing() -> None:
    pass


class AtRest:
    """May be used from any thread. Whatever needs a key may block as the system's keyring does,
    but for `ask`."""

    def __init__(self, keys: DataKeys | None, is_on: Callable[[], bool] = _always) -> None:
        """Without keys nothing is encrypted. `is_on`: what the settings say, asked each time."""
        self._keys = keys
        self._is_on = is_on
        self._lock = threading.Lock()
        self._is_asking = False
        self._asking: threading.Thread | None = None
        self._is_open = False
        self._ask_again_s = 0.0
        self._number = 0
        self._on_key: list[Callable[[], None]] = []
        self._then: list[Callable[[], None]] = []
        self.problem = ""
        """Why the vault is locked, in a sentence; empty if it is not, or was never asked."""

    @property
    def is_on(self) -> bool:
        return self._keys is not None and self._is_on()

    @property
    def is_open(self) -> bool:
        """Whether there was a key when it was last wanted."""
        return self._is_open

    def key(self) -> DataKey | None:
        """For writing; None where nothing is encrypted. Raises VaultError, StoreError."""
        if self._keys is None or not self._is_on():
            return None
        try:
            key = self._keys.current()
        except (VaultError, StoreError) as error:
            self._settle(str(error))
            raise
        self._settle("")
        if key.number != self._number:
            self._number = key.number
            for each in self._on_key:
                each()
        return key

    def listen(self, on_key: Callable[[], None]) -> None:
        """Called on any thread when the key for writing is another one than before: the first one
        of a start, and after a change of the master key. It must be quick."""
        self._on_key.append(on_key)

    def ask(self, then: Callable[[], None]) -> Standing:
        """Never blocks. While the answer is ASKING, `then` will be called once on another thread
        when it has changed."""
        if not self.is_on:
            return Standing.OFF
        with self._lock:
            if self._is_open:
                return Standing.OPEN
            is_locked = bool(self.problem)
            if is_locked and time.monotonic() < self._ask_again_s:
                return Standing.LOCKED
            if then not in self._then:
                self._then.append(then)
            if not self._is_asking:
                self._is_asking = True
                asking = threading.Thread(target=self._ask, name="data-key", daemon=True)
                asking.start()
                self._asking = asking  # who sees it may join it
            return Standing.LOCKED if is_locked else Standing.ASKING

    def wait(self, timeout_s: float) -> None:
        """Until what `ask` asked for has come, but no longer."""
        if self._asking is not None:
            self._asking.join(timeout_s)

    def encrypt(self, text: bytes, place: str) -> bytes:
        """As it is to be stored: as it is where nothing is encrypted. Raises VaultError,
        StoreError: nothing is stored in plain because a key is missing."""
        key = self.key()
        return text if key is None else key.encrypt(text, place)

    def decrypt(self, cell: bytes, place: str) -> bytes:
        """What was stored, encrypted or not. Raises VaultError, StoreError."""
        return self.key_of(number_of(cell)).decrypt(cell, place) if is_encrypted(cell) else cell

    def key_of(self, number: int) -> DataKey:
        """For reading what was encrypted under it. Raises VaultError, StoreError."""
        if self._keys is None:
            raise VaultLocked("What is stored there is encrypted, and no vault was opened for it.")
        return self._keys.of(number)

    def cell(self, text: str, place: str) -> str | bytes:
        """Of a column of text: bytes are encrypted. An empty text stays one. Raises as
        `encrypt`."""
        key = self.key() if text else None
        return text if key is None else key.encrypt(text.encode(errors="replace"), place)

    def cell_or_withheld(self, text: str, place: str) -> str | bytes:
        """As `cell`; where the vault is locked, or its keyring takes its time, a mark in its place:
        what is said is left out, and the row is kept."""
        try:
            return self.cell(text, place) if self._answers() else WITHHELD
        except VaultError:
            return WITHHELD

    def text(self, cell: str | bytes, place: str) -> str:
        """What a column of text held. Raises VaultError, StoreError."""
        if isinstance(cell, str):
            return cell
        return WITHHELD_WORDS if cell == WITHHELD else self.decrypt(cell, place).decode()

    def text_or_words(self, cell: str | bytes, place: str) -> str:
        """As `text`; what cannot be opened now is words that say so."""
        try:
            if not isinstance(cell, str) and not self._answers():
                return UNREADABLE_WORDS
            return self.text(cell, place)
        except KeyGone:
            return GONE_WORDS
        except VaultLocked:
            return UNREADABLE_WORDS
        except VaultError as error:
            return f"({error})"

    def _answers(self) -> bool:
        """Whether a key is at hand within a moment. Where nothing is encrypted any more, what was
        is read as it comes."""
        if self._is_open:
            return True
        if self.ask(_nothing) is Standing.ASKING:
            self.wait(_MOMENT_S)
        return self.ask(_nothing) is not Standing.ASKING

    def _ask(self) -> None:
        try:
            self.key()
        except (VaultError, StoreError):
            pass
        finally:
            with self._lock:
                self._is_asking = False
                then, self._then = self._then, []
            for each in then:
                each()

    def _settle(self, problem: str) -> None:
        with self._lock:
            self.problem = problem
            self._is_open = not problem
            if problem:
                self._ask_again_s = time.monotonic() + _ASK_AGAIN_S


PLAIN = AtRest(None)
"""Nothing is encrypted."""
