"""Files of ended jobs, encrypted: at each job's end, of older ones after a start, and all anew
after a change of the master key. Where nothing is to be encrypted any more they become plain.

A thread does it that lives only while there is something to do, one file at a time and with rests.
Which files are done shows in themselves, so whoever is killed leaves nothing that the next start
does not find. While the vault is locked they stay plain, and wait.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from functools import partial

from llmgw_desktop.domain.errors import LlmgwError, StoreError
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.jobs.folders import JobFolders, convert, lies_otherwise, rest_plain
from llmgw_desktop.store.at_rest.cells import Standing
from llmgw_desktop.store.at_rest.data_keys import PLAIN_NUMBER, DataKey, number_for

REST_S = 0.001
"""After each piece of 64 KB, and each folder, for whoever else wants the disk."""
CLOSE_PATIENCE_S = 3.0
"""For jobs that ended a moment ago; what is left is done after the next start."""
_log = logging.getLogger(__name__)


class EndedFiles:
    """`start`, `ended` and `look` are quick, and may be called from any thread."""

    def __init__(
        self,
        folders: JobFolders,
        *,
        ended: Callable[[], Iterable[str]],
        is_busy: Callable[[str], bool],
        clean: Callable[[str], str],
    ) -> None:
        """`ended`: ids of all ended jobs; raises StoreError. `is_busy`: something may still write
        to one's files; it is told by `ended` later."""
        self._folders = folders
        self._at_rest = folders.at_rest
        self._all_ended = ended
        self._is_busy = is_busy
        self._clean = clean
        self._lock = threading.Lock()
        self._fresh: dict[str, None] = {}
        """Jobs that ended, in their order."""
        self._ours: set[str] = set()
        """Those that ended under this program, until they are done."""
        self._left: dict[str, None] = {}
        """What could not be done: tried again with the next."""
        self._stuck: dict[str, LlmgwError] = {}
        """What cannot be opened any more, or not now."""
        self._looks = False
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._gives_up = threading.Event()
        self._number = -1
        """Of the data key that all of them were last brought to."""
        self.part = 1.0
        """How much of what there was to do is done, from 0 to 1."""
        self.plain = 0
        """So many ended jobs lie in plain, and wait for the vault."""
        self._at_rest.listen(self.look)

    def ended(self, job_id: str) -> None:
        """Nothing writes to its files any more."""
        with self._lock:
            self._fresh[job_id] = None
            self._ours.add(job_id)
        self._wake()

    def look(self) -> None:
        """At all of them: after a start, and when there is another key."""
        with self._lock:
            self._looks = True
        self._wake()

    def close(self) -> None:
        """Jobs that ended a moment ago are done first. May take a moment: for a thread."""
        self._closing.set()
        self.settled(CLOSE_PATIENCE_S)
        self._gives_up.set()
        if (thread := self._thread) is not None:
            thread.join(CLOSE_PATIENCE_S)

    def settled(self, timeout_s: float) -> bool:
        """Whether there was nothing more that can be done, within this time."""
        until_s = time.monotonic() + timeout_s
        while (left_s := until_s - time.monotonic()) > 0:
            if self._thread is None:
                self._at_rest.wait(left_s)
            if (thread := self._thread) is None:
                return True
            thread.join(left_s)
        return False

    def _wake(self) -> None:
        with self._lock:
            if self._thread is None and not self._gives_up.is_set():
                thread = threading.Thread(target=self._work, name="ended-jobs", daemon=True)
                thread.start()
                self._thread = thread  # who sees it may join it

    def _work(self) -> None:
        while True:
            with self._lock:
                looks, self._looks = self._looks, False
                fresh, self._fresh = self._fresh, {}
                if self._gives_up.is_set() or not (looks or fresh):
                    self._thread = None
                    return
                left, self._left = self._left, {}
            try:
                self._go_round(fresh, left, looks=looks)
            except _Closing:
                continue
            except StoreError as error:
                _log.warning("files of ended jobs cannot be looked for: %s", error)
            except Exception:  # noqa: BLE001 - jobs must go on without it
                _log.exception("files of ended jobs could not be looked after")

    def _go_round(self, fresh: dict[str, None], left: dict[str, None], *, looks: bool) -> None:
        todo = fresh | left
        if not (todo or self._is_worth_a_look()):
            return
        standing = self._at_rest.ask(self.look)
        if standing is Standing.ASKING:
            self._leave(todo)
            return
        try:
            key = self._at_rest.key() if standing is Standing.OPEN else None
        except (VaultError, StoreError):
            standing, key = Standing.LOCKED, None
        if standing is Standing.LOCKED:
            self._rest_plain(todo | (dict.fromkeys(self._all_ended()) if looks else {}))
            return
        number = number_for(key)
        if number != self._number:
            todo |= dict.fromkeys(self._all_ended())
        self._convert_all(todo, fresh | left, key)
        self._number = number

    def _is_worth_a_look(self) -> bool:
        """The vault is not opened where nothing lies in plain."""
        if not self._at_rest.is_on:
            return self._number != PLAIN_NUMBER
        return self._at_rest.is_open or any(map(self._lies_in_plain, self._all_ended()))

    def _lies_in_plain(self, job_id: str) -> bool:
        self._rest(is_urgent=False)
        return lies_otherwise(self._folders.kept(job_id), encrypted=True)

    def _convert_all(
        self, todo: dict[str, None], urgent: Collection[str], key: DataKey | None
    ) -> None:
        """What is urgent comes first, and is done even though the program ends."""
        changed = 0
        for number, job_id in enumerate(todo):
            self.part = number / len(todo)
            if not self._is_busy(job_id):
                changed += self._convert(job_id, key, is_urgent=job_id in urgent)
            self._rest(is_urgent=job_id in urgent)
        self.part, self.plain = 1.0, 0
        if stuck := self._stuck:
            self._stuck = {}
            first, why = next(iter(stuck.items()))
            _log.warning(
                "files of %d ended jobs stay as they are; of %s: %s", len(stuck), first, why
            )
        if changed > len(urgent):
            said = "plain" if key is None else "encrypted"
            _log.info("what %d ended jobs were asked and said is %s", changed, said)

    def _convert(self, job_id: str, key: DataKey | None, *, is_urgent: bool) -> bool:
        """Whether anything of it was changed."""
        folder, is_fresh = self._folders.kept(job_id), job_id in self._ours
        rest = partial(self._rest, is_urgent=is_urgent)
        try:
            with self._folders.changing:
                changed = convert(folder, key, self._clean, rest, is_fresh=is_fresh)
            self._ours.discard(job_id)
            return bool(changed)
        except FileNotFoundError:
            self._ours.discard(job_id)  # it was deleted
        except OSError as error:
            _log.warning("files of %s cannot be written anew yet: %s", job_id, error)
            self._leave({job_id: None})
            self._settle_plain(job_id)
        except (VaultError, StoreError) as error:
            self._stuck[job_id] = error
        return False

    def _rest_plain(self, todo: dict[str, None]) -> None:
        plain = [each for each in todo if not self._is_busy(each) and self._settle_plain(each)]
        self._leave(dict.fromkeys(plain))
        if len(plain) > self.plain:
            _log.warning(
                "what %d ended jobs were asked and said lies in plain, and is encrypted as soon as "
                "the vault opens: %s",
                len(plain),
                self._at_rest.problem,
            )
        self.plain = len(plain)

    def _settle_plain(self, job_id: str) -> bool:
        """Whether it lies in plain."""
        try:
            with self._folders.changing:
                return rest_plain(self._folders.kept(job_id), self._clean)
        except (OSError, VaultError, StoreError):
            return False

    def _leave(self, todo: dict[str, None]) -> None:
        with self._lock:
            self._left |= todo

    def _rest(self, *, is_urgent: bool) -> None:
        ending = self._gives_up if is_urgent else self._closing
        if ending.wait(REST_S):
            raise _Closing


class _Closing(Exception):
    """The program ends."""
