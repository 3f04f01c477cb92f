"""What a document says of the publication it was made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sceau:
    """`publication_sha256` (S7); `identite`: `declaree` or `authentifiee` (K3)."""

    publication_sha256: str
    identite: str = "declaree"
