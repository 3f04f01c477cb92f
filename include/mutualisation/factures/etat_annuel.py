"""Annual statement of article D5211-16: unit cost × units used by each beneficiary, and what the units are.

One per dispositif billed by the unit, by its unit cost, or whose legal base binds; what is due in it is what the bilan
says, to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.factures.facturation import Facturation, Ligne
from mutualisation.factures.factures import ZERO
from mutualisation.factures.notifications import Notification, notifications
from mutualisation.factures.parametres import Parametres
from mutualisation.publication.contexte import Contexte
from mutualisation.publication.extraits_csv import lignes as lire_lignes
from mutualisation.publication.relations import lire_relations

REGLES_UNITAIRES = ("par_unite", "cout_unitaire")


@dataclass(frozen=True)
class Beneficiaire:
    """Units and amounts of an adherent, S1 then S2: amounts are the `montant_du` that the bilan publishes (R7), €."""

    siret: str
    nom: str
    unites: tuple[Decimal, Decimal]
    montants: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class EtatAnnuel:
    """Statement of a dispositif and exercice.

    `tarifs`: {semestre, regle, prix, reference, mode_recouvrement} applied; `recours`: rows of `factures_unites` with
    the name of the adherent; `cout`: row of `factures_couts` (R7f), None for a tariff per unit; `constate`: row of
    `cout_unitaire`, `passage`: row of `passage_d5211`, None when the dispositif is not valued; `notifications`: the
    register.
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
    notifications: list[Notification]

    @property
    def unites(self) -> tuple[Decimal, Decimal]:
        """Weighted units of S1 and S2, those of the beneficiaries shown."""
        s1, s2 = (sum((b.unites[rang] for b in self.beneficiaires), Decimal(0)) for rang in (0, 1))
        return s1, s2

    @property
    def montants(self) -> tuple[Decimal, Decimal]:
        """What the beneficiaries shown owe in S1 and S2, in euros."""
        s1, s2 = (sum((b.montants[rang] for b in self.beneficiaires), ZERO) for rang in (0, 1))
        return s1, s2


def lire_etats(
    conn: psycopg.Connection[Any],
    contexte: Contexte,
    facturation: Facturation,
    parametres: Parametres,
    adherent: str | None = None,
) -> list[EtatAnnuel]:
    """One statement per dispositif that has a tariff per unit in the exercice or whose base binds; `adherent`: that
    SIRET alone.

    Raises `ErreurMutualisation` when the tariffs do not sum to what the bilan publishes as due.
    """
    publie = {nom: _publiees(conn, contexte, nom) for nom in ("cout_unitaire", "passage_d5211")}
    opposables = {d for d, r in publie["passage_d5211"].items() if r.get("base_opposable")}
    dus = [r for r in _rangees(conn, contexte, "recouvrement") if adherent in (None, r["siret_adherent"])]
    tarifs = [t for t in facturation.tarifs if adherent in (None, t["siret_adherent"])]
    retenus = {t["dispositif"] for t in tarifs if t["regle"] in REGLES_UNITAIRES}
    retenus |= opposables & {r["dispositif"] for r in dus}
    libelles = {d["code"]: d["libelle"] for d in contexte.dispositifs}
    couts = {c["dispositif"]: c for c in facturation.couts}
    noms = {a["siret_adherent"]: a["nom"] for a in sorted(facturation.adherents, key=lambda a: int(a["semestre"]))}
    adhesions = _rangees(conn, contexte, "adhesion")
    etats = []
    for d in sorted(retenus):
        siens, attendus = [t for t in tarifs if t["dispositif"] == d], [r for r in dus if r["dispositif"] == d]
        _verifier(contexte.exercice, d, siens, attendus)
        beneficiaires = _beneficiaires(siens, attendus, noms)
        concernes = [(b.siret, b.nom) for b in beneficiaires]
        etats.append(
            EtatAnnuel(
                exercice=contexte.exercice,
                dispositif=d,
                libelle=libelles.get(d, d),
                tarifs=_tarifs(siens),
                beneficiaires=beneficiaires,
                recours=_recours(facturation, d, noms, adherent),
                cout=couts.get(d),
                constate=publie["cout_unitaire"].get(d),
                passage=publie["passage_d5211"].get(d),
                notifications=notifications(contexte.exercice, d, concernes, adhesions, parametres),
            )
        )
    return etats


def _rangees(conn: psycopg.Connection[Any], contexte: Contexte, relation: str) -> list[Ligne]:
    return list(lire_lignes(conn, lire_relations()[relation], contexte.exercice, contexte.construction.version))


def _publiees(conn: psycopg.Connection[Any], contexte: Contexte, relation: str) -> dict[str, Ligne]:
    return {r["dispositif"]: r for r in _rangees(conn, contexte, relation)}


def _verifier(exercice: int, dispositif: str, tarifs: Iterable[Ligne], dus: Iterable[Ligne]) -> None:
    """What each adherent owes by its tariffs is what the bilan publishes."""
    sommes: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for r in dus:
        sommes[r["siret_adherent"], r["semestre"]] += r["montant_du"]
    for t in tarifs:
        sommes[t["siret_adherent"], t["semestre"]] -= t["montant"]
    if ecarts := {cle: ecart for cle, ecart in sommes.items() if ecart}:
        (siret, semestre), ecart = min(ecarts.items())
        raise ErreurMutualisation(
            f"L'état annuel {exercice} de {dispositif} ne s'accorde pas avec le bilan : pour {siret}, semestre "
            f"{semestre}, écart de {ecart} €. Publiez l'exercice de nouveau."
        )


def _tarifs(tarifs: Iterable[Ligne]) -> list[Ligne]:
    vus = {
        (t["semestre"], t["regle"], t["prix"] or ZERO, t["mode_recouvrement"]): {
            c: t[c] for c in ("semestre", "regle", "prix", "reference", "mode_recouvrement")
        }
        for t in tarifs
    }
    return [vus[cle] for cle in sorted(vus)]


def _beneficiaires(tarifs: Iterable[Ligne], dus: Iterable[Ligne], noms: Mapping[str, str]) -> list[Beneficiaire]:
    unites: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    montants: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for t in tarifs:
        if t["regle"] in REGLES_UNITAIRES:
            # two tariffs per unit on one semestre price the same units
            unites[t["siret_adherent"]][t["semestre"] - 1] = t["unites"]
    for r in dus:
        montants[r["siret_adherent"]][r["semestre"] - 1] += r["montant_du"]
    lignes = [
        Beneficiaire(siret, noms.get(siret, siret), (u[0], u[1]), (m[0], m[1]))
        for siret in sorted(unites.keys() | montants.keys())
        if any(u := unites[siret]) | any(m := montants[siret])
    ]
    return sorted(lignes, key=lambda b: (b.nom, b.siret))


def _recours(facturation: Facturation, dispositif: str, noms: Mapping[str, str], adherent: str | None) -> list[Ligne]:
    lignes = [
        {**u, "nom": noms.get(u["siret_adherent"], u["siret_adherent"])}
        for u in facturation.unites
        if u["dispositif"] == dispositif and (adherent is None or u["siret_adherent"] == adherent)
    ]
    return sorted(lignes, key=lambda u: (u["nom"], u["siret_adherent"], u["semestre"], u["type_unite"]))
