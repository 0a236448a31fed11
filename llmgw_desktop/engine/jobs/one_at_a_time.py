"""Two runs at once in one conversation would lose what one of them says: the second is refused."""

from collections.abc import Iterable

from llmgw_desktop.domain.cli import SessionWish
from llmgw_desktop.domain.run_errors import SessionBusy
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.live_job import LiveJob


def refuse_second(asked: Submission, lives: Iterable[LiveJob]) -> None:
    """A fork is a conversation of its own. Raises SessionBusy."""
    if asked.request.session is SessionWish.FORK:
        return
    for live in lives:
        if not live.is_ending and (_has_session(asked, live) or _has_name(asked, live)):
            raise SessionBusy(live.job.id)


def _has_session(asked: Submission, live: LiveJob) -> bool:
    return bool(asked.session_id) and asked.session_id == live.job.session_id


def _has_name(asked: Submission, live: LiveJob) -> bool:
    """By the CLI's own id, which the gateway may know by none of its own yet."""
    one, other = asked.request, live.asked.request
    return (
        bool(one.session_id)
        and (one.cli, one.session_id) == (other.cli, other.session_id)
        and other.session is not SessionWish.FORK
    )
