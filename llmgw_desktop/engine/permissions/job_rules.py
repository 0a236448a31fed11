"""What was allowed for each job that asks: held while it runs, and written down, so that another
start of the program knows it."""

import asyncio
import logging

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.permission import PermissionAnswer, PermissionRule
from llmgw_desktop.engine.permissions.rules import Rule
from llmgw_desktop.store.permission_store import PermissionStore

MOST_OF_JOB = 500
"""Further ones are not kept: what they allow is asked again."""
_log = logging.getLogger(__name__)
_LONGEST_WORDS = 1000


class JobRules:
    """On the loop."""

    def __init__(self, store: PermissionStore) -> None:
        self._store = store
        self._held: dict[str, dict[str, PermissionRule]] = {}

    async def load(self, job_id: str) -> None:
        """Those of an earlier start. A file that cannot be read allows nothing."""
        if job_id in self._held:
            return
        try:
            stored = await asyncio.to_thread(self._store.rules, job_id)
        except StoreError as error:
            _log.warning("what was allowed for job %s is not known: %s", job_id, error)
            return
        self._held.setdefault(job_id, {each.digest: each for each in stored})

    def allows(self, job_id: str, rule: Rule) -> PermissionRule | None:
        """What of it was allowed, where all of it was."""
        held = self._held.get(job_id, {})
        found = [held.get(digest) for digest in rule.digests]
        return None if not found or None in found else found[0]

    async def add(self, job_id: str, rule: Rule, answer: PermissionAnswer) -> None:
        """Written when this returns; where the disk takes none, it holds until the program
        ends."""
        held = self._held.setdefault(job_id, {})
        if len(held) + len(rule.digests) > MOST_OF_JOB:
            return
        for digest in rule.digests:
            held[digest] = PermissionRule(
                job_id=job_id,
                digest=digest,
                words=rule.words[:_LONGEST_WORDS],
                person=answer.person,
                made_at_s=answer.at_s,
            )
            try:
                await asyncio.to_thread(self._store.add_rule, held[digest])
            except StoreError as error:
                _log.warning("what was allowed for job %s is not kept: %s", job_id, error)

    async def forget(self, job_id: str) -> None:
        self._held.pop(job_id, None)
        try:
            await asyncio.to_thread(self._store.forget_rules, job_id)
        except StoreError as error:
            _log.warning("what was allowed for job %s is not forgotten: %s", job_id, error)
