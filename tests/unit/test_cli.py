"""Help in French, misuse in French, exit codes of the contract; the warehouse is not needed for that."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.tables import cas

from mutualisation.entrepot.base import programmes
from mutualisation.socle.chemins import RACINE
from mutualisation.socle.erreurs import INTERROMPU, ControleEchoue, ErreurMutualisation, FichierRefuse, PannePassagere
from mutualisation.usage import cli, operations
from mutualisation.usage.cli import commandes
from mutualisation.usage.operations.etat import dire_execution

COMMANDES = {
    "bilan": ("--depot", "--exercice", "--sortie", "--prepare-par", "--json", "--bavard"),
    "charger": ("--depot", "--source", "--json", "--bavard"), "controler": ("--exercice", "--prepare-par", "--json"),
    "publier": ("--json",), "extraire": ("--exercice", "--sortie", "--version", "--json"), "etat": ("--json",),
}  # fmt: skip
ANGLAIS = re.compile(r"\b(?:Usage|Commands?|Parameters?|required|default|Display|COMMAND|PATH|STR|INT|OBJECT)\b")
Taper = Callable[..., tuple[int, str, str]]


@pytest.fixture
def taper(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Taper]:
    """Type a command in this process: exit code, standard output, standard error."""
    ancien = signal.getsignal(signal.SIGTERM)
    monkeypatch.setenv("COLUMNS", "100")

    def lancer(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mutualisation", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as fin:
            code = int(fin.code or 0)
        sorties = capsys.readouterr()
        return code, sorties.out, sorties.err

    yield lancer
    signal.signal(signal.SIGTERM, ancien)


def test_une_regle_que_cite_un_message_se_lit(taper: Taper) -> None:
    assert taper("regle", "(C5)")[1].startswith("C5 : ")
    assert taper("regle", "TRANCHE")[1] == "tranche ◆ : R7d (dispositif/siret)\n"
    assert taper("regle", "Z5") == (1, "", "« Z5 » n'est le nom d'aucune règle, ni d'aucun contrôle.\n")


@pytest.mark.parametrize("encodage", ["ascii", "iso-8859-1"])
def test_un_terminal_qui_n_est_pas_utf_8(encodage: str) -> None:
    """A sign that it lacks is a « ? », and JSON loses none."""
    dit = {"nom": "Préparée par l’équipe"}
    for json_, lu in ((False, dit["nom"].encode(encodage, "replace")), (True, json.dumps(dit).encode())):
        programme = (
            "import sys; from mutualisation.usage.cli import commandes as c; "
            f"c.app = lambda *_, **__: c._rendre({json_}, {dit}, [{dit['nom']!r}]); c.main()"
        )
        fait = subprocess.run(
            [sys.executable, "-c", programme],
            env=os.environ | {"PYTHONIOENCODING": encodage},
            capture_output=True,
            check=False,
        )
        assert (fait.returncode, fait.stdout.strip()) == (0, lu), fait.stderr


def test_ctrl_c_des_le_premier_instant_se_dit() -> None:
    """Modules are imported for a second, on a busy machine."""
    programme = (
        "import sys; from mutualisation.usage.cli import main\n"
        "class Interrompre:\n"
        "    def find_spec(self, nom, *_):\n"
        "        if nom == 'cyclopts': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrompre()); main()"
    )
    fait = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=False)
    assert (fait.returncode, fait.stderr) == (1, f"{INTERROMPU}\n")


@pytest.mark.parametrize("fin", [EOFError, KeyboardInterrupt])
def test_qui_cesse_de_repondre_n_a_rien_ecrit(fin: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def cesser(*_: object, **__: object) -> str:
        raise fin

    monkeypatch.setattr(commandes.journal, "input", cesser)
    with pytest.raises(ErreurMutualisation, match="rien n'a été écrit"):
        commandes._saisir("Nom : ")


@pytest.mark.parametrize("lignes", [1, 100_000])
def test_qui_lit_peut_s_en_aller(lignes: int) -> None:
    """`mutualisation etat | head -2`: nobody reads the rest, which is no failure."""
    programme = f"from mutualisation.usage.cli.commandes import _rendre; _rendre(False, {{}}, ['ligne'] * {lignes})"
    lecture, ecriture = os.pipe()
    os.close(lecture)
    with os.fdopen(ecriture, "wb") as tuyau:
        fini = subprocess.run([sys.executable, "-c", programme], stdout=tuyau, stderr=subprocess.PIPE, check=False)
    assert (fini.returncode, fini.stderr) == (0, b"")


@cas
def test_les_flux_et_la_langue_de_qui_nous_lance(lancement: str, code: int, dit: str, tmp_path: Path) -> None:
    (tmp_path / "é.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    # where a checkout lies under an accent, Python itself can't name it in the worst of these languages
    (tmp_path / "code").symlink_to(RACINE / "include")
    programme = f"{shlex.quote(sys.executable)} -c 'from mutualisation.usage.cli import main; main()'"
    commande = lancement.format(f"env PYTHONPATH=code {programme}")
    fait = subprocess.run(["bash", "-c", commande], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert fait.returncode == code, fait.stderr
    assert (dit in fait.stderr) if dit else fait.stderr == ""
    assert "Erreur imprévue" not in fait.stderr


@pytest.mark.parametrize("commande", [c for c in commandes.app if not c.startswith("-")])
def test_l_aide_d_une_commande_est_en_francais(commande: str, taper: Taper) -> None:
    code, texte, erreurs = taper(commande, "--help")
    assert (code, erreurs) == (0, "")
    assert texte.startswith(f"Utilisation : mutualisation {commande}")
    assert "─ Options " in texte
    assert [option for option in COMMANDES.get(commande, ()) if option not in texte] == []
    assert ANGLAIS.findall(texte) == []


def test_l_aide_generale_nomme_toutes_les_commandes(taper: Taper) -> None:
    for arguments in ((), ("--help",), ("-h",)):
        code, texte, _ = taper(*arguments)
        assert code == 0
        assert [c for c in COMMANDES if f"│ {c} " not in texte] == []
        assert ANGLAIS.findall(texte) == []
    assert set(COMMANDES) <= set(commandes.app)


@cas
def test_un_mauvais_usage_se_dit_en_francais(arguments: str, attendu: str, taper: Taper) -> None:
    code, texte, erreurs = taper(*arguments.split())
    assert code == 1
    assert attendu in erreurs
    assert texte == ""


@cas
def test_un_nombre_s_ecrit_en_chiffres(commande: str, taper: Taper) -> None:
    for nombre in ("2021.5", "1.9", "2021.0", "+2021", "２０２１", "2021abc", "2_021", "0x7e5", "2e3", "²"):
        code, texte, erreurs = taper(*f"{commande} {nombre}".split())
        assert (code, texte) == (1, "")
        assert f"attend un nombre entier, pas « {nombre} »" in erreurs


@pytest.mark.parametrize(
    ("erreur", "code", "attendu"),
    [
        (ControleEchoue(["mois_manquant (temps_2021-03), exercice 2021"]), 2, "mois_manquant"),
        (FichierRefuse([("rh/temps_2021-03.csv", "en-tête introuvable")]), 3, "rh/temps_2021-03.csv : en-tête"),
        (ErreurMutualisation("Une phrase."), 1, "Une phrase."),
        (KeyboardInterrupt(), 1, "Interrompu"),
        (psycopg.OperationalError("server closed the connection"), 1, "L'entrepôt ne répond plus"),
        (psycopg.errors.DiskFull("could not extend file"), 1, "plus de place sur le disque du serveur"),
        (PannePassagere("porte modele : dbt s'est arrêté"), 1, "dbt s'est arrêté"),
        (OSError(28, "No space left on device", "/x"), 1, "plus de place sur le disque"),
        (MemoryError(), 1, "La mémoire de cette machine ne suffit pas"),
        (psycopg.errors.CheckViolation("Failing row contains (DUPONT)"), 1, "CheckViolation, 23514"),
        (PermissionError(13, "Permission denied", "/etc/x"), 1, "« /etc/x »"),
        (RuntimeError("DUPONT"), 1, "Erreur imprévue (RuntimeError)"),
    ],
)
def test_chaque_erreur_a_son_code_et_sa_phrase(
    erreur: BaseException, code: int, attendu: str, taper: Taper, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def echouer(*_: Any, **__: Any) -> Iterator[None]:
        raise erreur
        yield

    monkeypatch.setattr(operations.Session, "depuis_environnement", echouer)
    obtenu, texte, erreurs = taper("etat")
    assert obtenu == code
    assert attendu in erreurs
    assert texte == ""
    assert "DUPONT" not in erreurs, "un message du serveur peut citer une cellule"


# what is typed of each command that reads a warehouse, and of those that make one
LECTURES = {
    "etat": "", "verifier": "", "publier": "", "purger": "", "ouvrir": "--port 54329", "effacer": "--jusqu-a 2010",
    "reparer": "--sortie a_corriger", "sauvegarder": "copie", "controler": "--exercice 2021",
    "extraire": "--exercice 2021 --sortie bilans", "cloturer": "--exercice 2021 --approuve-par benoit",
    "facturer": "--exercice 2021 --semestre 1 --sortie factures",
    "remettre": "--exercice 2021 --sortie bilans",
    "situation": "--exercice 2021 --mois 5 --sortie situations", "simuler": "--exercice 2021 --sortie essais",
}  # fmt: skip
AUTRES = {
    "bilan", "charger", "migrer", "restaurer", "initier", "essayer", "regle", "--help", "-h", "--version",
}  # fmt: skip


@pytest.mark.parametrize("commande", LECTURES)
def test_qui_lit_ne_fait_pas_d_entrepot(
    commande: str, taper: Taper, var_neuf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server, no key, no folder; the one that was meant may be the neighbour."""
    voisin = var_neuf.parent / "echantillon"
    (voisin / "pg").mkdir(parents=True)
    (voisin / "pg" / "PG_VERSION").touch()
    monkeypatch.chdir(var_neuf.parent)
    code, dit, erreurs = taper(commande, *LECTURES[commande].split())
    assert (code, dit, var_neuf.exists()) == (1, "", False)
    assert erreurs.endswith(
        f"Il n'y a pas d'entrepôt dans {var_neuf} ; MUTUALISATION_VAR en désigne un autre, vu ici : {voisin} : "
        "« mutualisation bilan » ou « mutualisation charger » en fait un.\n"
    )
    assert set(LECTURES) == set(commandes.app) - AUTRES


def test_un_entrepot_neuf_se_lit_en_json(taper: Taper, var_neuf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is to be done, and that its server lacks a security release."""
    assert taper("migrer")[0] == 0
    majeure = programmes.Programmes.trouver().majeure
    monkeypatch.setattr(programmes, "MINEURES", {majeure: (0, date.max)})
    code, texte, _ = taper("etat", "--json")
    assert code == 0
    assert json.loads(texte) == {
        "publication_sha256": None,
        "chiffres_sha256": None,
        "sceau": None,
        "exercices": [],
        "fichiers": [],
        "refuses": [],
        "rejets": [],
        "executions": [],
        "calendrier": [],
        "a_faire": [
            premiere := "Rien n'est chargé : « mutualisation bilan --depot DOSSIER --exercice AAAA --sortie DOSSIER ».",
            vide := f"Rien n'est publié dans l'entrepôt lu, celui de {var_neuf}.",
        ],
    }
    assert taper("etat")[1] == f"publication aucune\nà faire : {premiere}\nà faire : {vide}\n"
    code, _, erreurs = taper("publier")
    assert code == 1
    assert "Aucune construction validée" in erreurs
    assert vide in erreurs
    for commande in ("verifier", "purger"):
        code, texte, _ = taper(commande)
        assert (code, texte.rstrip().endswith(vide)) == (0, True), commande
    code, _, erreurs = taper("extraire", "--exercice", "2021", "--sortie", var_neuf / "bilans")
    assert code == 1
    assert f"L'exercice 2021 n'est pas publié : lancez d'abord « mutualisation bilan ». {vide}" in erreurs
    outil = str(programmes.dossier_binaires() / "pg_checksums")
    subprocess.run([outil, "--disable", f"--pgdata={var_neuf / 'pg'}"], check=True, capture_output=True)
    monkeypatch.setattr(programmes, "MINEURES", {majeure: (99, date.max)})
    for commande in ("etat", "verifier"):
        dit = taper(commande)[1]
        assert f" ; le {majeure}.99 corrige des failles" in dit, commande
        (remede,) = re.findall(r"n'ont pas de somme de contrôle.* Serveur arrêté, « (.*) » les ajoute", dit)
    subprocess.run(shlex.split(remede), check=True, capture_output=True)
    assert "somme de contrôle" not in taper("etat")[1]


@pytest.mark.parametrize(
    ("issue", "dite"),
    [
        ({"statut": "reussie", "code": 0}, ", version 3 : réussie"),
        ({"statut": "interrompue", "code": None, "versions": []}, " : interrompue"),
        (
            {"statut": "echouee", "code": 2, "phrase": "mois_manquant\n" + "mot " * 60},
            ", version 3 : sortie 2, mois_manquant " + "mot " * 36 + "…",
        ),
    ],
)
def test_une_execution_tient_en_une_ligne(issue: dict[str, Any], dite: str) -> None:
    execution = {
        "execution": 12, "commande": "bilan", "compte": "alice", "debut": "2026-11-29T12:00:00+00:00",
        "secondes": 18.25, "versions": [3], "phrase": None,
    }  # fmt: skip
    dit = dire_execution(execution | issue)
    assert re.sub(r"le \d\d/\d\d/2026 à \d\d:\d\d", "", dit) == f"exécution 12 : bilan par alice, , 18,3 s{dite}"
