"""Each function is one statement over the loading journal: loads, files, totals, known EPCI. The caller commits."""

import json
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from mutualisation.entree.ingestion.depot import FichierDepose
from mutualisation.entree.lecteurs.octets import Empreinte
from mutualisation.entree.sources.brut import table
from mutualisation.entree.sources.jeux import Jeu, Source

Connexion = psycopg.Connection[Any]
# a file without a fault is refused for this reason
INGESTION_REFUSEE = "ingestion refusée avec les autres fichiers de la source"


def ouvrir_chargement(conn: Connexion, source: str) -> int:
    """Open a row of `journal.chargements`, statut `en_cours`; return its number."""
    requete = "insert into journal.chargements (source) values (%s) returning chargement_id"
    return int(conn.execute(requete, (source,)).fetchall()[0][0])


def fermer_chargement(
    conn: Connexion, chargement_id: int, statut: str, fichiers: int, lignes: int, motif: str | None
) -> None:
    """Give a load its final status: `accepte` or `refuse`."""
    conn.execute(
        "update journal.chargements set fin = clock_timestamp(), statut = %s, fichiers = %s, lignes = %s, motif = %s "
        "where chargement_id = %s",
        (statut, fichiers, lignes, motif, chargement_id),
    )


def noter_porte(conn: Connexion, chargement_id: int, resultat: dict[str, Any]) -> None:
    """Note what the file gate executed on a load, and what failed."""
    conn.execute(
        "update journal.chargements set porte = %s where chargement_id = %s",
        (json.dumps(resultat, ensure_ascii=False), chargement_id),
    )


def fichiers_du_chargement(conn: Connexion, chargement_id: int) -> list[int]:
    """Return the numbers of the files of a load."""
    lignes = conn.execute("select fichier_id from journal.fichiers where chargement_id = %s", (chargement_id,))
    return [numero for (numero,) in lignes]


def inserer_fichier(
    conn: Connexion,
    chargement_id: int,
    f: FichierDepose,
    empreinte: Empreinte,
    motif: str | None = None,
    correspondances: str | None = None,
) -> int:
    """Add a row to `journal.fichiers`: `en_attente`, or `refuse` when a reason is given; return its number.
    `correspondances` is the fingerprint of those the file is read with (F16)."""
    periode, partie = f.periode_et_partie
    lignes = conn.execute(
        "insert into journal.fichiers (chargement_id, source, jeu, periode, version, exercice, mois, semestre, "
        "depot, nom, chemin, extension, sha256, octets, statut, motif, correspondances, partie) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning fichier_id",
        (
            chargement_id, f.source, f.jeu.nom, periode, f.version, f.exercice, f.mois, f.semestre,
            f.depot, f.nom, f.chemin, f.extension, empreinte.sha256, empreinte.octets,
            "refuse" if motif else "en_attente", motif, correspondances, partie,
        ),
    ).fetchall()  # fmt: skip
    return int(lignes[0][0])


def noter_lecture(
    conn: Connexion,
    fichier_id: int,
    lignes: int,
    dialecte: dict[str, Any],
    controle: dict[str, Any] | None,
    totaux: dict[str, str],
) -> None:
    """Note the rows landed, the dialect, the .controle.json and the `Total` cells of a file just read."""
    conn.execute(
        "update journal.fichiers set lignes = %s, dialecte = %s, controle = %s where fichier_id = %s",
        (lignes, json.dumps(dialecte), None if controle is None else json.dumps(controle), fichier_id),
    )
    for colonne, valeur in totaux.items():
        conn.execute(
            "insert into journal.totaux (fichier_id, colonne, valeur) values (%s, %s, %s)",
            (fichier_id, colonne, valeur),
        )


def accepter(conn: Connexion, chargement_id: int) -> None:
    """Make all the files of the load visible together."""
    conn.execute(
        "update journal.fichiers set statut = 'accepte' where chargement_id = %s and statut = 'en_attente'",
        (chargement_id,),
    )


def refuser(conn: Connexion, source: Source, chargement_id: int, motifs: dict[str, str], autres: str) -> None:
    """Refuse every file of the load, each with its own reason or `autres`, and delete its landed rows."""
    for chemin, motif in motifs.items():
        conn.execute(
            "update journal.fichiers set motif = %s where chargement_id = %s and chemin = %s",
            (motif, chargement_id, chemin),
        )
    conn.execute(
        "update journal.fichiers set statut = 'refuse', motif = coalesce(motif, %s) "
        "where chargement_id = %s and statut <> 'accepte'",
        (autres, chargement_id),
    )
    charges = conn.execute("select jeu, fichier_id from journal.fichiers where chargement_id = %s", (chargement_id,))
    _supprimer_lignes(conn, source, charges.fetchall())


def nettoyer(conn: Connexion, source: Source) -> None:
    """Undo a load that was killed: rows and files `en_attente` of the source."""
    restes = conn.execute(
        "select jeu, fichier_id from journal.fichiers where source = %s and statut = 'en_attente'", (source.nom,)
    ).fetchall()
    if restes:
        _supprimer_lignes(conn, source, restes)
        conn.execute("delete from journal.fichiers where fichier_id = any(%s)", ([f for _, f in restes],))
    conn.execute(
        "update journal.chargements set statut = 'refuse', fin = clock_timestamp(), motif = 'chargement interrompu' "
        "where source = %s and statut = 'en_cours'",
        (source.nom,),
    )


def _supprimer_lignes(conn: Connexion, source: Source, fichiers: list[tuple[str, int]]) -> None:
    for jeu in source.jeux:
        ids = [f for nom, f in fichiers if nom == jeu.nom]
        if ids:
            conn.execute(sql.SQL("delete from {} where fichier_id = any(%s)").format(table(jeu)), (ids,))


def derniers_charges(conn: Connexion, source: str) -> dict[tuple[str, str, int], tuple[str, str | None]]:
    """Return {(jeu, periode, version): (sha256, fingerprint of `correspondances`)} of the latest accepted loads."""
    lignes = conn.execute(
        "select distinct on (jeu, periode_ecrite, version) jeu, periode_ecrite, version, sha256, correspondances "
        "from journal.fichiers where source = %s and statut = 'accepte' "
        "order by jeu, periode_ecrite, version, fichier_id desc",
        (source,),
    ).fetchall()
    return {(j, p, v): (s, c) for j, p, v, s, c in lignes}


class Courant(NamedTuple):
    """This file counts for a jeu and a periode (F2); `correspondances` is the fingerprint of those it was read with."""

    version: int
    sha256: str
    chemin: str
    correspondances: str | None


def fichiers_courants(conn: Connexion, source: str) -> dict[tuple[str, str], Courant]:
    """Return {(jeu, periode): the file that counts} (F2)."""
    lignes = conn.execute(
        "select f.jeu, f.periode_ecrite, f.version, f.sha256, f.chemin, f.correspondances from journal.fichiers as f "
        "join journal.fichiers_courants as c using (fichier_id) where f.source = %s order by f.fichier_id",
        (source,),
    ).fetchall()
    return {(jeu, periode): Courant(*reste) for jeu, periode, *reste in lignes}


def epci_connus(conn: Connexion) -> set[str]:
    """Return the SIREN of the EPCI that the warehouse belongs to (G10); empty before the first load."""
    return {siren for (siren,) in conn.execute("select siren from journal.epci").fetchall()}


def retenir_epci(conn: Connexion, jeu: Jeu) -> None:
    """Make the EPCI of the adherents file that counts those of the warehouse (G10)."""
    conn.execute(
        sql.SQL(
            "insert into journal.epci (siren) select distinct b.siren from {} b "
            "join journal.fichiers_courants f using (fichier_id) where b.type = 'epci' and b.defauts is null "
            "on conflict do nothing"
        ).format(table(jeu))
    )
