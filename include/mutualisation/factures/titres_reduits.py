"""The titre that a reduction names (RattachPiece), found in the ledger."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from mutualisation.factures.facturation import Ligne, periode

# adherent, dispositif
Compte = tuple[str, str]
# numbers that the schema takes: a ledger may hold others
NUMERO = re.compile(r"0*[1-9][0-9]{0,5}")


@dataclass(frozen=True)
class Titre:
    """Line of a titre of the exercice: its numbers (ExerRat, IdPceOrig, IdLigneOrig) and its account."""

    exercice: int
    bordereau: str
    piece: str
    ligne: str
    nature: str


class Titres:
    """Titres of an exercice and budget by adherent and dispositif, with what is left to reduce.

    The schema lets a reduction (02 02 06) name a titre of its own exercice only.
    """

    def __init__(self, lignes: Iterable[Ligne], budget: str) -> None:
        self.budget = budget
        self._restes: dict[Compte, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self._titres: dict[tuple[Compte, str], dict[Titre, Decimal]] = defaultdict(dict)
        for x in lignes:
            if x["budget"] == budget:
                compte = (x["siret_adherent"], x["dispositif"])
                self._noter(compte, periode(x["periode_exercice"], x["periode_semestre"]), x)

    def _noter(self, compte: Compte, quand: str, ligne: Ligne) -> None:
        self._restes[compte][quand] += ligne["montant"]
        numeros = (ligne["piece"], ligne["ligne_piece"])
        if ligne["montant"] > 0 and all(NUMERO.fullmatch(n) for n in numeros):
            titre = Titre(ligne["exercice"], ligne["bordereau"], *numeros, ligne["nature"])
            self._titres[compte, quand][titre] = ligne["montant"]

    def reduire(self, siret: str, dispositif: str, quand: str, montant: Decimal) -> Titre | None:
        """The titre of that period, else of the nearest earlier one, that holds `montant` once cancellations are taken.

        Of several in a period, the one that holds most, then the last issued. It holds less by `montant` from then on.
        """
        compte = (siret, dispositif)
        restes = self._restes[compte]
        for ici in sorted((p for p in restes if p <= quand), reverse=True):
            titres = self._titres[compte, ici]
            assez = [t for t, reste in titres.items() if reste >= montant]
            if restes[ici] >= montant and assez:
                choisi = max(assez, key=lambda t: (titres[t], int(t.piece), int(t.ligne)))
                restes[ici] -= montant
                titres[choisi] -= montant
                return choisi
        return None
