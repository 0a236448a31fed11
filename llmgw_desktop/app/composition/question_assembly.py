"""What runs, and what waits for a person, as a graph: above what a gateway stands on (`parts.py`),
below what answers (`engine_assembly.py`).

A kind of question is a source and a line of `QUESTION_SOURCES`.
"""

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from llmgw_desktop.app.composition.parts import ContainerParts
from llmgw_desktop.app.composition.run_assembly import Runs
from llmgw_desktop.app.gateway.web.pairing import Pocket, PocketListener, PocketParts
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.store.run_file import remove_run_file

if TYPE_CHECKING:
    from llmgw_desktop.app.questions.questions import Questions
    from llmgw_desktop.engine.questions.permissions.hooked import TerminalAsks
    from llmgw_desktop.engine.questions.permissions.listed import ToldSource
    from llmgw_desktop.engine.questions.waiting.question_list import QuestionList, QuestionSource


class AskingParts(ContainerParts):
    """What runs, and what it asks."""

    @cached_property
    def runs(self) -> Runs:
        runs = Runs(self)
        self._closing.add(lambda: remove_run_file(self.places.run_file), runs.close)
        return runs

    @cached_property
    def questions(self) -> "Questions":
        """Those that wait for a person, for windows."""
        from llmgw_desktop.app.questions.questions import Questions

        desks = self.consents.broker, self.runs.permissions, self.brakes.holds
        return Questions(self.question_list, *desks, clock=self.clock)

    @cached_property
    def question_list(self) -> "QuestionList":
        """All of them, in the order in which they matter. On the loop; read in with the first who
        asks: what waits by then is in it."""
        from llmgw_desktop.engine.questions.waiting.question_list import QuestionList

        return QuestionList(self.bus, [make(self) for make in QUESTION_SOURCES])

    @cached_property
    def terminal_asks(self) -> "TerminalAsks":
        """Made with the first hook that asks."""
        from llmgw_desktop.engine.questions.permissions.hooked import TerminalAsks

        holding = self.runs.service.workspaces.holding
        return TerminalAsks(self.runs.permissions, self.told, holding)

    @cached_property
    def told(self) -> "ToldSource":
        """What CLIs ask in terminals alone."""
        from llmgw_desktop.engine.questions.permissions.listed import ToldSource

        return ToldSource(self.bus, self.clock)

    @cached_property
    def pocket(self) -> Pocket:
        """Its own door is opened where the settings say so (`apply`)."""
        pocket = Pocket(
            PocketParts(
                data_folder=self.places.data_folder,
                clock=self.clock,
                note=self.audit.soon,
                make_listener=self._pocket_listener,
            )
        )
        self._closing.add(pocket.close)
        return pocket

    @abstractmethod
    def _pocket_listener(self, pocket: Pocket) -> PocketListener:
        """Asked for when it is first switched on."""

    def live_job(self, job_id: str) -> Job | None:
        """One that waits or runs; of others the store is not asked."""
        return next((each for each in self.runs.supervisor.live if each.id == job_id), None)


def _consents(parts: AskingParts) -> "QuestionSource":
    from llmgw_desktop.engine.questions.consents.listed import ConsentSource

    return ConsentSource(parts.consents.broker)


def _held(parts: AskingParts) -> "QuestionSource":
    from llmgw_desktop.engine.policy.brakes.brakes import HeldSource

    return HeldSource(parts.brakes.holds)


def _permissions(parts: AskingParts) -> "QuestionSource":
    from llmgw_desktop.engine.questions.permissions.listed import PermissionSource

    return PermissionSource(parts.runs.permissions, parts.live_job)


def _limits(parts: AskingParts) -> "QuestionSource":
    from llmgw_desktop.engine.runs.limit_questions import LimitSource

    return LimitSource(parts.runs.supervisor, parts.clock)


def _told(parts: AskingParts) -> "QuestionSource":
    return parts.told


QUESTION_SOURCES: tuple[Callable[[AskingParts], "QuestionSource"], ...] = (
    _consents,
    _held,
    _permissions,
    _limits,
    _told,
)
"""Every kind of question that the list shows."""
