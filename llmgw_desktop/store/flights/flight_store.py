"""The recorder's disk side: flights are queued by the loop and written by one thread, in batches.

It never makes a request wait and never fails one: what cannot be written is held within bounds,
tried again, and at last dropped and counted. Figures go first: large bodies are sealed, packed and
written while no figures are due. Reading is left to `flight_reader.py`.
"""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import SchemaTooNew, StoreError
from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.settings.tables import RecorderLevel, RecorderSettings
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest, Standing
from llmgw_desktop.store.flights.batch import Batch, Snapshot, late_batch, lightened, make_batch
from llmgw_desktop.store.flights.bodies import Seal, body_bytes, cut
from llmgw_desktop.store.flights.flight_file import FlightFile
from llmgw_desktop.store.flights.prints import Prints, WrittenWatch
from llmgw_desktop.store.flights.queue import BATCH_ROWS, FlightQueue, Hand, Losses
from llmgw_desktop.store.flights.retention import KnownTime
from llmgw_desktop.store.flights.rows import Encrypt

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0
IDLE_S = 3600.0
"""With nothing to write, so often it is looked whether flights have become too old."""
CONVERTING_S = 0.01
"""Between two steps in which what is kept is encrypted."""
_LAST_WAIT_S = 2.0
"""For the key of flights that ended just before the program did."""
_log = logging.getLogger(__name__)


class FlightStore:
    """`seal` and `on_status` are called on the writer thread."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        seal: Seal,
        on_status: Callable[[RecorderStatus], None],
        settings: RecorderSettings,
        at_rest: AtRest = PLAIN,
    ) -> None:
        self._prints = Prints(seal.print_cell, at_rest)
        self._watch: WrittenWatch | None = None
        self._file = FlightFile(path, clock, at_rest)
        self._at_rest = at_rest
        self._clock = clock
        self._seal = seal
        self._on_status = on_status
        self._settings = settings
        self._queue = FlightQueue()
        self._later: deque[FlightRecord] = deque()
        """Whose figures are on the disk, and whose bodies are to follow."""
        self._losses = Losses(clock)
        self._thread: threading.Thread | None = None
        self._trouble = ""
        self._told = self.status

    def start(self) -> None:
        """Never raises; what is wrong with the file is told by the status."""
        self._thread = threading.Thread(target=self._run, name="flight-writer", daemon=True)
        self._thread.start()

    def watched_by(self, watch: WrittenWatch) -> None:
        """Before the start."""
        self._watch = watch

    def opened(self, flight_id: str, snapshot: Snapshot) -> None:
        """Cheap. The snapshot is asked for only if the flight is still open at the next batch."""
        if self._is_on:
            self._queue.opened(flight_id, snapshot)

    def closed(self, record: FlightRecord) -> None:
        """Cheap. What is too much for the queue is left out and counted: bodies before flights."""
        if self._is_on:
            self._queue.closed(cut(record, self._settings.max_body_bytes))

    @property
    def status(self) -> RecorderStatus:
        return RecorderStatus(
            recording=self._is_on and not self._trouble,
            problem=self._trouble
            or self._locked_words()
            or self._file.displaced()
            or self._file.note,
            dropped=self._queue.dropped,
            left_out=self._queue.left_out,
            fell_behind=self._losses.are_fresh,
            held=self._file.held,
            encrypted_percent=int(100 * self._file.converted_part),
        )

    def delete_held(self) -> None:
        """A person has looked at what is held, and says that it is old indeed."""
        self._decide(KnownTime.agree)

    def keep_held(self) -> None:
        """A person wants to keep what is held."""
        self._decide(KnownTime.keep)

    @property
    def known_now_s(self) -> float:
        """The time by which ages are counted, of jobs and panels too: no leap of the clock makes
        them old. As long as it is not known nothing is; where nothing is recorded it is the
        clock's. Any thread may ask."""
        known_s = self._file.known_now_s
        if known_s is None:
            return -math.inf if self._is_on else self._clock.now_s()
        return known_s

    def apply(self, settings: RecorderSettings) -> None:
        """Holds for the flights that are written from now on; what was written is brought to it
        where it is to be encrypted now, or no more."""
        self._settings = settings
        self._queue.nudge()

    def flush(self, timeout_s: float) -> bool:
        """Whether all that came until now has been written in this time."""
        is_done = self._queue.flush(timeout_s)
        return is_done and not self._trouble

    def stop(self, timeout_s: float) -> None:
        """Write what is left and close; what the disk does not take now is dropped."""
        self._queue.close()
        if self._thread is not None:
            self._thread.join(timeout_s)

    @property
    def _is_on(self) -> bool:
        return self._settings.level is not RecorderLevel.OFF

    def _run(self) -> None:
        try:
            self._open_at_start()
            idle_s = 0.0
            while self._later or not (self._queue.is_closed and self._queue.is_empty):
                self._go_round(idle_s)
                idle_s = 0.0 if self._tidy() else CONVERTING_S if self._convert() else IDLE_S
        except Exception:  # noqa: BLE001 - the thread's end; requests must go on without it
            _log.exception("the flight recorder stopped")
            self._say("Flights are not recorded: the recorder failed; the log says why.")
        finally:
            self._queue.close()
            left = self._queue.take(0.0)
            if left is not None:  # only after a fault of ours
                self._drop(left)
            self._leave_out_later()
            self._queue.settle()
            self._file.close()

    def _go_round(self, idle_s: float) -> None:
        """What was taken is forgotten with the round: it may weigh 64 MB."""
        if self._later and not self._queue.is_due and self._key_has_come():
            self._write_later()
        elif hand := self._queue.take(idle_s):
            self._write(hand)

    def _key_has_come(self) -> bool:
        """Or will not come. What still waits for it a little after the end is left out."""
        if self._queue.is_closed:
            self._at_rest.wait(_LAST_WAIT_S)
        if self._at_rest.ask(self._queue.nudge) is not Standing.ASKING:
            return True
        if self._queue.is_closed:
            self._leave_out_later()
        return False

    def _encrypt(self) -> Encrypt | None:
        """None where nothing is encrypted. Raises VaultError, StoreError."""
        key = self._at_rest.key()
        return None if key is None else key.encrypt

    def _recorded(self, standing: Standing) -> RecorderSettings:
        """As flights are recorded now: without a key figures alone."""
        settings = self._settings
        if standing is Standing.LOCKED and settings.level is RecorderLevel.FULL:
            return replace(settings, level=RecorderLevel.FIGURES)
        return settings

    def _locked_words(self) -> str:
        """While the vault is locked; said as long as there is something to say it of."""
        why = self._at_rest.problem if self._at_rest.is_on else ""
        if not why or self._settings.level is not RecorderLevel.FULL:
            return ""
        return f"Of flights only figures are recorded, for what was said cannot be encrypted: {why}"

    def _open_at_start(self) -> None:
        if not self._is_on and not self._file.path.exists():
            return
        try:
            self._file.open()
        except StoreError as error:
            self._fail(error)
        else:
            self._say("")

    def _write(self, hand: Hand) -> None:
        is_said = self._settings.level is RecorderLevel.FULL  # figures need no key
        standing = self._at_rest.ask(self._queue.nudge) if is_said else Standing.OFF
        encrypt = None
        if standing is Standing.OPEN:
            try:
                encrypt = self._encrypt()
            except (VaultError, StoreError):
                standing = Standing.LOCKED
        settings, has_key = self._recorded(standing), standing is not Standing.ASKING
        is_writable = True
        for opened, closed, unended in _parts(hand):
            began_s = time.monotonic()
            done, dropped = closed, len(closed)
            if is_writable:
                now, later = lightened(closed, settings, has_key=has_key)
                batch = make_batch(
                    opened, now, settings, self._seal, encrypt=encrypt, prints=self._prints
                )
                batch.unended += unended
                is_writable = self._persist(batch)
                if is_writable:
                    self._later += later
                    if self._watch is not None:
                        self._watch.note(closed)
                    done, dropped = now, batch.refused
            self._queue.let_go(len(opened) + len(closed), sum(map(body_bytes, done)), dropped)
            self._queue.wrote(time.monotonic() - began_s)
        self._settle()

    def _write_later(self) -> None:
        """The bodies of one flight. Others' figures that become due meanwhile go first."""
        record = self._later[0]
        batch = self._late_batch(record)
        if self._persist(batch):
            self._later.popleft()
            self._queue.let_go(0, body_bytes(record), 0, left_out=batch.refused)
        else:
            self._leave_out_later()
        self._settle()

    def _late_batch(self, record: FlightRecord) -> Batch:
        try:
            encrypt = self._encrypt()
        except (VaultError, StoreError):
            # its figures alone, as of all while the vault is locked: no loss of ours
            return Batch()
        return late_batch(
            record,
            self._settings,
            self._seal,
            between=self._write_due,
            encrypt=encrypt,
            prints=self._prints,
        )

    def _leave_out_later(self) -> None:
        size = sum(map(body_bytes, self._later))
        self._queue.let_go(0, size, 0, left_out=len(self._later))
        self._later.clear()

    def _write_due(self) -> None:
        if self._queue.is_due and (hand := self._queue.take(0.0)):
            self._write(hand)

    def _settle(self) -> None:
        self._say(self._trouble)
        if not self._later:
            self._queue.settle()
            if self._watch is not None:
                self._watch.look()

    def _drop(self, hand: Hand) -> None:
        size = sum(map(body_bytes, hand.closed))
        self._queue.let_go(len(hand.opened) + len(hand.closed), size, len(hand.closed))
        self._queue.settle()

    def _persist(self, batch: Batch) -> bool:
        """Try until the disk takes it; False if it does not and the end has come."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                self._file.write(batch)
            except StoreError as error:
                self._fail(error)
            except Exception:  # noqa: BLE001 - a fault of ours costs this batch, not the recorder
                _log.exception("%d flights could not be written", batch.ended_count)
                self._file.close()
                batch.refused += batch.ended_count
                return True
            else:
                self._say("")
                return True
            if self._queue.is_closed:
                return False
            self._queue.pause(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _decide(self, verdict: Callable[[KnownTime], None]) -> None:
        self._file.decide(verdict)
        self._queue.nudge()

    def _tidy(self) -> bool:
        try:
            has_more = self._file.tidy(self._settings)
        except StoreError as error:
            _log.warning("old flights could not be deleted: %s", error)
            return False
        if self._file.held != self._told.held:
            self._tell_held()
        return has_more

    def _convert(self) -> bool:
        """A short step, where what is kept is not under the key in force; whether there may be
        more to do."""
        try:
            if self._at_rest.is_on:
                if not (self._at_rest.is_open or self._file.wants_key()):
                    return False
                if self._at_rest.ask(self._queue.nudge) is not Standing.OPEN:
                    return False
            has_more = self._file.convert(self._at_rest.key())
        except (VaultError, StoreError) as error:
            _log.warning("what is kept could not be brought under the key in force: %s", error)
            return False
        if self._told.encrypted_percent != int(100 * self._file.converted_part):
            self._say(self._trouble)
        return has_more

    @property
    def converted_part(self) -> float:
        """How much of what is kept is under the key in force, from 0 to 1. Any thread may ask."""
        return self._file.converted_part

    def _tell_held(self) -> None:
        held = self._file.held
        if held is not None and self._told.held is None:
            _log.warning(
                "the clock is %d days ahead of the time that is known: %d flights would be older "
                "than %d days; they stay until somebody says that it is right",
                held.ahead_days,
                held.flights,
                held.days,
            )
        self._say(self._trouble)

    def _fail(self, error: StoreError) -> None:
        self._file.close()
        if isinstance(error, SchemaTooNew):
            self._queue.close()  # no waiting will change that
        self._say(f"Flights are not recorded: {error}")

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            _log.warning(trouble)
        elif self._trouble and not trouble:
            _log.info("flights are recorded again")
        self._trouble = trouble
        self._losses.note(self._queue.dropped, self._queue.left_out)
        status = self.status
        if status == self._told:
            return
        self._told = status
        try:
            self._on_status(status)
        except Exception:  # noqa: BLE001 - a deaf listener must not stop the recorder
            _log.exception("the recorder's status could not be told")


def _parts(hand: Hand) -> Iterator[tuple[dict[str, Snapshot], list[FlightRecord], list[str]]]:
    """Transactions of at most BATCH_ROWS beginnings and as many ends."""
    opened = list(hand.opened.items())
    unended = list(hand.unended)
    for start in range(0, max(len(opened), len(hand.closed)), BATCH_ROWS):
        end = start + BATCH_ROWS
        yield dict(opened[start:end]), hand.closed[start:end], unended
        unended = []
