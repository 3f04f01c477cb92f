"""The tables of the printed annex and of the audit trail, as the PDF shows them: the page has them in its template."""

from __future__ import annotations

from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.rapport import presentation
from mutualisation.rapport.bilan import Bilan, Ligne
from mutualisation.rapport.tableaux import Colonne, Tableau

DISPOSITIF = Colonne("Dispositif", part=3)
NON_RENSEIGNE = formats.NON_RENSEIGNE
# measure, label of the annex, kind
ANNEXE = (
    ("etp", "Équivalents temps plein (ETP)", "etp"),
    ("cout_net", "Coût total des dépenses nettes", "euros"),
    ("recettes", "Recettes liées à la participation financière des communes", "euros"),
    ("reste_a_charge", "Reste à charge", "euros"),
    ("taux_couverture", "Taux de couverture", "taux"),
)
COMPOSANTES = (
    ("cout_personnel", 1),
    ("cout_fonctionnement", 1),
    ("amortissements", 1),
    ("subventions", -1),
    ("reprises", -1),
)


def synthese(bilan: Bilan) -> Tableau:
    """Totals of the exercices shown."""
    return _annexe(f"Synthèse {presentation.periode(bilan.exercices)}", bilan, dict(bilan.totaux), ANNEXE)


def fiche(bilan: Bilan, code: str) -> Tableau:
    """ETP, net cost and receipts of one dispositif, as the annex prints them."""
    lignes = {e: bilan.synthese[e].get(code) for e in bilan.exercices}
    return _annexe(f"{bilan.libelle(code)}, {presentation.periode(bilan.exercices)}", bilan, lignes, ANNEXE[:3])


def _annexe(titre: str, bilan: Bilan, lignes: dict[int, Any], mesures: tuple[tuple[str, str, str], ...]) -> Tableau:
    # one row per measure: each cell has the kind of its row, so the texts are made here
    colonnes = (Colonne("", part=3), *(Colonne(str(e), "lu") for e in bilan.exercices))
    rangees = [(nom, *(_lue(lignes.get(e), mesure, genre) for e in bilan.exercices)) for mesure, nom, genre in mesures]
    return Tableau(titre, colonnes, rangees)


def _lue(ligne: Ligne | None, mesure: str, genre: str) -> str:
    if ligne is None:
        return "—"
    valeur = ligne[mesure]
    if genre == "etp":
        return formats.nombre(valeur, 2)
    return formats.pourcent(valeur, 1) if genre == "taux" else formats.euros(valeur)


def composantes(bilan: Bilan) -> Tableau:
    """Components of the net cost; what comes off the cost is negative."""
    colonnes = (
        DISPOSITIF,
        Colonne("ETP", "etp"),
        *(Colonne(_court(mesure), "euros") for mesure, _ in COMPOSANTES),
        Colonne("Coût net", "euros", fort=True),
    )
    lignes = [_composantes(r["libelle"], r) for r in bilan.lignes_exercice()]
    titre = f"Composantes du coût net, {bilan.exercice}"
    return Tableau(titre, colonnes, lignes, _composantes("Total", bilan.total))


def _court(mesure: str) -> str:
    courts = {"subventions": "Subventions", "reprises": "Reprises", "recettes_ac": "Imputé sur l'AC"}
    return courts.get(mesure, libelles.MESURES[mesure])


def _composantes(nom: str, r: Ligne) -> tuple[Any, ...]:
    return (nom, r["etp"], *(signe * r[m] for m, signe in COMPOSANTES), r["cout_net"])


def participation(bilan: Bilan) -> Tableau:
    """Receipts, what is left, coverage; the attribution de compensation when one dispositif uses it."""
    avec_ac = any(r["recettes_ac"] is not None for r in bilan.lignes_exercice())
    mesures = ["cout_net", "recettes", "reste_a_charge"]
    mesures += ["recettes_ac", "reste_a_charge_apres_ac"] if avec_ac else []
    colonnes = (
        DISPOSITIF,
        *(
            Colonne(_court(m), "euros", NON_RENSEIGNE if m == "recettes" else "—", fort=m == "reste_a_charge")
            for m in mesures
        ),
        Colonne("Taux de couverture", "taux"),
    )
    lignes = [
        (nom, *(r[m] for m in mesures), r["taux_couverture"])
        for nom, r in [(r["libelle"], r) for r in bilan.lignes_exercice()] + [("Total", bilan.total)]
    ]
    return Tableau(
        f"Participation des communes et reste à charge, {bilan.exercice}",
        colonnes,
        lignes[:-1],
        lignes[-1],
        "Un reste à charge négatif signifie que les recettes dépassent le coût. Une recette « non renseigné » n'est "
        "pas une recette nulle." + (" AC : attribution de compensation." if avec_ac else ""),
    )


def evolution(bilan: Bilan) -> Tableau | None:
    """Change of the net cost since the exercice before; None when it is not shown."""
    ecarts = presentation.ecarts(bilan)
    if not ecarts["rangees"]:
        return None
    colonnes = (
        DISPOSITIF,
        Colonne(f"Coût net {bilan.exercice - 1}", "euros"),
        Colonne(f"Coût net {bilan.exercice}", "euros"),
        *(Colonne(titre, "lu", fort=titre == "Écart") for titre in ("Écart", "Évolution", "Écart d'ETP")),
    )
    champs = ("libelle", "avant", "apres", "ecart", "evolution", "etp")
    lignes = [tuple(r[c] for c in champs) for r in (*ecarts["rangees"], ecarts["total"])]
    titre = f"Ce qui fait évoluer le coût net de {bilan.exercice - 1} à {bilan.exercice}"
    return Tableau(titre, colonnes, lignes[:-1], lignes[-1])


def passage(bilan: Bilan) -> Tableau:
    """From the full cost to the legal base."""
    lu = presentation.passage(bilan)
    colonnes = (
        DISPOSITIF,
        Colonne("Coût complet", "euros"),
        Colonne("dont structure", "euros"),
        Colonne("Base D5211-16", "euros", fort=True),
        Colonne("Portée", part=1),
    )
    champs = ("cout_complet", "dont_structure", "cout_d5211")
    lignes = [
        (r["libelle"], *(r[c] for c in champs), "opposable" if r.get("base_opposable") else "indicative")
        for r in lu["rangees"]
    ]
    return Tableau(
        f"Passage du coût complet à la base D5211-16, {bilan.exercice}",
        colonnes,
        lignes,
        ("Total", *(lu["total"][c] for c in champs), ""),
        "Portée opposable : mise à disposition descendante de l'article L5211-4-1 III du CGCT. Ailleurs, la convention "
        "décide et la base est indicative.",
    )


def ecarts_controles(bilan: Bilan) -> Tableau:
    """Controls in gap, each with its justification or its remedy."""
    colonnes = (
        Colonne("Contrôle", part=3),
        Colonne("Clé", part=2),
        Colonne("Attendu", part=2),
        Colonne("Constaté", part=2),
        Colonne("Justification", part=4),
    )
    lignes = [
        (
            libelles.libelle_controle(c["controle"]), c["cle"] or "", formats.constat(c["valeur_attendue"]),
            formats.constat(c["valeur_constatee"]), c["justification"] or _remede(c["controle"]),
        )
        for c in presentation.controles(bilan)["ecarts"]
    ]  # fmt: skip
    return Tableau("Écarts constatés et leur justification", colonnes, lignes)


def _remede(controle: str) -> str:
    remede = libelles.remede_controle(controle)
    return "À justifier avant la clôture." + (f" Remède : {remede}" if remede else "")


def autres_controles(bilan: Bilan) -> Tableau:
    """Controls that found no gap, or had nothing to look at."""
    colonnes = (
        Colonne("Contrôle", part=4),
        Colonne("Clé", part=2),
        Colonne("Résultat", part=2),
        Colonne("Attendu", part=3),
        Colonne("Constaté", part=3),
    )
    lignes = [
        (
            libelles.libelle_controle(c["controle"]), c["cle"] or "", libelles.libelle(libelles.STATUTS, c["statut"]),
            formats.constat(c["valeur_attendue"]), formats.constat(c["valeur_constatee"]),
        )
        for c in presentation.controles(bilan)["autres"]
    ]  # fmt: skip
    return Tableau("Contrôles conformes ou sans donnée", colonnes, lignes)


def repartition(bilan: Bilan) -> Tableau:
    """What each source held and where it went."""
    colonnes = (
        Colonne("Source", part=2),
        *(Colonne(nom, "lu") for nom in libelles.DESTINATIONS.values()),
        Colonne("Total de la source", "lu", fort=True),
    )
    lignes = [
        (
            r["libelle"],
            *(r["affiche"](r["montants"][d]) if d in r["montants"] else "—" for d in libelles.DESTINATIONS),
            r["affiche"](r["total"]),
        )
        for r in presentation.repartition(bilan)
    ]
    titre = f"Où vont les sources, {bilan.exercice}"
    return Tableau(titre, colonnes, lignes, note=presentation.NOTE_REPARTITION)


def rejets(bilan: Bilan) -> Tableau:
    """Rows left aside, by file and reason."""
    lus = presentation.rejets(bilan)
    colonnes = (
        Colonne("Fichier", part=4),
        Colonne("Issue", part=1),
        Colonne("Motif", part=5),
        Colonne("Lignes", "entier"),
    )
    lignes = [
        (r["fichier"], libelles.libelle(libelles.STATUTS, r["statut"]), r["motif"] or "", r["lignes"])
        for r in lus["rangees"]
    ]
    autres = formats.plusieurs(lus["autres"], "autre motif", "autres motifs")
    note = f"Et {autres} : voir rejets.csv." if lus["autres"] else ""
    return Tableau("Lignes écartées par fichier et par motif (détail dans rejets.csv)", colonnes, lignes, note=note)


def parametres(bilan: Bilan) -> Tableau:
    """Parameters in force in the exercice."""
    colonnes = (
        Colonne("Paramètre", part=4),
        Colonne("Valeur", part=2),
        Colonne("Depuis", "lu"),
        Colonne("Référence", part=4),
    )
    lignes = [
        (libelles.libelle_parametre(p["parametre"]), p["valeur"], formats.jour_iso(p["debut"]), p["reference"] or "")
        for p in bilan.contexte.parametres
    ]
    titre = f"Paramètres en vigueur en {bilan.exercice}"
    return Tableau(titre, colonnes, lignes, note=presentation.NOTE_PARAMETRES)
