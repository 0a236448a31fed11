"""`llmgw audit list|verify|export|seal|key`: none of them needs a running gateway."""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from llmgw_desktop.app.audit import words
from llmgw_desktop.app.audit.book import (
    ANEW,
    HEAD_LOST,
    NoAuditLog,
    export,
    report_words,
    verify_file,
)
from llmgw_desktop.app.words.figures import counted, moment_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.audit import Act, AuditQuery
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.store.audit.audit_rows import ChainReport
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault.derived_keys import AUDIT_ADDRESS, ReceiptKeys
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from llmgw_desktop.wire.native.audit import entry_object

_AGO: Final = re.compile(r"([0-9]{1,6})([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_KEY: Final = re.compile(r"[0-9a-fA-F]{64}")
_HEAD: Final = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})")


class _WrongUsage(Exception):
    """In a sentence."""


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    clock = SystemClock()
    keys = MasterKeys(env, places.data_folder)
    with (
        closing(Vault(places.gateway_db, keys, clock)) as vault,
        closing(AuditStore(places.gateway_db, clock, vault.far_head)) as store,
    ):
        try:
            match arguments.verb:
                case "list":
                    return _list(arguments, store, clock.now_s())
                case "verify":
                    return _verify(arguments, store, vault)
                case "export":
                    return _export(store, Path(arguments.file))
                case "seal":
                    return _seal(store, vault, is_anew=arguments.anew)
                case _:
                    return _key(vault)
        except (_WrongUsage, NoAuditLog) as error:
            print(f"llmgw: {error}", file=sys.stderr)
            return 2


def _list(arguments: argparse.Namespace, store: AuditStore, now_s: float) -> int:
    query = AuditQuery(
        since_s=_since(arguments.since, now_s),
        who=arguments.who,
        what=arguments.what,
        limit=arguments.limit,
    )
    found = store.page(query)
    if arguments.json:
        for entry in found:  # escaped: what a program named itself never acts on a terminal
            print(json.dumps(entry_object(entry), ensure_ascii=True))
        return 0
    for entry in found:
        change = words.change_words(entry)
        print(
            f"{entry.number:>6}  {moment_text(entry.at_s)[:-4]}  "
            f"{words.who_words(entry.actor)} ({words.from_words(entry.actor)})  "
            f"{words.what_words(entry)}{f'  [{change}]' if change else ''}"
        )
    left = store.count(query) - len(found)
    if not found:
        print("Nothing of this is in the log.", file=sys.stderr)
    elif left > 0:
        print(f"{counted(left, 'older entry', 'older entries')} not shown.", file=sys.stderr)
    return 0


def _verify(arguments: argparse.Namespace, store: AuditStore, vault: Vault) -> int:
    key, head = _named_key(arguments.key), _named_head(arguments.head)
    also = (head[0],) if head else ()
    if arguments.file:
        try:
            report = verify_file(Path(arguments.file), key, also)
        except OSError as error:
            raise _WrongUsage(f"{arguments.file}: {error.strerror}.") from error
    else:
        key = key or _own_key(vault)
        report = store.verify(key, also=also)
    if head and not report.problem and report.digests.get(head[0]) != head[1]:
        report.fail(f"Entry {head[0]} is not the one that was noted down.", head[0])
    return _told(report, key)


def _told(report: ChainReport, key: str) -> int:
    if report.problem:
        where = "" if report.first_bad is None else f" (first bad entry: {report.first_bad})"
        print(f"NOT WHOLE{where}. {report.problem}", file=sys.stderr)
        return 1
    print(report_words(report))
    if report.count:
        print(f"Head: {report.count}:{report.head}")
    if report.sealed_by and not key:
        print(
            f"Sealed with {report.sealed_by}. Whose key that is the log cannot say: compare it with"
            " 'llmgw audit key' on the machine it should come from, or give --key.",
            file=sys.stderr,
        )
    return 0


def _export(store: AuditStore, path: Path) -> int:
    if path.exists():
        raise _WrongUsage(f"{path} is there already; name a file that is not.")
    count = export(store, path)
    print(f"{counted(count, 'entry', 'entries')} written to {path}.")
    return 0


def _seal(store: AuditStore, vault: Vault, *, is_anew: bool) -> int:
    # a key may have been made, and its first seal not
    report, lost = store.verify(needs_head=not is_anew), store.lost_head()
    if report.problem:
        print(f"llmgw: It is not sealed. {report.problem}", file=sys.stderr)
        if lost:
            print(HEAD_LOST, file=sys.stderr)
        return 1
    key = ReceiptKeys(vault, AUDIT_ADDRESS).key()
    far = store.behind_far(key.public_key)
    if far and not is_anew:
        print(f"llmgw: It is not sealed. {far} {ANEW}", file=sys.stderr)
        return 1
    if is_anew and (lost or far):
        store.note(Act(verb="audit.sealed_anew", subject="audit log", note=lost or far))
    seal = store.seal(key, needs_head=not is_anew)
    number = seal.number if seal is not None else report.sealed_to
    print(f"Sealed up to entry {number:,}." if number else "There is nothing to seal.")
    return 0


def _key(vault: Vault) -> int:
    public = ReceiptKeys(vault, AUDIT_ADDRESS).known()
    if not public:
        print("The log was not sealed yet. 'llmgw audit seal' makes its key.", file=sys.stderr)
        return 1
    print(public)
    return 0


def _own_key(vault: Vault) -> str:
    """Empty where none was made. One that cannot be had is said, for a seal proves less then."""
    try:
        return ReceiptKeys(vault, AUDIT_ADDRESS).known()
    except LlmgwError as error:
        print(f"llmgw: The log's key is not known here. {error}", file=sys.stderr)
        return ""


def _since(text: str, now_s: float) -> float | None:
    if not text:
        return None
    if found := _AGO.fullmatch(text):
        ago = timedelta(**{_UNITS[found[2]]: int(found[1])})
        return now_s - ago.total_seconds()
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.astimezone()).astimezone(UTC).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise _WrongUsage(
            f"--since: '{inert_line(text, 60)}' is no time; write 2026-11-21, 2026-11-21T15:00,"
            " 90m, 24h or 30d."
        ) from error


def _named_key(given: str) -> str:
    if given and not _KEY.fullmatch(given):
        raise _WrongUsage("--key: a public key has 64 hexadecimal digits; 'llmgw audit key'.")
    return given.lower()


def _named_head(given: str) -> tuple[int, str] | None:
    if not given:
        return None
    found = _HEAD.fullmatch(given)
    if found is None:
        raise _WrongUsage("--head: NUMBER:DIGEST, as 'llmgw audit verify' says it.")
    return int(found[1]), found[2]
