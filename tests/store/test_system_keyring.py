"""Whether the system has a keyring that can be used, told by its name."""

import keyring
import pytest
from keyring.backends import fail, null

from llmgw_desktop.store.system_keyring import keyring_name


def test_what_can_be_used_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Usable(null.Keyring):
        priority = 5  # type: ignore[assignment]
        name = "SecretService Keyring"  # type: ignore[assignment]

    monkeypatch.setattr(keyring, "get_keyring", Usable)
    assert keyring_name() == "SecretService Keyring"


def test_what_cannot_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    assert keyring_name() == ""

    def broken() -> None:
        raise RuntimeError("no bus")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    assert keyring_name() == ""
