"""What is known of a prompt, as columns and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.usage import NO_FACTS, PromptFacts, Saving
from llmgw_desktop.store.flights.rows import FACT_COLUMNS, fact_cells, facts_of

_COUNT = st.integers(min_value=0, max_value=10**9)
_SAVING = st.none() | st.builds(Saving, before_tokens=_COUNT, after_tokens=_COUNT)


@given(
    st.builds(
        PromptFacts,
        stable_prefix_hash=st.sampled_from(["", "ab" * 32]),
        stable_prefix_tokens=_COUNT,
        cache_control_blocks=st.integers(min_value=0, max_value=3),
        cache_control_ttl_s=st.sampled_from([0, 3600]),
        prompt_saving=_SAVING,
        answer_saving=_SAVING,
    )
)
def test_facts_come_back_as_they_were(facts: PromptFacts) -> None:
    assert facts_of(fact_cells(facts)) == facts


def test_where_nothing_was_to_be_shorter_nothing_stands() -> None:
    assert dict(zip(FACT_COLUMNS, fact_cells(NO_FACTS), strict=True))["compression"] is None
