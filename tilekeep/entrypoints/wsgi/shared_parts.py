"""What all services are made with."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.entrypoints.wsgi.decoration import Decoration
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import KeptDocuments
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery


class SharedParts(NamedTuple):
    """The tile layers, and how tiles, documents and decorated images are made into answers."""

    catalogue: Catalogue
    delivery: TileDelivery
    templates: DocumentTemplates
    documents: KeptDocuments
    decoration: Decoration
