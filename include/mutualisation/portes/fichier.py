"""The *file* gate: the files of one load, as delivered and against what they announce, before their rows count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import psycopg

from mutualisation.chemins import dossier_attentes
from mutualisation.erreurs import ControleEchoue
from mutualisation.francais.formats import plusieurs
from mutualisation.portes import livraisons, sommes_fichiers
from mutualisation.portes.juge import juger
from mutualisation.portes.resultat import Constat, ResultatPorte
from mutualisation.portes.sommes_fichiers import FichiersDuJeu, fichiers_en_attente
from mutualisation.portes.suites import CHAQUE_JEU, Attente, Lot, Suite, lire_suite, suites_de
from mutualisation.sources.jeux import Jeu, Source
from mutualisation.sources.registre import registre

PORTE = "fichier"
ANNONCES, LIVRAISONS = "annonces", "livraisons"
DANS_LA_LISTE = "expect_column_values_to_be_in_set"


def verifier_fichiers(conn: psycopg.Connection[Any], chargement_id: int) -> tuple[list[tuple[str, str]], ResultatPorte]:
    """Files of `chargement_id` to refuse (statut `en_attente`, committed): (chemin, French reason), by chemin.

    With them, the result of the gate for the journal: warnings are there, and refuse nothing. Checks what
    `.controle.json` (F3) and the `Total` row (F4) announce, that every row read has landed, and the suite of the
    source. Raises `ControleEchoue` (« porte fichier : … ») when there is nothing to check, the suite is missing or
    empty, or a check did not run.
    """
    source, groupes = _en_attente(conn, chargement_id)
    suite = _pour_les_jeux(suite_source(source), groupes)
    requetes = {
        ANNONCES: sommes_fichiers.requete_lot(chargement_id, groupes),
        LIVRAISONS: livraisons.requete_livraisons(chargement_id, source.nom, groupes, suite.totaux),
    } | {
        lot.nom: livraisons.requete_lignes(lot, groupes) for lot in suite.lots if lot.nom not in (ANNONCES, LIVRAISONS)
    }
    constats = juger(PORTE, _dsn(conn), suite, requetes)
    refus = _refus(source.nom, constats)
    return refus, ResultatPorte(f"{PORTE} {source.nom}", constats, [f"{chemin} : {motif}" for chemin, motif in refus])


def suite_source(source: Source) -> Suite:
    """Expectations of a source: `commun.yml`, then its own `<source>.yml`, without which its files can't be loaded.

    Raises `ControleEchoue` when one is missing, empty, or says nothing of a jeu of the source, or a file there is none.
    """
    dossier = dossier_attentes() / "sources"
    suites_de(PORTE, dossier, ["commun.yml", *(f"{nom}.yml" for nom in registre().noms)], seules=True)
    commune = lire_suite(source.nom, [dossier / "commun.yml"], porte=PORTE)
    propre = lire_suite(source.nom, [dossier / f"{source.nom}.yml"], porte=PORTE)
    lots = {lot.nom for lot in propre.lots}
    connus = {jeu.nom for jeu in source.jeux} | {CHAQUE_JEU, ANNONCES, LIVRAISONS}
    if inconnus := sorted(lots - connus):
        raise ControleEchoue(
            [f"porte {PORTE} : la suite {source.nom}.yml juge {', '.join(inconnus)}, qui n'existe pas"]
        )
    if CHAQUE_JEU not in lots and (muets := sorted({jeu.nom for jeu in source.jeux} - lots)):
        raise ControleEchoue(
            [f"porte {PORTE} : la suite {source.nom}.yml ne dit rien de {', '.join(muets)} — y déclarer des attentes"]
        )
    return replace(propre, lots=commune.lots + propre.lots, totaux={**commune.totaux, **propre.totaux})


def _pour_les_jeux(suite: Suite, groupes: list[FichiersDuJeu]) -> Suite:
    """The suite on the jeux that have pending files; `chaque_jeu` becomes a batch of each."""
    presents = {groupe.jeu.nom: groupe.jeu for groupe in groupes}
    lots: dict[str, Lot] = {}
    for lot in suite.lots:
        noms = list(presents) if lot.nom == CHAQUE_JEU else [lot.nom]
        for nom in noms:
            if nom in presents:
                attentes = tuple(
                    _nommee(a, nom) if lot.nom == CHAQUE_JEU else _avec_ses_valeurs(a, presents[nom])
                    for a in lot.attentes
                )
                ancien = lots.get(nom, Lot(nom, (), libelle=presents[nom].libelle))
                lots[nom] = replace(ancien, attentes=ancien.attentes + attentes)
            elif nom in (ANNONCES, LIVRAISONS):
                lots[nom] = lot
    return replace(suite, lots=tuple(lots.values()))


def _nommee(attente: Attente, jeu: str) -> Attente:
    nom = attente.nom
    return replace(attente, nom=nom.replace(CHAQUE_JEU, jeu) if CHAQUE_JEU in nom else f"{jeu}.{nom}", lot=jeu)


def _avec_ses_valeurs(attente: Attente, jeu: Jeu) -> Attente:
    """`expect_column_values_to_be_in_set` without `value_set`: the values that the registry gives the column."""
    if attente.type != DANS_LA_LISTE or "value_set" in attente.kwargs:
        return attente
    nom = attente.kwargs.get("column")
    valeurs = next((c.valeurs for c in jeu.colonnes_entrepot if c.nom == nom), ())
    if not valeurs:
        raise ControleEchoue(
            [
                f"porte {PORTE}, attente « {attente.nom} » de expectations/{attente.fichier} : « {nom} » n'est pas une "
                f"énumération de {jeu.nom} — y écrire « value_set »"
            ]
        )
    return replace(attente, kwargs={**attente.kwargs, "value_set": list(valeurs)})


def _dsn(conn: psycopg.Connection[Any]) -> str:
    secret = {"password": conn.info.password} if conn.info.password else {}
    return psycopg.conninfo.make_conninfo("", **conn.info.get_parameters() | secret)


def _en_attente(conn: psycopg.Connection[Any], chargement_id: int) -> tuple[Source, list[FichiersDuJeu]]:
    """Source of the load and its pending files."""
    requete = "select source from journal.chargements where chargement_id = %s"
    for (nom,) in conn.execute(requete, [chargement_id]).fetchall():
        source = registre().source(nom)
        if groupes := fichiers_en_attente(conn, chargement_id, source):
            return source, groupes
    raise ControleEchoue(
        [f"porte {PORTE} : aucun fichier en attente dans le chargement {chargement_id} — relancer le chargement"]
    )


def _refus(source: str, constats: list[Constat]) -> list[tuple[str, str]]:
    """Reasons by file, of the expectations that block. Raises `ControleEchoue` when any query crashed."""
    motifs: dict[str, list[str]] = defaultdict(list)
    for constat in constats:
        attente = constat.attente
        if constat.erreur is not None:
            raise ControleEchoue(
                [f"porte {PORTE} : {attente.nom} ({source}) n'a pas pu être exécuté ({constat.erreur})"]
            )
        if not constat.bloque:
            continue
        for ligne in constat.lignes:
            motifs[str(ligne.get("chemin") or f"{source}/")].append(attente.phrase(ligne))
        if constat.nombre > len(constat.lignes):
            autres = plusieurs(constat.nombre - len(constat.lignes), "autre écart", "autres écarts")
            reste = f"{attente.description} : {autres}"
            motifs[f"{source}/"] += [reste] if constat.lignes else constat.phrases()
    return [(chemin, " ; ".join(liste)) for chemin, liste in sorted(motifs.items())]
