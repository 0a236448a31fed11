"""Providers: who answers, how each stands, keys and accounts, what was used."""
