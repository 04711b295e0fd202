"""Dispatch only: engine child, command line or window. Imports nothing heavy before it knows which."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from workbench.domain.errors import CANCELLED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workbench.reports.document import Document


def main(argv: list[str] | None = None) -> int:
    """Runs what the arguments ask for and returns the exit code (`workbench --help` lists them)."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return dispatch(arguments)
    except KeyboardInterrupt:
        # Ctrl+C before the command line listens for it, while modules are still read in.
        print("Cancelled.", file=sys.stderr)
        return CANCELLED


def dispatch(arguments: list[str]) -> int:
    """A child process of ours, window or command line."""
    if arguments[:1] == ["--engine-child"]:
        from workbench.inference.local.child import main as engine_child

        return engine_child()
    if arguments[:1] == ["--regex-child"]:
        from workbench.evals.regex_child import main as regex_child

        return regex_child()
    if arguments[:1] == ["--scorer-child"]:
        from workbench.evals.own_python_child import main as scorer_child

        return scorer_child(arguments[1])
    if arguments[:1] == ["--pdf-text"]:
        from workbench.services.pdf_text import main as pdf_text

        return pdf_text(*arguments[1:2])
    opened = wants_window(arguments)
    if opened is not None and has_display():
        return open_window(opened)
    # Of what a start loads nothing becomes garbage; looking for some every 700 objects took a sixth of its time.
    gc.set_threshold(5_000, 20)
    from workbench.cli.main import run

    offer_printer()
    if opened is None:
        return run(arguments)
    print("No display here, so the same job runs headless. 'workbench --help' lists what else it can do.\n")
    return run([*home_option(opened), "demo"])


def offer_printer() -> None:
    """Lets Qt print PDF where typst is not installed; nothing of it is loaded before somebody asks for one."""
    from workbench.reports.printer import use_printer

    def prints(document: Document) -> bytes:
        from workbench.gui.printing import pdf

        return pdf(document)

    use_printer(prints)


def wants_window(arguments: list[str]) -> tuple[Path | None, tuple[str, ...]] | None:
    """The data folder and the files to open when the arguments ask for the window; None for the command line."""
    home: Path | None = None
    files: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--home" and rest:
            home = Path(rest.pop(0))
        elif argument.startswith("--home="):
            home = Path(argument.removeprefix("--home="))
        elif _can_be_opened(argument):
            files.append(argument)
        else:
            return None
    return home, tuple(files)


def _can_be_opened(argument: str) -> bool:
    """A link of ours, or a file by its ending."""
    endings = {".yaml", ".yml", ".gguf", ".csv", ".tsv", ".xlsx", ".ods", ".jsonl", ".parquet", ".mswb"}
    is_file = not argument.startswith("-") and Path(argument).suffix.lower() in endings
    return is_file or argument.startswith("workbench://")


def has_display() -> bool:
    """Windows and macOS always have one; elsewhere X11, Wayland or a Qt platform named by hand."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def home_option(opened: tuple[Path | None, tuple[str, ...]]) -> list[str]:
    home = opened[0]
    return [] if home is None else ["--home", str(home)]


def open_window(opened: tuple[Path | None, tuple[str, ...]]) -> int:
    """Starts the window; says what is missing when Qt or one of its system libraries cannot be loaded."""
    # What a start makes stays; looking through it again and again took a tenth of the time. `gui.garbage` goes on.
    gc.disable()
    home, files = opened
    offer_printer()
    try:
        from workbench.gui.main import run as run_window
    except ImportError as reason:
        print(f"The window cannot start: {reason}.\nRun 'workbench doctor' to see what is missing.", file=sys.stderr)
        return 1
    from workbench.app import build
    from workbench.domain.errors import WorkbenchError

    try:
        return run_window(build(home, with_sample=True), files)
    except WorkbenchError as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
