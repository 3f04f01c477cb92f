"""Annual statement of article D5211-16: unit cost × units used by each beneficiary, and what the units are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.factures.factures import ZERO
from mutualisation.factures.instantane import Facturation, Ligne
from mutualisation.factures.regles import decimal
from mutualisation.publication.contexte import Contexte
from mutualisation.publication.extraits_csv import lignes as lire_lignes
from mutualisation.publication.relations import Relation

REGLES_UNITAIRES = ("par_unite", "cout_unitaire")
# A payment that is not made: the units are listed, nothing is due (R7)
GRATUIT = "gratuit"


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

    `tarifs`: {semestre, regle, prix, reference, mode_recouvrement} applied; `recours`: rows of `Facturation.unites`
    with the name of the adherent; `cout`: the row of `couts` (R7f), None for a tariff per unit; `constate`: row of
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
    def unites(self) -> Decimal:
        """Weighted units of the year, those of the beneficiaries shown."""
        return sum((u for b in self.beneficiaires for u in b.unites), Decimal(0))

    @property
    def montant(self) -> Decimal:
        """What the beneficiaries shown owe for these units over the year, in euros."""
        return sum((m for b in self.beneficiaires for m in b.montants), ZERO)


def lire_etats(
    conn: psycopg.Connection[Any],
    contexte: Contexte,
    facturation: Facturation,
    relations: Mapping[str, Relation],
    adherent: str | None = None,
) -> list[EtatAnnuel]:
    """One statement per dispositif that has a tariff per unit in the exercice; `adherent`: that SIRET alone."""
    exercice, version = contexte.exercice, contexte.construction.version
    regles = [
        r
        for r in facturation.regles
        if r["regle"] in REGLES_UNITAIRES and (adherent is None or r["siret_adherent"] == adherent)
    ]
    constates, passages = (
        {r["dispositif"]: r for r in lire_lignes(conn, relations[nom], exercice, version)}
        for nom in ("cout_unitaire", "passage_d5211")
    )
    libelles = {d["code"]: d["libelle"] for d in contexte.dispositifs}
    couts = {c["dispositif"]: c for c in facturation.couts}
    noms = {a["siret"]: a["nom"] for a in sorted(facturation.adherents, key=lambda a: int(a["semestre"]))}
    return [
        EtatAnnuel(
            exercice=exercice,
            dispositif=d,
            libelle=libelles.get(d, d),
            tarifs=_tarifs(siennes),
            beneficiaires=_beneficiaires(siennes, noms),
            recours=_recours(facturation, d, noms, adherent),
            cout=couts.get(d),
            constate=constates.get(d),
            passage=passages.get(d),
        )
        for d in sorted({r["dispositif"] for r in regles})
        if (siennes := [r for r in regles if r["dispositif"] == d])
    ]


def _tarifs(regles: Iterable[Ligne]) -> list[Ligne]:
    vus = {
        (r["semestre"], r["regle"], r["prix"], r["mode_recouvrement"]): {
            c: r[c] for c in ("semestre", "regle", "prix", "reference", "mode_recouvrement")
        }
        for r in regles
    }
    return [vus[cle] for cle in sorted(vus, key=lambda c: (c[0], c[1], decimal(c[2]), c[3]))]


def _beneficiaires(regles: Iterable[Ligne], noms: Mapping[str, str]) -> list[Beneficiaire]:
    unites: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    montants: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for r in regles:
        rang = int(r["semestre"]) - 1
        # two tariffs per unit on one semestre price the same units
        unites[r["siret_adherent"]][rang] = decimal(r["unites"])
        montants[r["siret_adherent"]][rang] += ZERO if r["mode_recouvrement"] == GRATUIT else decimal(r["montant"])
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
