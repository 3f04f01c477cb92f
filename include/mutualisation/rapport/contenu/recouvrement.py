"""Who owes what: recovery by dispositif and mode, gaps by member, half-yearly invoices."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan, Ligne, somme

ECARTS_MONTRES = 20
NOTE = (
    "À titrer : le dû du mode « titre » ; ce qui passe par l'attribution de compensation ou par une retenue ne se "
    "titre pas. Écart : à titrer moins titré ; positif, il reste à titrer. Les montants sont rangés par semestre de "
    "service : ils peuvent différer des recettes de l'exercice, qui sont les titres émis."
)
NOTE_FACTURES = (
    "Une facture sous le seuil d'émission est reportée sur la suivante : montant facturé et dû du semestre diffèrent "
    "des reports."
)


def section(bilan: Bilan) -> m.Section:
    """Due and titled, then the invoices."""
    recouvrement, ecarts = _recouvrement(bilan), _ecarts(bilan)
    nombre = formats.plusieurs(len(ecarts.lignes[:ECARTS_MONTRES]), "écart", "écarts")
    blocs: list[m.Bloc] = [recouvrement, m.Repli(f"Voir {nombre} par adhérent", [ecarts]), _factures(bilan)]
    if recouvrement.lignes and not ecarts.lignes:
        blocs.insert(1, m.p("Tout ce qui était à titrer l'a été, adhérent par adhérent."))
    return m.Section("recouvrement", "Recouvrement", "Recouvrement", blocs)


def _recouvrement(bilan: Bilan) -> m.Tableau:
    """Due, to be titled, titled and gap by dispositif and mode, cents; free dispositifs are named under the table."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("mode", "Mode", largeur=30),
        m.Colonne("adherents", "Adhérents", "entier", largeur=12),
        m.Colonne("du", "Dû", "centimes", somme=True),
        m.Colonne("a_titrer", "À titrer", "centimes", somme=True),
        m.Colonne("titre", "Titré", "centimes", somme=True),
        m.Colonne("ecart", "Écart", "centimes", somme=True, fort=True, formule="={a_titrer}-{titre}"),
    )
    groupes: dict[tuple[str, str], list[Ligne]] = defaultdict(list)
    for r in bilan.dans_l_ordre(bilan["recouvrement"]):
        groupes[r["libelle"], r["mode_recouvrement"] or ""].append(r)
    # dispositifs are in order already: a stable sort orders their modes
    rang = {libelle: i for i, (libelle, _) in reversed(list(enumerate(groupes)))}
    lignes, gratuits = [], []
    for (libelle, mode), rangees in sorted(groupes.items(), key=lambda g: (rang[g[0][0]], g[0][1])):
        if mode == libelles.GRATUIT and not any(r["montant_du"] or r["montant_titre"] for r in rangees):
            gratuits.append(libelle)
        else:
            lignes.append(_ligne(libelle, mode, rangees))
    note = NOTE + (f" Sans participation financière : {', '.join(gratuits)}." if gratuits else "")
    titre = f"Dû et titré par dispositif et par mode de recouvrement, {bilan.exercice}"
    notice = "Dû, à titrer, titré et écart, par dispositif et par mode de recouvrement."
    return m.tableau(titre, colonnes, lignes, note, feuille=m.Feuille("Recouvrement", notice))


def _ligne(libelle: str, mode: str, rangees: list[Ligne]) -> dict[str, Any]:
    titre, ecart = somme(rangees, "montant_titre"), somme(rangees, "ecart")
    return {
        "libelle": libelle,
        "mode": libelles.libelle_mode(mode),
        "adherents": len({r["siret_adherent"] for r in rangees}),
        "du": somme(rangees, "montant_du"),
        "a_titrer": titre + ecart,
        "titre": titre,
        "ecart": ecart,
    }


def _ecarts(bilan: Bilan) -> m.Tableau:
    """Rows of the recovery whose gap is not zero, largest first: left to title, or titled without being due."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("periode", "Semestre", largeur=12, part=1),
        m.Colonne("siret_adherent", "SIRET de l'adhérent", largeur=20),
        m.Colonne("montant_du", "Dû", "centimes", somme=True),
        m.Colonne("montant_titre", "Titré", "centimes", somme=True),
        m.Colonne("ecart", "Écart", "centimes", somme=True, fort=True),
    )
    lignes = [
        r | {"periode": f"{r['exercice']}-S{r['semestre']}"}
        for r in sorted((r for r in bilan["recouvrement"] if r["ecart"]), key=lambda r: -abs(r["ecart"]))
    ]
    titre = f"Écarts entre le dû et le titré, {bilan.exercice}"
    reste = ("autre écart", "autres écarts", ", dans le total : voir recouvrement.csv.")
    notice = "Ce qui reste à titrer, ou qui est titré sans être dû, adhérent par adhérent."
    feuille = m.Feuille("Écarts par adhérent", notice, filtre=True)
    return m.tableau(titre, colonnes, lignes, limite=ECARTS_MONTRES, reste=reste, feuille=feuille)


def _factures(bilan: Bilan) -> m.Tableau:
    """Half-yearly consolidated invoices: issued, and carried over under the threshold."""
    colonnes = (
        m.Colonne("periode", "Semestre", largeur=14),
        m.Colonne("emises", "Factures à émettre", "entier", somme=True),
        m.Colonne("facture", "Montant facturé", "centimes", somme=True, fort=True),
        m.Colonne("reportees", "Factures reportées", "entier", somme=True),
        m.Colonne("du", "Dû du semestre", "centimes", somme=True),
    )
    lignes = []
    for semestre in sorted({r["semestre"] for r in bilan["facture_semestrielle"]}):
        rangees = [r for r in bilan["facture_semestrielle"] if r["semestre"] == semestre]
        emises = sum(r["statut"] == "a_emettre" for r in rangees)
        lignes.append(
            {
                "periode": f"{bilan.exercice}-S{semestre}",
                "emises": emises,
                "facture": somme(rangees, "montant_facture"),
                "reportees": len(rangees) - emises,
                "du": somme(rangees, "montant_du"),
            }
        )
    return m.tableau(f"Factures semestrielles, {bilan.exercice}", colonnes, lignes, NOTE_FACTURES)
