"""Annual statement of article D5211-16: unit cost × units used by each beneficiary, and what the units are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.factures.facturation import Facturation, Ligne
from mutualisation.factures.factures import ZERO
from mutualisation.publication.contexte import Contexte
from mutualisation.publication.extraits_csv import lignes as lire_lignes
from mutualisation.publication.relations import lire_relations

REGLES_UNITAIRES = ("par_unite", "cout_unitaire")


@dataclass(frozen=True)
class Beneficiaire:
    """Units and amounts of an adherent, S1 then S2; amounts rounded per semestre as they were invoiced (R7)."""

    siret: str
    nom: str
    unites: tuple[Decimal, Decimal]
    montants: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class EtatAnnuel:
    """Statement of a dispositif and exercice.

    `tarifs`: {semestre, regle, prix, reference, mode_recouvrement} applied; `recours`: rows of `factures_unites` with
    the name of the adherent; `cout`: row of `factures_couts` (R7f), None for a tariff per unit; `constate`: row of
    `cout_unitaire`, `passage`: row of `passage_d5211`, None when the dispositif is not valued.
    """

    exercice: int
    dispositif: str
    libelle: str
    tarifs: list[Ligne]
    beneficiaires: list[Beneficiaire]
    recours: list[Ligne]
    cout: Ligne | None
    constate: Ligne | None
    passage: Ligne | None

    @property
    def unites(self) -> tuple[Decimal, Decimal]:
        """Weighted units of S1 and S2, those of the beneficiaries shown."""
        s1, s2 = (sum((b.unites[rang] for b in self.beneficiaires), Decimal(0)) for rang in (0, 1))
        return s1, s2

    @property
    def montants(self) -> tuple[Decimal, Decimal]:
        """What the beneficiaries shown owe for these units in S1 and S2, in euros."""
        s1, s2 = (sum((b.montants[rang] for b in self.beneficiaires), ZERO) for rang in (0, 1))
        return s1, s2


def lire_etats(
    conn: psycopg.Connection[Any],
    contexte: Contexte,
    facturation: Facturation,
    adherent: str | None = None,
) -> list[EtatAnnuel]:
    """One statement per dispositif that has a tariff per unit in the exercice; `adherent`: that SIRET alone."""
    exercice, version = contexte.exercice, contexte.construction.version
    tarifs = [
        t
        for t in facturation.tarifs
        if t["regle"] in REGLES_UNITAIRES and (adherent is None or t["siret_adherent"] == adherent)
    ]
    constates, passages = (
        {r["dispositif"]: r for r in lire_lignes(conn, lire_relations()[nom], exercice, version)}
        for nom in ("cout_unitaire", "passage_d5211")
    )
    libelles = {d["code"]: d["libelle"] for d in contexte.dispositifs}
    couts = {c["dispositif"]: c for c in facturation.couts}
    noms = {a["siret_adherent"]: a["nom"] for a in sorted(facturation.adherents, key=lambda a: int(a["semestre"]))}
    return [
        EtatAnnuel(
            exercice=exercice,
            dispositif=d,
            libelle=libelles.get(d, d),
            tarifs=_tarifs(siens),
            beneficiaires=_beneficiaires(siens, noms),
            recours=_recours(facturation, d, noms, adherent),
            cout=couts.get(d),
            constate=constates.get(d),
            passage=passages.get(d),
        )
        for d in sorted({t["dispositif"] for t in tarifs})
        if (siens := [t for t in tarifs if t["dispositif"] == d])
    ]


def _tarifs(tarifs: Iterable[Ligne]) -> list[Ligne]:
    vus = {
        (t["semestre"], t["regle"], t["prix"] or ZERO, t["mode_recouvrement"]): {
            c: t[c] for c in ("semestre", "regle", "prix", "reference", "mode_recouvrement")
        }
        for t in tarifs
    }
    return [vus[cle] for cle in sorted(vus)]


def _beneficiaires(tarifs: Iterable[Ligne], noms: Mapping[str, str]) -> list[Beneficiaire]:
    unites: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    montants: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for t in tarifs:
        rang = t["semestre"] - 1
        # two tariffs per unit on one semestre price the same units
        unites[t["siret_adherent"]][rang] = t["unites"]
        montants[t["siret_adherent"]][rang] += t["montant"]
    lignes = [
        Beneficiaire(siret, noms.get(siret, siret), (u[0], u[1]), (montants[siret][0], montants[siret][1]))
        for siret, u in unites.items()
        if any(u) or any(montants[siret])
    ]
    return sorted(lignes, key=lambda b: (b.nom, b.siret))


def _recours(facturation: Facturation, dispositif: str, noms: Mapping[str, str], adherent: str | None) -> list[Ligne]:
    lignes = [
        {**u, "nom": noms.get(u["siret_adherent"], u["siret_adherent"])}
        for u in facturation.unites
        if u["dispositif"] == dispositif and (adherent is None or u["siret_adherent"] == adherent)
    ]
    return sorted(lignes, key=lambda u: (u["nom"], u["siret_adherent"], u["semestre"], u["type_unite"]))
