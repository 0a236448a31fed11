"""Questions to models from inside the gateway, of tools, panels and pages: down the same way."""
