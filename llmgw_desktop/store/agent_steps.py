"""Steps of `gateway.db`: what agents asked, what they were answered, and where they work."""

from llmgw_desktop.store.migrations import Steps

AGENT_STEPS: Steps = ()
