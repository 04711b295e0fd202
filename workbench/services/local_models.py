"""The GGUF files of this machine as matching sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from workbench.analysis.catalog_match import Relation
from workbench.domain.verdict import LocalModel
from workbench.services.library import LibraryService, LocalFile, fit_of

_FITS = {"fits": True, "tight": True, "does not fit": False}


def local_models(library: LibraryService) -> Callable[[], Sequence[LocalModel]]:
    """A function that gives the library's usable files.

    Matching asks for them while a slider is dragged, so folders are read again only when the person added or removed
    one, or when another listing (a visit to the page, say) found something new in them.
    """
    known: dict[object, tuple[LocalModel, ...]] = {}

    def files() -> Sequence[LocalModel]:
        places = library.state()
        if places not in known:
            models = library.models()
            known.clear()
            known[library.state()] = _described(library, models)
        return next(iter(known.values()))

    return files


def _described(library: LibraryService, models: Iterable[LocalFile]) -> tuple[LocalModel, ...]:
    """The usable ones, each id once: of two files with one name the first counts, as it does by name."""
    found: dict[str, LocalModel] = {}
    for item in models:
        if item.file is None or not item.usable or item.id in found:
            continue
        fit = fit_of(item.file)
        found[item.id] = LocalModel(
            id=item.id,
            file=item.path.name,
            name=item.name,
            parameters=item.file.parameters,
            context_tokens=item.file.context,
            need_bytes=fit.need_bytes,
            fits=_FITS.get(fit.word),
            licence=item.file.licence,
            pace=library.pace(item.file),
            catalog_id=_catalog_id(library, item),
        )
    return tuple(found.values())


def _catalog_id(library: LibraryService, item: LocalFile) -> str | None:
    """Of a file that is a catalog model; what is known of a base says little of what was made from it."""
    match = library.catalog_match(item)
    return match.model_id if match is not None and match.relation is Relation.IS else None
