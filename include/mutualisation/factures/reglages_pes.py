"""What a PES must be told: codes of the accounting office, and on what each dispositif is titled.

All of it comes from dated rows of `referentiel/parametres` (read on the first day of the semestre), the keys without an
axe (R3i) and the titres of the ledger. No code of the office is made up: what is missing or ill-formed is listed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from mutualisation.factures.facturation import Facturation, Semestre
from mutualisation.factures.lettres import en_latin1
from mutualisation.factures.parametres import Parametres
from mutualisation.factures.schema_pes import valeur_admise
from mutualisation.publication.contexte import Contexte

# docs/decisions/0003: refund of costs by the member communes, general administration
COMPTE_RECETTE, FONCTION = "70875", "020"


@dataclass(frozen=True)
class Forme:
    """What a parameter must be: a test, and the words that say it."""

    admet: Callable[[str], bool]
    attendu: str


def _forme(forme: str, attendu: str, motif: str = r".*") -> Forme:
    return Forme(lambda v: valeur_admise(forme, v) and bool(re.fullmatch(motif, v)), attendu)


FORMES = {
    "pes_poste": _forme("codique", "codique du poste comptable, 6 ou 7 chiffres"),
    "pes_siret": _forme("chiffres14", "SIRET du budget, 14 chiffres", r"\d{14}"),
    "pes_collectivite": _forme("codcol", "code de la collectivité chez le comptable, 3 chiffres"),
    "pes_budget": _forme("codbud", "code du budget chez le comptable, 2 caractères"),
    "pes_produit": _forme("alpha4", "code du produit local, 1 à 4 lettres ou chiffres"),
    "pes_service": _forme("texte10", "code du service, 10 caractères au plus"),
    "compte_recette": _forme("num12", "compte de 3 à 12 chiffres", r"\d{3,12}"),
    "fonction_recette": _forme("chiffres10", "fonction de 1 à 10 chiffres", r"\d{1,10}"),
}


@dataclass(frozen=True)
class Poste:
    """Codes of the accounting office: IdPost, IdColl (SIRET of the budget), CodCol, CodBud."""

    poste: str
    siret: str
    collectivite: str
    budget: str


@dataclass(frozen=True)
class Imputation:
    """On what a dispositif is titled: Nature, Fonction, CodServ (may be empty), CodProdLoc."""

    nature: str
    fonction: str
    service: str
    produit: str


class ReglagesPes:
    """Settings of the draft of one semestre; `a_completer` lists the rows that are missing or wrong."""

    def __init__(self, contexte: Contexte, facturation: Facturation, semestre: Semestre) -> None:
        self._valeurs = Parametres.au(semestre.debut, contexte.parametres).valeurs
        self._epci = (contexte.siret, contexte.siren)
        self._cles = {
            (c["origine"], c["code"]): c["dispositif"] for c in facturation.cles if c["semestre"] == semestre.numero
        }
        self._natures: dict[str, set[str]] = defaultdict(set)
        for titre in facturation.titres:
            if titre["type_piece"] == "01":
                self._natures[titre["dispositif"]].add(titre["nature"])
        self._manques: dict[str, str] = {}

    @property
    def a_completer(self) -> list[str]:
        """« pes_budget (code du budget chez le comptable, 2 caractères) », each row once, in the order met."""
        return [f"{nom} ({attendu})" for nom, attendu in self._manques.items()]

    def poste(self) -> Poste | None:
        """Codes of the office, None when one is missing; SIRET of the EPCI unless `pes_siret` says another."""
        siret = self._valeur("pes_siret", "pes_siret") or self._epci[0]
        if not siret:
            self._manques["pes_siret"] = FORMES["pes_siret"].attendu
        elif not siret.startswith(self._epci[1]):
            # our own reader rejects such a file (P1)
            self._manques["pes_siret"] = f"« {siret} » n'est pas un SIRET de l'EPCI, SIREN {self._epci[1]}"
        poste, collectivite, budget = (self._exiger(n) for n in ("pes_poste", "pes_collectivite", "pes_budget"))
        complet = siret and poste and collectivite and budget and "pes_siret" not in self._manques
        return Poste(poste, siret, collectivite, budget) if complet else None

    def imputation(self, dispositif: str) -> Imputation | None:
        """Imputation of a dispositif; None when a row is missing. `dispositif` empty: the general parameters alone."""
        nature = self._nature(dispositif)
        fonction = self._choisir("fonction_recette", dispositif) or FONCTION
        service = en_latin1(self._choisir("pes_service", dispositif, self._cle("service", "pes_service", dispositif)))
        produit = self._choisir("pes_produit", dispositif, self._cle("produit", "pes_produit", dispositif))
        if not produit:
            self._manquer("pes_produit", dispositif)
        return Imputation(nature, fonction, service, produit) if nature and produit else None

    def retour(self, imputation: Imputation) -> str:
        """What the ledger would give such a titre (R3i): the key of its service, else of its product, else ''."""
        codes = (("service", imputation.service), ("produit", imputation.produit))
        return next((self._cles[c] for c in codes if c in self._cles), "")

    def _nature(self, dispositif: str) -> str:
        """Parameter of the dispositif, else the one account of its titres, else the general parameter, else 70875."""
        connues = self._natures.get(dispositif, set())
        choisie = self._choisir("compte_recette", dispositif, next(iter(connues)) if len(connues) == 1 else "")
        if choisie or self._manques.get(f"compte_recette:{dispositif}"):
            return choisie
        if len(connues) > 1:
            # no account is chosen among several
            self._manques[f"compte_recette:{dispositif}"] = f"un compte, les titres en ont {len(connues)}"
            return ""
        return COMPTE_RECETTE

    def _choisir(self, racine: str, dispositif: str, autre: str = "") -> str:
        """The parameter of the dispositif, else `autre`, else the parameter of all; '' without any."""
        precise = self._valeur(racine, f"{racine}:{dispositif}") if dispositif else ""
        return precise or autre or self._valeur(racine, racine)

    def _cle(self, origine: str, racine: str, dispositif: str) -> str:
        """The first code, by code point, of the keys of that origin that give the dispositif and fit in a PES."""
        codes = (code for (o, code), d in self._cles.items() if o == origine and d == dispositif)
        return min((c for c in codes if FORMES[racine].admet(c)), default="")

    def _valeur(self, racine: str, nom: str) -> str:
        """Value in force; '' when there is none, or when it is ill-formed, which is then to mend."""
        valeur = self._valeurs.get(nom, "").strip()
        if valeur and not FORMES[racine].admet(valeur):
            self._manques[nom] = f"« {valeur} » n'est pas un {FORMES[racine].attendu}"
            return ""
        return valeur

    def _exiger(self, nom: str) -> str:
        valeur = self._valeur(nom, nom)
        if not valeur:
            self._manquer(nom, "")
        return valeur

    def _manquer(self, racine: str, dispositif: str) -> None:
        nom = f"{racine}:{dispositif}" if dispositif else racine
        self._manques.setdefault(nom, FORMES[racine].attendu)
