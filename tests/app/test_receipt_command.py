"""`llmgw receipt`: verified on a machine that has nothing but the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.receipt_command import run
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.principal import LOCAL
from llmgw_desktop.store.master_key import VARIABLE, MasterKeys
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault import Vault
from llmgw_desktop.store.vault_row_values import EntryKind
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
    assert told(there, "verify", files[0]) == 0
    assert b"Whose key that is" in capfdbinary.readouterr().err
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
