"""What `essayer` says of each wart is what the door does of it: refused or not, no cell rejected where none is said;
with the rows that it proposes, every row is read where they are said to be enough."""

from __future__ import annotations

from pathlib import Path

import psycopg
from tests.atelier.assaut import en_csv
from tests.unit.examen.verrues import DROLES, VERRUES, Verrue, bon
from tests.unit.examen.verrues_autres import AUTRES_DROLES, NOUVELLES

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.ingestion.depot import lire_nom
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.erreurs import FichierRefuse
from mutualisation.socle.poste import Poste
from mutualisation.usage.examen.diagnostic import examiner
from mutualisation.usage.examen.jugement import Connexions, brouillon
from mutualisation.usage.examen.propositions import completer, table_du_depot

_CLE = {"origine": "activite", "code": "ADS", "dispositif": "ADS"}
TABULAIRES = [j for j in registre().jeux if j.format == "tabulaire"]


def _place(v: Verrue) -> str | None:
    """Where a drop would hold the file; None where its name says nothing."""
    if "/" in v.fichier:
        return v.fichier
    return next((f"{j.source}/{v.fichier}" for j in TABULAIRES if lire_nom(j, v.fichier)), None)


# the row Total is the gate's to judge
TOUTES = [v for v in (*VERRUES, *DROLES, *NOUVELLES, *AUTRES_DROLES) if _place(v)]
DEPOSEES = [v for v in TOUTES if "Total fausse" not in v.nom]


def test_la_porte_dit_comme_essayer(base_vierge: str, tmp_path: Path) -> None:
    assert len(DEPOSEES) > 230
    assert [f for i, v in enumerate(DEPOSEES) for f in _fautes(base_vierge, v, tmp_path / str(i))] == []


def test_les_lignes_proposees_suffisent(base_vierge: str, tmp_path: Path) -> None:
    """F16: the remedy is followed, then the file is loaded."""
    reparees = [v for v in DEPOSEES if v.propose and v.suffit]
    assert len(reparees) > 60
    with brouillon() as connexions:
        fautes = [_fautes(base_vierge, v, tmp_path / str(i), connexions) for i, v in enumerate(reparees)]
    assert [f for trouvees in fautes for f in trouvees] == []


def _fautes(dsn: str, v: Verrue, depot: Path, connexions: Connexions | None = None) -> list[str]:
    """As it is; with what `essayer` proposes when it has where to try it."""
    chemin = depot / str(_place(v))
    chemin.parent.mkdir(parents=True)
    chemin.write_bytes(v.octets)
    code, refus = v.code, ""
    if connexions is not None:
        table = table_du_depot(depot)
        # a code of activity is known by its key (K9), which is another file's to say
        (depot / "referentiel").mkdir(exist_ok=True)
        (depot / "referentiel" / "cles_analytiques.csv").write_text(en_csv(bon("cles_analytiques", 1, **_CLE)))
        completer(table, [p.ligne for p in examiner(connexions, chemin, table).propositions])
        code = 0
    jeu = next((j for j in TABULAIRES if lire_nom(j, chemin.name)), TABULAIRES[0])
    with connecter(dsn) as conn:
        try:
            charger_depot(
                conn,
                depot,
                poste=Poste.ici(depot.parent / "var"),
                suivi=str,
                detail=str,
                porte=lambda _conn, _chargement: list,
            )
        except FichierRefuse as e:
            refus = str(dict(e.refus))
        requete = f"select count(*), count(defauts) from brut.{jeu.nom}"
        lues, rejetees = conn.execute(requete).fetchone() or (0, 0)  # type: ignore[arg-type]
    with psycopg.connect(dsn) as conn:
        conn.execute("; ".join(f"truncate brut.{j.nom}" for j in registre().jeux))  # type: ignore[arg-type]
        conn.execute("truncate journal.fichiers, journal.epci, journal.chargements cascade")
    if (code == 3) != bool(refus):
        return [f"{v.nom} : {refus or 'accepté'}"]
    if connexions is not None and not lues:
        return [f"{v.nom} : aucune ligne"]
    return [f"{v.nom} : {rejetees} lignes rejetées"] if rejetees and code == 0 else []
