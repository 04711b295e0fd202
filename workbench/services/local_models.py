"""The GGUF files of this machine as matching sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.domain.verdict import LocalModel
from workbench.services.library import LibraryService, LocalFile

_FITS = {"fits": True, "tight": True, "does not fit": False}


def local_models(library: LibraryService) -> Callable[[], Sequence[LocalModel]]:
    """A function that gives the library's usable files.

    Matching asks for them while a slider is dragged, so folders are read again only when the person added or removed
    one; a file that appears in a known folder meanwhile is found at the next start.
    """
    known: dict[object, tuple[LocalModel, ...]] = {}

    def files() -> Sequence[LocalModel]:
        places = (library.folders(), library.files())
        if places not in known:
            known.clear()
            known[places] = tuple(_described(item, library) for item in library.models() if _is_usable(item))
        return known[places]

    return files


def _is_usable(item: LocalFile) -> bool:
    return item.file is not None and not item.problem


def _described(item: LocalFile, library: LibraryService) -> LocalModel:
    assert item.file is not None
    fit = library.fit(str(item.path))
    return LocalModel(
        id=item.id,
        file=item.path.name,
        name=item.name,
        parameters=item.file.parameters,
        context_tokens=item.file.context,
        need_bytes=fit.need_bytes,
        fits=_FITS.get(fit.word),
        licence=item.file.licence,
    )
