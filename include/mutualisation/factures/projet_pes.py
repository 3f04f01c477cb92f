"""The PES draft of a semestre, ready to be written: its bytes, what it holds, what it leaves out and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from mutualisation.factures.facturation import Facturation, Semestre
from mutualisation.factures.factures import ZERO, Facture
from mutualisation.factures.lignes_pes import Ecartee, Retenue, trier
from mutualisation.factures.pes import octets_pes
from mutualisation.factures.reglages_pes import ReglagesPes
from mutualisation.francais.formats import euros, plusieurs
from mutualisation.publication.contexte import Contexte

SANS_REGLAGE = (
    "Pas de projet de PES : à ajouter ou à corriger dans referentiel/parametres, en vigueur au {} : {} ; puis relancer "
    "« mutualisation bilan » et « mutualisation facturer »."
)
ECARTEES = "Projet de PES : {} pas, {} : voir hors_pes_{}.csv et recapitulatif_{}.pdf."
RIEN = "Pas de projet de PES : aucune ligne à titrer ce semestre."
SANS_CLE = (
    "{} : ni son service (« {} ») ni son produit (« {} ») n'a de clé ; sans axe, ses titres iraient hors mutualisation "
    "(R3i). À ajouter dans referentiel/cles_analytiques : origine produit, code {}, dispositif {}."
)
AUTRE_CLE = (
    "{} : les clés rendent ses titres à {} (service « {} », produit « {} », R3i) : à corriger dans "
    "referentiel/cles_analytiques ou dans referentiel/parametres."
)


@dataclass(frozen=True)
class ProjetPes:
    """`octets` is None when nothing is written; `phrases` say why, or what is left out; `retours`: keys to mend."""

    octets: bytes | None
    retenues: list[Retenue] = field(default_factory=list)
    ecartees: list[Ecartee] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    retours: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """Signed sum of the lines kept, in euros."""
        return sum((r.ligne.montant for r in self.retenues), ZERO)


def preparer_projet(
    contexte: Contexte, facturation: Facturation, semestre: Semestre, factures: Iterable[Facture]
) -> ProjetPes:
    """The draft of the invoices to issue; without bytes when a code of the accounting office is missing."""
    emises = [f for f in factures if f.est_a_emettre]
    if not emises:
        return ProjetPes(None, phrases=[RIEN])
    reglages = ReglagesPes(contexte, facturation, semestre)
    poste = reglages.poste()
    retenues, ecartees = trier(emises, facturation, reglages, poste.budget if poste else "")
    if reglages.a_completer or poste is None:
        lignes = ", ".join(reglages.a_completer)
        return ProjetPes(None, phrases=[SANS_REGLAGE.format(f"{semestre.debut:%d/%m/%Y}", lignes)])
    phrases = []
    if ecartees:
        total = euros(sum((e.ligne.montant for e in ecartees), ZERO), 2)
        phrases.append(ECARTEES.format(_absentes(len(ecartees)), total, semestre, semestre))
    octets = octets_pes(contexte, semestre, poste, retenues)
    return ProjetPes(octets, retenues, ecartees, phrases or ([] if octets else [RIEN]), _retours(reglages, retenues))


def _absentes(nombre: int) -> str:
    return plusieurs(nombre, "ligne de facture n'y est", "lignes de facture n'y sont")


def _retours(reglages: ReglagesPes, retenues: Iterable[Retenue]) -> list[str]:
    """One sentence per dispositif that its own titres would not come back to, once in the ledger without an axe."""
    phrases: dict[str, str] = {}
    for r in retenues:
        dispositif, service, produit = r.ligne.dispositif, r.imputation.service, r.imputation.produit
        rendu = reglages.retour(r.imputation)
        if not rendu:
            phrases[dispositif] = SANS_CLE.format(dispositif, service, produit, produit, dispositif)
        elif rendu != dispositif:
            phrases[dispositif] = AUTRE_CLE.format(dispositif, rendu, service, produit)
    return list(phrases.values())
