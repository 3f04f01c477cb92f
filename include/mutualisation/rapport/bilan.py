"""What the bilan shows of one exercice, read once from the stored version; no figure is computed that the warehouse
publishes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.publication.contexte import Contexte
from mutualisation.publication.extraits_csv import lignes
from mutualisation.publication.relations import Relation, lire_relations

Ligne = dict[str, Any]
TOTAL = "TOTAL"
# G4: these say that rows were left aside, whether or not someone explained it
RESERVES = ("lignes_rejetees", "a_affecter")
# Destinations of `repartition` that are no dispositif
DESTINATIONS = ("STRUCTURE", "HORS", "NON_REPARTI", "EXCLU")

MEMBRES = """
select dispositif, type_adherent, count(distinct siret_adherent) as adherents
  from {source}
 where exercice = %(exercice)s and version = %(version)s
   and debut <= make_date(%(exercice)s, 12, 31) and (fin is null or fin >= make_date(%(exercice)s, 12, 31))
 group by dispositif, type_adherent
"""
REJETS = """
select fichier, statut, motif, count(*) as lignes
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by fichier, statut, motif
 order by fichier collate "C", statut collate "C", motif collate "C"
"""
CAM = """
select thematique, count(distinct numero_marche) as marches, count(distinct siret_adherent) as acheteurs,
       sum(commandes) as commandes, sum(achats_ht) as achats_ht, sum(prix_reference_ht) as prix_reference_ht,
       sum(gain) as gain
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by thematique
 order by sum(achats_ht) desc, thematique collate "C"
"""
UNITES = """
select dispositif, array_agg(distinct type_unite collate "C") as types
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif
"""
TRACES = """
select count(*) as lignes
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif, mesure
"""
EXEMPLE = """
select dispositif, mesure, fichier, ligne, montant_source, part, montant
  from {source}
 where exercice = %(exercice)s and version = %(version)s and mesure = 'cout_fonctionnement' and ligne is not null
 order by abs(montant) desc nulls last, fichier collate "C", ligne
 limit 1
"""


@dataclass(frozen=True)
class Bilan:
    """Rows of one exercice and version, `Decimal` amounts in euros.

    `synthese`, `totaux` and `cee` hold every exercice shown (up to three); `membres` is {dispositif: {type: count}} on
    31 December; `traces` has the source lines of each figure; the rest is the exercice only.
    """

    contexte: Contexte
    synthese: dict[int, dict[str, Ligne]]
    totaux: dict[int, Ligne]
    passage: list[Ligne]
    passage_detail: list[Ligne]
    cout_unitaire: list[Ligne]
    controles: list[Ligne]
    repartition: list[Ligne]
    indicateurs: dict[str, Ligne]
    adhesions: list[Ligne]
    recouvrement: list[Ligne]
    factures: list[Ligne]
    cee: dict[int, list[Ligne]]
    cam: list[Ligne]
    rejets: list[Ligne]
    etats: list[Ligne]
    previsions: list[Ligne]
    essais: list[Ligne]
    ecarts_prevision: list[Ligne]
    membres: dict[str, dict[str, int]]
    types_unite: dict[str, list[str]]
    traces: list[Ligne]
    exemple: Ligne | None

    @property
    def exercice(self) -> int:
        """The exercice of the documents."""
        return self.contexte.exercice

    @property
    def exercices(self) -> list[int]:
        """Exercices shown, oldest first."""
        return sorted(self.synthese)

    @property
    def dispositifs(self) -> list[str]:
        """Codes valued in one of the exercices shown, in the order of their labels."""
        return self.trier({code for annee in self.synthese.values() for code in annee})

    def trier(self, codes: Iterable[str]) -> list[str]:
        """Codes in the order of their labels."""
        return sorted(codes, key=lambda code: (_sans_accent(self.libelle(code)), code))

    def dans_l_ordre(self, rangees: Iterable[Ligne], *colonnes: str) -> list[Ligne]:
        """Rows in the order of the labels of their dispositif, then of these columns."""
        connues = list(rangees)
        rang = {code: i for i, code in enumerate(self.trier({r["dispositif"] for r in connues}))}
        return sorted(connues, key=lambda r: (rang[r["dispositif"]], *(r[c] for c in colonnes)))

    def destination(self, code: str) -> str:
        """Where a source went, dispositifs by whether the exercice values them (keys of `libelles.DESTINATIONS`)."""
        if code in DESTINATIONS:
            return code
        return "valorises" if code in self.synthese[self.exercice] else "autres"

    @property
    def avec_reserves(self) -> bool:
        """G4: rows were rejected or held, or a gap has no justification."""
        return any(
            c["statut"] == "ecart" and (c["controle"] in RESERVES or not c["justification"]) for c in self.controles
        )

    def libelle(self, dispositif: str) -> str:
        """Label of the newest exercice that names the dispositif."""
        for exercice in sorted(self.synthese, reverse=True):
            if dispositif in self.synthese[exercice]:
                return str(self.synthese[exercice][dispositif]["libelle"])
        return next((d["libelle"] for d in self.contexte.dispositifs if d["code"] == dispositif), dispositif)

    def lignes_exercice(self) -> list[Ligne]:
        """Synthesis rows of the exercice in label order, without the total."""
        annee = self.synthese[self.exercice]
        return [annee[code] for code in self.dispositifs if code in annee]

    def recettes_totales(self, exercice: int) -> Decimal | None:
        """NULL counts 0 in the total (R6); None when no dispositif states any receipt."""
        renseignees = any(r["recettes_renseignees"] for r in self.synthese[exercice].values())
        return self.totaux[exercice]["recettes"] if renseignees else None

    @property
    def total(self) -> Ligne:
        """Published total of the exercice."""
        return self.totaux[self.exercice]


def _sans_accent(texte: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", texte.casefold()) if not unicodedata.combining(c))


class _Lecteur:
    """Reads the relations of one exercice; a relation the contract does not hold yet has no row."""

    def __init__(self, conn: psycopg.Connection[Any], relations: Mapping[str, Relation]) -> None:
        self.conn, self.relations = conn, relations

    def rangees(self, nom: str, exercice: int, version: int) -> list[Ligne]:
        relation = self.relations.get(nom)
        return [] if relation is None else list(lignes(self.conn, relation, exercice, version))

    def agrege(self, nom: str, requete: str, exercice: int, version: int) -> list[Ligne]:
        if nom not in self.relations:
            return []
        texte = sql.SQL(requete).format(source=sql.Identifier("versions", nom))
        with self.conn.cursor(row_factory=dict_row) as curseur:
            return curseur.execute(texte, {"exercice": exercice, "version": version}).fetchall()


def _membres(rangees: list[Ligne]) -> dict[str, dict[str, int]]:
    membres: dict[str, dict[str, int]] = {}
    for rangee in rangees:
        membres.setdefault(rangee["dispositif"], {})[rangee["type_adherent"]] = rangee["adherents"]
    return membres


def _syntheses(lecteur: _Lecteur, contexte: Contexte) -> tuple[dict[int, dict[str, Ligne]], dict[int, Ligne]]:
    synthese: dict[int, dict[str, Ligne]] = {}
    totaux: dict[int, Ligne] = {}
    for exercice, version in contexte.presentes.items():
        rangees = lecteur.rangees("synthese_financiere", exercice, version)
        if not rangees:  # a former version may have been pruned
            continue
        synthese[exercice] = {r["dispositif"]: r for r in rangees if r["dispositif"] != TOTAL}
        totaux[exercice] = next(r for r in rangees if r["dispositif"] == TOTAL)
    return synthese, totaux


def lire_bilan(
    conn: psycopg.Connection[Any], contexte: Contexte, relations: Mapping[str, Relation] | None = None
) -> Bilan:
    """Read everything the documents of one exercice show, from the version of its context."""
    lecteur = _Lecteur(conn, relations or lire_relations())
    cible = (contexte.exercice, contexte.construction.version)
    synthese, totaux = _syntheses(lecteur, contexte)
    exemples = lecteur.agrege("tracabilite", EXEMPLE, *cible)
    return Bilan(
        contexte=contexte,
        synthese=synthese,
        totaux=totaux,
        passage=lecteur.rangees("passage_d5211", *cible),
        passage_detail=lecteur.rangees("passage_d5211_detail", *cible),
        cout_unitaire=lecteur.rangees("cout_unitaire", *cible),
        controles=lecteur.rangees("controles", *cible),
        repartition=lecteur.rangees("repartition", *cible),
        indicateurs={r["indicateur"]: r for r in lecteur.rangees("indicateurs_cles", *cible)},
        adhesions=lecteur.rangees("adhesion", *cible),
        recouvrement=lecteur.rangees("recouvrement", *cible),
        factures=lecteur.rangees("facture_semestrielle", *cible),
        cee={e: lecteur.rangees("cee_valorisation", e, version) for e, version in contexte.presentes.items()},
        cam=lecteur.agrege("cam_achats", CAM, *cible),
        rejets=lecteur.agrege("rejets", REJETS, *cible),
        etats=lecteur.rangees("etat_valorisation", *cible),
        previsions=lecteur.rangees("prevision", *cible),
        essais=lecteur.rangees("prevision_essai", *cible),
        ecarts_prevision=lecteur.rangees("ecart_prevision", *cible),
        membres=_membres(lecteur.agrege("adhesion", MEMBRES, *cible)),
        types_unite={r["dispositif"]: r["types"] for r in lecteur.agrege("recours", UNITES, *cible)},
        traces=lecteur.agrege("tracabilite", TRACES, *cible),
        exemple=exemples[0] if exemples else None,
    )


def somme(rangees: Iterable[Ligne], colonne: str) -> Decimal:
    """Sum of a column, NULL counted 0 (as R6 does in totals)."""
    return sum((r[colonne] or Decimal(0) for r in rangees), Decimal(0))
