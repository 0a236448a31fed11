"""Other MCP servers behind our door: started, spoken with, listed and called for our clients."""
