"""The part of Tilekeep that is compiled; pyproject.toml says all the rest."""

from sysconfig import get_config_var

from setuptools import Extension, setup

#: Python without its global lock has no limited API before 3.15: it gets no loops, but the rest can be installed.
LIMITED = {} if get_config_var("Py_GIL_DISABLED") else {"bdist_wheel": {"py_limited_api": "cp311"}}

setup(
    ext_modules=[
        Extension(
            "tilekeep.adapters.imaging._pixel_loops",
            ["tilekeep/adapters/imaging/_pixel_loops.c"],
            extra_compile_args=["-O3"],
            py_limited_api=True,
            optional=True,  # without a C compiler Tilekeep is installed all the same, and Pillow does what this does
        )
    ],
    options=LIMITED,
)
