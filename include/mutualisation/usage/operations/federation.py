"""Compare the unit costs of several entities from the sealed aggregates of their extracts: no warehouse is opened."""

import csv
import hashlib
import io
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from statistics import median

from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import est_signe
from mutualisation.publication.versions.extraits import ExtraitLu
from mutualisation.socle import disque
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation, raison_systeme

AGREGATS = ("cout_unitaire", "synthese_financiere")
# with fewer, the median tells the neighbour's cost
ENTITES_MIN = 3
COLONNES = ("exercice", "dispositif", "libelle", "entite", "statut", "unites", "cout_complet_unitaire", "mediane",
            "ecart_pct", "taux_couverture", "publication_sha256")  # fmt: skip
CENT, CENTIEME = Decimal(100), Decimal("0.01")


def comparer(dossiers: Mapping[str, Path], exercice: int, sortie: Path) -> list[str]:
    """Write `sortie` (CSV, `;`), a row per dispositif and entity; say which entity has no extract to compare.

    `dossiers` is {entity: the folder where its runs write, with `bilans/` and `sceaux/`}. `mediane` is in euros per
    unit, empty under three entities; `ecart_pct` is the gap to it. Entities are compared where they name a dispositif
    alike. Raises `ControleEchoue` for an extract whose signature or aggregates are not those sealed."""
    lignes, absents = [], []
    for entite, var in dossiers.items():
        extrait = _dernier(var / "bilans", exercice)
        if extrait is None:
            absents.append(f"{entite} : pas d'extrait de l'exercice {exercice}, elle n'est pas comparée.")
        elif extrait.manifeste.get("diffusion") != "ouverte":
            absents.append(f"{entite} : son extrait est à diffusion restreinte, elle n'est pas comparée.")
        else:
            lignes += _lignes_de_l_entite(entite, extrait, Ancres(var).cles())
    couts: dict[str, list[Decimal]] = {}
    for ligne in lignes:
        couts.setdefault(ligne["dispositif"], []).append(Decimal(ligne["cout_complet_unitaire"]))
    for ligne in lignes:
        if len(connus := couts[ligne["dispositif"]]) >= ENTITES_MIN:
            mediane = median(connus)
            ligne["mediane"] = str(mediane.quantize(CENTIEME))
            cout = Decimal(ligne["cout_complet_unitaire"])
            ligne["ecart_pct"] = str((CENT * (cout - mediane) / mediane).quantize(CENTIEME)) if mediane else ""
    _ecrire_comparaison(sortie, sorted(lignes, key=lambda li: (li["dispositif"], li["entite"])))
    return absents


def _dernier(bilans: Path, exercice: int) -> ExtraitLu | None:
    """Return the extract of the last version: a closed one keeps its place, the next lies beside it (S9)."""
    extraits = map(ExtraitLu.lire, [bilans / f"bilan_{exercice}", *bilans.glob(f"bilan_{exercice}_v*")])
    return max((e for e in extraits if e and e.exercice == exercice), key=lambda e: e.version, default=None)


def _lignes_de_l_entite(entite: str, extrait: ExtraitLu, cles: set[bytes]) -> list[dict[str, str]]:
    if not est_signe(extrait.octets, extrait.signature, cles):
        raise ControleEchoue(
            [f"{entite} : la signature de {extrait.dossier} n'est d'aucune clé de son dossier sceaux."]
        )
    couts, synthese = (_agregat(entite, extrait, nom) for nom in AGREGATS)
    par_dispositif = {ligne["dispositif"]: ligne for ligne in synthese}
    sceau = {"entite": entite, "statut": extrait.statut, "publication_sha256": extrait.manifeste["publication_sha256"]}
    return [
        par_dispositif.get(ligne["dispositif"], {}) | ligne | sceau for ligne in couts if ligne["cout_complet_unitaire"]
    ]


def _agregat(entite: str, extrait: ExtraitLu, nom: str) -> list[dict[str, str]]:
    """Return the rows of one CSV of an extract, once its bytes are those of the signed manifest."""
    fichier = f"{nom}.csv"
    try:
        octets = (extrait.dossier / fichier).read_bytes()
    except OSError as erreur:
        raise ControleEchoue([f"{entite} : {fichier} ne se lit pas ({raison_systeme(erreur)})."]) from None
    if hashlib.sha256(octets).hexdigest() != extrait.declares.get(fichier):
        raise ControleEchoue([f"{entite} : {fichier} n'est plus celui qui a été signé."])
    return list(csv.DictReader(io.StringIO(octets.decode("utf-8")), delimiter=";"))


def _ecrire_comparaison(sortie: Path, lignes: list[dict[str, str]]) -> None:
    texte = io.StringIO()
    ecrivain = csv.DictWriter(texte, COLONNES, delimiter=";", extrasaction="ignore", restval="", lineterminator="\n")
    ecrivain.writeheader()
    ecrivain.writerows(lignes)
    try:
        sortie.parent.mkdir(parents=True, exist_ok=True)
        disque.ecrire(sortie, texte.getvalue().encode(), 0o644)
    except OSError as erreur:
        raise ErreurMutualisation(f"{sortie} ne peut pas être écrit : {raison_systeme(erreur)}.") from None
