"""The part of Tilekeep that is compiled; pyproject.toml says all the rest."""

from sysconfig import get_config_var

from setuptools import Extension, setup

#: Python without its global lock has no limited API before 3.15: it gets none of it, but the rest can be installed.
LIMITED = {} if get_config_var("Py_GIL_DISABLED") else {"bdist_wheel": {"py_limited_api": "cp311"}}


def optional_extension(name: str) -> Extension:
    """A part without which Tilekeep is installed all the same where there is no C compiler: others do what it does."""
    return Extension(
        f"tilekeep.adapters.imaging.{name}",
        [f"tilekeep/adapters/imaging/{name}.c"],
        extra_compile_args=["-O3"],
        py_limited_api=True,
        optional=True,
    )


setup(ext_modules=[optional_extension("_pixel_loops"), optional_extension("_jpeg_scan")], options=LIMITED)
