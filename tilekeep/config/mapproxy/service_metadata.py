"""``md`` of services: who offers them, and on what terms (spec/services.md, 3.12)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from tilekeep.config.mapproxy.layers import Keywords
from tilekeep.config.mapproxy.options import Opt, Options, Section


def _text_of_number(value: Any) -> Any:
    """Postcodes and telephone numbers need no quotes."""
    return str(value) if type(value) in {int, float} else value


FreeText = Annotated[str, BeforeValidator(_text_of_number), WithJsonSchema({"type": ["string", "number"]})]


class ContactOptions(Options):
    """``md.contact``: whom to ask."""

    person: FreeText | None = None
    organization: FreeText | None = None
    position: FreeText | None = None
    address_type: FreeText | None = None
    address: FreeText | None = None
    city: FreeText | None = None
    state: FreeText | None = None
    postcode: FreeText | None = None
    country: FreeText | None = None
    phone: FreeText | None = None
    fax: FreeText | None = None
    email: FreeText | None = None


class ServiceMetadata(Options):
    """``md`` of a service."""

    title: Opt[str] = None
    abstract: Opt[str] = None
    online_resource: Opt[str] = None
    contact: Section[ContactOptions] | None = None
    fees: Opt[str] = None
    access_constraints: Opt[str] = None
    keyword_list: Opt[tuple[Keywords, ...]] = None
