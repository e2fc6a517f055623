"""The capabilities of a WMTS whose tiles are files, for web servers that know nothing of it."""

from __future__ import annotations

from werkzeug.test import Client

from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.wsgi.make_app import application_of

_DOCUMENT = "/wmts/1.0.0/WMTSCapabilities.xml"
_GOOD = 200


def static_capabilities(loaded: LoadedSettings, url: str) -> str:
    """The document of the RESTful service, as the application of ``loaded`` writes it at the address ``url``.

    :raises ConfigurationError: there can be none at this address.
    """
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{url!r} is no address of a web server; it begins with http:// or https://")
    client = Client(application_of(loaded))
    answer = client.get(_DOCUMENT, base_url=f"{url.rstrip('/')}/")
    if answer.status_code != _GOOD:
        raise ConfigurationError(f"there are no capabilities at {url}: {answer.status}")
    return answer.get_data(as_text=True)
