"""Write from the answers `referentiel/`, header-only files of what an EPCI lacks, and a notice beside the drop. Inside
the drop any other name is refused (G7). The same answers give the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutualisation.entree.sources.jeux import Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.entree.sources.vocabulaire import page, vocabulaire
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.socle.francais.formats import plusieurs
from mutualisation.usage.initiation.notice import CEE_LIVRE, EXEMPLE, notice
from mutualisation.usage.initiation.reponses import Ligne, Reponses, activite_de, cle_de, textes

REFERENTIEL = "referentiel"
# {jeu: the question whose « non » says that the EPCI has none, in a year that expects it (G6)}
ABSENTS = {"temps": "suivi_du_temps", "etat_actif": "immobilisations"}
CLE, CLE_DITE = ("origine", "code", "dispositif", "part_communes"), {"reference": "Réponses à initier"}
REFERENCE = "À compléter : délibération ou convention"
# a spreadsheet reads accents by the mark at its head (F8)
ENCODAGE = "utf-8-sig"


@dataclass(frozen=True)
class Squelette:
    """The drop and its notice were written in these folders, with this many files."""

    depot: str
    notice: str
    fichiers: int
    fichiers_notice: int

    @property
    def lignes(self) -> list[str]:
        """Say the same in French, then what to read first."""
        return [
            f"{self.depot} : {plusieurs(self.fichiers, 'fichier')}",
            f"{self.notice} : {plusieurs(self.fichiers_notice, 'fichier')}",
            f"À lire d'abord : {Path(self.notice) / 'A_LIRE.md'}",
        ]


def ecrire_squelette(dossier: Path, r: Reponses) -> Squelette:
    """Write the drop under `dossier` and the notice under `<dossier>_notice`, both new or empty. Raises
    `ErreurMutualisation` when one holds something, or can't be written."""
    _exiger_ici(dossier)
    dossier = dossier.resolve() if dossier.name in ("", "..") else dossier
    a_cote = dossier.parent / f"{dossier.name}_notice"
    depot, autour = fichiers_du_depot(r), fichiers_de_la_notice(r, dossier, a_cote)
    try:
        for lieu in (dossier, a_cote):
            if lieu.exists() and (not lieu.is_dir() or any(lieu.iterdir())):
                raise ErreurMutualisation(
                    f"{lieu} existe déjà et n'est pas un dossier vide : donner un autre dossier, rien n'a été écrit."
                )
        for lieu, fichiers in ((dossier, depot), (a_cote, autour)):
            for nom, texte in fichiers.items():
                (lieu / nom).parent.mkdir(parents=True, exist_ok=True)
                (lieu / nom).write_text(texte, ENCODAGE if nom.endswith(".csv") else "utf-8", newline="")
    except OSError as e:
        raise ErreurMutualisation(f"{dossier} ne peut pas être écrit ({raison_systeme(e)}).") from None
    return Squelette(str(dossier), str(a_cote), len(depot), len(autour))


def _exiger_ici(dossier: Path) -> None:
    """Refuse the address of an object store, which would become a folder of that name."""
    if ":/" in str(dossier):
        raise ErreurMutualisation(f"{dossier} : « initier » écrit dans un dossier de cette machine, à copier ensuite.")


def fichiers_du_depot(r: Reponses) -> dict[str, str]:
    """Return {path: text} of the drop."""
    lignes = lignes_du_referentiel(r)
    fichiers = {
        f"{REFERENTIEL}/{jeu.nom}.csv": _csv(jeu, lignes.get(jeu.nom, []))
        for jeu in registre().source(REFERENTIEL).jeux
    }
    for nom, question in ABSENTS.items():
        jeu = registre().jeu(nom)
        if r.epci[question] == "non":
            fichiers |= {f"{jeu.source}/{nom}_{exercice}.csv": _csv(jeu, []) for exercice in r.exercices}
    return fichiers


def fichiers_de_la_notice(r: Reponses, depot: Path, a_cote: Path) -> dict[str, str]:
    """Return {path: text} of the notice: page, parameters, a header for each file to export, answers."""
    autres = [j for s in registre() if s.nom != REFERENTIEL for j in s.jeux if j.format == "tabulaire"]
    return {
        "A_LIRE.md": notice(r, depot, a_cote),
        "parametres.md": page(),
        "reponses.toml": r.en_toml(),
        **{f"modeles/{j.source}/{j.forme_du_nom}.csv": _csv(j, []) for j in autres},
    }


def _csv(jeu: Jeu, lignes: Iterable[Ligne]) -> str:
    rangees = ([ligne.get(c.nom, "") for c in jeu.colonnes] for ligne in lignes)
    return _en_csv([[c.entete for c in jeu.colonnes], *rangees])


def _en_csv(rangees: Iterable[Sequence[str | None]]) -> str:
    """Return the text of a file of the drop."""
    sortie = io.StringIO()
    csv.writer(sortie, delimiter=";", lineterminator="\r\n").writerows(rangees)
    return sortie.getvalue()


# ---------------------------------------------------------------- rows of the referentiel
def lignes_du_referentiel(r: Reponses) -> dict[str, list[Ligne]]:
    """Return {jeu: rows, by name of column}: what follows from the answers, then examples of the rest."""
    premier = f"01/01/{r.exercices[0]}"
    depuis = {"debut": r.epci["debut"] or premier}
    toujours = {"debut": premier}
    communes = [c | {"type": "commune", "siren": c["siret"][:9]} | toujours for c in r.communes]
    siege = r.epci | {"type": "epci", "siren": r.epci["siret"][:9]} | toujours
    lignes = {
        "dispositifs": [d | {"valorisation": "valorisé"} | depuis for d in r.dispositifs],
        "adherents": [siege, *communes],
        "adhesions": [
            {"dispositif": d["code"], "siret_adherent": c["siret"], "convention": REFERENCE} | depuis
            for d in r.dispositifs
            for c in r.communes
            if not d["communes"] or c["code_insee"] in d["communes"].split()
        ],
        "populations": [
            {"annee": str(r.exercices[-1]), "code_insee": c["code_insee"], "population_totale": c["population"]}
            for c in r.communes
        ],
        "cles_analytiques": [dict(zip(CLE, cle, strict=True)) | CLE_DITE | toujours for cle in _lignes_de_cles(r)],
        "tarifs": [_tarif(d) | depuis for d in r.dispositifs],
        "parametres": [parametre | toujours for parametre in _parametres(r)],
        "roles_comptes": [role | toujours for role in _roles(r)],
    }
    for nom, exemple in textes()["exemples"].items():
        cellules = [c.format(d=r.dispositifs[0]["code"], r=EXEMPLE) for c in exemple.split(";")]
        colonnes = [c.nom for c in registre().jeu(nom).colonnes]
        lignes.setdefault(nom, []).append(dict(zip(colonnes, cellules, strict=True)))
    return lignes


def _lignes_de_cles(r: Reponses) -> Iterator[tuple[str, str, str, str]]:
    """Yield the keys of each dispositif, of overhead and of what is not mutualised; assets know axes only (R4d)."""
    biens = ["axe"] if r.epci["immobilisations"] == "oui" else []
    for d in r.dispositifs:
        par_code = [("activite", activite_de(d)), *((o, cle_de(d)) for o in dict.fromkeys([d["origine"], *biens]))]
        for origine, code in par_code:
            yield origine, code, d["code"], d["part_communes"]
    for code in r.epci["activite_hors"].split():
        yield "activite", code, "HORS", "100"
    if structure := r.epci["axe_structure"]:
        for origine in dict.fromkeys([r.dispositifs[0]["origine"], "axe"]):
            yield origine, structure, "STRUCTURE", "100"


def _tarif(d: Ligne) -> Ligne:
    """Return the tariff of a dispositif; a free one costs 0 a year, a unit cost is voted as a parameter (R7f)."""
    gratuit = {"regle": "forfait", "montant": "0", "base": "", "mode_recouvrement": "gratuit"}
    unitaire = {"montant": ""} if d["regle"] == "cout_unitaire" else {}
    tarif = gratuit if d["regle"] == "gratuit" else unitaire
    return d | tarif | {"dispositif": d["code"], "reference": REFERENCE}


def _parametres(r: Reponses) -> Iterator[Ligne]:
    choisis = {
        "methode_etp": "R" if r.epci["suivi_du_temps"] == "oui" else "Q",
        "grand_livre_complet": r.epci["grand_livre_complet"],
    }
    for p in vocabulaire().parametres.values():
        if p.depart:
            valeur = choisis.get(p.nom, p.defaut_ecrit)
            defaut = " (valeur par défaut)" if valeur == p.defaut_ecrit else ""
            yield {"parametre": p.nom, "valeur": valeur, "reference": p.texte + defaut}
    for d in r.dispositifs:
        if d["regle"] == "cout_unitaire" and d["montant"]:
            yield {"parametre": f"cout_unitaire:{d['code']}", "valeur": d["montant"], "reference": REFERENCE}


def _roles(r: Reponses) -> Iterator[Ligne]:
    """Yield the roles of accounts. The shipped account of CEE sales, 75888, becomes an ordinary receipt when the EPCI
    records these sales on another account."""
    compte = r.epci["compte_cee"]
    if compte != CEE_LIVRE:
        yield {"prefixe": CEE_LIVRE, "role": "recette_autre", "reference": "Pas de vente de certificats à ce compte"}
    if compte and compte != CEE_LIVRE:
        yield {"prefixe": compte, "role": "produit_cee", "reference": "Ventes de certificats d'économies d'énergie"}
    for usagers in r.epci["comptes_usagers"].split():
        yield {"prefixe": usagers, "role": "recette_autre", "reference": "Recettes d'usagers d'un service mutualisé"}
