"""Receipts: canonical JSON that is hashed, chained to the one before, and signed.

What is signed is the body alone; raw answers may lie beside it, and its digests say whether they
are those that were given. Verifying needs the file and nothing else.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from llmgw_desktop.domain.canonical import canonical
from llmgw_desktop.domain.validation import Receipt
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.validation.prompts import letter

SCHEMA = "validation-receipt.v1"
_CONTEXT = b"llmgw-desktop validation receipt 1\n"
"""In front of what is signed: the key's signature means nothing else."""
_MEMBERS = {"body", "sha256", "signature"}
MOST_BYTES = 64 * 1024 * 1024
_SMALL_ORDER = frozenset(
    {
        (0).to_bytes(32, "little"),
        (1).to_bytes(32, "little"),
        *((2**255 - 19 + near).to_bytes(32, "little") for near in (-1, 0, 1)),
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    }
)
"""Public keys, but for their sign bit, under which one signature fits many texts or all: nobody
makes one who means to sign."""


class SigningKey(Protocol):
    """The install's own."""

    public_key: str

    def sign(self, message: bytes) -> bytes: ...


@value
class Verified:
    """A receipt that is as it was signed."""

    body: Mapping[str, Any]
    sha256: str
    public_key: str
    has_raw_answers: bool
    left_out: tuple[str, ...] = ()
    """Seats whose raw answers are not among those that lie beside it."""

    @property
    def seq(self) -> int:
        return int(self.body["seq"])


class NotGenuine(Exception):
    """What is wrong with a file, in a sentence."""


def minted(
    told: Mapping[str, Any], *, owner: str, minted_at_s: float, key: SigningKey
) -> Callable[[int, str], Receipt]:
    """Makes the receipt of what is told, once its place in the chain is known."""

    def make(seq: int, prev_sha256: str) -> Receipt:
        body = canonical(
            {
                **told,
                "schema": SCHEMA,
                "seq": seq,
                "prevSha256": prev_sha256,
                "publicKey": key.public_key,
                "mintedAtMs": round(minted_at_s * 1000),
            }
        )
        return Receipt(
            seq=seq,
            validation_id=told["validationId"],
            owner=owner,
            minted_at_s=minted_at_s,
            body=body,
            sha256=hashlib.sha256(body).hexdigest(),
            prev_sha256=prev_sha256,
            signature=key.sign(_CONTEXT + body).hex(),
            public_key=key.public_key,
        )

    return make


def as_object(receipt: Receipt, raw: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`raw`: the answers by their seats."""
    told: dict[str, Any] = {
        "body": json.loads(receipt.body),
        "sha256": receipt.sha256,
        "signature": receipt.signature,
    }
    return told if raw is None else {**told, "rawResponses": dict(raw)}


def as_file(receipt: Receipt, raw: Mapping[str, str] | None = None) -> bytes:
    """The bytes that verify; any other writing of the same does not."""
    return canonical(as_object(receipt, raw)) + b"\n"


def verify(data: bytes, public_key: str = "") -> Verified:
    """`public_key`: the one that it must be signed with; without it, that it names itself. Raises
    NotGenuine."""
    told = _read(data)
    body, sha256, signature = told["body"], told["sha256"], told["signature"]
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise NotGenuine("It is no receipt of a kind that this version knows.")
    signed = canonical(body)
    if sha256 != hashlib.sha256(signed).hexdigest():
        raise NotGenuine("Its content is not what was hashed: it was changed.")
    named = body.get("publicKey")
    _check_signature(named, signature, _CONTEXT + signed)
    _check_shape(body)
    if public_key and public_key.strip().lower() != named:
        raise NotGenuine(f"It is signed with another key: {named}.")
    left_out = _check_raw(body, told.get("rawResponses"))
    return Verified(
        body=body,
        sha256=sha256,
        public_key=str(named),
        has_raw_answers="rawResponses" in told,
        left_out=left_out,
    )


def verify_chain(receipts: Sequence[Verified]) -> list[str]:
    """What is wrong between neighbours; numbers that are not given are for `gaps_in`."""
    by_seq = sorted(receipts, key=lambda each: each.seq)
    wrong = []
    for earlier, later in itertools.pairwise(by_seq):
        if later.seq == earlier.seq and later.sha256 != earlier.sha256:
            wrong.append(f"Two different receipts have the number {later.seq}.")
        elif later.seq == earlier.seq + 1 and later.body["prevSha256"] != earlier.sha256:
            wrong.append(f"Receipt {later.seq} does not follow on receipt {earlier.seq}.")
    return wrong


def gaps_in(receipts: Sequence[Verified]) -> list[tuple[int, int]]:
    """First and last number of each run that is missing between those that are given."""
    numbers = sorted({each.seq for each in receipts})
    return [(one + 1, other - 1) for one, other in itertools.pairwise(numbers) if other > one + 1]


def _read(data: bytes) -> Mapping[str, Any]:
    if len(data) > MOST_BYTES:
        raise NotGenuine(f"It is longer than {MOST_BYTES:,} bytes: no receipt is.")
    if not data.strip():
        raise NotGenuine("It is empty: no receipt was written into it.")
    try:
        told = json.loads(data)
        is_canonical = canonical(told) + b"\n" == data
    except (ValueError, RecursionError):
        raise NotGenuine("It is not JSON as receipts are written.") from None
    if not isinstance(told, dict) or not told.keys() >= _MEMBERS:
        raise NotGenuine("It is no receipt: it needs body, sha256 and signature.")
    if told.keys() - _MEMBERS - {"rawResponses"}:
        raise NotGenuine("It holds what no receipt holds.")
    if not is_canonical:
        raise NotGenuine(
            "It is not written as receipts are, byte for byte: it was formatted anew or changed."
            " Take it from `llmgw receipt show`."
        )
    return told


def _check_signature(public_key: object, signature: object, message: bytes) -> None:
    # Loaded with the first receipt, not with the gateway.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = _bytes_of(public_key, 32, "public key")
    signed = _bytes_of(signature, 64, "signature")
    if bytes([*key[:31], key[31] & 0x7F]) in _SMALL_ORDER:
        raise NotGenuine("Its public key is one that fits signatures nobody made.")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed, message)
    except (InvalidSignature, ValueError):
        raise NotGenuine("Its signature does not fit: it was not signed like this.") from None


def _check_shape(body: Mapping[str, Any]) -> None:
    """Whoever has a key can sign anything."""
    answers, judge = body.get("answers"), body.get("judge")
    are_well = isinstance(answers, list) and all(map(_is_answer, answers))
    is_linked = type(body.get("seq")) is int and isinstance(body.get("prevSha256"), str)
    is_named = _is_line(body.get("validationId"))
    if not (are_well and is_linked and is_named and (judge is None or _is_answer(judge))):
        raise NotGenuine("It is signed, and yet no receipt: parts of it are missing.")


def _is_answer(told: object) -> bool:
    texts = ("seat", "sha256")
    return isinstance(told, dict) and all(_is_line(told.get(name)) for name in texts)


def _is_line(told: object) -> bool:
    """It is shown in a terminal: a line of its own there would pass for one of ours."""
    return isinstance(told, str) and told.isprintable()


def _check_raw(body: Mapping[str, Any], raw: object) -> tuple[str, ...]:
    """Whose are left out."""
    if raw is None:
        return ()
    digests = {each["seat"]: each["sha256"] for each in body["answers"]}
    if body.get("judge"):
        digests["judge"] = body["judge"]["sha256"]
    if not isinstance(raw, dict) or not raw.keys() <= digests.keys():
        raise NotGenuine("Its raw answers are not those of its seats.")
    for seat, text in raw.items():
        if not isinstance(text, str) or digest_of(text) != digests[seat]:
            raise NotGenuine(f"The raw answer of {seat} is not the one that was given.")
    return tuple(seat for seat in digests if seat not in raw)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _bytes_of(text: object, count: int, what: str) -> bytes:
    """Of lower-case hexadecimal digits: any other writing is another text."""
    try:
        found = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        found = b""
    if len(found) != count or found.hex() != text:
        raise NotGenuine(f"Its {what} is not {2 * count} hexadecimal digits.")
    return found


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
