"""Drafts of invoices written before an exercice was published (R18) are kept, and compared with what it publishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from mutualisation.documents.factures.factures import Facture
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import INSECABLE, ZERO, euros, plusieurs
from mutualisation.socle.francais.typographie import ordre

Quand = tuple[int, int]
COLONNES = ("siret_adherent", "nom", "montant_du", "report_precedent", "statut", "montant_facture")
COLONNES_ECARTS = (
    "siret_adherent", "nom", "montant_du_brouillon", "montant_du", "montant_facture_brouillon", "montant_facture",
    "statut_brouillon", "statut", "ecart",
)  # fmt: skip


@dataclass(frozen=True)
class Ecart:
    """The published invoice of an adherent is not its draft; amounts in €, an empty status where one does not exist."""

    siret_adherent: str
    nom: str
    montant_du_brouillon: Decimal
    montant_du: Decimal
    montant_facture_brouillon: Decimal
    montant_facture: Decimal
    statut_brouillon: str
    statut: str

    @property
    def ecart(self) -> Decimal:
        """Return what the published exercice invoices more (or less) than the draft, €."""
        return self.montant_facture - self.montant_facture_brouillon

    @property
    def phrase(self) -> str:
        """Write `Lille (21…) : brouillon 12,00 € à émettre, publié 14,00 € à émettre, écart 2,00 €`."""
        avant = _dire_facture(self.statut_brouillon, self.montant_facture_brouillon, self.montant_du_brouillon)
        apres = _dire_facture(self.statut, self.montant_facture, self.montant_du)
        return f"{self.nom} ({self.siret_adherent}) : brouillon {avant}, publié {apres}, écart {euros(self.ecart, 2)}"


def dire_ecarts(ecarts: Sequence[Ecart], semestre: str) -> str:
    """Say how many of the published invoices differ from their drafts, by how much in all."""
    combien = plusieurs(len(ecarts), "facture publiée diffère de son", "factures publiées diffèrent de leur")
    total = formats.signe(sum((e.ecart for e in ecarts), ZERO), 2)
    ou = f"ecarts_brouillons_{semestre}.csv"
    return f"Factures {semestre} : {combien} brouillon, {total}{INSECABLE}€ en tout ({ou})."


def _dire_facture(statut: str, facture: Decimal, du: Decimal) -> str:
    if not statut:
        return "aucun"
    return f"{euros(facture, 2)} {formats.minuscule(libelles.STATUTS_FACTURE[statut])}, dont {euros(du, 2)} du semestre"


def ecarts_aux_brouillons(
    conn: psycopg.Connection[Any], factures: Iterable[Facture], quand: Quand, adherent: str | None = None
) -> list[Ecart]:
    """List by name where published invoices of (exercice, semestre) differ from drafts; [] without drafts."""
    with conn.cursor(row_factory=dict_row) as curseur:
        requete = "select * from journal.brouillons where (exercice, semestre) = (%s, %s)"
        gardes = {r["siret_adherent"]: r for r in curseur.execute(requete, quand).fetchall()}
    publiees = {f.siret: dict(zip(COLONNES, valeurs(f), strict=True)) for f in factures}
    sirets = gardes.keys() | publiees.keys() if gardes else set[str]()
    ecarts = [_ecart_a_la_publication(gardes.get(s, {}), publiees.get(s, {})) for s in sirets if adherent in (None, s)]
    return sorted((e for e in ecarts if e is not None), key=lambda e: (ordre(e.nom), e.siret_adherent))


def valeurs(f: Facture) -> tuple[Any, ...]:
    """Return what is kept of a draft, in the order of `COLONNES`."""
    return f.siret, f.nom, f.montant_du, f.report_precedent, f.statut, f.montant_facture


def _ecart_a_la_publication(brouillon: Mapping[str, Any], publiee: Mapping[str, Any]) -> Ecart | None:
    if all(brouillon.get(c) == publiee.get(c) for c in COLONNES[2:]):
        return None
    connu = publiee or brouillon
    return Ecart(
        connu["siret_adherent"],
        connu["nom"],
        brouillon.get("montant_du", ZERO),
        publiee.get("montant_du", ZERO),
        brouillon.get("montant_facture", ZERO),
        publiee.get("montant_facture", ZERO),
        brouillon.get("statut", ""),
        publiee.get("statut", ""),
    )
