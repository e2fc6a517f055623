"""How the documentation is built: ``make docs``, without network."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

from tilekeep import __version__

project = "Tilekeep"
copyright = "the Tilekeep authors"  # noqa: A001 - the name that Sphinx wants
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "deviations"]
exclude_patterns = ["_build"]

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"

html_theme = "furo"
html_title = f"Tilekeep {__version__}"
# Everything a page needs comes with it.
html_copy_source = False
