"""Shorter texts that say the same: for prompts and answers whose sender asked for it."""
