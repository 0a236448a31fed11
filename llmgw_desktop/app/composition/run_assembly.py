"""Runs of CLIs, joined: from their being asked for to their end."""

from collections.abc import Awaitable, Callable

from llmgw_desktop.app.composition.parts import ContainerParts
from llmgw_desktop.app.workspaces.workspaces import (
    WorktreesUse,
    enclosure_of,
    open_workspaces,
)
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.domain.jobs.approval import Asking
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.submission import RecordedTalk
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.vault import GLOBAL_PROJECT, EntryKind
from llmgw_desktop.engine.containment.homes import Homes
from llmgw_desktop.engine.guards.guards import RunGuards
from llmgw_desktop.engine.jobs.configured import KnownClis, McpServers
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.loop.tasks import close_all
from llmgw_desktop.engine.policy.spending import RunSpending
from llmgw_desktop.engine.questions.approvals.gate import ApprovalGate
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk, PermissionParts
from llmgw_desktop.engine.runs.admission import Admission
from llmgw_desktop.engine.runs.books import Books
from llmgw_desktop.engine.runs.cache_states import CacheStates
from llmgw_desktop.engine.runs.cli_files import settings_of
from llmgw_desktop.engine.runs.cli_health import CliHealth
from llmgw_desktop.engine.runs.fields import RunDefaults
from llmgw_desktop.engine.runs.hand_over import HandOverParts, HandOvers
from llmgw_desktop.engine.runs.model_client import CliClient
from llmgw_desktop.engine.runs.run_changes import RunChanges
from llmgw_desktop.engine.runs.run_flights import RunFlights
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.engine.workspaces.registry import Workspaces
from llmgw_desktop.engine.workspaces.snapshots import Snapshots
from llmgw_desktop.engine.workspaces.worktrees import Worktrees
from llmgw_desktop.store.flights.cache_sums import CacheSums
from llmgw_desktop.store.jobs.approval_store import ApprovalStore, PermissionStore
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.jobs.session_store import SessionStore
from llmgw_desktop.store.workspaces import WorktreeStore

Stop = Callable[[], Awaitable[None]]


class Runs:
    """All that belongs to runs and is started, told of new settings, and closed with the app."""

    def __init__(self, parts: ContainerParts) -> None:
        clock, bus, at_rest = parts.clock, parts.bus, parts.at_rest
        places, recorder, settings = parts.places, parts.recording.recorder, parts.settings()
        gateway_db, workspaces = places.gateway_db, _workspaces(parts)
        self._said, self._vault = settings.clis, parts.vault
        self.clis = KnownClis(settings.clis)
        self.launcher, self.links = _launcher(parts), parts.links
        self.job_store = JobStore(gateway_db, at_rest)
        self._session_store = SessionStore(gateway_db, at_rest)
        self.approvals = ApprovalStore(gateway_db, at_rest)
        ids = TimedIds(clock)
        sessions = Sessions(
            self._session_store,
            clock=clock,
            ids=ids,
            ttl_s=settings.jobs.session_ttl_s,
            folders_in_use=lambda: self.supervisor.neutral_dirs(),
        )
        self._flights = RunFlights(
            recorder,
            clock,
            lambda job, most_bytes: self.supervisor.said(job, most_bytes),
            links=parts.links,
            spending=RunSpending(parts.policies),
            guards=RunGuards(parts.guards),
        )
        books = Books(
            sessions,
            self._flights,
            ids=ids,
            cli_of=lambda job: self.clis[job.cli],
            home_of=self.launcher.home,
            told_quota=parts.health.told_quota,
        )
        self.permissions = PermissionDesk(
            PermissionParts(
                store=PermissionStore(gateway_db, at_rest),
                clock=clock,
                bus=bus,
                clean=recorder.clean_text,
                is_private=workspaces.is_private,
            ),
            settings.approvals,
            settings.rules,
        )
        self.job_folders = JobFolders(places.jobs_folder, at_rest)
        self.snapshots = Snapshots(
            places.jobs_folder, env=parts.env, clock=clock, live=lambda: self.supervisor.live
        )
        self.supervisor = Supervisor(
            JobParts(
                store=self.job_store,
                folders=self.job_folders,
                launcher=self.launcher,
                clock=clock,
                ids=ids,
                bus=bus,
                clean=recorder.clean_text,
                ledger=books,
                breaker=CliHealth(parts.health, self.clis, clock),
                permissions=self.permissions,
                own_requests=parts.links,
                snapshots=self.snapshots,
                shares=parts.brakes.shares,
                known_now_s=recorder.known_now_s,
            ),
            self.clis,
            jobs=settings.jobs,
            limits=settings.limits,
        )
        self.changes = RunChanges(self.supervisor, self.snapshots, self.job_folders)
        self.trees = Worktrees(
            WorktreeStore(gateway_db),
            places.worktrees_folder,
            env=parts.env,
            clock=clock,
            bus=bus,
            live_folders=lambda: [job.working_dir for job in self.supervisor.live],
        )
        self.worktrees = WorktreesUse(self.trees, self.changes)
        self.gate = ApprovalGate(
            self.approvals,
            settings.approvals,
            ids=ids,
            clock=clock,
            bus=bus,
            clean=recorder.clean_text,
        )
        self._admission = Admission(
            workspaces, self.gate, self.trees, own_settings=self._own_settings
        )
        self._cache_sums = CacheSums(gateway_db)
        self.caches = CacheStates(
            self._cache_sums,
            clock=clock,
            price_of=recorder.pricing.price_of_run,
            settings=settings.cache_awareness,
        )
        self.service = RunService(
            self.supervisor,
            sessions,
            self.clis,
            admission=self._admission,
            flights=self._flights,
            caches=self.caches,
        )
        self.hand_overs = HandOvers(
            HandOverParts(
                runs=self.service,
                supervisor=self.supervisor,
                folders=self.job_folders,
                changes=self.changes,
                store=self.job_store,
                bus=bus,
                accounts=self.accounts,
                recorded=lambda flight_id, owner: self._recorded(parts, flight_id, owner),
            )
        )
        self._use_servers(settings)
        self._use_undo(settings)
        self.service.apply(settings.jobs, _defaults(settings))
        self.models = CliClient(self.supervisor, self.clis, self.launcher.persons_environment)
        self._followers: list[Stop] = []

    def ready(self) -> tuple[Provider, ...]:
        """Those CLIs that are installed and switched on, as providers."""
        on = [said for said in self._said if said.enabled]
        programs = self.launcher.programs(self.clis[said.name] for said in on)
        return tuple(said.provider for said, program in zip(on, programs, strict=True) if program)

    def ready_names(self) -> tuple[str, ...]:
        """Those CLIs that are installed and switched on."""
        return tuple(CLI_OF_PROVIDER[provider.name].value for provider in self.ready())

    def accounts(self, cli: CliName) -> list[str]:
        """The projects with a sign-in of their own for it in the vault."""
        kept = {said.vault for said in self._said if said.name is cli and said.vault}
        named = (entry.address for entry in self._vault.entries(EntryKind.FILE)) if kept else ()
        return sorted({at.project for at in named if at.provider in kept} - {GLOBAL_PROJECT})

    def _recorded(self, parts: ContainerParts, flight_id: str, owner: str) -> RecordedTalk:
        """The person may hand on whoever's; another its own. Raises NoSuchFlight."""
        from llmgw_desktop.app.flights.conversation.thread import handed_over, thread_of

        reader, whose = parts.recording.reader, None if owner == LOCAL.client_id else owner
        found = reader.record(flight_id)
        if found is None or whose not in (None, found.summary.owner):
            raise NoSuchFlight(flight_id)
        return handed_over(thread_of(flight_id, reader, self.job_store.beside, whose))

    def sign_in_words(self, cli: CliName) -> str:
        """How a person signs in with it."""
        return self.clis[cli].sign_in.guidance

    def running(self) -> tuple[CliName, ...]:
        """The CLI of each run that goes on now."""
        live = self.supervisor.live
        return tuple(job.cli for job in live if job.state is JobState.RUNNING)

    async def start(self) -> None:
        """Take over what an earlier program left. Raises StoreError."""
        await self.supervisor.start()
        await self.hand_overs.settle()
        self.trees.start()

    def apply(self, settings: Settings) -> None:
        self._said = settings.clis
        self.clis.apply(settings.clis)
        self.launcher.apply(settings.clis)
        self._use_servers(settings)
        self._use_undo(settings)
        self.supervisor.apply(settings.jobs, settings.limits)
        self.service.apply(settings.jobs, _defaults(settings))
        self.gate.apply(settings.approvals)
        self.permissions.apply(settings.approvals, settings.rules)
        self.caches.apply(settings.cache_awareness)

    def _use_undo(self, settings: Settings) -> None:
        off = frozenset(each.name for each in settings.clis if not each.snapshot)
        self.snapshots.apply(settings.undo, off)

    def _use_servers(self, settings: Settings) -> None:
        self.launcher.servers.apply(settings.mcp_servers)
        self._admission.use({each.name: each for each in settings.mcp_servers})

    def _own_settings(self, cli: Cli) -> bytes:
        """The person's, as runs of it find them."""
        environment = self.launcher.persons_environment(cli)
        return b"" if environment is None else settings_of(cli, environment)

    def followed_by(self, stop: Stop) -> None:
        """`stop` ends whoever follows runs, before they are closed."""
        self._followers.append(stop)

    async def stop_following(self) -> None:
        for stop in self._followers:
            await stop()

    def leave(self) -> None:
        """Before answers are broken off because the program ends."""
        self.service.let_waits_go()
        self.models.leave()

    async def close(self) -> None:
        """What runs goes on, and is found again by the next program."""
        await close_all(
            *self._followers,
            self.models.close,
            self.supervisor.close,
            self.snapshots.close,
            self.links.close,
            self.permissions.close,
            self.launcher.housing.settle,
            self._flights.close,
            self.trees.close,
            self.job_store.close,
            self._session_store.close,
            self.service.workspaces.close,
            self.approvals.close,
            self._cache_sums.close,
        )


def _launcher(parts: ContainerParts) -> Launcher:
    places, env, settings = parts.places, parts.env, parts.settings()
    return Launcher(
        env,
        settings.clis,
        homes=Homes(places.homes_folder, parts.vault),
        servers=McpServers(settings.mcp_servers, parts.vault, parts.recording.learn),
        enclosure=enclosure_of(places, env, lambda: parts.url),
    )


def _workspaces(parts: ContainerParts) -> Workspaces:
    return open_workspaces(
        parts.places, parts.env, lambda: parts.settings().workspaces, parts.clock
    )


def _defaults(settings: Settings) -> RunDefaults:
    return RunDefaults(
        compresses_answers=settings.compression.enabled,
        marks_stable_prefix=settings.cache_awareness.emit_anthropic_cache_control,
        asks=settings.approvals.agents is Asking.ASK,
    )
