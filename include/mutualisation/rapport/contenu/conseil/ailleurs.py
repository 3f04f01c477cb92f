"""Where the council's document leads: pages of the communes, audit file, workbook, two pages to print."""

from __future__ import annotations

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.audit import renvois as audit
from mutualisation.rapport.contenu.audit import trace
from mutualisation.rapport.contenu.communes import adresses as communes
from mutualisation.rapport.publie import Bilan


def pages(bilan: Bilan) -> list[m.Lien]:
    """Other documents of the extract; no page of communes in a version that doesn't name its adherents (S8)."""
    e = bilan.exercice
    return [
        *([m.Lien(f"{communes.ANNUAIRE}.html", "Chaque commune")] if bilan["adherent"] else []),
        m.Lien(f"synthese_{e}.pdf", "Deux pages pour les élus"),
        m.Lien(f"{audit.dossier(e)}/{audit.INDEX}.html", "Dossier d'audit"),
        m.Lien(f"bilan_etape_{e}.xlsx", "Classeur"),
    ]


def preuves(bilan: Bilan, dispositif: str) -> list[m.Morceau]:
    """From a dispositif to what its figures are made of; nothing when the exercice has none."""
    dossier = audit.dossier(bilan.exercice)
    liens: list[m.Lien] = []
    if any(r["dispositif"] == dispositif for r in bilan["etp_categorie"]) and bilan["cout_moyen"]:
        liens.append(audit.vers_personnel(dispositif, "coût de personnel recalculable"))
    if dispositif in trace.dispositifs(bilan):
        liens.append(audit.vers_trace(dispositif, "lignes source"))
    enonces: list[m.Morceau] = []
    for lien in liens:
        enonces += [", " if enonces else "Vérifier : ", m.Lien(f"{dossier}/{lien.cible}", lien.texte)]
    return [*enonces, "."] if enonces else []
