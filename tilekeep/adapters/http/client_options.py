"""What clients are made from, whatever they talk to."""

from __future__ import annotations

from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.http.program_options import ProgramOptions

ClientOptions = HttpOptions | ProgramOptions
