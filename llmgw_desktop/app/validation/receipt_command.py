"""`llmgw receipt verify|show|list|key`: none of them needs a running gateway."""

import argparse
import re
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from llmgw_desktop.app.command_line.command_line import print_table
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.validation import Receipt
from llmgw_desktop.engine.validation.receipts import (
    MOST_BYTES,
    NotGenuine,
    Verified,
    as_file,
    as_markdown,
    gaps_in,
    verify,
    verify_chain,
)
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.validation import ValidationStore
from llmgw_desktop.store.vault.derived_keys import ReceiptKeys
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_KEY: Final = re.compile(r"[0-9a-fA-F]{64}")


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    if arguments.verb == "verify":
        key = _named_key(arguments.key)
        if key is None:
            print(
                f"llmgw: --key: '{arguments.key}' is neither a public key (64 hexadecimal digits)"
                " nor a file with one. 'llmgw receipt key' tells a gateway's.",
                file=sys.stderr,
            )
            return 2
        return _verify(arguments.file, key or _own_key(places, env), is_own=not key)
    if arguments.verb == "key":
        return _key(places, env)
    with (
        closing(
            Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())
        ) as vault,
        closing(ValidationStore(places.gateway_db, AtRest(vault.data_keys))) as store,
    ):
        if arguments.verb == "list":
            return _list(store.receipts())
        return _show(store, arguments)


def _verify(files: list[str], key: str, *, is_own: bool) -> int:
    """On any machine: the files and a key are all that is needed. `is_own`: the key is this
    gateway's, or empty where it has none."""
    told: list[Verified] = []
    is_well = bool(key)
    for name in files:
        try:
            found = verify(_read(name), key)
        except NotGenuine as error:
            print(f"{name}: NOT GENUINE. {error}", file=sys.stderr)
            is_well = False
            continue
        except OSError as error:
            print(f"{name}: it cannot be read: {error.strerror}.", file=sys.stderr)
            is_well = False
            continue
        told.append(found)
        whole = "genuine" if key else "as it was signed, by whom is not known"
        print(f"{name}: {whole}. Receipt {found.seq} of {found.body['validationId']}.")
        _tell_left_out(name, found)
    for problem in verify_chain(told):
        print(f"NOT GENUINE. {problem}", file=sys.stderr)
        is_well = False
    _tell_gaps(told)
    if is_own:
        _tell_key(told, key, is_well=is_well)
    return 0 if is_well else 1


def _tell_left_out(name: str, found: Verified) -> None:
    if not found.has_raw_answers:
        print(f"{name}: the answers themselves are not in it, only their digests.")
    elif found.left_out:
        seats = ", ".join(found.left_out)
        print(f"{name}: INCOMPLETE. The raw answer was left out of: {seats}.", file=sys.stderr)


def _tell_gaps(told: list[Verified]) -> None:
    for first, last in gaps_in(told):
        missing = f"Receipt {first} is" if first == last else f"Receipts {first} to {last} are"
        print(
            f"INCOMPLETE. {missing} not among the files: whether {last + 1} follows on"
            f" {first - 1} they cannot say.",
            file=sys.stderr,
        )


def _tell_key(told: list[Verified], key: str, *, is_well: bool) -> None:
    """Nobody has named one."""
    for signer in () if key else dict.fromkeys(each.public_key for each in told):
        print(
            f"NOT KNOWN. Signed with {signer}, and whose key that is the file cannot say: this"
            " gateway has none of its own here. Give --key, as 'llmgw receipt key' tells it on the"
            " machine that it should come from.",
            file=sys.stderr,
        )
    if key and not is_well:
        print(
            f"Compared with the key of this gateway, {key}. A receipt of another one, or from"
            " before 'llmgw vault clear', needs --key.",
            file=sys.stderr,
        )


def _own_key(places: Places, env: Mapping[str, str]) -> str:
    """Empty where there is none. Nothing is made for it."""
    if not places.gateway_db.exists():
        return ""
    vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())
    try:
        return ReceiptKeys(vault).known()
    except LlmgwError as error:
        print(f"llmgw: The key of this gateway cannot be had. {error}", file=sys.stderr)
        return ""
    finally:
        vault.close()


def _named_key(key: str) -> str | None:
    """The key itself, or a file with it. None where it is neither: no receipt's fault."""
    path = Path(key)
    if key and len(key) < 1_000 and path.is_file():
        try:
            key = path.read_text("ascii", "replace").strip()
        except OSError:
            return None
    return key if not key or _KEY.fullmatch(key.strip()) else None


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _show(store: ValidationStore, arguments: argparse.Namespace) -> int:
    receipt = _named(store, arguments.id)
    if receipt is None:
        print(
            f"llmgw: There is no receipt '{arguments.id}'; 'llmgw receipt list' names all."
            " One is made when validation_receipt is called for a panel.",
            file=sys.stderr,
        )
        return 1
    raw = _raw(store, receipt) if arguments.raw else None
    if arguments.markdown:
        print(as_markdown(receipt, raw))
        return 0
    sys.stdout.flush()
    sys.stdout.buffer.write(as_file(receipt, raw))
    sys.stdout.buffer.flush()
    return 0


def _named(store: ValidationStore, name: str) -> Receipt | None:
    """By the panel's id, or by its number in the list."""
    found = store.receipt(name)
    if found is not None or not name.isdecimal():
        return found
    return next((each for each in store.receipts() if str(each.seq) == name), None)


def _raw(store: ValidationStore, receipt: Receipt) -> dict[str, str]:
    found = store.get(receipt.validation_id)
    if found is None:
        return {}
    raw = {answer.seat.name: answer.text for answer in found.answers}
    return raw if found.judge is None else {**raw, "judge": found.judge.text}


def _list(receipts: list[Receipt]) -> int:
    if not receipts:
        print("There are no receipts yet.", file=sys.stderr)
        return 0
    lines = ["NUMBER\tVALIDATION\tMINTED\tSHA256"]
    for each in receipts:
        minted = datetime.fromtimestamp(each.minted_at_s, tz=UTC).astimezone()
        when = minted.strftime("%Y-%m-%d %H:%M")
        lines.append(f"{each.seq}\t{each.validation_id}\t{when}\t{each.sha256}")
    print_table(lines)
    return 0


def _key(places: Places, env: Mapping[str, str]) -> int:
    """Made, if there is none yet: it can be told to others before the first receipt."""
    keys = MasterKeys(env, places.data_folder)
    vault = Vault(places.gateway_db, keys, SystemClock())
    try:
        print(ReceiptKeys(vault).key().public_key)
    finally:
        vault.close()
    return 0
