"""Sheets of the receipts: who paid them, what is due and titled, gaps adherent by adherent."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from mutualisation.classeur import qui_est_qui as noms
from mutualisation.francais import libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan, Ligne, somme

ZERO = Decimal(0)
COULEURS = {
    "communes": "couvert",
    "ccas": "structure",
    "satellites": "fonctionnement",
    "epci": "total",
    "autres": "reste",
}
NOTE = (
    "À titrer : le dû du mode « titre » ; ce qui passe par l'attribution de compensation ou par une retenue ne se "
    "titre pas. Écart : à titrer moins titré ; positif, il reste à titrer. Les montants sont rangés par semestre de "
    "service : ils peuvent différer des recettes de l'exercice, qui sont les titres émis."
)


def origine(bilan: Bilan) -> m.Tableau | None:
    """Who paid the receipts of the synthesis: communes, CCAS, satellites, others; a column each."""
    rangees = bilan["recettes_origine"]
    if not rangees:
        return None
    origines = [o for o in libelles.ORIGINES if any(r["origine"] == o for r in rangees)]
    montants: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for r in rangees:
        montants[r["dispositif"]][r["origine"]] = r["montant"]
    colonnes = (
        m.DISPOSITIF,
        *(m.Colonne(o, libelles.ORIGINES[o], "euros", somme=True) for o in origines),
        m.Colonne("total", "Recettes", "euros", somme=True, formule=f"=SUM({{{origines[0]}}}:{{{origines[-1]}}})"),
    )
    lignes = [
        {
            "libelle": bilan.libelle(code),
            **{o: siens.get(o, ZERO) for o in origines},
            "total": sum(siens.values(), ZERO),
        }
        for code, siens in ((code, montants[code]) for code in bilan.trier(montants))
    ]
    dessin = m.Dessin(
        f"Qui paie les recettes, {bilan.exercice}",
        tuple((o, COULEURS[o]) for o in origines),
        empile=True,
    )
    return m.tableau(
        f"De qui viennent les recettes, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille(
            "Origine des recettes",
            "Recettes de chaque dispositif par payeur : communes, CCAS, satellites, autres.",
            {"total": bilan.total["recettes"]},
            dessin=dessin,
        ),
    )


def recouvrement(bilan: Bilan) -> m.Tableau:
    """Due, to be titled, titled and gap by dispositif and mode; free dispositifs are named under the table."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("mode", "Mode", largeur=30),
        m.Colonne("adherents", "Adhérents", "entier", largeur=12),
        m.Colonne("du", "Dû", "centimes", somme=True),
        m.Colonne("a_titrer", "À titrer", "centimes", somme=True),
        m.Colonne("titre", "Titré", "centimes", somme=True),
        m.Colonne("ecart", "Écart", "centimes", somme=True, formule="={a_titrer}-{titre}"),
    )
    groupes: dict[tuple[str, str], list[Ligne]] = defaultdict(list)
    for r in bilan["recouvrement"]:
        groupes[r["dispositif"], r["mode_recouvrement"] or ""].append(r)
    rang = {code: i for i, code in enumerate(bilan.trier({code for code, _ in groupes}))}
    lignes, gratuits = [], []
    for (code, mode), rangees in sorted(groupes.items(), key=lambda g: (rang[g[0][0]], g[0][1])):
        if mode == libelles.GRATUIT and not any(r["montant_du"] or r["montant_titre"] for r in rangees):
            gratuits.append(bilan.libelle(code))
        else:
            lignes.append(_ligne(bilan.libelle(code), mode, rangees))
    note = NOTE + (f" Sans participation financière : {', '.join(gratuits)}." if gratuits else "")
    publie = {"du": somme(bilan["recouvrement"], "montant_du"), "titre": somme(bilan["recouvrement"], "montant_titre")}
    return m.tableau(
        f"Dû et titré par dispositif et par mode de recouvrement, {bilan.exercice}",
        colonnes,
        lignes,
        note,
        feuille=m.Feuille(
            "Recouvrement", "Dû, à titrer, titré et écart, par dispositif et par mode de recouvrement.", publie
        ),
    )


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


def factures(bilan: Bilan) -> m.Tableau:
    """Half-yearly invoices (R7), adherent by adherent; the summary by semestre and status is what is printed."""
    qui = noms.annuaire(bilan)
    lignes = [
        qui.nommer(r)
        | {
            "periode": f"{r['exercice']}-S{r['semestre']}",
            "statut": libelles.libelle(libelles.STATUTS_FACTURE, r["statut"]),
        }
        for r in sorted(bilan["facture_semestrielle"], key=lambda r: (r["semestre"], *qui.rang(r)))
    ]
    colonnes = (
        m.Colonne("periode", "Semestre", largeur=12),
        m.Colonne("statut", "Statut", largeur=14),
        *noms.nommes(bilan),
        m.Colonne("montant_du", "Dû", "centimes", somme=True),
        m.Colonne("report_precedent", "Report précédent", "centimes", somme=True),
        m.Colonne("montant_facture", "Facturé", "centimes", somme=True),
    )
    publie = {cle: somme(bilan["facture_semestrielle"], cle) for cle in ("montant_du", "montant_facture")}
    return m.tableau(
        f"Factures semestrielles, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille(
            "Factures",
            "Factures de chaque adhérent, par semestre : dû, report de la précédente, facturé ; résumé imprimé.",
            publie,
            filtre=True,
            resume=("periode", "statut"),
        ),
    )


def ecarts(bilan: Bilan) -> m.Tableau:
    """What is left to title, or titled without being due, adherent by adherent; largest first."""
    qui = noms.annuaire(bilan)
    lignes = [
        qui.nommer(r) | {"periode": f"{r['exercice']}-S{r['semestre']}"}
        for r in sorted(
            (r for r in bilan["recouvrement"] if r["ecart"]),
            key=lambda r: (-abs(r["ecart"]), bilan.libelle(r["dispositif"]), *qui.rang(r), r["semestre"]),
        )
    ]
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("periode", "Semestre", largeur=12),
        *noms.nommes(bilan),
        m.Colonne("montant_du", "Dû", "centimes", somme=True),
        m.Colonne("montant_titre", "Titré", "centimes", somme=True),
        m.Colonne("ecart", "Écart", "centimes", somme=True),
    )
    notice = "Ce qui reste à titrer, ou qui est titré sans être dû, adhérent par adhérent."
    return m.tableau(
        f"Écarts entre le dû et le titré, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille(
            "Écarts par adhérent",
            notice + (" Le résumé par dispositif est imprimé." if len(lignes) > 40 else ""),
            {"ecart": somme(bilan["recouvrement"], "ecart")},
            filtre=True,
            resume=("libelle",) if len(lignes) > 40 else (),
        ),
    )
