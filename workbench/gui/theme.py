"""How the window looks: two palettes, five text sizes, four spacings, one accent, own icons.

Widgets never hold a theme object: `look_of(widget)` reads from the palette which look is on, and text sizes come
from the application's style sheet through the property set by `set_role`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from workbench import paths


class Scheme(StrEnum):
    """What the person chose in the View menu."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Size(IntEnum):
    """Text sizes in pixels at 96 dpi and 100 %."""

    SMALL = 12
    BODY = 13
    ANSWER = 15
    TITLE = 20
    DISPLAY = 28


class Space(IntEnum):
    """Spacing in pixels; nothing else is used."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24


CORNER_PX = 6
TEXT_PERCENT_STEPS = (80, 90, 100, 110, 125, 150, 175, 200)


class Tone(StrEnum):
    """What a word or mark says; each has a colour and an icon, and always comes with a word."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    NEUTRAL = "neutral"


TONE_ICONS = {Tone.GOOD: "check", Tone.CAUTION: "caution", Tone.BAD: "cross", Tone.NEUTRAL: "dot"}


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of one scheme, `#rrggbb`. Text colours reach 4.5:1 on `window`, `card` and `soft` (tested)."""

    dark: bool
    window: str
    card: str
    text: str
    muted: str
    hairline: str
    border: str
    hover: str
    soft: str
    accent: str
    accent_hover: str
    on_accent: str
    link: str
    good: str
    caution: str
    bad: str
    tooltip: str
    disabled: str
    handle: str

    def tone(self, tone: Tone) -> str:
        """The text colour of a tone; neutral is muted."""
        return {Tone.GOOD: self.good, Tone.CAUTION: self.caution, Tone.BAD: self.bad}.get(tone, self.muted)


LIGHT = Look(
    dark=False,
    window="#f4f5f7",
    card="#ffffff",
    text="#1b1f24",
    muted="#59616a",
    hairline="#dfe3e8",
    border="#868e98",
    hover="#e9ecf1",
    soft="#e6effa",
    accent="#1f62a8",
    accent_hover="#1a548f",
    on_accent="#ffffff",
    link="#0b57a4",
    good="#136c39",
    caution="#855600",
    bad="#b3261e",
    tooltip="#ffffff",
    disabled="#8d959e",
    handle="#c3c9d0",
)
DARK = Look(
    dark=True,
    window="#1e2227",
    card="#16191d",
    text="#e6e9ec",
    muted="#a0a8b0",
    hairline="#30363d",
    border="#717a84",
    hover="#282d34",
    soft="#22344a",
    accent="#2f6fb5",
    accent_hover="#3574bb",
    on_accent="#ffffff",
    link="#7ab7ff",
    good="#57c785",
    caution="#e0ae4e",
    bad="#ff8a80",
    tooltip="#262b31",
    disabled="#6d757e",
    handle="#454d56",
)


def look_of(_widget: QWidget) -> Look:
    """The look a widget is drawn in. Ask again on QEvent.PaletteChange.

    Read from the application: a widget's own palette says nothing once a style sheet made its ground transparent.
    """
    return DARK if QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def is_dark(app: QApplication, scheme: Scheme) -> bool:
    """Whether a scheme means dark here; a system that does not say is light."""
    if scheme is Scheme.SYSTEM:
        return app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return scheme is Scheme.DARK


def palette_of(look: Look) -> QPalette:
    """A QPalette with every role set, and the Disabled group."""
    role = QPalette.ColorRole
    colours = {
        role.Window: look.window,
        role.WindowText: look.text,
        role.Base: look.card,
        role.AlternateBase: look.window,
        role.Text: look.text,
        role.Button: look.card,
        role.ButtonText: look.text,
        role.BrightText: look.bad,
        role.Highlight: look.accent,
        role.HighlightedText: look.on_accent,
        role.Accent: look.accent,
        role.Link: look.link,
        role.LinkVisited: look.link,
        role.PlaceholderText: "#949ba3" if look.dark else "#6a727b",
        role.ToolTipBase: look.tooltip,
        role.ToolTipText: look.text,
        role.Light: look.hover,
        role.Midlight: look.hover,
        role.Mid: look.border,
        role.Dark: look.border,
        role.Shadow: "#000000" if look.dark else look.border,
    }
    palette = QPalette()
    for each, colour in colours.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(look.disabled))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(look.hairline))
    return palette


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 to 21."""
    bright, dim = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def point_size(size: Size, percent: int = 100) -> float:
    """A size in points, so that the screen's dpi and the person's text size both count."""
    return round(size * 0.75 * percent / 100, 2)


def system_font(percent: int = 100) -> QFont:
    """The system's font at body size with tabular figures.

    Without a desktop Qt knows only "Sans Serif", often a wide fallback; then a text face is asked for by name first.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.family().casefold() in ("sans serif", "sans", "sans-serif", "dejavu sans", ""):
        font.setFamilies(["Inter", "Noto Sans", "Cantarell", "Liberation Sans", "DejaVu Sans"])
    font.setPointSizeF(point_size(Size.BODY, percent))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def scaled_px(_widget: QWidget, pixels: int) -> int:
    """A length that was drawn for 13-pixel text, at the window's present text size."""
    return round(pixels * QFontMetricsF(QApplication.font()).height() / _body_height())


def fitting(widget: QWidget, width: int, height: int) -> QSize:
    """A dialog's size, drawn for 13-pixel text, at the present text size: never more than its screen has room for."""
    room = widget.screen().availableSize()
    return QSize(scaled_px(widget, width), scaled_px(widget, height)).boundedTo(room * 0.9)


@lru_cache(maxsize=1)
def _body_height() -> float:
    return QFontMetricsF(system_font()).height()


def set_role(widget: QWidget, role: str, tone: str = "") -> None:
    """Give a widget a text role (title, answer, heading, small, muted, display …) and a tone from the style sheet."""
    widget.setProperty("role", role)
    widget.setProperty("tone", tone)
    restyle(widget)


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after a property it selects on has changed."""
    style: QStyle = widget.style()
    style.unpolish(widget)
    style.polish(widget)


@lru_cache(maxsize=256)
def _svg(name: str) -> str:
    return (paths.data_dir("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def icon(name: str, colour: str, size_px: int = 20) -> QIcon:
    """The icon `resources/icons/<name>.svg` in one colour, sharp at 1x to 3x."""
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode()))
    out = QIcon()
    for scale in (1, 2, 3):
        pixmap = QPixmap(size_px * scale, size_px * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        out.addPixmap(pixmap)
    return out


def pixmap(name: str, colour: str, size_px: int, ratio: float = 1.0) -> QPixmap:
    """One picture of an icon for a label or a delegate."""
    from PySide6.QtCore import QSize

    return icon(name, colour, size_px).pixmap(QSize(size_px, size_px), ratio)


class Theme(QObject):
    """Puts the scheme and the text size on the application, and says when they change."""

    changed = Signal()

    def __init__(self, app: QApplication, *, scheme: Scheme = Scheme.SYSTEM, text_percent: int = 100) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = scheme
        self._percent = text_percent
        app.setStyle("Fusion")
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    @property
    def text_percent(self) -> int:
        return self._percent

    @property
    def look(self) -> Look:
        return DARK if is_dark(self._app, self._scheme) else LIGHT

    def set_scheme(self, scheme: Scheme) -> None:
        """Change to light, dark or what the system says, at once."""
        if scheme is not self._scheme:
            self._scheme = scheme
            self._apply()

    def set_text_percent(self, percent: int) -> None:
        """Text size in percent of normal, held within 80 to 200."""
        percent = min(max(percent, TEXT_PERCENT_STEPS[0]), TEXT_PERCENT_STEPS[-1])
        if percent != self._percent:
            self._percent = percent
            self._apply()

    def step_text(self, direction: int) -> None:
        """One step larger (1) or smaller (-1)."""
        nearest = min(range(len(TEXT_PERCENT_STEPS)), key=lambda i: abs(TEXT_PERCENT_STEPS[i] - self._percent))
        index = min(max(nearest + direction, 0), len(TEXT_PERCENT_STEPS) - 1)
        self.set_text_percent(TEXT_PERCENT_STEPS[index])

    def _follow_system(self) -> None:
        if self._scheme is Scheme.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        from workbench.gui.stylesheet import stylesheet

        self._app.setPalette(palette_of(self.look))
        self._app.setFont(system_font(self._percent))
        self._app.setStyleSheet(stylesheet(self.look, self._percent))
        self.changed.emit()
