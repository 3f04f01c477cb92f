"""The exercice in detail: components of the cost, who pays, and what moved since the exercice before."""

from __future__ import annotations

from typing import Any

from mutualisation.francais import formats
from mutualisation.francais.libelles import MESURES
from mutualisation.rapport.contenu import graphiques as g
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan, Ligne


def section(bilan: Bilan) -> m.Section:
    """Three tables of the exercice, the last one when the exercice before is shown."""
    e = bilan.exercice
    blocs = [_composantes(bilan), _participation(bilan), *([_evolution(bilan)] if e - 1 in bilan.synthese else [])]
    return m.Section("detail", f"Détail de l'exercice {e}", f"Détail {e}", blocs)


def _montant(mesure: str, court: str = "", **autres: Any) -> m.Colonne:
    long = MESURES[mesure]
    return m.Colonne(mesure, court or long, "euros", somme=True, discret=True, titre_long=long, **autres)


def _composantes(bilan: Bilan) -> m.Tableau:
    """Components of the net cost; what comes off the cost reads negative (R5)."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("etp", "ETP", "etp", largeur=10, somme=True),
        _montant("cout_personnel"),
        _montant("cout_fonctionnement"),
        _montant("amortissements"),
        _montant("subventions", "Subventions", deduit=True),
        _montant("reprises", "Reprises", deduit=True),
        _montant(
            "cout_net",
            fort=True,
            formule="={cout_personnel}+{cout_fonctionnement}+{amortissements}-{subventions}-{reprises}",
        ),
    )
    titre = f"Composantes du coût net par dispositif, {bilan.exercice}"
    feuille = m.Feuille(f"Détail {bilan.exercice}", f"Composantes du coût net de {bilan.exercice}.", bilan.total)
    return m.Tableau(titre, colonnes, bilan.lignes_exercice(), _total(bilan), feuille=feuille)


def _participation(bilan: Bilan) -> m.Tableau:
    """Receipts, what is left, coverage; the attribution de compensation when one dispositif uses it."""
    lignes = bilan.lignes_exercice()
    avec_ac = any(r["recettes_ac"] is not None for r in lignes)
    # N() reads « non renseigné » as 0, as R6 does in totals
    ac = (
        m.Colonne("recettes_ac", "Imputé sur l'AC", "euros", somme=True),
        _montant("reste_a_charge_apres_ac", formule="={reste_a_charge}-N({recettes_ac})"),
    )
    colonnes = (
        m.DISPOSITIF,
        _montant("cout_net"),
        _montant("recettes", absent=formats.NON_RENSEIGNE),
        _montant("reste_a_charge", fort=True, formule="={cout_net}-N({recettes})"),
        *(ac if avec_ac else ()),
        m.Colonne(
            "taux_couverture", "Taux de couverture", "taux", largeur=14,
            formule="=IF({cout_net}=0,0,N({recettes})/{cout_net})",
        ),
    )  # fmt: skip
    return m.Tableau(
        f"Participation des communes et reste à charge, {bilan.exercice}",
        colonnes,
        lignes,
        _total(bilan),
        ("AC : attribution de compensation. " if avec_ac else "")
        + "Un reste à charge négatif signifie que les recettes dépassent le coût. Une recette « non renseigné » n'est "
        "pas une recette nulle.",
        feuille=m.Feuille(
            "Reste à charge",
            "Recettes des communes, reste à charge et taux de couverture.",
            bilan.total,
            f"Coût net et recettes des communes par dispositif, {bilan.exercice}",
        ),
    )


def _total(bilan: Bilan) -> dict[str, Any]:
    return {**bilan.total, "libelle": "Total"}


def _evolution(bilan: Bilan) -> m.Tableau:
    """Change of the net cost since the exercice before, largest first; Σ of the rows = the change of the total."""
    e = bilan.exercice
    avant, apres = bilan.synthese[e - 1], bilan.synthese[e]
    lignes = [
        _ecart(bilan.libelle(c), avant.get(c), apres.get(c)) for c in bilan.dispositifs if c in avant or c in apres
    ]
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("avant", f"Coût net {e - 1}", "euros"),
        m.Colonne("apres", f"Coût net {e}", "euros"),
        m.Colonne("ecart", "Écart", "variation", fort=True),
        m.Colonne("evolution", "Évolution", "lu"),
        m.Colonne("etp", "Écart d'ETP", "variation_etp"),
    )
    return m.Tableau(
        f"Ce qui fait évoluer le coût net de {e - 1} à {e}",
        colonnes,
        sorted(lignes, key=lambda x: -abs(x["ecart"])),
        _ecart("Total", bilan.totaux[e - 1], bilan.total),
    )


def _ecart(libelle: str, avant: Ligne | None, apres: Ligne | None) -> dict[str, Any]:
    change = formats.evolution(avant["cout_net"], apres["cout_net"]) if avant and apres else None
    return {
        "libelle": libelle,
        "avant": avant["cout_net"] if avant else None,
        "apres": apres["cout_net"] if apres else None,
        "ecart": _de(apres, "cout_net") - _de(avant, "cout_net"),
        "evolution": change or ("—" if avant and apres else "nouveau" if apres else "arrêté"),
        "etp": _de(apres, "etp") - _de(avant, "etp"),
    }


def _de(ligne: Ligne | None, mesure: str) -> Any:
    return ligne[mesure] if ligne else g.ZERO
