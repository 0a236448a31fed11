"""`llmgw receipt`: verified on a machine that has nothing but the file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.validation.receipt_command import run
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.engine.validation.receipts import as_file, digest_of, minted
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault.derived_keys import ReceiptKey, ReceiptKeys
from llmgw_desktop.store.vault.master_key import VARIABLE, MasterKeys
from llmgw_desktop.store.vault.sealed_rows import EntryKind
from llmgw_desktop.store.vault.vault import Vault
from tests.support.panel_clis import PASSES, end_all, panels_in

ENV = {VARIABLE: "ab" * 32}


@pytest.fixture
async def made(tmp_path: Path) -> tuple[Places, list[str]]:
    """Two validations with their receipts; the gateway is gone."""
    async with panels_in(tmp_path) as panels:
        panels.answers("claude", PASSES)
        panels.answers("codex", PASSES)
        ids = []
        for claim in ("One is one.", "Two are two."):
            report = await panels.report("consensus_check", claim=claim)
            ids.append(report["validationId"])
            told = await panels.call("validation_receipt", validationId=ids[-1])
            assert told.structured["status"] == "minted"
            assert told.structured["receipt"]["body"]["validationId"] == ids[-1]
            again = await panels.service.receipt(ids[-1], LOCAL.client_id)
            assert again.sha256 == told.structured["sha256"]
            markdown = await panels.call(
                "validation_receipt",
                validationId=ids[-1],
                format="markdown",
                includeRawResponses=True,
            )
            assert "> Rationale: It holds." in markdown.structured["markdown"]
        offered = panels.container.mcp_offer().resources
        [resource] = [each for each in offered if each.uri.startswith("validation-receipt:")]
        text = await resource.read(LOCAL, {"validationId": ids[0]})
        (tmp_path / "resource.json").write_text(text)
        judged = await panels.call("synthesize_validation", validationId=ids[0])
        assert judged.is_error
        assert "does not change any more" in judged.structured["error"]
        await end_all(panels)
    return Places.of({"LLMGW_HOME": str(tmp_path / "gateway")}), ids


def told(places: Places, *argv: str) -> int:
    return run(parse(["receipt", *argv]), places, ENV)


def elsewhere(tmp_path: Path) -> Places:
    return Places.of({"LLMGW_HOME": str(tmp_path / "nowhere")})


async def test_shown_here_verified_there(
    made: tuple[Places, list[str]], tmp_path: Path, capfdbinary: Any
) -> None:
    places, ids = made
    files = []
    for number, validation_id in enumerate(ids):
        assert told(places, "show", validation_id, "--raw") == 0
        path = tmp_path / f"{number}.json"
        path.write_bytes(capfdbinary.readouterr().out)
        files.append(str(path))
    assert told(places, "key") == 0
    key = capfdbinary.readouterr().out.decode().strip()
    there = elsewhere(tmp_path)
    assert told(there, "verify", *files, str(tmp_path / "resource.json"), "--key", key) == 0
    out, err = capfdbinary.readouterr()
    assert out.count(b"genuine") == 3
    assert err == b""
    assert not there.gateway_db.exists()
    assert told(there, "verify", files[0]) == 1
    out, err = capfdbinary.readouterr()
    assert b"whose key that is" in err
    assert b"genuine" not in out
    assert told(places, "verify", *files) == 0, "its own machine knows its own key"
    assert capfdbinary.readouterr().err == b""
    assert told(there, "verify", files[0], "--key", "00" * 32) == 1
    assert b"another key" in capfdbinary.readouterr().err
    not_a_key = tmp_path / "not-a-key"
    not_a_key.write_text("hello")
    for wrong in (str(tmp_path / "none"), str(not_a_key), "abc"):
        assert told(there, "verify", files[0], "--key", wrong) == 2
        said = capfdbinary.readouterr().err
        assert b"neither a public key" in said
        assert b"NOT GENUINE" not in said
    changed = Path(files[1])
    changed.write_bytes(changed.read_bytes().replace(b"Two are two", b"Two are six"))
    assert told(there, "verify", *files, "--key", key) == 1
    assert b"NOT GENUINE" in capfdbinary.readouterr().err
    assert told(there, "verify", str(tmp_path / "none")) == 1


def signed(path: Path, seq: int, key: ReceiptKey, raw: dict[str, str] | None = None) -> str:
    """A receipt of two seats, which `key` has signed."""
    answers = [{"seat": name, "sha256": digest_of("x")} for name in ("claude", "codex")]
    body = {"validationId": f"val_{seq}", "answers": answers}
    receipt = minted(body, owner="me", minted_at_s=1.0, key=key)(seq, "")
    path.write_bytes(as_file(receipt, raw))
    return str(path)


@pytest.fixture
def own(tmp_path: Path) -> tuple[Places, ReceiptKey]:
    """A gateway with a key and no receipts."""
    places = elsewhere(tmp_path)
    places.make()
    vault = Vault(places.gateway_db, MasterKeys(ENV, places.data_folder), SystemClock())
    with closing(vault):
        return places, ReceiptKeys(vault).key()


def test_what_anybody_signed_is_not_genuine_here(
    own: tuple[Places, ReceiptKey], tmp_path: Path, capsys: Any
) -> None:
    places, key = own
    mine = signed(tmp_path / "mine.json", 1, key)
    stranger = ReceiptKey(b"x" * 32)
    theirs = signed(tmp_path / "theirs.json", 1, stranger)
    assert told(places, "verify", mine) == 0
    assert told(places, "verify", theirs) == 1
    out, err = capsys.readouterr()
    assert "theirs.json" not in out
    assert "another key" in err
    assert "needs --key" in err
    assert told(places, "verify", theirs, "--key", stranger.public_key) == 0


def test_where_the_vault_does_not_open_nothing_is_called_genuine(
    own: tuple[Places, ReceiptKey], tmp_path: Path, capsys: Any
) -> None:
    places, key = own
    mine = signed(tmp_path / "mine.json", 1, key)
    verify = parse(["receipt", "verify", mine])
    assert run(verify, places, {VARIABLE: "cd" * 32}) == 1
    out, err = capsys.readouterr()
    assert "genuine" not in out
    assert "key of this gateway cannot be had" in err


def test_what_is_left_out_is_told(
    own: tuple[Places, ReceiptKey], tmp_path: Path, capsys: Any
) -> None:
    places, key = own
    one, five, seven = (signed(tmp_path / f"{at}.json", at, key) for at in (1, 5, 7))
    assert told(places, "verify", seven, one, five) == 0
    out, err = capsys.readouterr()
    assert out.count("only their digests") == 3
    assert "Receipts 2 to 4 are not among the files" in err
    assert "Receipt 6 is not among the files" in err
    cut = signed(tmp_path / "cut.json", 1, key, {"claude": "x"})
    assert told(places, "verify", cut) == 0
    assert "raw answer was left out of: codex." in capsys.readouterr().err
    whole = signed(tmp_path / "whole.json", 1, key, {"claude": "x", "codex": "x"})
    assert told(places, "verify", whole) == 0
    assert capsys.readouterr().err == ""


async def test_all_are_listed(made: tuple[Places, list[str]], capsys: Any) -> None:
    places, ids = made
    assert told(places, "list") == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[:2] for row in rows[1:]] == [["1", ids[0]], ["2", ids[1]]]
    assert told(places, "show", ids[0], "--markdown") == 0
    assert "# Receipt 1" in capsys.readouterr().out
    assert told(places, "show", "2", "--markdown") == 0
    assert "# Receipt 2" in capsys.readouterr().out
    for none in ("val_none", "3", "0", ""):
        assert told(places, "show", none) == 1
        assert f"no receipt '{none}'" in capsys.readouterr().err


async def test_the_key_lies_sealed_in_the_vault(made: tuple[Places, list[str]]) -> None:
    places, _ = made
    vault = Vault(places.gateway_db, MasterKeys(ENV, places.data_folder), SystemClock())
    [entry] = [each for each in vault.entries() if each.address.name == "receipts"]
    assert entry.address.kind is EntryKind.SIGNING_KEY
    assert entry.hint == ""
    seed = vault.secret(entry.address, by="test")
    vault.rotate(by="test", new_master=b"c" * 32)
    vault.close()
    for path in places.data_folder.rglob("*"):
        if path.is_file():
            assert seed not in path.read_bytes()
            assert bytes.fromhex(seed.decode()) not in path.read_bytes()


def test_nothing_yet(tmp_path: Path, capsys: Any) -> None:
    places = elsewhere(tmp_path)
    places.make()
    assert told(places, "list") == 0
    assert "no receipts yet" in capsys.readouterr().err
    empty = tmp_path / "empty.json"
    empty.touch()
    assert told(places, "verify", str(empty)) == 1
    assert "It is empty" in capsys.readouterr().err
