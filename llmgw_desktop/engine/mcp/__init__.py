"""The MCP door: tools, prompts and resources, and the one place that speaks the protocol."""
