"""What is wrong with a configuration: problems with their place and remedy, reported all at once."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.secrets import redacted

#: Keys and list indexes that lead from the top of the configuration to an option.
OptionPath = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[\w-]+")


class Severity(enum.Enum):
    """Errors stop the start; warnings do not."""

    ERROR = "error"
    WARNING = "warning"


class Place(enum.Enum):
    """Which part of an option a problem is about."""

    KEY = "key"
    VALUE = "value"


def path_text(path: OptionPath) -> str:
    """The path as people write it: ``caches.osm.grids[1]``; keys that are not plain words stand in quotes.

    Names may be URLs; their credentials are left out.
    """
    text = ""
    for element in path:
        if isinstance(element, int):
            text += f"[{element}]"
        elif _PLAIN_KEY.fullmatch(element):
            text += f".{element}" if text else element
        else:
            text += f"[{json.dumps(redacted(element), ensure_ascii=False)}]"
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    :ivar message: what is wrong with which value, and the remedy.
    :ivar path: the option.
    :ivar file: the file that holds it, or None if no file does; ``line`` and ``column`` count from 1.
    :ivar suggestion: what was probably meant, ready to be typed.
    :ivar place: whether the key or the value of the option is to blame; used to find its position.
    """

    severity: Severity
    message: str
    path: OptionPath = ()
    file: str | None = None
    line: int | None = None
    column: int | None = None
    suggestion: str | None = None
    place: Place = field(default=Place.VALUE, compare=False)

    def __post_init__(self) -> None:
        """Credentials in values that are quoted never get further; the path finds the position and stays."""
        object.__setattr__(self, "message", redacted(self.message))
        if self.suggestion is not None:
            object.__setattr__(self, "suggestion", redacted(self.suggestion))

    @property
    def position(self) -> str:
        """``file:line:column`` as far as known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        """One line for people."""
        lead = f"{self.position}: " if self.position else ""
        place = f"{path_text(self.path)}: " if self.path else ""
        hint = f". Did you mean {self.suggestion!r}?" if self.suggestion is not None else ""
        return f"{lead}{self.severity.value}: {place}{self.message}{hint}"

    def as_dict(self) -> dict[str, str | int | None]:
        """The problem for programs; the path as text."""
        return {
            "severity": self.severity.value,
            "message": self.message,
            "path": path_text(self.path),
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "suggestion": self.suggestion,
        }


def error(path: OptionPath, message: str, *, suggestion: str | None = None, place: Place = Place.VALUE) -> Problem:
    """A problem that stops the start, its position still to be found."""
    return Problem(Severity.ERROR, message, path, suggestion=suggestion, place=place)


def warning(path: OptionPath, message: str, *, suggestion: str | None = None, place: Place = Place.VALUE) -> Problem:
    """A problem that does not stop the start, its position still to be found."""
    return Problem(Severity.WARNING, message, path, suggestion=suggestion, place=place)


@dataclass(frozen=True, slots=True)
class Report:
    """All problems of one configuration, sorted by position."""

    problems: tuple[Problem, ...] = ()

    @staticmethod
    def of(problems: Iterable[Problem]) -> Report:
        """A report without duplicates, sorted by file, line and column; problems without a place come first."""
        unique = dict.fromkeys(problems)
        return Report(tuple(sorted(unique, key=lambda p: (p.file or "", p.line or 0, p.column or 0, p.message))))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop the start."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that do not."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)

    def as_text(self) -> str:
        """One line per problem."""
        return "\n".join(str(problem) for problem in self.problems)

    def as_json(self) -> str:
        """An object with the counts and all problems."""
        document = {
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "problems": [problem.as_dict() for problem in self.problems],
        }
        return json.dumps(document, indent=2, ensure_ascii=False)


class ConfigurationProblems(ConfigurationError):
    """The configuration cannot be obeyed; ``report`` holds every error and warning found."""

    def __init__(self, report: Report) -> None:
        super().__init__("\n".join(str(problem) for problem in report.errors))
        self.report = report

    def __reduce__(self) -> tuple[type[ConfigurationProblems], tuple[Report]]:
        """Copies are made from the report, which the message comes from."""
        return type(self), (self.report,)
