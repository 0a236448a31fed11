"""How much a record's bodies weigh, and records with less of them.

In the place of a body that is left out stands a mark: None, and not whole.
"""

from dataclasses import replace

from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.store.flights.rows import CUT_OVERLAP


def body_bytes(record: FlightRecord) -> int:
    return len(record.request_body or b"") + len(record.answer_body or b"")


def without_bodies(record: FlightRecord) -> FlightRecord:
    """With a mark in the place of each that is left out: None, and not whole."""
    return fitting(record, 0)


def figures_of(record: FlightRecord) -> FlightRecord:
    """Without anything that was said."""
    return replace(without_bodies(record), request_headers=(), answer_headers=())


def fitting(record: FlightRecord, room: int) -> FlightRecord:
    """With as many bodies as there is room for, the smaller first."""
    asked, answered = len(record.request_body or b""), len(record.answer_body or b"")
    keeps_asked = asked <= room and (asked <= answered or asked + answered <= room)
    keeps_answer = answered <= (room - asked if keeps_asked else room)
    if not keeps_asked:
        record = replace(record, request_body=None, request_body_whole=False)
    if not keeps_answer:
        record = replace(record, answer_body=None, answer_body_whole=False)
    return record


def cut(record: FlightRecord, most_bytes: int) -> FlightRecord:
    """Without what nobody would write: a request of 30 MB is not held for the 8 that are kept."""
    body = record.request_body
    most_bytes += CUT_OVERLAP
    if body is None or len(body) <= most_bytes:
        return record
    return replace(record, request_body=body[:most_bytes], request_body_whole=False)
