"""Clients as a page shows them: rows, facts, acts."""
