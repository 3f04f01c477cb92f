"""People planted in every column of every jeu of rh and compta are nowhere after a `bilan` (K7, K9, S2).

What the contract keeps: `Objet` in raw, for the loader and transformer roles (K7); `Tiers` beside a valid SIRET; in a
ledger, figures in a form that their column allows: a matricule of figures among them can't be told from a number.
The key of the pseudonyms stays in its file (K1).
"""

import re
from pathlib import Path

import pytest
from tests.atelier import petit_depot, plantation
from tests.atelier.atelier import Atelier
from tests.atelier.bases import lire
from tests.atelier.commande import appeler
from tests.atelier.fouille import colonnes_qui_disent, contenu, fichiers, manifeste, texte_du_pdf, vider
from tests.atelier.petit_depot import EXERCICE
from tests.atelier.plantation import INCONNU, SECRETS
from tests.bout_en_bout.entrepots import EnLigne

from mutualisation.entree.sources.registre import registre
from mutualisation.usage import operations as op

# columns of raw, and of what reads it, where a secret may be: `Objet`; `Tiers` of the titres, whose SIRET is valid
# (K7); the ledger lines as delivered, where both stand; the step of a budget, « a name of theirs », published nowhere
PERMISE = re.compile(
    r"(?:brut\.|construction\.lec_compta__)\w+\.objet|(?:brut|construction)\.\w*titres\.tiers"
    r"|brut\.(?:mandats|titres|pes)\.delivre|(?:brut\.|construction\.(?:lec|stg)_compta__)budget\.etape"
)
MATRICULES = tuple(agent[0] for agent in petit_depot.AGENTS)
# names among the numbers of the documents of a line, which counts all the same: its identity is a digest
NUMEROS = ("ROY-2", "LE-GALL.Z", "KERVELLA-M")
NOMMES = (*(s for s in SECRETS if s not in MATRICULES), *NUMEROS)
SCHEMAS = ("brut", "journal", "construction", "versions", "publication", "documents", "bi", "exploitation")


@pytest.fixture
def plante(depot: Path) -> Path:
    """The small drop, people planted everywhere."""
    ligne = petit_depot.ecriture(999, 4, "6064", "XCEP", "77,00")
    assert ";00;4;999;" in ligne
    ligne = ligne.replace(";00;4;999;", f";{';'.join(NUMEROS)};")
    petit_depot.ajouter(depot / "compta" / f"mandats_{EXERCICE}-04.csv", ligne)
    return plantation.planter(depot)


def test_rien_ne_sort_du_depot_plante(neuf: op.Session, plante: Path, tmp_path: Path) -> None:
    bilan = ("bilan", "--depot", plante, "--exercice", EXERCICE, "--sortie", tmp_path / "bilans", "--bavard")
    resultat = appeler(neuf, *bilan)
    assert resultat.code == 0, resultat.erreurs
    affiche = (resultat.texte + resultat.erreurs).casefold()
    assert [s for s in (*SECRETS, *NUMEROS) if s.casefold() in affiche] == []
    _rien_dans_l_entrepot(neuf.dsn)
    lus = {c: contenu(c).decode("utf-8", "replace").casefold() for c in fichiers(tmp_path / "bilans", neuf.var)}
    assert len(lus) > 100
    # `depot`: what other tests of this workshop drop
    lus = {c: lu for c, lu in lus.items() if not c.is_relative_to(neuf.var / "depot")}
    assert [(c, s) for c, lu in lus.items() for s in NOMMES if s.casefold() in lu] == []
    trace = lus[tmp_path / "bilans" / f"bilan_{EXERCICE}" / "tracabilite.csv"]
    assert len([x for x in trace.splitlines() if f"{EXERCICE}/~" in x and "77.00" in x]) == 1


def _rien_dans_l_entrepot(dsn: str) -> None:
    """Raw included."""
    trouves = colonnes_qui_disent(dsn, NOMMES, SCHEMAS)
    matricules = colonnes_qui_disent(dsn, MATRICULES, ("brut", "journal"))
    fautes = sorted(f"{ou} : {s}" for ou, s in trouves if not PERMISE.fullmatch(ou))
    assert not fautes, "\n".join(fautes)
    # what is permitted is there: the search finds
    assert ("brut.mandats.objet", INCONNU) in trouves
    jeux_rh = {f"brut.{j.nom}" for j in registre().source("rh").jeux}
    assert sorted(ou for ou, _ in matricules if ou.rpartition(".")[0] in jeux_rh) == []


def test_rien_dans_les_fichiers_du_serveur_ni_la_cle_ailleurs_que_chez_elle(en_ligne: EnLigne) -> None:
    """PostgreSQL's own files too: the small drop says its people where nothing is kept."""
    secrets = tuple(secret.encode() for secret in petit_depot.SECRETS)
    cle = (en_ligne.var / "cle_pseudonymes").read_bytes().strip()
    vus = 0
    for chemin in fichiers(en_ligne.var, en_ligne.sortie):
        lu = contenu(chemin)
        vus += 1
        assert not [s for s in secrets if s in lu], chemin
        assert chemin.name == "cle_pseudonymes" or cle not in lu, chemin
    assert vus > 500
    assert (en_ligne.var / "data_docs" / "index.html").exists()
    assert (en_ligne.var / "cle_pseudonymes").stat().st_mode & 0o777 == 0o600


@pytest.mark.systeme("pdftotext")
def test_rien_dans_ce_qui_s_imprime(en_ligne: EnLigne) -> None:
    """What is read of each PDF, words cut at the end of a line put together again."""
    pdf = [chemin for chemin in fichiers(en_ligne.sortie) if chemin.suffix == ".pdf"]
    assert len(pdf) > 5
    for chemin in pdf:
        texte = texte_du_pdf(chemin, "-raw")
        assert f"{EXERCICE}" in texte, chemin
        assert not [s for s in petit_depot.SECRETS if s in texte or s in texte.replace("- ", "")], chemin


def test_rien_dans_les_messages_d_un_refus(neuf: op.Session, depot: Path) -> None:
    matricule, nom, prenom, *_ = petit_depot.AGENTS[0]
    petit_depot.ajouter(depot / "rh" / f"temps_{EXERCICE}-03.csv", f"Total;{nom};{prenom};;;;;99,00;;")
    entete = (depot / "rh" / f"agents_{EXERCICE}.csv").read_text(encoding="utf-8").splitlines()[0]
    (depot / "rh" / f"agents_{EXERCICE}_v2.csv").write_bytes(f"{entete}\n{matricule};{nom}\0;x\n".encode())
    sortie = appeler(neuf, "charger", "--depot", depot, "--bavard")
    assert sortie.code == 3
    assert not [s for s in petit_depot.SECRETS if s in sortie.erreurs + sortie.texte]
    assert f"temps_{EXERCICE}-03.csv" in sortie.erreurs
    assert f"agents_{EXERCICE}_v2.csv" in sortie.erreurs
    assert not [t for t, lu in vider(neuf.dsn) if nom.encode() in lu]


def test_deux_cles_publient_les_memes_chiffres(
    atelier: Atelier, plante: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K1: the number of a document that is a name is another digest under another key, and no figure moves."""
    lus, pseudonymes = [], "select distinct matricule from brut.agents where matricule is not null"
    for cle in ("une clé des essais", "une tout autre clé, assez longue"):
        monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", cle)
        session = atelier.neuf()
        bilan = op.bilan(session, str(plante), [EXERCICE], str(tmp_path / f"bilans_{len(lus)}"))
        dit = op.etat(session)
        assert (dit["publication_sha256"], dit["chiffres_sha256"]) == (bilan.empreinte, bilan.chiffres)
        assert manifeste(Path(bilan.extraits[0]))["chiffres_sha256"] == bilan.chiffres
        lus.append((bilan.empreinte, bilan.chiffres, set(lire(session.dsn, pseudonymes))))
    (une, chiffres, premiers), (autre, memes, suivants) = lus
    assert (une != autre, chiffres == memes, premiers.isdisjoint(suivants)) == (True, True, True)
    # an invoice more
    petit_depot.corriger(plante)
    assert op.bilan(session, str(plante), [EXERCICE], str(tmp_path / "bilans_1")).chiffres != memes


def test_un_code_nomme_apres_ses_lignes_se_lit_sous_son_nom(neuf: op.Session, depot: Path) -> None:
    """K9: no row of `brut` changes, and the order of the drops changes no figure."""
    for temps in (depot / "rh").glob("temps_*.csv"):
        temps.write_text(temps.read_text(encoding="utf-8").replace("T-CEP", "Conseil"), encoding="utf-8")
    cles = depot / "referentiel" / "cles_analytiques.csv"
    op.charger(neuf, str(depot))
    landes = lire(neuf.dsn, "select distinct code_activite from brut.temps where code_activite ^@ '~'")
    assert len(landes) == 1
    cles.write_text(cles.read_text(encoding="utf-8").replace("T-CEP", "Conseil"), encoding="utf-8")
    op.charger(neuf, str(depot))
    op.construire(neuf, [EXERCICE])
    assert lire(neuf.dsn, "select distinct code_activite from brut.temps where code_activite ^@ '~'") == landes
    lus = lire(neuf.dsn, "select distinct code_activite from construction.stg_rh__temps where type_jour = 'T'")
    assert {code for (code,) in lus} == {"Conseil", "T-ADS", "T-STR"}
