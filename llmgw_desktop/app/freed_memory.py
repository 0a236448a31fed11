"""Large blocks of memory go back to the system when they are freed; none is kept for later.

glibc learns from a freed body of 30 MB to take blocks of that size from its heap, where whatever
lies behind them holds them for good: twelve requests at once left 200 MB. With a bound that stays,
each large block is mapped for itself, and unmapped with its end.
"""

import ctypes

OWN_MAPPING_BYTES = 128 * 1024
"""Blocks from here on; large bodies are gathered in some twice as large."""
_KEPT_AT_THE_TOP_BYTES = 4 * 1024 * 1024
"""Of the heap; given back at each free, it would be asked for again with each request."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def give_back_freed_memory() -> bool:
    """Call it as the program starts. False where the C library is another, and keeps its ways."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    done = mallopt(_M_MMAP_THRESHOLD, OWN_MAPPING_BYTES)
    return bool(done and mallopt(_M_TRIM_THRESHOLD, _KEPT_AT_THE_TOP_BYTES))
