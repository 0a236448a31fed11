"""Runs before the program: what it reads in later, it reads from the files that it was started from.

A package that is replaced while the program runs puts other files under the same names, and what is
read there, at places that the older ones had, is no module. Files that are held stay until the end.
Windows replaces no file of a program that runs.
"""

import io
import os
import sys

if os.name == "posix":
    import types
    import zipimport

    import pyimod01_archive
    import pyimod02_importers

    class Held(io.RawIOBase):
        """At a place of its own: several threads read modules in at once."""

        def __init__(self, file):
            self._file, self._place = file, 0

        def readable(self):
            return True

        def seekable(self):
            return True

        def tell(self):
            return self._place

        def seek(self, offset, whence=os.SEEK_SET):
            starts = (0, self._place, os.fstat(self._file).st_size)
            self._place = starts[whence] + offset
            return self._place

        def readinto(self, room):
            found = os.pread(self._file, len(room), self._place)
            room[: len(found)] = found
            self._place += len(found)
            return len(found)

    # modules of the program and of libraries; those that Python itself needs
    names = pyimod02_importers.pyz_archive._filename, os.path.join(sys._MEIPASS, "base_library.zip")
    held = {name: os.open(name, os.O_RDONLY | os.O_CLOEXEC) for name in names}

    def opened(name, mode="rb"):
        return Held(held[name]) if name in held else io.open(name, mode)

    pyimod01_archive.open = opened
    zipimport._io = types.SimpleNamespace(open_code=opened)
