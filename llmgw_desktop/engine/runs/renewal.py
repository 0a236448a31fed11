"""What a run needs of the gateway's own, and a request did not bring: one that is asked for again
as it stands in an earlier job's folder, or by a window.
"""

import uuid
from dataclasses import replace

from llmgw_desktop.domain.cli import SessionWish
from llmgw_desktop.domain.ids import IdSource
from llmgw_desktop.domain.session import SessionUse
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.runs.sessions import Sessions


def renewed(asked: Submission, sessions: Sessions, ids: IdSource) -> Submission:
    """With a flight of its own where it has none; then its session is as of now, too, since an
    earlier run may have had it. For a thread. Raises StoreError."""
    if asked.flight_id:
        return asked
    asked = replace(asked, flight_id=ids.new("flt"), has_own_flight=True, is_attempt=False)
    use = asked.session
    if use is None:
        return asked
    if use.is_new:
        return _begun_again(asked, use, sessions)
    return _gone_on_again(asked, use, sessions)


def _begun_again(asked: Submission, use: SessionUse, sessions: Sessions) -> Submission:
    """No id is given twice."""
    request = asked.request
    new = sessions.new(request.cli, asked.owner, use.working_dir)
    if request.session is not SessionWish.NEW:
        return replace(asked, session=replace(use, id=new.id))
    use = replace(
        use,
        id=new.id,
        new_provider_id=str(uuid.uuid4()) if use.new_provider_id else "",
        neutral_dir=new.neutral_dir,
    )
    return replace(asked, session=use, request=replace(request, session_id=""))


def _gone_on_again(asked: Submission, use: SessionUse, sessions: Sessions) -> Submission:
    known = sessions.find(use.id, asked.owner)
    if known is None or not known.provider_session_id:
        return asked
    request = replace(
        asked.request, session=SessionWish.RESUME, session_id=known.provider_session_id
    )
    use = replace(use, new_provider_id="", before=known.totals)
    return replace(asked, session=use, request=request)
