"""The red team: each attack once, over raw sockets, against the real program.

`ledger.py` lists all attacks; those that other tests try already are named there and not repeated.
"""
