"""What a person sees: all of Qt.

Pages are read in beside the loop, while the window paints. Qt's classes must be whole by then: one
that PySide makes at its first use, in a thread, while the loop paints with it, ends the program
(a segmentation fault in four of sixty starts on a busy machine). So PySide makes all of them when
it is read in, which takes 0.1 s of processor time. To make only those that we name is no way: what
pyqtgraph wants besides is made in such a thread, too (decision 65).
"""

import os

os.environ.setdefault("PYSIDE6_OPTION_LAZY", "0")
