"""The reference systems that requests may name (OGC 20-058, 9; spec/services.md, 8.6)."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.ogc_crs import code_of_crs, is_of_earth
from tilekeep.domain.srs import WEB_MERCATOR_CODES, WGS_84_CODE, Srs
from tilekeep.ports.projection import Projection

_LONGITUDE_FIRST = "CRS:84"


class ReferenceSystems:
    """Finds the reference systems that documents list for a layer, and no others.

    Whatever is named once stays in memory with its transformations, so that clients must not be free to name any.

    Args:
        offered: those in which maps are drawn.
        projection: knows reference systems.
    """

    def __init__(self, offered: Sequence[Srs], projection: Projection) -> None:
        self.offered = tuple(offered)
        self._projection = projection

    @property
    def longitude_first(self) -> Srs:
        """Degrees of the Earth, the longitude first, in which boxes are given unless said otherwise."""
        return self._projection.srs(_LONGITUDE_FIRST)

    def usual(self, native: Srs) -> Srs:
        """Those in which boxes of a layer are given unless said otherwise."""
        return self.longitude_first if is_of_earth(native) else self._projection.geographic(native)

    def listed(self, native: Srs) -> list[Srs]:
        """Those of a layer whose data are in ``native``, the usual one first, each once by its code."""
        of_earth = is_of_earth(native)
        degrees = [self.longitude_first, self._projection.srs(WGS_84_CODE)] if of_earth else [self.usual(native)]
        found = {srs.code: srs for srs in (*degrees, *self.offered) if is_of_earth(srs) == of_earth}
        return list(found.values())

    def of_map(self, name: str | None, native: Srs) -> Srs:
        """The one of :attr:`offered` in which a map is drawn, ``name`` being what the client says.

        Servers that know EPSG:4326 may not know CRS:84, so that the former stands for the latter.

        :raises InvalidParameter: it is not offered.
        """
        if name is None:
            of_same_body = (srs for srs in self.offered if is_of_earth(srs) == is_of_earth(native))
            return next(of_same_body, self.offered[0])
        srs = self._found(name, (*self.offered, *self.listed(native)), "crs")
        drawn = next((offered for offered in self.offered if offered == srs), None)
        if drawn is None:
            raise InvalidParameter(f"maps are not drawn in this crs: {name}", locator="crs")
        return drawn

    def of_parameter(self, name: str | None, native: Srs, parameter: str) -> Srs:
        """The one in which a box or a place is given.

        :raises InvalidParameter: it is not listed for the layer.
        """
        return self.usual(native) if name is None else self._found(name, (*self.listed(native), native), parameter)

    def _found(self, name: str, known: Sequence[Srs], parameter: str) -> Srs:
        try:
            code = code_of_crs(name)
        except ValueError:
            raise InvalidParameter(f"invalid {parameter}: {name} is no name of a CRS", locator=parameter) from None
        codes = WEB_MERCATOR_CODES if code in WEB_MERCATOR_CODES else {code}
        for srs in known:
            if srs.code in codes:
                return srs
        raise InvalidParameter(f"unsupported {parameter}: {name}; documents list those that are", locator=parameter)
