"""Agents that ask whether they may: what is shown of a question, who answers it, what is kept."""
