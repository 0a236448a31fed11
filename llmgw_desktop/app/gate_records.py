"""The gate's decisions for the windows: everybody's, the newest first."""

import asyncio

from llmgw_desktop.domain.approval import Approval
from llmgw_desktop.store.approval_store import ApprovalStore

MOST_SHOWN = 500


class GateRecords:
    """ApprovalDecided on the bus brings each new one."""

    def __init__(self, store: ApprovalStore) -> None:
        self._store = store

    async def recent(self, *, limit: int = MOST_SHOWN) -> list[Approval]:
        """Raises StoreError."""
        return await asyncio.to_thread(self._store.recent, None, limit=limit)
