"""Runs before the program: QtOpenGL and QtOpenGLWidgets, 10 MB, are not in the folder.

pyqtgraph reads them in for kinds of charts that we have not. Nothing of them is used before such a
one is drawn.
"""

import sys
from types import ModuleType


class QOpenGLWidget:
    """What classes that nobody makes are derived from."""


for name in ("QtOpenGL", "QtOpenGLWidgets"):
    module = sys.modules[f"PySide6.{name}"] = ModuleType(f"PySide6.{name}")
    module.QOpenGLWidget = QOpenGLWidget
