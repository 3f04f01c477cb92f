"""`Travail` holds what the files of one load share; `Chargement` counts what the load did for each source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from mutualisation.entree.ingestion.codes_connus import codes_nommes
from mutualisation.entree.ingestion.confidentialite import (
    REMETTRE,
    Confidentialite,
    Pseudonymes,
    cle_pseudonymes,
    empreinte_de_cle,
)
from mutualisation.entree.ingestion.copies import Copies, dossier_de_copies
from mutualisation.entree.ingestion.journal import Connexion
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.entree.lecteurs.limites import Limites
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import plusieurs
from mutualisation.socle.poste import Poste

Refus = list[tuple[str, str]]
# the gate begins to judge a load, and returns at once a function that waits for its verdict
Porte = Callable[[Connexion, int], Callable[[], Refus]]
Suivi = Callable[[str], None]


@dataclass
class Chargement:
    """One load did this for one source. `fichiers` and `deja_charges` are paths relative to the drop."""

    source: str
    fichiers: list[str] = field(default_factory=list)
    deja_charges: list[str] = field(default_factory=list)
    lignes: int = 0
    avertissements: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        charges = plusieurs(len(self.fichiers), "fichier chargé", "fichiers chargés")
        deja = plusieurs(len(self.deja_charges), "déjà chargé", "déjà chargés")
        return f"{self.source} : {charges}, {deja}, {plusieurs(self.lignes, 'ligne')}"


def muet(_: str) -> None:
    """Say nothing of the progress."""


@dataclass
class Travail:
    """The files of a load share these: connection, file gate, pseudonyms, limits, copies, `correspondances` by jeu.
    `annoncer` is called once a source has new files, before they are read. `suivi` receives a line per source, `detail`
    a line per file, in French."""

    conn: Connexion
    porte: Porte
    pseudonymes: Pseudonymes
    limites: Limites
    copies: Copies
    suivi: Suivi = muet
    detail: Suivi = muet
    annoncer: Callable[[], None] = lambda: None
    traductions: Mapping[str, Traduction] = field(default_factory=dict)
    _gardes: dict[str, Confidentialite] = field(default_factory=dict)

    def traduction(self, jeu: Jeu) -> Traduction:
        """Return what the `correspondances` in force say of a jeu."""
        return self.traductions.get(jeu.nom, SANS_TRADUCTION)

    def confidentialite(self, jeu: Jeu) -> Confidentialite:
        """Return what may land of a jeu, by the codes and agents known when its first file is read."""
        if jeu.nom not in self._gardes:
            codes, agents = frozenset[str](), frozenset[str]()
            if jeu.personnes:
                # every agent that has landed counts, those of this load included
                agents = frozenset(m for (m,) in self.conn.execute("select distinct matricule from brut.agents") if m)
                codes = codes_nommes(self.conn)
            self._gardes[jeu.nom] = Confidentialite(self.pseudonymes, codes, agents)
        return self._gardes[jeu.nom]

    @classmethod
    @contextmanager
    def ouvrir(
        cls,
        conn: Connexion,
        porte: Porte,
        poste: Poste,
        suivi: Suivi = muet,
        detail: Suivi = muet,
        annoncer: Callable[[], None] = lambda: None,
    ) -> Iterator[Travail]:
        """Open a load, with the key of the pseudonyms of `poste`. Raises `ErreurMutualisation` when the key or a limit
        is wrong, or when the warehouse was loaded under another key (K1)."""
        limites = Limites.de_l_environnement()
        with transaction(conn):
            cle = cle_pseudonymes(poste, creer=conn.execute("select from journal.cle").fetchone() is None)
            _verifier_cle(conn, cle)
        with dossier_de_copies(poste.var) as dossier:
            yield cls(conn, porte, Pseudonymes(cle), limites, Copies(dossier), suivi, detail, annoncer)


def _verifier_cle(conn: Connexion, cle: bytes) -> None:
    """Note the fingerprint at the first load of the warehouse, and refuse another key; the caller commits."""
    empreinte = empreinte_de_cle(cle)
    conn.execute("insert into journal.cle (empreinte) values (%s) on conflict do nothing", (empreinte,))
    if conn.execute("select empreinte from journal.cle").fetchone() != (empreinte,):
        raise ErreurMutualisation(
            f"La clé des pseudonymes n'est pas celle sous laquelle cet entrepôt a été chargé : {REMETTRE}"
        )


@contextmanager
def transaction(conn: Connexion) -> Iterator[None]:
    """Open a transaction of its own, whatever a former SELECT left open."""
    conn.commit()
    with conn.transaction():
        yield
