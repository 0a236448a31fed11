"""Vendors' CLIs on this computer: the survey, and what asks it for the MCP door, made when that
is first asked."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from llmgw_desktop.app.cli_desk import CliDesk
from llmgw_desktop.app.cli_survey import CliSurvey
from llmgw_desktop.app.cli_upgrader import CliUpgrader
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import CliSettings


class ClisHere:
    """`live`: the CLI of each job that goes on or waits. Close it."""

    def __init__(
        self,
        survey: CliSurvey,
        env: Mapping[str, str],
        *,
        said: Callable[[], Sequence[CliSettings]],
        live: Callable[[], Sequence[CliName]],
        clean: Callable[[str], str],
        note: Callable[[Act], object] = lambda _: None,
    ) -> None:
        self._note = note
        self.survey = survey
        self._env = env
        self._said = said
        self._live = live
        self._clean = clean

    @cached_property
    def desk(self) -> CliDesk:
        return CliDesk(self.survey, self._env, self._said)

    @cached_property
    def upgrader(self) -> CliUpgrader:
        return CliUpgrader(
            self.survey, self._env, running=self._live, clean=self._clean, note=self._note
        )

    def close(self) -> None:
        """What is being asked is ended."""
        self.survey.close()
        for made in ("desk", "upgrader"):
            if (one := vars(self).get(made)) is not None:
                one.close()
