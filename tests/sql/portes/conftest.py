"""A sound candidate publication, and pending files, in a warehouse of each test's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import psycopg
import pytest
from psycopg import sql
from tests.atelier import bases
from tests.atelier.index_controles import lire_index
from tests.conftest import MODELE

from mutualisation.ingestion.cellules_lues import defaut, lecture_de, total
from mutualisation.ingestion.typage import ILLISIBLE
from mutualisation.portes.execution import fermer, precharger
from mutualisation.publication.relations import lire_relations
from mutualisation.sources.jeux import SEPARATEUR_DELIVRE, Jeu
from mutualisation.sources.registre import registre

Poser = Callable[..., int]

# what the gate reads and nobody publishes
BLOQUANTS = """
create table construction.controles_bloquants (exercice int, controle text, cle text, statut text,
  valeur_attendue text, valeur_constatee text, seuil text, remede text);
"""


def tables() -> str:
    """The relations that the candidate fills, as the contract describes them: a column that it gains is here."""
    remplies = {"controles", "repartition", *re.findall(r"into construction\.(\w+)", LIGNES)}
    relations = (r.avec_exercice() for nom, r in lire_relations().items() if nom in remplies)
    colonnes = {r.nom: ", ".join(f"{c.nom} {c.type}" for c in r.colonnes) for r in relations}
    return "set role mutualisation_traitement;" + "".join(
        f"create table construction.{nom} (version bigint, {suite});" for nom, suite in colonnes.items()
    )


# Amounts beyond what a float tells apart: …68.18 and …68.19 are one float.
LIGNES = """
insert into construction.synthese_financiere (version, exercice, dispositif, libelle, etp, cout_personnel,
  cout_fonctionnement, amortissements, subventions, reprises, cout_net, recettes, recettes_ac, recettes_renseignees,
  reste_a_charge, reste_a_charge_apres_ac, taux_couverture) values
  (1, 2024, 'ADS', 'Instruction', 1.5, 12345678901.19, 20, 5, 1, 2, 12345678923.19 - 2 + 1, 100, null, true,
   12345678823.19 - 1, 12345678823.19 - 1, round(100 / 12345678922.19, 6)),
  (1, 2024, 'CAM', 'Achats', 0.5, 30, 0, 0, 0, 0, 30, null, 10, false, 30, 20, null);
update construction.synthese_financiere set
  cout_net = cout_personnel + cout_fonctionnement + amortissements - subventions - reprises;
update construction.synthese_financiere set reste_a_charge = cout_net - coalesce(recettes, 0);
update construction.synthese_financiere set reste_a_charge_apres_ac = reste_a_charge - coalesce(recettes_ac, 0);
insert into construction.synthese_financiere (version, exercice, dispositif, libelle, etp, cout_personnel,
  cout_fonctionnement, amortissements, subventions, reprises, cout_net, recettes, recettes_ac, recettes_renseignees,
  reste_a_charge, reste_a_charge_apres_ac, taux_couverture)
  select 1, 2024, 'TOTAL', 'TOTAL', sum(etp), sum(cout_personnel), sum(cout_fonctionnement), sum(amortissements),
    sum(subventions), sum(reprises), sum(cout_net), sum(recettes), sum(recettes_ac), false, sum(reste_a_charge),
    sum(reste_a_charge_apres_ac), round(sum(recettes) / sum(cout_net), 6)
  from construction.synthese_financiere;
insert into construction.passage_d5211 (version, exercice, dispositif, cout_complet, dont_structure, cout_d5211,
  recettes, taux_couverture_d5211)
  select version, exercice, dispositif, cout_net, 7, cout_net - 7, recettes, round(recettes / (cout_net - 7), 6)
  from construction.synthese_financiere
  where dispositif <> 'TOTAL';
insert into construction.cout_unitaire (version, exercice, dispositif, unites, cout_complet_unitaire, cout_d5211,
  cout_d5211_unitaire, taux_couverture_d5211)
  select version, exercice, dispositif, 0, null, cout_d5211, null, taux_couverture_d5211
  from construction.passage_d5211;
insert into construction.recettes_origine (version, exercice, dispositif, origine, montant) values
  (1, 2024, 'ADS', 'communes', 97), (1, 2024, 'ADS', 'autres', 3);
insert into construction.recouvrement (version, exercice, semestre, dispositif, siret_adherent, mode_recouvrement,
  montant_du, montant_titre, ecart) values
  (1, 2024, 1, 'ADS', '21590009300018', 'titre', 40, 15, 25),
  (1, 2024, 1, 'CAM', '21590009300018', 'imputation_AC', 10, 0, 0);
insert into construction.etp_categorie (version, exercice, dispositif, categorie, etp, cout_personnel,
  cout_personnel_d5211)
  select 1, 2024, s.dispositif, 'A', s.etp, s.cout_personnel, s.cout_personnel - 7
  from construction.synthese_financiere s where s.dispositif <> 'TOTAL';
insert into construction.cout_adherent (version, exercice, dispositif, siret_adherent, cout_usage, montant_du)
  select 1, 2024, s.dispositif, '21590009300018', s.cout_net, case s.dispositif when 'ADS' then 40 else 10 end
  from construction.synthese_financiere s where s.dispositif <> 'TOTAL';
create table construction.mart_synthese_financiere as
  select exercice, dispositif, cout_net from construction.synthese_financiere
  union all select 2023, 'ADS', 100
  union all select 2023, 'CEE', 8;
insert into construction.variation (version, exercice, dispositif, effet, montant) values
  (1, 2024, 'ADS', 'etp', 12345678823.19), (1, 2024, 'ADS', 'taux', 0), (1, 2024, 'CAM', 'entree', 30),
  (1, 2024, 'CEE', 'sortie', -8);
insert into construction.facture_semestrielle (version, exercice, semestre, siret_adherent, montant_du,
  report_precedent, statut, montant_facture) values (1, 2024, 1, '21590009300018', 40, 3, 'a_emettre', 43);
insert into construction.cee_valorisation (version, exercice, depot, siren_beneficiaire, produit, frais,
  reversement, part_epci) values (1, 2024, '1', '215900093', 10, 1, 9, 0);
insert into construction.cam_achats (version, exercice, numero_marche, siret_adherent, achats_ht, prix_reference_ht,
  gain) values (1, 2024, 'M1', '21590009300018', 10, 12, 2);
insert into construction.indicateurs_cles (version, exercice, indicateur, valeur, unite)
  select 1, 2024, i, v, '€' from construction.synthese_financiere s
  cross join lateral (values ('etp_total', etp), ('cout_net_total', cout_net), ('recettes_total', recettes)) m (i, v)
  where dispositif = 'TOTAL';
insert into construction.tracabilite (version, exercice, dispositif, mesure, fichier, sha256, ligne, montant) values
  (1, 2024, 'ADS', 'cout_fonctionnement', 'compta/mandats_2024-01.csv', 'a', 2, 12.50),
  (1, 2024, 'ADS', 'cout_fonctionnement', 'compta/mandats_2024-02.csv', 'b', 3, 7.50),
  (1, 2024, 'ADS', 'amortissements', 'compta/etat_actif_2024.csv', 'c', 2, 5),
  (1, 2024, 'ADS', 'subventions', 'compta/titres_2024-01.csv', 'd', 2, 1),
  (1, 2024, 'ADS', 'reprises', 'compta/etat_actif_2024.csv', 'c', 2, 2),
  (1, 2024, 'ADS', 'recettes', 'compta/titres_2024-01.csv', 'd', 3, 100),
  (1, 2024, 'ADS', 'cout_personnel', 'rh/temps_2024-01.csv', 'e', null, 1);
insert into construction.rejets (version, exercice, source, fichier, ligne, colonne, valeur, motif) values
  (1, 2024, 'rh', 'rh/temps_2024-01.csv', 5, 'Matricule', null, 'inconnu');
"""


@pytest.fixture(scope="session", autouse=True)
def _moteur() -> Iterator[None]:
    """One engine for the session; it starts while the server does."""
    precharger()
    yield
    fermer()


@pytest.fixture(scope="session")
def _candidat(_serveur: str) -> str:
    """A warehouse to be copied, whose schema `construction` holds a sound candidate: version 1, exercice 2024."""
    with psycopg.connect(bases.creer(_serveur, "candidat", MODELE)) as conn:
        conn.execute(tables() + BLOQUANTS)
        conn.execute(LIGNES)
        conn.execute(
            "reset role; insert into journal.constructions (version, exercices, prepare_par, code_version, statut) "
            "overriding system value values (1, '{2024}', 'a', 'a', 'construite')"
        )
        for controle in lire_index().values():
            conn.execute(
                "insert into construction.controles (version, exercice, controle, cle, statut, bloquant) "
                "values (1, 2024, %s, '', 'conforme', %s)",
                [controle.nom, controle.bloquant],
            )
    return "candidat"


@pytest.fixture
def candidat(_serveur: str, _candidat: str) -> Iterator[str]:
    """DSN of a copy of it, of this test's own."""
    with bases.copie(_serveur, _candidat) as dsn:
        yield dsn


@pytest.fixture
def poser(base_vierge: str) -> Poser:
    """Write pending files: `poser(jeu, colonne, cellules)`; a row of several columns is a dict."""

    def _poser(
        jeu: str,
        colonne: str,
        cellules: Sequence[str | dict[str, str]],
        *,
        source: str = "compta",
        chargement_id: int | None = None,
        controle: str | None = None,
        totaux: dict[str, str] | None = None,
        lignes: int | None = None,
        chemin: str | None = None,
    ) -> int:
        declare = registre().jeu(jeu)
        with psycopg.connect(base_vierge) as conn:
            if chargement_id is None:
                chargement_id = _seul(
                    conn, "insert into journal.chargements (source) values (%s) returning chargement_id", source
                )
            fichier = _seul(
                conn,
                "insert into journal.fichiers (chargement_id, source, jeu, periode, version, nom, chemin, extension, "
                "sha256, octets, lignes, controle) values (%s, %s, %s, '2024', 1, 'f', %s, 'csv', 'a', 1, %s, %s) "
                "returning fichier_id",
                chargement_id, source, jeu, chemin or f"{source}/{jeu}.csv",
                len(cellules) if lignes is None else lignes, controle,
            )  # fmt: skip
            for ligne, cellule in enumerate(cellules, 2):
                _poser_la_ligne(
                    conn, declare, fichier, ligne, cellule if isinstance(cellule, dict) else {colonne: cellule}
                )
            for nom, valeur in (totaux or {}).items():
                lu = total(valeur, declare.colonne(nom).type) or ILLISIBLE
                conn.execute("insert into journal.totaux values (%s, %s, %s)", [fichier, nom, lu])
        return chargement_id

    return _poser


def _poser_la_ligne(conn: psycopg.Connection, jeu: Jeu, fichier: int, ligne: int, cellules: dict[str, str]) -> None:
    """A row as it lands: its cells read once, the first defect, the cells as delivered."""
    lus = {nom: lecture_de(jeu.colonne(nom))(c) for nom, c in cellules.items() if nom != "defauts"}
    fautes = [f"{jeu.colonne(n).entete}|{f}" for n, lu in lus.items() if (f := defaut(jeu.colonne(n), cellules[n], lu))]
    rangee = {
        "fichier_id": fichier, "ligne": ligne, "defauts": cellules.get("defauts") or next(iter(fautes), None),
        "delivre": SEPARATEUR_DELIVRE.join(cellules.get(c.nom, "") for c in jeu.colonnes_entrepot),
    } | {nom: lu or None for nom, lu in lus.items()}  # fmt: skip
    noms, places = map(sql.Identifier, rangee), [sql.Placeholder()] * len(rangee)
    insertion = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("brut", jeu.nom), sql.SQL(", ").join(noms), sql.SQL(", ").join(places)
    )
    conn.execute(insertion, list(rangee.values()))


def _seul(conn: psycopg.Connection, requete: str, *valeurs: object) -> int:
    ligne = conn.execute(requete, valeurs).fetchone()
    assert ligne is not None
    return int(ligne[0])
