"""The two colour schemes, light and dark: every colour on screen has its name here.

Own palettes, because Qt's colour scheme switch does nothing on several platforms
(docs/architecture.md). Text and status colours keep a contrast of at least 4.5:1 on every ground
they may stand on, also on a selected row; a test measures it.
"""

from PySide6.QtGui import QColor, QPalette

from llmgw_desktop.domain.values import value


@value
class Colours:
    """The colours of one scheme."""

    is_dark: bool

    window: QColor
    """The ground of pages."""
    side: QColor
    """The ground of the navigation."""
    surface: QColor
    """The ground of tables, fields and cards."""
    alternate: QColor
    """Every second row, table headers, code."""
    hover: QColor
    """What lies under the pointer."""
    selection: QColor
    """A selected row; quiet enough for status colours to stay readable on it."""
    border: QColor
    outline: QColor
    """Edges of controls; 3:1 against the grounds."""

    text: QColor
    muted: QColor
    """Text of second rank; still 4.5:1."""
    disabled: QColor
    accent: QColor
    """Links, focus, the chosen page."""
    on_accent: QColor

    ok: QColor
    error: QColor
    warning: QColor
    running: QColor
    ok_ground: QColor
    """The grounds of pills and banners; the status colour and `text` are readable on them."""
    error_ground: QColor
    warning_ground: QColor
    running_ground: QColor

    fresh: QColor
    """Chart series: input tokens by source."""
    cache_write: QColor
    cache_read: QColor
    grid: QColor
    """Lines behind a chart."""


def light_colours() -> Colours:
    return Colours(
        is_dark=False,
        window=QColor("#f7f8fa"),
        side=QColor("#eef0f4"),
        surface=QColor("#ffffff"),
        alternate=QColor("#f4f5f8"),
        hover=QColor("#e8ebf1"),
        selection=QColor("#e0e8fd"),
        border=QColor("#e1e4ea"),
        outline=QColor("#838b99"),
        text=QColor("#161a22"),
        muted=QColor("#555e6d"),
        disabled=QColor("#9aa2af"),
        accent=QColor("#3355d1"),
        on_accent=QColor("#ffffff"),
        ok=QColor("#0f6e38"),
        error=QColor("#b91c1c"),
        warning=QColor("#8a4b06"),
        running=QColor("#1d4fb8"),
        ok_ground=QColor("#e3f5e9"),
        error_ground=QColor("#fdeaea"),
        warning_ground=QColor("#fdf2dc"),
        running_ground=QColor("#e5eefd"),
        fresh=QColor("#b03a05"),
        cache_write=QColor("#7137d6"),
        cache_read=QColor("#0f6f68"),
        grid=QColor("#e6e9ee"),
    )


def dark_colours() -> Colours:
    return Colours(
        is_dark=True,
        window=QColor("#15171c"),
        side=QColor("#101216"),
        surface=QColor("#1b1e24"),
        alternate=QColor("#20242b"),
        hover=QColor("#272c35"),
        selection=QColor("#25345a"),
        border=QColor("#2c313a"),
        outline=QColor("#727b8a"),
        text=QColor("#e7eaf0"),
        muted=QColor("#a3acba"),
        disabled=QColor("#686f7c"),
        accent=QColor("#8fabff"),
        on_accent=QColor("#0d1220"),
        ok=QColor("#4fd186"),
        error=QColor("#ff8f8f"),
        warning=QColor("#f5bd4f"),
        running=QColor("#79b3ff"),
        ok_ground=QColor("#16301f"),
        error_ground=QColor("#3a1d20"),
        warning_ground=QColor("#352a13"),
        running_ground=QColor("#182b47"),
        fresh=QColor("#f2a154"),
        cache_write=QColor("#b99bff"),
        cache_read=QColor("#3fcfbf"),
        grid=QColor("#282d36"),
    )


def make_palette(colours: Colours) -> QPalette:
    """Qt's own roles, so that standard widgets wear the same scheme."""
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, colour in (
        (roles.Window, colours.window),
        (roles.WindowText, colours.text),
        (roles.Base, colours.surface),
        (roles.AlternateBase, colours.alternate),
        (roles.Text, colours.text),
        (roles.Button, colours.surface),
        (roles.ButtonText, colours.text),
        (roles.BrightText, colours.error),
        (roles.ToolTipBase, colours.alternate),
        (roles.ToolTipText, colours.text),
        (roles.PlaceholderText, colours.muted),
        (roles.Highlight, colours.selection),
        (roles.HighlightedText, colours.text),
        (roles.Accent, colours.accent),
        (roles.Link, colours.accent),
        (roles.LinkVisited, colours.accent),
        (roles.Light, colours.surface),
        (roles.Midlight, colours.border),
        (roles.Mid, colours.border),
        (roles.Dark, colours.outline),
        (roles.Shadow, colours.border),
    ):
        palette.setColor(role, colour)
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colours.disabled)
    return palette


def contrast(one: QColor, other: QColor) -> float:
    """The WCAG contrast ratio of two opaque colours, 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def mixed(colour: QColor, ground: QColor, share: float) -> QColor:
    """`colour` laid over `ground` with the opacity `share` (0 to 1), as one opaque colour."""
    return QColor(
        round(colour.red() * share + ground.red() * (1 - share)),
        round(colour.green() * share + ground.green() * (1 - share)),
        round(colour.blue() * share + ground.blue() * (1 - share)),
    )


def _luminance(colour: QColor) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c) for c in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
