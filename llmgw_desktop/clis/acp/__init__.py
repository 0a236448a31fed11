"""The Agent Client Protocol, version 1: how five CLIs are spoken with so that they ask."""
