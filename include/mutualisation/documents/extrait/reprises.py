"""A commune's document bears the version where what it says last changed, and is copied while it says the same."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.mise_en_forme.modele import DE_SON_CONTENU, Document
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.publication.versions.inchange import empreinte_logiciel

# a published version reads its own; one to publish, those that its exercice publishes
CONNUS = """
select c.statut = 'publiee', d.logiciel, coalesce(d.contenus, '{}')
  from journal.constructions as c
  left join journal.publications as p on p.exercice = %(exercice)s
  left join journal.documents as d
    on d.exercice = %(exercice)s and d.version = case c.statut when 'publiee' then c.version else p.version end
 where c.version = %(version)s
"""
NOTER = "select journal.noter_documents(%s, %s, %s, %s)"


@dataclass
class Reprises:
    """`Reprises` compares each communal document of a version with what the journal keeps of the version before: one
    that says the same keeps its number, and its file is copied.

    `connus` is {file: (digest of what it says, version where that last changed, sha256)}, of this version where it is
    published, else of the one before; `dits` is {file: (digest, version)} as seen here; `place` is where files may be
    copied from, None where they may not; `copies` counts the documents copied."""

    version: int
    publiee: bool
    connus: dict[str, tuple[str, int, str]]
    place: Path | None
    dits: dict[str, tuple[str, int]] = field(default_factory=dict)
    copies: int = 0

    @classmethod
    def lire(cls, conn: psycopg.Connection[Any], exercice: int, version: int, place: Path | None) -> "Reprises":
        """Read what the journal knows; `place` is kept only where this software wrote what is to be copied."""
        lue: Any = conn.execute(CONNUS, {"exercice": exercice, "version": version}).fetchone()
        publiee, logiciel, connus = lue
        return cls(version, publiee, connus, place if logiciel == empreinte_logiciel() else None)

    def dater(self, document: Document) -> Document:
        """Return the document under the version in which what it says last changed, where it names none."""
        if document.version != DE_SON_CONTENU:
            return document
        dit = hashlib.sha256(repr(document).encode()).hexdigest()
        connu, depuis, _ = self.connus.get(document.fichiers[0], ("", self.version, ""))
        # closed since, or written by another software, a published version prints the same number
        depuis = depuis if self.publiee or connu == dit else self.version
        self.dits |= dict.fromkeys(document.fichiers, (dit, depuis))
        phrase = lire_phrase("ouverture.contenu", version=depuis)
        return replace(document, version=depuis, identite=[(nom, x or (phrase,)) for nom, x in document.identite])

    def copier(self, document: Document, dossier: Path) -> bool:
        """Copy the files of a document that says what they say. Return False where one of them says something else, is
        not there, or is no longer the one that was written: the document is to be composed."""
        lus = {fichier: self._octets(fichier) for fichier in document.fichiers}
        for fichier, octets in lus.items() if all(lus.values()) else ():
            (dossier / fichier).parent.mkdir(parents=True, exist_ok=True)
            (dossier / fichier).write_bytes(octets)
        self.copies += all(lus.values())
        return all(lus.values())

    def _octets(self, fichier: str) -> bytes:
        """Return a file that says the same, none where there is none."""
        connu, _, sha256 = self.connus.get(fichier, ("", 0, ""))
        if self.place is None or not connu or self.dits.get(fichier, ("", 0))[0] != connu:
            return b""
        try:
            octets = (self.place / fichier).read_bytes()
        except OSError:
            return b""
        return octets if hashlib.sha256(octets).hexdigest() == sha256 else b""

    @property
    def anciens(self) -> dict[str, dict[str, int]]:
        """Return what the manifest says of the files that bear a former version; empty without any."""
        anciens = {fichier: depuis for fichier, (_, depuis) in self.dits.items() if depuis != self.version}
        return {"contenu_de_la_version": anciens} if anciens else {}

    def noter(self, conn: psycopg.Connection[Any], exercice: int, sommes: dict[str, str]) -> None:
        """Keep what the files of a version to publish say; `sommes` is {file: sha256}."""
        if not self.publiee:
            dits = {fichier: (*dit, sommes[fichier]) for fichier, dit in self.dits.items()}
            conn.execute(NOTER, (self.version, exercice, empreinte_logiciel(), json.dumps(dits)))
