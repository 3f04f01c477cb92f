"""Codes that the referentiel names, and agents that the warehouse knows: what the door needs before it reads (K9)."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from mutualisation.ingestion import journal
from mutualisation.ingestion.bloc import BLANCS
from mutualisation.ingestion.correspondances import traducteur
from mutualisation.ingestion.depot import Depot, FichierDepose
from mutualisation.ingestion.journal import Connexion
from mutualisation.ingestion.lecture import ouvrir
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.travail import Travail, transaction
from mutualisation.sources.brut import table

# the codes of the keys, and what parameters are said of: « montant:<budget> »
_JEU_AGENTS = "agents"
_COLONNES = {"cles_analytiques": "code", "parametres": "parametre"}


def munir_de_codes(travail: Travail, contenu: Depot) -> None:
    """Tell the load which codes are named, by the drop or by what is in force, and which agents are known.

    A code that had no key when its file was loaded is known again from its digest: it needs no second reading.
    """
    codes: set[str] = set()
    connus = {jeu.nom for jeu in travail.reg.jeux}
    for jeu in _COLONNES.keys() & connus:
        codes |= {_code(jeu, cellule) for cellule in _cellules(travail, contenu, jeu)}
    codes -= {""}
    travail.discretion.codes = frozenset(codes)
    travail.discretion.agents = _agents(travail.conn) if _JEU_AGENTS in connus else frozenset()
    masques = [(travail.discretion.masque[c], c) for c in sorted(codes)]
    if masques:
        with transaction(travail.conn), travail.conn.cursor() as curseur:
            curseur.executemany(
                "insert into journal.codes_connus (empreinte, code) values (%s, %s) on conflict do nothing", masques
            )


def _code(jeu: str, cellule: str) -> str:
    code = cellule.strip(BLANCS)
    return code.rpartition(":")[2].strip(BLANCS) if jeu == "parametres" else code


def _agents(conn: Connexion) -> frozenset[str]:
    lignes = conn.execute("select distinct matricule from brut.agents where matricule is not null")
    return frozenset(m for (m,) in lignes.fetchall())


def _cellules(travail: Travail, contenu: Depot, jeu: str) -> Iterator[str]:
    """The cells of the file of the drop, and of the file that counts when the drop has none that is newer."""
    courant = journal.courants(travail.conn, "referentiel").get((jeu, ""))
    depose = max((f for f in contenu.fichiers if f.jeu.nom == jeu), key=lambda f: f.version, default=None)
    if depose is not None and (courant is None or depose.version >= courant[0]):
        try:
            yield from list(_du_fichier(travail, depose))
        except (LectureRefusee, OSError):
            pass  # refused by its own load, with its reason
        else:
            return
    requete = sql.SQL("select b.{} from {} b join journal.fichiers_courants f using (fichier_id)").format(
        sql.Identifier(_COLONNES[jeu]), table(travail.reg.jeu(jeu))
    )
    yield from (c for (c,) in travail.conn.execute(requete).fetchall() if c)


def _du_fichier(travail: Travail, depose: FichierDepose) -> Iterator[str]:
    """The cells of the column, as `correspondances` reads them (F16)."""
    nom = _COLONNES[depose.jeu.nom]
    traduction = travail.correspondances.pour(depose.jeu)
    lecteur = ouvrir(travail.copies.de(depose).chemin, depose.jeu, depose.extension, travail.limites, traduction)
    place = lecteur.entete.positions.get(nom) if lecteur.entete else None
    lus = traducteur(traduction.valeurs.get(nom, {}))
    for bloc in lecteur.blocs():
        if place is not None:
            yield from (lus[r[place]] for r in bloc.rangees if place < len(r))
