"""Registered folders that jobs may work in: which there are, and which may never be one."""
