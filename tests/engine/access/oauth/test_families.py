"""Whatever is shown in whatever order: a code or refresh token gives tokens once, and a family in
which anything was shown twice is dead to its last token."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from llmgw_desktop.domain.access.access_errors import OauthError
from llmgw_desktop.domain.access.consent import TokenPair
from tests.support.oauth_scene import OauthScene


@dataclass(eq=False)
class Family:
    """What a test knows of one grant."""

    code: str
    made_s: float
    is_code_shown: bool = False
    is_dead: bool = False
    pairs: list[TokenPair] = field(default_factory=list)
    exchanged: set[str] = field(default_factory=set)


class Families(RuleBasedStateMachine):
    families = Bundle("families")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.home = tempfile.TemporaryDirectory()
        self.scene = OauthScene(Path(self.home.name))
        self.scene.add_client()
        self.known: list[Family] = []

    @rule(target=families)
    def let_in(self) -> Family:
        code = self.loop.run_until_complete(self.scene.let_in())
        family = Family(code, self.scene.clock.now_s())
        self.known.append(family)
        return family

    @rule(family=families, verifier=st.sampled_from(["v" * 64, "w" * 64]))
    def show_code(self, family: Family, verifier: str) -> None:
        is_young = self.scene.clock.now_s() < family.made_s + 60
        is_good = is_young and not family.is_code_shown and not family.is_dead
        try:
            pair = self.loop.run_until_complete(
                self.scene.exchange(family.code, code_verifier=verifier)
            )
        except OauthError:
            assert not (is_good and verifier[0] == "v")
            family.is_dead = True
        else:
            assert is_good
            assert verifier[0] == "v"
            family.pairs.append(pair)
        family.is_code_shown = True

    @rule(family=families, at=st.integers(0, 5))
    def refresh(self, family: Family, at: int) -> None:
        if not family.pairs:
            return
        token = family.pairs[at % len(family.pairs)].refresh_token
        is_good = token not in family.exchanged and not family.is_dead
        try:
            pair = self.loop.run_until_complete(self.scene.refresh(token))
        except OauthError:
            assert not is_good
            family.is_dead = True
        else:
            assert is_good
            family.exchanged.add(token)
            family.pairs.append(pair)

    @rule(family=families)
    def give_back(self, family: Family) -> None:
        if family.pairs:
            form = {"token": family.pairs[-1].refresh_token, "client_id": "oac_agent"}
            self.loop.run_until_complete(self.scene.server.given_back(form))
            family.is_dead = True

    @rule(seconds=st.sampled_from([0.1, 2.0, 40.0]))
    def wait(self, seconds: float) -> None:
        self.scene.clock.pass_s(seconds)

    @rule()
    def restart(self) -> None:
        self.scene.close()
        self.scene.open()

    @invariant()
    def the_living_live_and_the_dead_are_dead(self) -> None:
        for family in self.known:
            for pair in family.pairs:
                is_in = self.scene.who(pair.access_token) is not None
                assert is_in is not family.is_dead

    def teardown(self) -> None:
        self.scene.close()
        self.loop.close()
        self.home.cleanup()


Families.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestFamilies = Families.TestCase
