"""Worked flows that an orchestrating agent may start from; a file a flow."""
