"""The style sheet: what palettes cannot say. Rules select on the properties `role`, `tone` and `kind`."""

from __future__ import annotations

from workbench import paths
from workbench.gui.theme import CORNER_PX, Look, Size, Space, point_size


def stylesheet(look: Look, percent: int) -> str:
    """The whole sheet for one look at one text size."""
    return "".join((_texts(look, percent), _buttons(look), _fields(look), _lists(look, percent), _frames(look)))


def _texts(look: Look, percent: int) -> str:
    def size(each: Size) -> str:
        return f"font-size: {point_size(each, percent)}pt;"

    return f"""
*[role="display"] {{ {size(Size.DISPLAY)} font-weight: 600; }}
*[role="title"] {{ {size(Size.TITLE)} font-weight: 600; }}
*[role="answer"] {{ {size(Size.ANSWER)} }}
*[role="subject"] {{ {size(Size.ANSWER)} font-weight: 600; }}
*[role="heading"] {{ {size(Size.BODY)} font-weight: 600; }}
*[role="section"] {{ {size(Size.SMALL)} font-weight: 600; color: {look.muted}; }}
*[role="small"] {{ {size(Size.SMALL)} }}
*[role="muted"] {{ {size(Size.SMALL)} color: {look.muted}; }}
*[role="figure"] {{ {size(Size.TITLE)} font-weight: 600; }}
*[role="link"] {{ color: {look.link}; }}
*[tone="good"] {{ color: {look.good}; }}
*[tone="caution"] {{ color: {look.caution}; }}
*[tone="bad"] {{ color: {look.bad}; }}
QToolTip {{ color: {look.text}; background: {look.tooltip}; border: 1px solid {look.hairline};
  padding: {Space.XS}px {Space.S}px; {size(Size.SMALL)} }}
"""


def _buttons(look: Look) -> str:
    # The icons of the style's own dialogs are drawn for light windows; the words say it all.
    return f"""
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton {{ background: {look.card}; color: {look.text}; border: 1px solid {look.hairline};
  border-radius: {CORNER_PX}px; padding: 7px 12px; }}
QPushButton:hover {{ background: {look.hover}; }}
QPushButton:pressed {{ background: {look.soft}; }}
QPushButton:focus {{ border: 2px solid {look.accent}; padding: 6px 11px; }}
QPushButton:disabled {{ color: {look.disabled}; background: {look.window}; }}
QPushButton:checked {{ background: {look.soft}; border-color: {look.accent}; }}
QPushButton::menu-indicator {{ image: url("{_arrow()}"); width: 12px; height: 12px;
  subcontrol-position: right center; subcontrol-origin: padding; right: 8px; }}
QPushButton[menu="true"] {{ padding-right: 26px; }}
QPushButton[menu="true"]:focus {{ padding-right: 25px; }}
QPushButton[kind="main"] {{ background: {look.accent}; color: {look.on_accent}; border-color: {look.accent}; }}
QPushButton[kind="main"]:hover {{ background: {look.accent_hover}; }}
QPushButton[kind="main"]:focus {{ border: 2px solid {look.text}; }}
QPushButton[kind="main"]:disabled {{ background: {look.hairline}; border-color: {look.hairline};
  color: {look.disabled}; }}
QPushButton[kind="plain"], QToolButton[kind="plain"] {{ background: transparent; border: 1px solid transparent;
  border-radius: {CORNER_PX}px; padding: 4px 6px; text-align: left; }}
QPushButton[kind="plain"]:hover, QToolButton[kind="plain"]:hover {{ background: {look.hover}; }}
QPushButton[kind="plain"]:focus, QToolButton[kind="plain"]:focus {{ border: 2px solid {look.accent};
  padding: 3px 5px; }}
QPushButton[kind="plain"][head="true"] {{ padding: 4px 0 4px 6px; }}
QPushButton[kind="plain"][head="true"]:focus {{ padding: 3px 0 3px 5px; }}
QPushButton[kind="link"] {{ background: transparent; border: 1px solid transparent; color: {look.link};
  padding: 2px 4px; text-align: left; }}
QPushButton[kind="link"]::menu-indicator {{ image: none; width: 0px; }}
QPushButton[kind="link"][menu="true"] {{ padding-right: 4px; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {look.accent}; padding: 1px 3px; }}
QPushButton[kind="chip"] {{ border: 1px solid {look.border}; border-radius: 12px; padding: 5px 12px; }}
QPushButton[kind="chip"]:checked {{ background: {look.soft}; border-color: {look.accent}; }}
QPushButton[kind="chip"]:focus {{ border: 2px solid {look.accent}; padding: 4px 11px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {CORNER_PX}px; padding: 4px; }}
QToolButton:hover {{ background: {look.hover}; }}
QToolButton:focus {{ border: 2px solid {look.accent}; padding: 3px; }}
QToolButton::menu-indicator {{ image: none; }}
"""


def _fields(look: Look) -> str:
    return f"""
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateEdit {{
  background: {look.card}; color: {look.text}; border: 1px solid {look.border}; border-radius: {CORNER_PX}px;
  padding: 6px 8px; selection-background-color: {look.accent}; selection-color: {look.on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QDateEdit:focus {{ border: 2px solid {look.accent}; padding: 5px 7px; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{
  color: {look.disabled}; border-color: {look.hairline}; background: {look.window}; }}
QLineEdit[wrong="true"] {{ border: 2px solid {look.bad}; padding: 5px 7px; }}
QPlainTextEdit[kind="answer"] {{ background: {look.card}; border: 1px solid transparent; padding: 0; }}
QPlainTextEdit[kind="answer"]:focus {{ border: 1px solid {look.accent}; padding: 0; }}
QComboBox[kind="plain"] {{ background: transparent; border: 1px solid transparent; font-weight: 600; padding: 4px;
  combobox-popup: 0; }}
QComboBox[kind="plain"]:hover {{ background: {look.hover}; }}
QComboBox[kind="plain"]:focus {{ border: 2px solid {look.accent}; padding: 3px; }}
QComboBox[kind="plain"]:disabled {{ background: transparent; border-color: transparent; color: {look.text}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{_arrow()}"); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ background: {look.card}; border: 1px solid {look.hairline}; outline: none;
  selection-background-color: {look.soft}; selection-color: {look.text}; }}
QCheckBox, QRadioButton {{ spacing: {Space.S}px; padding: 3px; border: 1px solid transparent;
  border-radius: {CORNER_PX}px; }}
QRadioButton::indicator, QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {look.border};
  background: {look.card}; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator {{ border-radius: 4px; }}
QRadioButton::indicator:checked {{ border: 5px solid {look.accent}; width: 6px; height: 6px;
  background: {look.on_accent}; }}
QCheckBox::indicator:checked {{ border-color: {look.accent}; background: {look.accent};
  image: url("{_resource("check-white")}"); }}
QRadioButton::indicator:disabled, QCheckBox::indicator:disabled {{ border-color: {look.hairline}; }}
QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {look.accent}; padding: 2px; }}
"""


def _lists(look: Look, percent: int) -> str:
    small = point_size(Size.SMALL, percent)
    return f"""
QTableView, QTreeView, QListView {{ background: {look.card}; alternate-background-color: {look.card};
  border: none; outline: none; gridline-color: transparent; selection-background-color: {look.soft};
  selection-color: {look.text}; }}
QListView[kind="steps"] {{ background: transparent; }}
QListView[kind="steps"]::item {{ padding: 7px 8px; border-radius: {CORNER_PX}px; }}
QListView[kind="steps"]::item:hover {{ background: {look.hover}; }}
QListView[kind="steps"]::item:selected {{ background: {look.soft}; color: {look.text}; }}
QListView[kind="picks"]::item {{ padding: 5px 8px; }}
QTableView:focus, QListView:focus {{ border: 2px solid {look.accent}; }}
QTableWidget::item {{ padding: 0px 7px; }}
QHeaderView {{ background: {look.card}; border: none; }}
QHeaderView::section {{ background: {look.card}; color: {look.muted}; border: none;
  border-bottom: 1px solid {look.hairline}; padding: 6px 10px; font-size: {small}pt; font-weight: 600; }}
QHeaderView::section:hover {{ color: {look.text}; }}
QHeaderView::up-arrow, QHeaderView::down-arrow {{ width: 0px; height: 0px; image: none; }}
QMenu {{ background: {look.card}; border: 1px solid {look.hairline}; padding: {Space.XS}px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; color: {look.text}; }}
QMenu::item:selected {{ background: {look.soft}; }}
QMenu::item:disabled {{ color: {look.disabled}; }}
QMenu::separator {{ height: 1px; background: {look.hairline}; margin: {Space.XS}px; }}
QMenuBar {{ background: {look.window}; border-bottom: 1px solid {look.hairline}; padding: 1px {Space.S}px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {look.soft}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {look.handle}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {look.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _frames(look: Look) -> str:
    return f"""
QFrame[kind="card"] {{ background: {look.card}; border: 1px solid {look.hairline};
  border-radius: {CORNER_PX}px; }}
QFrame[kind="pick"] {{ background: {look.card}; border: 1px solid {look.border}; border-radius: {CORNER_PX}px; }}
QFrame[kind="pick"][chosen="true"] {{ background: {look.soft}; border: 2px solid {look.accent}; }}
QFrame[kind="error"] {{ background: {look.card}; border: 1px solid {look.bad}; border-radius: {CORNER_PX}px; }}
QFrame[kind="line"] {{ background: {look.hairline}; border: none; max-height: 1px; min-height: 1px; }}
QWidget#rail {{ background: {look.window}; border-right: 1px solid {look.hairline}; }}
QWidget#inspector {{ background: {look.window}; border-left: 1px solid {look.hairline}; }}
QWidget#inspector QTextEdit {{ background: transparent; border: none; padding: 0; }}
QWidget#strip {{ background: {look.card}; border-top: 1px solid {look.hairline}; }}
QScrollArea, QScrollArea > QWidget > QWidget#page {{ background: transparent; border: none; }}
QProgressBar {{ background: {look.hairline}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {look.accent}; border-radius: 3px; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QSplitter::handle {{ background: transparent; }}
"""


def _arrow() -> str:
    return _resource("chevron-down-grey")


def _resource(name: str) -> str:
    return (paths.data_dir("resources") / "icons" / f"{name}.svg").as_posix()
