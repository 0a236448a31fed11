"""A receipt for people."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from llmgw_desktop.domain.validation import Receipt
from llmgw_desktop.engine.validation.prompts import letter


def as_markdown(receipt: Receipt, raw: Mapping[str, str] | None = None) -> str:
    """What stands in it; this text itself verifies nothing."""
    body = json.loads(receipt.body)
    agreement = body["agreement"]
    minted = datetime.fromtimestamp(receipt.minted_at_s, tz=UTC).isoformat(timespec="seconds")
    lines = [
        f"# Receipt {receipt.seq}: {body['intent']} {receipt.validation_id}",
        "",
        f"Minted {minted}, {body['status']}. {agreement['summary']}"
        f" Confidence: {agreement['confidence']}.",
        "",
        "| who | model | state | verdict | sha256 of the answer |",
        "|---|---|---|---|---|",
        *(_row(each["seat"], each) for each in body["answers"]),
    ]
    if body["judge"]:
        lines.append(_row(f"judge: {body['judge']['seat']}", body["judge"]))
        named = [f"{letter(number)} {seat}" for number, seat in enumerate(body["judgeOrder"])]
        lines += ["", f"The judge saw: {', '.join(named)}."]
    lines += ["", *(f"- {signal}" for signal in agreement["signals"])]
    lines += [
        "",
        f"Recommendation: {body['recommendation']}",
        "",
        f"- sha256: `{receipt.sha256}`",
        f"- before it: `{receipt.prev_sha256 or 'none, it is the first'}`",
        f"- signature: `{receipt.signature}`",
        f"- public key: `{receipt.public_key}`",
    ]
    for seat, text in (raw or {}).items():
        lines += ["", f"## {_cell(seat)}", "", *(f"> {line}" for line in text.splitlines())]
    return "\n".join(lines)


def _row(name: str, told: Mapping[str, str]) -> str:
    cells = [name, told["model"], told["status"], told["verdict"] or told["stance"], told["sha256"]]
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
