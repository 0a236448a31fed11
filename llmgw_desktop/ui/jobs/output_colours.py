"""The colours of what a job says: by who says it, and by what terminals' sequences ask for.

Whatever they ask for stays readable: a colour too near to its ground is moved away from it.
"""

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextFormat

from llmgw_desktop.app.jobs.ansi_text import Ink, Look
from llmgw_desktop.app.jobs.output import Voice
from llmgw_desktop.ui.palettes import Colours, contrast, mixed
from llmgw_desktop.ui.theme import Theme

LEAST_CONTRAST = 4.5
_CLOTHES = int(QTextFormat.Property.UserProperty) + 1
_LEVELS = (0, 95, 135, 175, 215, 255)
_MOST_KNOWN = 1024


class OutputColours:
    """Formats, each made once for a scheme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._known: list[tuple[Voice, Look]] = []
        self._made: dict[tuple[Voice, Look], QTextCharFormat] = {}
        theme.changed.connect(self._made.clear)

    def of(self, voice: Voice, look: Look) -> QTextCharFormat:
        made = self._made.get((voice, look))
        if made is None:
            if len(self._made) >= _MOST_KNOWN:
                self._made.clear()
            made = self._made[voice, look] = self._make(voice, look)
        return made

    def renewed(self, old: QTextCharFormat) -> QTextCharFormat:
        """The same in the colours of now."""
        number = old.property(_CLOTHES)
        if not isinstance(number, int) or not 0 <= number < len(self._known):
            return old
        return self.of(*self._known[number])

    def _make(self, voice: Voice, look: Look) -> QTextCharFormat:
        made = QTextCharFormat()
        ink, ground = inks(self._theme.colours, voice, look)
        made.setForeground(ink)
        if ground is not None:
            made.setBackground(ground)
        if look.is_bold or voice in (Voice.TOOL, Voice.ERROR):
            made.setFontWeight(QFont.Weight.Bold)
        made.setFontItalic(look.is_italic or voice is Voice.THINKING)
        made.setFontUnderline(look.is_underlined)
        made.setFontStrikeOut(look.is_struck)
        made.setProperty(_CLOTHES, self._number(voice, look))
        return made

    def _number(self, voice: Voice, look: Look) -> int:
        if (voice, look) in self._known:
            return self._known.index((voice, look))
        if len(self._known) >= _MOST_KNOWN:
            return -1
        self._known.append((voice, look))
        return len(self._known) - 1


def inks(colours: Colours, voice: Voice, look: Look) -> tuple[QColor, QColor | None]:
    """The colour of the letters, and that behind them where there is one."""
    ink = _of_voice(colours, voice) if look.ink is None else _colour(colours, look.ink)
    ground = None if look.ground is None else _colour(colours, look.ground)
    if look.is_reversed:
        ink, ground = ground or colours.surface, ink
    behind = ground or colours.surface
    if look.is_faint:
        ink = mixed(ink, behind, 0.65)
    return readable(ink, behind), ground


def readable(ink: QColor, ground: QColor) -> QColor:
    """As near to `ink` as can be told from `ground`."""
    black, white = QColor("#000000"), QColor("#ffffff")
    end = max(black, white, key=lambda each: contrast(each, ground))
    for tenths in range(11):
        moved = mixed(end, ink, tenths / 10)
        if contrast(moved, ground) >= LEAST_CONTRAST:
            return moved
    return end


def _of_voice(colours: Colours, voice: Voice) -> QColor:
    return {
        Voice.ANSWER: colours.text,
        Voice.THINKING: colours.muted,
        Voice.TOOL: colours.accent,
        Voice.WARNING: colours.warning,
        Voice.ERROR: colours.error,
        Voice.STDERR: colours.muted,
        Voice.NOTE: colours.muted,
    }[voice]


def _colour(colours: Colours, ink: Ink) -> QColor:
    if isinstance(ink, tuple):
        return QColor(*ink)
    if ink < 16:
        return _named(colours, ink)
    if ink < 232:
        red, rest = divmod(ink - 16, 36)
        green, blue = divmod(rest, 6)
        return QColor(_LEVELS[red], _LEVELS[green], _LEVELS[blue])
    grey = 8 + 10 * (ink - 232)
    return QColor(grey, grey, grey)


def _named(colours: Colours, number: int) -> QColor:
    """The sixteen by name are the scheme's own, so that they belong to it."""
    base = (
        QColor("#2a2f3a"),
        colours.error,
        colours.ok,
        colours.warning,
        colours.running,
        colours.cache_write,
        colours.cache_read,
        QColor("#c9ced8"),
    )[number % 8]
    if number < 8:
        return base
    return colours.muted if number == 8 else mixed(base, colours.text, 0.8)
