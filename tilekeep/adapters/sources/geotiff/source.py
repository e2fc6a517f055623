"""A map source that reads a georeferenced raster.

GDAL warps while it reads (``WarpedVRT``), for it finds the window of the file that a map needs in whatever SRS that
is in, also one without a code, and keeps what stands for nothing apart at every pixel; our own warp would need the
window first, and the transparency of every kernel.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

from tilekeep.adapters.sources.geotiff.bands import Bands, bands_of, image_of, laid_over
from tilekeep.adapters.sources.geotiff.places import meets, shrinking, turns_of
from tilekeep.adapters.sources.geotiff.raster_files import Opened, RasterFiles
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError, SourceContentError
from tilekeep.domain.image import Raster
from tilekeep.domain.map_query import Blank, Drawn, MapQuery, SourceTraits, UpstreamRequest
from tilekeep.domain.source_failure import hidden, upstream_text
from tilekeep.ports.projection import Projection

_LOG = logging.getLogger("tilekeep.source.geotiff")

_FAILURE = "could not read raster"

_TRAITS = SourceTraits(meta_tiles=True)

_KERNELS = {"nearest": "nearest", "bilinear": "bilinear", "bicubic": "cubic", "area": "average", "lanczos": "lanczos"}


class GeotiffSource:
    """A :class:`~tilekeep.ports.map_source.MapSource` of a file, which is opened on first use.

    A map that is smaller than the raster comes from the coarsest overview that is still as fine as the map.

    Args:
        files: opens and keeps files.
        raster: wraps an image for the imaging adapter in use.
        path: absolute path of the file.
        bands: numbers of the bands that are drawn, or None for those that the file says.
        nodata: what stands for nothing, or None for what the file says.
        resampling: as in :class:`tilekeep.domain.image.ImageEncoding`; colours in a table are never mixed.
    """

    def __init__(
        self,
        *,
        files: RasterFiles,
        projection: Projection,
        raster: Callable[[Image.Image], Raster],
        path: str,
        bands: tuple[int, ...] | None,
        nodata: float | None,
        resampling: str,
    ) -> None:
        self._files = files
        self._projection = projection
        self._raster = raster
        self._path = path
        self._bands = bands
        self._nodata = nodata
        self._resampling = resampling

    @property
    def traits(self) -> SourceTraits:
        """See the port."""
        return _TRAITS

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: it is read here."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Drawn | Blank:
        """See the port; blank beside the raster, the same for all dimensions and purposes.

        :raises SourceContentError: the file cannot be read, or has nothing that can be drawn.
        """
        from rasterio._err import CPLE_BaseError
        from rasterio.errors import RasterioError

        try:
            image = self._image(query)
        except (OSError, ValueError, ProjectionError, RasterioError, CPLE_BaseError) as error:
            reason = upstream_text(getattr(error, "strerror", None) or str(error))
            message = f"{_FAILURE} {self._path}: {reason}"
            _LOG.warning("%s", message)
            raise SourceContentError(message, client_message=hidden(_FAILURE)) from error
        return Blank() if image is None else Drawn(self._raster(image))

    def _image(self, query: MapQuery) -> Image.Image | None:
        from rasterio.crs import CRS

        crs = CRS.from_wkt(self._projection.wkt(query.srs))
        with self._files.borrowed(Opened(self._path, None)) as dataset:
            if dataset.crs is None:
                raise ValueError("it does not say where it lies: there is no SRS in it")
            bands = bands_of(dataset, self._bands)
            turns = [turn for turn in turns_of(dataset) if meets(dataset, turn, crs, query.bbox)]
            if not turns:
                return None
            shrinks = shrinking(dataset, crs, query)
            kernel = self._kernel(bands, shrinks)
            overview = _overview(dataset, shrinks, bands.colors[0])
            if overview is None:
                return self._laid(dataset, turns, crs, query, bands, kernel)
        with self._files.borrowed(Opened(self._path, overview)) as coarser:
            return self._laid(coarser, turns, crs, query, bands, kernel)

    def _kernel(self, bands: Bands, shrinks: float) -> str:
        """GDAL's name of it; one that averages areas has nothing to average where the raster is enlarged."""
        if bands.table is not None:
            return "nearest"
        return "bilinear" if self._resampling == "area" and shrinks <= 1 else _KERNELS[self._resampling]

    def _laid(
        self, dataset: Any, turns: Sequence[float], crs: Any, query: MapQuery, bands: Bands, kernel: str
    ) -> Image.Image:
        """All turns of the raster side by side."""
        images = (self._warped(dataset, turn, crs, query, bands, kernel) for turn in turns)
        return functools.reduce(lambda below, image: laid_over(image, below, bands), images)

    def _warped(self, dataset: Any, turn: float, crs: Any, query: MapQuery, bands: Bands, kernel: str) -> Image.Image:
        from rasterio.enums import Resampling
        from rasterio.transform import Affine
        from rasterio.vrt import WarpedVRT

        options: dict[str, Any] = {} if self._nodata is None else {"src_nodata": self._nodata}
        if turn:
            a, b, c, d, e, f, *_ = dataset.transform
            options["src_transform"] = Affine(a, b, c + turn, d, e, f)
        box, size = query.bbox, query.size
        with WarpedVRT(
            dataset,
            crs=crs,
            transform=Affine(box.width / size.width, 0, box.min_x, 0, -box.height / size.height, box.max_y),
            width=size.width,
            height=size.height,
            resampling=Resampling[kernel],
            add_alpha=bands.alpha is None,
            **options,
        ) as warped:
            alpha = warped.count if bands.alpha is None else bands.alpha
            return image_of(warped.read([*bands.colors, alpha]), bands)


def _overview(dataset: Any, shrinks: float, band: int) -> int | None:
    """The number of the coarsest overview that is as fine as the map everywhere, or None for the raster itself."""
    fitting = [number for number, factor in enumerate(dataset.overviews(band)) if factor <= shrinks]
    return max(fitting, default=None)
