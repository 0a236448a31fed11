"""The audit log's newest seal where who has the data folder alone does not reach: in the system's
keyring, beside the master key. Only where that lies there anyway: nobody is asked for it anew."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from llmgw_desktop.domain.audit import AuditSeal
from llmgw_desktop.store.audit_chain import is_genuine

if TYPE_CHECKING:
    from llmgw_desktop.store.system_keyring import SecretPlaces

_log = logging.getLogger(__name__)


class FarHead:
    """May block as the keyring does. What does not work there is logged by it."""

    def __init__(self, keyring: "SecretPlaces") -> None:
        self._keyring = keyring

    def get(self, public_key: str) -> AuditSeal | None:
        """Of the log that this key seals; None where there is none, or none that is genuine."""
        text = self._keyring.get(_name(public_key))
        try:
            seal = None if text is None else AuditSeal(**json.loads(text))
        except (ValueError, TypeError):
            seal = None
        is_ours = seal is not None and seal.public_key == public_key and is_genuine(seal)
        return seal if is_ours else None

    def keep(self, seal: AuditSeal) -> None:
        self._keyring.put(_name(seal.public_key), json.dumps(asdict(seal)))

    def follow(self, seals: Sequence[AuditSeal]) -> None:
        """A person has put another log in the place: its newest seal counts, where one of its key
        was kept."""
        if seals and self._keyring.get(_name(seals[-1].public_key)) is not None:
            self.keep(seals[-1])


def _name(public_key: str) -> str:
    return f"audit head {public_key[:16]}"
