"""Whether the options of services fit together, and whether text means what it must."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tilekeep.config.mapproxy.map_options import MapDefaults
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.services import WmtsService
from tilekeep.config.mapproxy.value_checks import pair_problems
from tilekeep.config.mapproxy.wms_service import WmsService
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning

_TEMPLATE_VARIABLE = re.compile(r"\{(\w+)\}")
_SUFFIX = re.compile(r"\w+")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?: *; *[\w.+-]+=[\w.+/:-]+)*", re.ASCII)
_TOKEN = re.compile(r"[!-~]+")
_SHORTEST_TOKEN = 16
WMTS_TEMPLATE_VARIABLES = ("Layer", "TileMatrixSet", "TileMatrix", "TileCol", "TileRow")
WMTS_INFO_VARIABLES = (*WMTS_TEMPLATE_VARIABLES, "I", "J", "InfoFormat")


def service_problems(settings: Settings) -> Iterator[Problem]:
    """Of all services, and of their defaults in the globals."""
    services = settings.services
    if not services.model_fields_set:
        yield warning(("services",), "no service is configured, so nothing is offered", place=Place.KEY)
    if services.demo is not None:
        yield warning(("services", "demo"), "the demo page is on; turn it off in production", place=Place.KEY)
    if services.wmts is not None:
        yield from _wmts_problems(("services", "wmts"), services.wmts)
    if services.wms is not None:
        yield from _wms_problems(("services", "wms"), services.wms)
    if services.admin is not None and services.admin.token is not None:
        yield from _token_problems(("services", "admin", "token"), services.admin.token)
    for path, defaults in _map_options(settings):
        yield from _map_option_problems(path, defaults)


def _token_problems(path: OptionPath, token: str) -> Iterator[Problem]:
    """A token is all that keeps others from seeding and from making tiles stale."""
    if not _TOKEN.fullmatch(token):
        yield error(path, "the token has to be of visible ASCII characters, as it is sent in a header; choose another")
    elif len(token) < _SHORTEST_TOKEN:
        yield error(path, f"the token has only {len(token)} characters; choose one of {_SHORTEST_TOKEN} or more")


def _wmts_problems(path: OptionPath, wmts: WmtsService) -> Iterator[Problem]:
    if not wmts.speaks_kvp and not wmts.speaks_rest:
        yield warning(path, "neither kvp nor restful is on, so WMTS answers nothing", place=Place.KEY)
    if wmts.restful_featureinfo_template is not None and wmts.restful_fi_template is not None:
        message = "it says the same as 'restful_featureinfo_template', which counts; remove it"
        yield warning((*path, "restful_fi_template"), message, place=Place.KEY)
    yield from _template_problems((*path, "restful_template"), wmts.restful_template, WMTS_TEMPLATE_VARIABLES)
    for option in ("restful_featureinfo_template", "restful_fi_template"):
        yield from _template_problems((*path, option), getattr(wmts, option), WMTS_INFO_VARIABLES)
    yield from _info_format_problems((*path, "featureinfo_formats"), wmts)


def _template_problems(path: OptionPath, template: str | None, variables: tuple[str, ...]) -> Iterator[Problem]:
    if template is None:
        return
    if "{{" in template:
        yield warning(path, "write {Layer} instead of {{Layer}}")
    missing = [f"{{{variable}}}" for variable in variables if f"{{{variable}}}" not in template]
    if missing:
        yield error(path, f"the template lacks {', '.join(missing)}; add what is missing")
    yield from _template_form_problems(path, template)


def _info_format_problems(path: OptionPath, wmts: WmtsService) -> Iterator[Problem]:
    """Whether requests can tell the formats apart, and paths can name them."""
    suffixes: list[str] = []
    for index, given in enumerate(wmts.featureinfo_formats or ()):
        if not _MEDIA_TYPE.fullmatch(given.mimetype):
            yield error((*path, index, "mimetype"), f"{given.mimetype!r} is no media type such as text/html")
        if given.suffix is None:
            continue
        if not _SUFFIX.fullmatch(given.suffix):
            message = f"{given.suffix!r} cannot end an address; use letters, digits and '_'"
            yield error((*path, index, "suffix"), message)
        if given.suffix in suffixes:
            message = f"the suffix {given.suffix!r} stands twice; give each format one of its own"
            yield error((*path, index, "suffix"), message)
        suffixes.append(given.suffix)


def _template_form_problems(path: OptionPath, template: str) -> Iterator[Problem]:
    """Whether addresses of this form can be told apart."""
    if not template.startswith("/"):
        yield error(path, "the template must start with a '/'; add it")
    names = [name.lower() for name in _TEMPLATE_VARIABLE.findall(template)]
    twice = [f"{{{name}}}" for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        yield error(path, f"the template has {', '.join(twice)} twice; keep one of them")
    if not set("{}?#").isdisjoint(_TEMPLATE_VARIABLE.sub("", template.replace("{{", "{").replace("}}", "}"))):
        message = "besides its variables the template may have no braces, '?' and '#'; take them out"
        yield error(path, message)


def _map_options(settings: Settings) -> Iterator[tuple[OptionPath, MapDefaults]]:
    """Options of services that draw maps, wherever they stand, each section with its place."""
    for option in ("wms", "ogcapi"):
        for place, section in (("globals", settings.globals), ("services", settings.services)):
            if (options := getattr(section, option)) is not None:
                yield (place, option), options


def _map_option_problems(path: OptionPath, options: MapDefaults) -> Iterator[Problem]:
    if isinstance(options.max_output_pixels, tuple):
        yield from pair_problems((*path, "max_output_pixels"), options.max_output_pixels)


def _wms_problems(path: OptionPath, wms: WmsService) -> Iterator[Problem]:
    """Codes that stand twice."""
    codes = [item if isinstance(item, str) else item.srs for item in wms.bbox_srs or ()]
    for index, code in enumerate(codes):
        if code.upper() in map(str.upper, codes[:index]):
            yield warning((*path, "bbox_srs", index), f"{code} stands twice; the later one counts, remove the other")
