"""MCP: what the door offers; `llmgw mcp`, which answers the greeting itself.

`command` begins, with next to nothing read in; `bridge` goes on when an engine is needed.
"""
