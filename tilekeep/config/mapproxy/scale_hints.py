"""At which resolutions a source or a layer has something to show (spec/config-globals-grids.md, 12)."""

from tilekeep.config.mapproxy.options import NotNegativeNumber, Opt, Options


class ScaleHints(Options):
    """Both ends of the range: scales are OGC scale denominators, resolutions metres per pixel.

    :ivar min_scale: the fine end as scale denominator.
    :ivar max_scale: the coarse end as scale denominator.
    :ivar min_res: the coarse end, the largest number.
    :ivar max_res: the fine end, the smallest number.
    """

    min_res: Opt[NotNegativeNumber] = None
    max_res: Opt[NotNegativeNumber] = None
    min_scale: Opt[NotNegativeNumber] = None
    max_scale: Opt[NotNegativeNumber] = None
