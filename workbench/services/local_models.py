"""The GGUF files of this machine as matching sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.domain.verdict import LocalModel
from workbench.services.library import LibraryService

_FITS = {"fits": True, "tight": True, "does not fit": False}


def local_models(library: LibraryService) -> Callable[[], Sequence[LocalModel]]:
    """A function that gives the library's usable files; each file is looked into once per start of the program."""
    known: dict[str, LocalModel] = {}

    def files() -> Sequence[LocalModel]:
        found = [item for item in library.demo_models() if item.file is not None and not item.problem]
        for item in found:
            if item.id not in known and item.file is not None:
                fit = library.fit(str(item.path))
                known[item.id] = LocalModel(
                    id=item.id,
                    file=item.path.name,
                    name=item.name,
                    parameters=item.file.parameters,
                    context_tokens=item.file.context,
                    need_bytes=fit.need_bytes,
                    fits=_FITS.get(fit.word),
                    licence=item.file.licence,
                )
        return tuple(known[item.id] for item in found)

    return files
