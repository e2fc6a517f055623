"""Asking the ``mapproxy.authorize`` callable of a wrapping application (spec/auth-plugins-decorate.md, 1 and 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Relation
from tilekeep.entrypoints.wsgi.permissions import AccessDenied, LayerPermission, Permissions, read_permissions
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Header
from tilekeep.ports.areas import Area

#: The key of the WSGI environment under which the callable is found.
HOOK = "mapproxy.authorize"

#: The key under which the application puts what reads the areas of permissions, where there is a hook.
AREAS = "tilekeep.areas"

#: What the hook is asked about maps and documents of WMS as (the same document, 2.3).
_MAPS = "wms.map"
_CAPABILITIES = "wms.capabilities"

#: Names of layers; None where some may have none.
Name = TypeVar("Name", bound=str | None)


def authorise_tile(environ: Environ, service: str, layer: str, srs_code: str, bbox: BBox | None) -> Area | None:
    """The area to which a tile is limited; None is everywhere.

    It is that of the layer, or else that of the whole answer (the same document, 2.5).  Without ``bbox`` the question
    is about the document of a layer, which has no limits.

    :raises AccessDenied: 401 or 403.
    """
    permissions = _asked(environ, service, [layer], query_extent=_extent(srs_code, bbox))
    if permissions is None:
        return None
    permission = permissions.of(layer)
    if not permission.grants("tile"):
        raise _forbidden()
    return permission.area or permissions.area


def authorised_layers(environ: Environ, service: str, shown: Sequence[Any], names: Sequence[str]) -> Sequence[str]:
    """Those of the layer ``names`` a document may list; ``shown`` is what the hook is told.

    TMS wants the flag to be True itself, WMTS anything that is true, as in the reference.

    :raises AccessDenied: 401 or 403.
    """
    if HOOK not in environ:
        return names
    permissions = _asked(environ, service, list(shown), query_extent=None)
    if permissions is None:
        return names
    listed = LayerPermission.lists if service == "wmts" else LayerPermission.grants
    return [name for name in names if listed(permissions.of(name), "tile")]


def authorise_page(environ: Environ, service: str) -> None:
    """Returns if the hook permits a page: only ``full`` does.

    :raises AccessDenied: 401 or 403.
    """
    if HOOK in environ and _asked(environ, service, []) is not None:
        raise _forbidden()


def authorise_map(
    environ: Environ, requested: Iterable[str], drawn: Sequence[str | None], srs_code: str, bbox: BBox
) -> Mapping[str | None, tuple[Area, ...]] | None:
    """The layers that a map may show, and the areas in which it may; None is all of them everywhere.

    A layer is shown where all of its areas are.  ``requested`` are the names the client gave, ``drawn`` those of the
    layers that draw them, where None stands for layers without a name: a hook that judges by names must not take them
    for nothing.  Of the drawn ones, those that are not permitted are left out.

    :raises AccessDenied: 401 or 403; the latter also for a requested layer that is not permitted.
    """
    if HOOK not in environ:
        return None
    permissions = _asked(environ, _MAPS, list(drawn), query_extent=_extent(srs_code, bbox))
    if permissions is None:
        return None
    granted = _granted(permissions, "map", frozenset(requested), drawn)
    return {name: tuple(filter(None, (area, permissions.area))) for name, area in granted.items()}


def authorise_feature_info(
    environ: Environ,
    service: str,
    requested: Iterable[str],
    queried: Sequence[Name],
    srs_code: str,
    bbox: BBox,
    coordinate: tuple[float, float],
) -> tuple[Name, ...]:
    """Those of the layers ``queried`` that may answer a question about a point.

    Without a hook that is all of them.  What is left out is so because it is not permitted, or not at this place: the
    answer then says nothing of it (the same document, 2.4 and 2.5).

    Args:
        environ: of the request.
        service: ``wms.featureinfo`` or ``wmts.featureinfo``.
        requested: names that the client gave in ``layers``, not those in ``query_layers``; of WMTS its layer.
        queried: names of the layers that would be asked, groups resolved; the hook is told these.
        srs_code: SRS of the request.
        bbox: of the map or tile in that SRS, x/y order.
        coordinate: the point in that SRS, x/y order.

    :raises AccessDenied: 401 or 403; the latter also for a requested layer that is not permitted.
    """
    if HOOK not in environ:
        return tuple(queried)
    permissions = _asked(environ, service, list(queried), query_extent=_extent(srs_code, bbox))
    if permissions is None:
        return tuple(queried)
    point = BBox(*coordinate, *coordinate)
    whole, of_wms = permissions.area, service.startswith("wms.")
    granted = _granted(permissions, "featureinfo", frozenset(requested), queried)
    areas = {name: (area, whole) if of_wms else (area or whole, None) for name, area in granted.items()}
    return tuple(name for name in granted if all(_holds(area, srs_code, point) for area in areas[name]))


def authorise_capabilities(environ: Environ, layers: Callable[[], Sequence[str | None]]) -> Permissions | None:
    """What a document of WMS may say of ``layers``, None for those without a name; None as result is everything.

    There may be thousands of layers: they are listed only where somebody has to be asked about them.

    :raises AccessDenied: 401 or 403.
    """
    return _asked(environ, _CAPABILITIES, list(layers())) if HOOK in environ else None


def authorise_legends(environ: Environ, requested: str, shown: Sequence[Name]) -> tuple[Name, ...]:
    """Those of the layers ``shown`` whose legends a client may see that asked for the legend of ``requested``.

    The reference asks nobody about legends.  Hooks know no name for the question, so it is put to them as that of
    capabilities documents, which name the legends: a client sees the legend of each layer that its documents would
    list, unless the hook has a flag ``legendgraphic`` for the layer, which then decides.

    Args:
        environ: of the request.
        requested: the name that the client gave.
        shown: names of the layers that have the legends, groups resolved; None for those without a name.

    :raises AccessDenied: 401 or 403; the latter also if the requested layer, or nothing of it, is permitted.
    """
    if HOOK not in environ:
        return tuple(shown)
    permissions = _asked(environ, _CAPABILITIES, list(dict.fromkeys((requested, *shown))))
    if permissions is None:
        return tuple(shown)
    visible = tuple(name for name in shown if _shows_legend(permissions.of(name)))
    if not visible or not _shows_legend(permissions.of(requested)):
        raise _forbidden()
    return visible


def document_headers(environ: Environ) -> tuple[Header, ...]:
    """Headers of a document: what a hook may have decided is for this client at this moment only."""
    return NOT_STORABLE if HOOK in environ else ()


def _asked(environ: Environ, service: str, layers: list[Any], **extent: Any) -> Permissions | None:
    """The hook's answer; None if everything is permitted.  It is asked once for each request."""
    answer = environ[HOOK](service, layers, environ=environ, **extent)
    return read_permissions(answer, environ[AREAS])


def _extent(srs_code: str, bbox: BBox | None) -> tuple[str, tuple[float, ...]] | None:
    return None if bbox is None else (srs_code, tuple(bbox))


def _granted(
    permissions: Permissions, feature: str, requested: frozenset[str], layers: Iterable[Name]
) -> dict[Name, Area | None]:
    """Those of ``layers`` that are permitted, each with its area.

    :raises AccessDenied: 403, as one of the others was requested by its name.
    """
    granted = {}
    for name in layers:
        permission = permissions.of(name)
        if permission.grants(feature):
            granted[name] = permission.area
        elif name in requested:
            raise _forbidden()
    return granted


def _holds(area: Area | None, srs_code: str, point: BBox) -> bool:
    return area is None or area.region(srs_code).relate(point) is Relation.CONTAINS


def _shows_legend(permission: LayerPermission) -> bool:
    return permission.lists("legendgraphic" if "legendgraphic" in permission.flags else "map")


def _forbidden() -> AccessDenied:
    return AccessDenied(403, "forbidden")
