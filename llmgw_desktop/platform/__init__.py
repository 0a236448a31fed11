"""What systems do each in their own way: Linux, macOS and Windows, behind small functions.

The one room that asks which system this is, and the only one that holds a name which one of them
does not have (`tests/packaging/test_platform_room.py`). Each file says what it offers on all three;
a file whose name ends in a system's is imported on that system alone.
"""
