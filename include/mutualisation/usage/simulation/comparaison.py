"""`simuler` says what another tariff, key, membership or parameter would change, before a council votes it. The files
count for this build only; the publication, its versions and the drop are untouched."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.entree.ingestion import chargement, journal
from mutualisation.entree.ingestion.depot import decouvrir
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.construction.dbt import SIMULATION, EnfantDbt, choisir_ensemble, fichiers_en_vigueur
from mutualisation.publication.portes.bilan import dire_bloquants
from mutualisation.publication.versions.contexte import lire_contexte, version_publiee
from mutualisation.publication.versions.dataframes import lignes_de, trame
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation, NonPublie
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.neutralisation import neutraliser
from mutualisation.socle.poste import Poste
from mutualisation.usage.operations import Session, clore, construire, porte_fichier, verifier_exercices
from mutualisation.usage.simulation import page_simulee
from mutualisation.usage.simulation.changements import lire_changements

if TYPE_CHECKING:
    from pandas import DataFrame

ZERO = Decimal(0)
SOURCE = "referentiel"
DISPOSITIF = ["exercice", "dispositif"]
DU = ["exercice", "semestre", "dispositif", "siret_adherent"]
# what dues have to cover: the base D5211-16 where it is opposable (S11b), else the net cost
CALCULS = {"base": sql.SQL("case when base_opposable then cout_d5211 else cout_complet end as base")}
# the rows of the grid that was built, and those of a dispositif in a year
GRILLE = """
select *, dispositif = %s and regle <> 'cout_unitaire' and debut <= %s and coalesce(fin, 'infinity') >= %s as changee
  from brut.tarifs where defauts is null and fichier_id in (select fichier_id from construction.int_tarifs_semestre)
"""
COUVRIR = r"(.+)=([0-9]{1,3}(?:[.,][0-9]{1,6})?)"
# in an exercice, the dues of a dispositif are to cover this part of its base, in %
Cible = tuple[int, str, Decimal]
ADHERENT = ["exercice", "siret_adherent", "nom", "type_adherent", "code_insee", "population"]


@dataclass(frozen=True)
class Simulation:
    """A simulation changes these rows, in €; `documents` are a page for the council by exercice. `grille` covers what
    was asked, and `couverture` says so.

    `adherents` is {exercice, semestre, dispositif, siret_adherent, nom, type_adherent, code_insee, publie, simule,
    ecart}, changed rows only; `dispositifs` {exercice, dispositif, cout_publie, cout_simule, ecart_cout, base_publie,
    base_simule, du_publie, du_simule, ecart_du}; `grille` is as a file of tarifs."""

    adherents: DataFrame
    dispositifs: DataFrame
    documents: Sequence[Document] = ()
    grille: DataFrame | None = None
    couverture: str = ""

    @property
    def ecart_total(self) -> Decimal:
        """Return what the adherents would owe more (or less), €."""
        return sum(self.adherents["ecart"], ZERO)


def simuler(session: Session, exercices: Sequence[int], fichiers: Mapping[str, Path], couvrir: str = "") -> Simulation:
    """Build the exercices with `{jeu of the referentiel: file}` in place of the loaded ones, and compare. `couvrir`,
    `CODE=PART`, tries the grid of a dispositif that covers this part of its base, in %. Raises `FichierRefuse` (3),
    `ControleEchoue` (2) when the build fails or would disclose a pay (R2j), `ErreurMutualisation` (1) when there is
    nothing to try, an exercice is not published yet, or no grid covers that part."""
    annees = verifier_exercices(exercices)
    if not fichiers and not couvrir:
        raise ErreurMutualisation(
            "Rien à simuler : donnez au moins un fichier (--tarifs, --cles, --adhesions, --parametres), ou --couvrir."
        )
    lue = re.fullmatch(COUVRIR, couvrir) or ("", "", "0")
    cible = annees[0], lue[1], Decimal(lue[2].replace(",", "."))
    if couvrir and (not 0 < cible[2] <= 100 or len(annees) > 1):
        raise ErreurMutualisation(lire_phrase("simulation.part", couvrir=couvrir))
    _exiger_publies(session.dsn, annees)
    with session.connexion() as conn:
        essai = _deposer(conn, fichiers, session.poste) if fichiers else []
        choisir_ensemble(conn, SIMULATION, fichiers_en_vigueur(conn) | set(essai))
        ouvrier = EnfantDbt(session.dsn, session.var, SIMULATION)
        try:
            version = construire(session, annees, ouvrier=ouvrier)
            divulgues = dire_bloquants(conn, "controles_divulgation")
            # what is blocked gives nothing out (R2j)
            clore(conn, version, "echouee", {"simulation": not divulgues})
            if divulgues:
                raise ControleEchoue(divulgues)
            simulation = _comparer_a_la_publication(conn, annees, essai)
            grille, facteur = _resoudre(conn, simulation, cible) if couvrir else (None, "")
        finally:
            ouvrier.fermer()
            conn.rollback()
            choisir_ensemble(conn, SIMULATION, ())
            # the rows of the trial go as after a killed load
            journal.nettoyer(conn, registre().source(SOURCE))
            conn.commit()
    if grille is None:
        return simulation
    with tempfile.TemporaryDirectory(prefix="mutualisation-essai-") as dossier:
        grille.to_csv(fichier := Path(dossier) / "tarifs.csv", sep=";", index=False)
        simulation = simuler(session, annees, {**fichiers, "tarifs": fichier})
    dit = lire_phrase("simulation.couvrir", facteur=facteur, **_couverte(simulation, cible)[2])
    pages = [replace(d, avis=[*d.avis, ("Grille calculée", (dit,))]) for d in simulation.documents]
    return replace(simulation, grille=grille, couverture=dit, documents=pages)


def _couverte(simulation: Simulation, cible: Cible) -> tuple[Decimal, Decimal, dict[str, Any]]:
    """Return the base of a dispositif, 0 where it is not known, what it is due, and both in words."""
    e, code, part = cible
    ligne = next((r for r in lignes_de(simulation.dispositifs) if r["dispositif"] == code), {})
    base, du = ligne.get("base_simule"), ligne.get("du_simule", ZERO)
    mots = {"e": e, "code": code, "part": formats.exact(part), "base": formats.euros(base, 2)}
    couvert = formats.pourcent(du / base if base else None, 2)
    return base or ZERO, du, mots | {"du": formats.euros(du, 2), "couvert": couvert}


def _resoudre(conn: psycopg.Connection[Any], simulation: Simulation, cible: Cible) -> tuple[DataFrame, str]:
    """Return the grid whose amounts, multiplied for the year, cover the part, and by what; each keeps the decimals of
    the grid, two at least. What a voted unit cost asks is no amount of a grid."""
    (e, code, part), (base, du, mots) = cible, _couverte(simulation, cible)
    dus = _lire_relation(conn, "construction", "int_montants_dus", [e], ["dispositif", "regle", "montant"])
    fixe = ZERO + dus[(dus["dispositif"] == code) & (dus["regle"] == "cout_unitaire")]["montant"].sum()
    if not fixe < min(base * part / 100, du):
        raise ErreurMutualisation(lire_phrase("simulation.sans_grille", fixe=formats.euros(fixe, 2), **mots))
    facteur = (base * part / 100 - fixe) / (du - fixe)
    with conn.cursor(row_factory=dict_row) as curseur:
        lignes = curseur.execute(GRILLE, (code, date(e, 12, 31), date(e, 1, 1))).fetchall()
    changees = [r for r in lignes if r["changee"]]
    finesse = max(2, formats.decimales(r["montant"] for r in changees))
    for r in changees:
        r["montant"] = formats.arrondi(r["montant"] * facteur, finesse)
    entetes = {c.nom: c.entete for c in registre().jeu("tarifs").colonnes}
    return trame(lignes, *entetes).rename(columns=entetes), formats.nombre(facteur, 6)


def ecrire_simulation(simulation: Simulation, sortie: Path) -> list[Path]:
    """Write `simulation_adherents.csv`, `simulation_dispositifs.csv`, and `simulation_tarifs.csv` for a grid that was
    solved (UTF-8, `;`), then the pages; return their paths. Each `simulation_AAAA.pdf` stands before its page: the last
    path is a page to open."""
    ecrits: list[Path] = []
    tables = {"adherents": simulation.adherents, "dispositifs": simulation.dispositifs, "tarifs": simulation.grille}
    for nom, df in ((nom, df) for nom, df in tables.items() if df is not None):
        ecrits.append(sortie / f"simulation_{nom}.csv")
        neutre = df.map(lambda x: neutraliser(x) if isinstance(x, str) else x)
        neutre.to_csv(ecrits[-1], sep=";", index=False, lineterminator="\n")
    for document in simulation.documents:
        ecrits += reversed(imprimerie.ecrire(document, sortie))
    return ecrits


def _deposer(conn: psycopg.Connection[Any], fichiers: Mapping[str, Path], poste: Poste) -> list[int]:
    """Land `{jeu: file}` of the referentiel as `en_attente`; return their numbers in `journal.fichiers`. Raises
    `FichierRefuse` when a file does not follow the input contract, `ErreurMutualisation` when it is missing."""
    with tempfile.TemporaryDirectory(prefix="mutualisation-essai-") as dossier:
        depot = Path(dossier) / SOURCE
        depot.mkdir()
        for jeu, fichier in fichiers.items():
            if not fichier.is_file():
                raise ErreurMutualisation(f"Le fichier {fichier} n'existe pas.")
            shutil.copyfile(fichier, depot / f"{jeu}{fichier.suffix.lower()}")
        return chargement.atterrir_essai(conn, decouvrir(dossier), SOURCE, poste, porte_fichier)


def _exiger_publies(dsn: str, exercices: list[int]) -> None:
    with connecter(dsn) as conn:
        publies = lire_pointeurs(conn)
    if manquants := [str(e) for e in exercices if e not in publies]:
        raise NonPublie(f"L'exercice {', '.join(manquants)} n'est pas publié : lancez d'abord « mutualisation bilan ».")


def _comparer_a_la_publication(conn: psycopg.Connection[Any], exercices: list[int], essai: list[int]) -> Simulation:
    adherents = _lire_relation(conn, "construction", "adherent", exercices, ADHERENT)
    dus = _deux_cotes(conn, "recouvrement", exercices, DU, "montant_du", "").fillna({"publie": ZERO, "simule": ZERO})
    dus["ecart"] = dus["simule"] - dus["publie"]
    par_dispositif = dus.groupby(DISPOSITIF, as_index=False)[["publie", "simule"]].sum()
    couts = _deux_cotes(conn, "synthese_financiere", exercices, DISPOSITIF, "cout_net", "cout_")
    bases = _deux_cotes(conn, "passage_d5211", exercices, DISPOSITIF, "base", "base_")
    couts = couts[couts["dispositif"] != "TOTAL"].merge(bases, how="left", on=DISPOSITIF)
    couts["ecart_cout"] = couts["cout_simule"].fillna(ZERO) - couts["cout_publie"].fillna(ZERO)
    dispositifs = couts.merge(par_dispositif, how="outer", on=DISPOSITIF).fillna(
        {"ecart_cout": ZERO, "publie": ZERO, "simule": ZERO}
    )
    dispositifs["ecart_du"] = dispositifs["simule"] - dispositifs["publie"]
    dispositifs = dispositifs.rename(columns={"publie": "du_publie", "simule": "du_simule"})
    valorise = dispositifs["cout_publie"].notna() | dispositifs["cout_simule"].notna()
    dispositifs = dispositifs[valorise | (dispositifs["du_publie"] != 0) | (dispositifs["du_simule"] != 0)]
    nommes = dus.merge(adherents.drop(columns="population"), how="left", on=["exercice", "siret_adherent"])
    nommes = nommes[[*DU, "nom", "type_adherent", "code_insee", "publie", "simule", "ecart"]].sort_values(DU)
    dispositifs = dispositifs.sort_values(DISPOSITIF)
    documents = [_page(conn, e, essai, (nommes, dispositifs, adherents)) for e in exercices]
    conn.commit()
    return Simulation(nommes[nommes["ecart"] != 0], dispositifs, documents)


def _deux_cotes(
    conn: psycopg.Connection[Any], relation: str, exercices: list[int], cles: list[str], mesure: str, prefixe: str
) -> DataFrame:
    """Return a measure as published and as simulated, by key; a line that appears or goes has one side only."""
    cotes = {"publie": "publication", "simule": "construction"}
    publie, simule = (
        _lire_relation(conn, schema, relation, exercices, [*cles, mesure]).rename(columns={mesure: f"{prefixe}{cote}"})
        for cote, schema in cotes.items()
    )
    return publie.merge(simule, how="outer", on=cles)


def _lire_relation(
    conn: psycopg.Connection[Any], schema: str, relation: str, exercices: list[int], colonnes: list[str]
) -> DataFrame:
    requete = sql.SQL("select {} from {} where exercice = any(%s)").format(
        sql.SQL(", ").join(CALCULS.get(c, sql.Identifier(c)) for c in colonnes), sql.Identifier(schema, relation)
    )
    with conn.cursor(row_factory=dict_row) as curseur:
        return trame(curseur.execute(requete, [exercices]), *colonnes)


def _page(
    conn: psycopg.Connection[Any], exercice: int, essai: list[int], relations: tuple[DataFrame, DataFrame, DataFrame]
) -> Document:
    bilan = Bilan(conn, lire_contexte(conn, exercice, version_publiee(conn, exercice)))
    dus, dispositifs, adherents = (df[df["exercice"] == exercice] for df in relations)
    noms = dict(zip(adherents["siret_adherent"], adherents["nom"], strict=True))
    changements = lire_changements(conn, essai, bilan.libelle, lambda siret: str(noms.get(siret) or siret))
    return page_simulee.dire(page_simulee.Essai(bilan, dus, dispositifs, adherents, changements))
