"""`llmgw mcp`: MCP over stdio. It answers the greeting itself and carries the rest to the engine.

`command.py` begins, with next to nothing read in; `bridge.py` goes on when an engine is needed.
"""
