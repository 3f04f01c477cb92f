"""Files that others wrote (../shared/domaine/reels), loaded for real: their rows are those of an independent parse."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from lxml import etree
from psycopg import sql
from tests.atelier import bases
from tests.atelier.fouille import lignes_csv
from tests.atelier.partage import partage
from tests.conftest import MODELE

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.sources.brut import cellules_delivrees
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.poste import Poste

DECP = sorted(
    [
        "bercy_concessions", "bercy_concessions_avec_modifications", "bercy_marches_avec_modifications",
        "bercy_marches_concessions", "rama_001_marche_simple", "rama_001b_duplicate_supplier",
        "rama_002_modification_montant", "rama_002a_modifification_sans_donnees_modifiees",
    ]
)  # fmt: skip
BALANCE = "dgfip-balance-comptable_2024_extrait.csv"
# column of the registry → where the schema puts it, from the line of a pièce
PES = {
    "idcoll": "/*/EnTetePES/IdColl", "codbud": "/*/EnTetePES/CodBud",
    "exer": "../../BlocBordereau/Exer", "idbord": "../../BlocBordereau/IdBord",
    "dtebordem": "../../BlocBordereau/DteBordEm", "typbord": "../../BlocBordereau/TypBord",
    "nbrpce": "../../BlocBordereau/NbrPce", "mtbordht": "../../BlocBordereau/MtBordHT",
    "codserv": "../BlocPiece/InfoPce/CodServ", "idpce": "../BlocPiece/InfoPce/IdPce",
    "typpce": "../BlocPiece/InfoPce/TypPce", "objet": "../BlocPiece/InfoPce/Obj",
    "idligne": "BlocLignePiece/InfoLignePce/IdLigne", "nature": "BlocLignePiece/InfoLignePce/Nature",
    "fonction": "BlocLignePiece/InfoLignePce/Fonction", "operation": "BlocLignePiece/InfoLignePce/Operation",
    "cptana": "BlocLignePiece/InfoLignePce/CptAna", "mtht": "BlocLignePiece/InfoLignePce/MtHT",
    "mttva": "BlocLignePiece/InfoLignePce/MtTVA", "idmarche": "BlocLignePiece/LiensIdent/IdMarche",
    "siret": "Tiers/InfoTiers[NatIdTiers/@V='01']/IdTiers",
}  # fmt: skip

Ligne = dict[str, str | None]


@pytest.fixture(scope="module")
def conn(_serveur: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection[Any]]:
    """A warehouse into which every real file was loaded; read only."""
    reels = partage("domaine", "reels")
    noms = {f"compta/{n}.xml": reels / "pes" / f"{n}.xml" for n in ("ciril_2017", "sicoval_2015")}
    noms |= {f"cam/decp_{2011 + i}.json": reels / "decp" / f"{n}.json" for i, n in enumerate(DECP)}
    noms["compta/balance_2024.csv"] = reels / "balance" / BALANCE
    dossier = tmp_path_factory.mktemp("reels")
    for nom, origine in noms.items():
        (dossier / "depot" / nom).parent.mkdir(parents=True, exist_ok=True)
        (dossier / "depot" / nom).write_bytes(origine.read_bytes())
    with bases.copie(_serveur, MODELE) as dsn, connecter(dsn) as c:
        charger_depot(c, dossier / "depot", poste=Poste.ici(dossier), porte=lambda _conn, _chargement: list)
        yield c


def _lues(conn: psycopg.Connection[Any], jeu: str, nom: str, colonnes: list[str]) -> list[Ligne]:
    """Cells of a file as they were delivered, in its order."""
    ordre = {"pes": "rang_ligne::int", "decp": "rang_titulaire::int", "balance": "ligne"}[jeu]
    requete = sql.SQL(
        "select {} from brut.{} as b join journal.fichiers_courants using (fichier_id) where nom = {} order by {}"
    ).format(cellules_delivrees(registre().jeu(jeu)), sql.Identifier(jeu), sql.Literal(nom), sql.SQL(ordre))
    noms = [c.nom for c in registre().jeu(jeu).colonnes_entrepot]
    rangees = [dict(zip(noms, cellules, strict=True)) for (cellules,) in conn.execute(requete)]
    return [{c: r[c] or None for c in colonnes} for r in rangees]


@pytest.mark.parametrize(("nom", "lignes"), [("ciril_2017.xml", 3), ("sicoval_2015.xml", 1)])
def test_pes(conn: psycopg.Connection[Any], nom: str, lignes: int) -> None:
    arbre = etree.parse(str(partage("domaine", "reels", "pes", nom)))
    attendues = [
        {c: next((str(v) for v in ligne.xpath(f"{chemin}/@V")), None) for c, chemin in PES.items()}
        for ligne in arbre.iter("LigneDePiece")
    ]
    assert len(attendues) == lignes
    assert _lues(conn, "pes", nom, list(PES)) == attendues


def test_decp(conn: psycopg.Connection[Any]) -> None:
    attendues = {}
    for i, nom in enumerate(DECP):
        contenu = json.loads(partage("domaine", "reels", "decp", f"{nom}.json").read_text(encoding="utf-8"))["marches"]
        marches = contenu if isinstance(contenu, list) else contenu.get("marche", [])
        attendues[nom] = [
            {"identifiant": m["id"], "siret_titulaire": s, "format": "2019" if isinstance(contenu, list) else "2022"}
            for m in marches
            for s in _titulaires(m)
        ]
        lues = _lues(conn, "decp", f"decp_{2011 + i}.json", ["identifiant", "siret_titulaire", "format"])
        assert lues == attendues[nom], nom
    assert [len(a) for a in attendues.values()] == [0, 0, 2, 2, 1, 1, 1, 1]


def _titulaires(marche: dict[str, Any]) -> list[str]:
    """Those of the latest modification that names some: in these files a contract has one modification at most."""
    modifications = [m.get("modification", m) for m in marche.get("modifications", [])]
    porteur = next((m for m in modifications if m.get("titulaires")), marche)
    ids = [t.get("titulaire", t)["id"] for t in porteur["titulaires"]]
    return sorted(set(ids), key=ids.index)


def test_balance(conn: psycopg.Connection[Any]) -> None:
    colonnes = ["exer", "ident", "codbud1", "cbudg", "compte", "obnetdeb", "obnetcre", "oobdeb", "oobcre"]
    reelles = lignes_csv(partage("domaine", "reels", "balance", BALANCE))
    attendues = [{c: r[c] or None for c in colonnes} for r in reelles]
    assert len(attendues) == 20
    assert _lues(conn, "balance", "balance_2024.csv", colonnes) == attendues
