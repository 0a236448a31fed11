"""Audit entries as `/v1/audit` and an exported log write them; an export can be read back.

An export is JSON lines: what it is, its seals, then its entries in their order.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from llmgw_desktop.domain.audit import AuditEntry, AuditSeal, body_of, digest_of, entry_of

FORMAT = "llmgw-audit"
VERSION = 1
LONGEST_LINE = 1024 * 1024


class NoAuditLog(ValueError):
    """What was given is no exported log, in a sentence."""


def entry_object(entry: AuditEntry) -> dict[str, Any]:
    """`at` is for readers; the digest is over `at_ms`."""
    at = datetime.fromtimestamp(entry.at_s, tz=UTC).isoformat(timespec="milliseconds")
    return {"at": at, **json.loads(body_of(entry)), "digest": entry.digest}


def export_lines(
    entries: Iterable[AuditEntry], seals: Iterable[AuditSeal], *, count: int, head: str
) -> Iterator[bytes]:
    yield _line({"format": FORMAT, "version": VERSION, "count": count, "head": head})
    for seal in seals:
        yield _line({"seal": asdict(seal)})
    for entry in entries:
        yield _line(entry_object(entry))


def read_header(line: bytes) -> dict[str, Any]:
    """Raises NoAuditLog."""
    told = _object(line)
    if told is None or told.get("format") != FORMAT:
        raise NoAuditLog("This file is no exported audit log.")
    if told.get("version") != VERSION:
        raise NoAuditLog("This log was exported by a later version of this program; update it.")
    return told


def read_seal(line: bytes) -> AuditSeal | None:
    """None for a line that is none."""
    told = _object(line)
    seal = None if told is None else told.get("seal")
    if not isinstance(seal, dict) or seal.keys() != AuditSeal.__annotations__.keys():
        return None
    texts = (seal["digest"], seal["signature"], seal["public_key"])
    is_fit = type(seal["number"]) is int and all(isinstance(text, str) for text in texts)
    return AuditSeal(**seal) if is_fit else None


def read_entry(line: bytes, number: int) -> AuditEntry | int:
    """`number` where it cannot be read, or says more than its digest covers."""
    told = _object(line)
    if told is None:
        return number
    at, digest = told.pop("at", None), told.pop("digest", None)
    try:
        entry = entry_of(json.dumps(told).encode(), str(digest))
        is_whole = json.loads(body_of(entry)) == told and entry_object(entry)["at"] == at
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return number
    return entry if is_whole and digest_of(body_of(entry)) == digest else number


def _object(line: bytes) -> dict[str, Any] | None:
    if len(line) > LONGEST_LINE:
        return None
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=True).encode() + b"\n"
