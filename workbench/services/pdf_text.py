"""The text of a PDF, read in a process of its own: a PDF is a program, and a hostile one may run or grow for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from workbench.domain.errors import WorkbenchError

LIMIT_S = 60
MEMORY_BYTES = 1 << 30
MOST_PAGES = 1000
ENTRY = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.insert(0, root); "
    "from workbench.services.pdf_text import main; main(sys.argv[1])"
)
OPTION = "--pdf-text"


def read_pdf(path: Path) -> tuple[str, str]:
    """The text of all pages, and a note about what the person should know (or ""). Raises WorkbenchError."""
    try:
        done = subprocess.run(
            command(path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_S,
            env={name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT", "TEMP") if name in os.environ},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
        found = json.loads(done.stdout) if done.returncode == 0 else {"problem": "reading it went wrong"}
    except subprocess.TimeoutExpired:
        found = {"problem": f"reading it took more than {LIMIT_S} s"}
    except (OSError, ValueError) as error:
        found = {"problem": str(error)}
    if problem := found.get("problem"):
        mend = "Copy the text out of it into a text file, and attach that."
        raise WorkbenchError(f"The PDF cannot be read: {problem}", where=str(path), mend=mend)
    return str(found["text"]), str(found["note"])


def command(path: Path) -> tuple[str, ...]:
    """The command line of the reading process; a frozen program is its own interpreter."""
    if getattr(sys, "frozen", False):
        return (sys.executable, OPTION, str(path))
    return (sys.executable, "-I", "-X", "utf8", "-c", ENTRY, str(Path(__file__).resolve().parents[2]), str(path))


def main(path: str) -> NoReturn:
    """The process: prints one JSON object with `text` and `note`, or with `problem`."""
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is not the answer
    _bound()
    with os.fdopen(out, "w", encoding="utf-8") as answer:
        json.dump(_read(path), answer)
    os._exit(0)


def _bound() -> None:
    """No more memory and time than a large honest file needs, and no network."""
    from workbench.inference.local import hardening

    hardening.protect()
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
    hardening.forbid_the_network()


def _read(path: str) -> dict[str, str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"problem": "it needs a password"}
        count = len(reader.pages)
        texts = [(page.extract_text() or "").strip() for page in reader.pages[:MOST_PAGES]]
    except (PyPdfError, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        # what a broken or hostile file makes the reader raise
        return {"problem": f"{type(error).__name__}: {error}"[:200]}
    except MemoryError:
        return {"problem": "it needs more than 1 GiB of memory"}
    blank = sum(1 for text in texts if not text)
    if blank == len(texts):
        return {"problem": f"its {count} pages hold no text, they may be pictures of pages (a scan)"}
    notes = [f"{blank} of {count} pages hold no text, they may be pictures."] if blank else []
    if count > MOST_PAGES:
        notes.append(f"Only the first {MOST_PAGES:,} of {count:,} pages were read.")
    return {"text": "\n\n".join(text for text in texts if text), "note": " ".join(notes)}
