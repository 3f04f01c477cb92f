"""What to do about a rejected or held row, by the rule that its reason names."""

from __future__ import annotations

import re

_REGLE = re.compile(r"\b([A-Z][0-9]{1,2}[a-z]?'?)(?=[,) ]|$)")
# by rule, or by its family; what the reason says already is not said again
_REMEDES = {
    "C1": "écrire le nombre en chiffres, avec une virgule décimale, sans signe % ni point des milliers",
    "C2": "écrire le montant",
    "C3": "écrire la date jj/mm/aaaa",
    "C4": "rapprocher le signe et le total du type de la pièce",
    "C5": "corriger la date ou l'exercice, ou déplacer la ligne dans le fichier de sa période",
    "C6": "écrire les quatorze chiffres du SIRET",
    "C7": "écrire une des valeurs attendues",
    "C8": "écrire la durée en heures, entre 0 et 24",
    "C9": "écrire la période ou la quantité dans sa forme",
    "C10": "écrire la quotité en pourcentage, entre 0 et 100",
    "C11": "écrire le compte, de 2 à 12 chiffres",
    "C13": "écrire les neuf chiffres du SIREN",
    "F6": "remettre chaque valeur dans sa colonne",
    "F9": "raccourcir le texte",
    "F11": "remplacer la formule par sa valeur",
    "F12": "garder la ligne juste : les corriger toutes pour qu'elles soient les mêmes, ou changer la clé de l'une",
    "G1": "remplir ou corriger la cellule",
    "G5": "corriger le nom du contrôle, ou corriger le fichier du référentiel",
    "G11": "corriger le code, ou l'ajouter à son fichier de référence",
    "H1": "corriger les dates de contrat de l'agent",
    "H2": "ramener les affectations simultanées à 100 % au plus",
    "H3": "écrire le pourcentage de l'affectation",
    "H4": "garder une seule durée pour l'agent, le jour et l'activité",
    "H5": "corriger la date ou le matricule, ou ajouter l'agent à son fichier",
    "R1": "corriger le code d'activité, ou lui donner une clé dans cles_analytiques",
    "R1f": "écrire une part entre 0 et 100",
    "R1g": "faire valider la saisie, puis écrire O dans Validé",
    "R3a": "corriger l'axe, ou lui donner une clé dans cles_analytiques",
    "R3e": "écrire l'exercice d'origine du titre annulé",
    "R3f": "retrouver le montant juste et l'écrire sur les deux lignes, ou changer l'identité de l'une",
    "R1h": "écrire une valeur que ce paramètre admet",
    "R3g": "écrire HT ou TTC",
    "R3h": "écrire un préfixe de compte et un rôle connus",
    "R7b'": "écrire le montant ou la base que la règle du tarif demande",
    "R7d": "écrire une tranche dont le maximum dépasse le minimum",
    "R4d": "corriger l'axe, ou lui donner une clé dans cles_analytiques",
    "R4e": "corriger la fiche de l'immobilisation",
    "R5c": "ramener la subvention à la valeur du bien au plus",
    "R7g": "corriger le SIRET ou le dispositif, ou ajouter l'adhésion",
    "R9a": "garder un seul montant par commande, lot et statut",
    "R9b": "rapprocher l'annulation de sa commande",
}
_DEFAUT = "corriger la cellule en faute"


def regle_citee(motif: str) -> str:
    """The rule that a reason of `rejets` ends with (`C1`), empty when it names none."""
    trouvees = _REGLE.findall(motif)
    return trouvees[-1] if trouvees else ""


def remede_du_motif(motif: str) -> str:
    """One French phrase: what to do about a row rejected or held for that reason."""
    regle = regle_citee(motif)
    return _REMEDES.get(regle) or _REMEDES.get(regle.rstrip("abcdefghij'")) or _DEFAUT
