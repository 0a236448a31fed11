"""What a person sees: all of Qt.

Pages are read in beside the loop, while the window paints. Qt's classes must be whole by then: one
that PySide makes at its first use, in a thread, while the loop paints with it, ends the program
(a segmentation fault in four of sixty starts on a busy machine). So PySide makes all of them when
it is read in, which takes 0.1 s of processor time. To make only those that we name is no way: what
pyqtgraph wants besides is made in such a thread, too (decision 65).

PySide also reads the source of each module that is read in after it, looking for its own name, and
Python keeps what it read: 17 MB of text. That serves `from __feature__ import`, which nobody here
uses, so no module is looked into.
"""

import importlib
import os
from contextlib import suppress

os.environ.setdefault("PYSIDE6_OPTION_LAZY", "0")

import PySide6.QtCore  # noqa: F401 - what reads sources is there only after it

with suppress(ImportError):
    vars(importlib.import_module("shibokensupport.feature"))["_mod_uses_pyside"] = lambda _: False
