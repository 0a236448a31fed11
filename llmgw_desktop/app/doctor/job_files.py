"""Whether what ended jobs were asked and said lies as it should: encrypted, or in plain."""

from contextlib import closing

from llmgw_desktop.app.doctor.report import Finding, State
from llmgw_desktop.app.figures import counted
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.engine.jobs.ended_folder import lies_otherwise
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.store.database import is_of_today
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.job_store import JobStore
from llmgw_desktop.store.paths import Places


def look_at_job_files(places: Places, *, encrypts: bool) -> tuple[Finding, ...]:
    """Only where some do not."""
    folders = JobFolders(places.jobs_folder)
    try:
        if not places.gateway_db.exists() or not is_of_today(places.gateway_db, GATEWAY_STEPS):
            return ()
        with closing(JobStore(places.gateway_db)) as store:
            ended = store.ended_ids()
    except StoreError:
        return ()  # said of the vault, which lies in the same file
    others = sum(lies_otherwise(folders.kept(each), encrypted=encrypts) for each in ended)
    if not others:
        return ()
    lies = "lies in plain" if encrypts else "is still encrypted"
    says = f"What {counted(others, 'ended job was', 'ended jobs were')} asked and said {lies}."
    do = "The gateway changes that when it runs and the vault is open."
    more = {"ended": len(ended), "others": others}
    state = State.WARN if encrypts else State.NOTE
    return (Finding(name="jobs", title="Jobs", state=state, says=says, do=do, more=more),)
