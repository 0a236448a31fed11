"""Steps of `gateway.db`: who was let in, by whom, with which tokens, and what was decided."""

from llmgw_desktop.store.migrations import Steps

ACCESS_STEPS: Steps = ()
