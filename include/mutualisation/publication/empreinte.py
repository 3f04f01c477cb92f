"""One line that tells two publications apart: `publication_sha256` (S7)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import psycopg

from mutualisation.publication.extraits_csv import sha256_publie
from mutualisation.publication.relations import Relation, lire_relations


def publication_sha256(conn: psycopg.Connection[Any], relations: Mapping[str, Relation] | None = None) -> str:
    """sha256 over the lines `<relation> <sha256 of its CSV>` sorted by name, every published exercice included."""
    empreinte = hashlib.sha256()
    for nom, relation in sorted((relations or lire_relations()).items()):
        empreinte.update(f"{nom} {sha256_publie(conn, relation)}\n".encode())
    return empreinte.hexdigest()
