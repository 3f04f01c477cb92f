"""The summary page of a semestre: invoices, what the PES draft holds, what it leaves out, the titres it reduces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutualisation.factures.facturation import Semestre
from mutualisation.factures.factures import ZERO, Facture
from mutualisation.factures.page_facture import PROJET, montant
from mutualisation.factures.projet_pes import ProjetPes
from mutualisation.francais.formats import siret
from mutualisation.publication.contexte import Contexte

STATUTS = {"a_emettre": "À émettre", "reporte": "Reportée"}


def donnees_recapitulatif(
    contexte: Contexte, semestre: Semestre, factures: Sequence[Facture], projet: ProjetPes
) -> dict[str, Any]:
    """Data of `recapitulatif.typ`."""
    return {
        **contexte.entete,
        "statut": PROJET,
        "titre": f"Récapitulatif des factures, {semestre}",
        "factures": [
            {
                "nom": f.nom,
                "siret": siret(f.siret),
                "du": montant(f.montant_du),
                "report": montant(f.report_precedent),
                "statut": STATUTS.get(f.statut, f.statut),
                "total": montant(f.montant_facture),
            }
            for f in factures
        ],
        "total": montant(sum((f.montant_facture for f in factures), ZERO)),
        "pes": _pes(semestre, projet),
        "phrases": projet.phrases,
        "ecartees": [
            {
                "nom": e.facture.nom,
                "dispositif": e.ligne.dispositif,
                "periode": e.ligne.periode,
                "montant": montant(e.ligne.montant),
                "motif": e.motif,
            }
            for e in projet.ecartees
        ],
        "reductions": [
            {
                "nom": r.facture.nom,
                "dispositif": r.ligne.dispositif,
                "montant": montant(r.ligne.montant),
                "titre": f"{r.titre.exercice}, bordereau {r.titre.bordereau}, titre {r.titre.piece}, "
                f"ligne {r.titre.ligne}, compte {r.titre.nature}",
            }
            for r in projet.retenues
            if r.titre
        ],
        "retours": projet.retours,
    }


def _pes(semestre: Semestre, projet: ProjetPes) -> str:
    """What the draft holds, in a sentence; empty without a draft."""
    if projet.octets is None:
        return ""
    nombre = len(projet.retenues)
    lignes = f"{nombre} ligne{'s' if nombre > 1 else ''}"
    return f"projet_pes_recette_{semestre}.xml : {lignes}, {montant(projet.total)}, réductions déduites."
