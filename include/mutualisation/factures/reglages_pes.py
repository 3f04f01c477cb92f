"""What a PES must be told: codes of the accounting office, and on what each dispositif is titled.

All of it comes from dated rows of `referentiel/parametres` (read on the first day of the semestre), the keys without an
axe (R3i) and the titres of the ledger. No code of the office is made up: what is missing or ill-formed is listed.
"""

from __future__ import annotations

from collections import defaultdict

from mutualisation.factures.facturation import Facturation, Semestre
from mutualisation.factures.parametres import Parametres
from mutualisation.factures.pes import SCHEMA, attendu, en_latin1
from mutualisation.publication.contexte import Contexte

# docs/decisions/0003: refund of costs by the member communes, general administration
COMPTE_RECETTE, FONCTION = "70875", "020"
# parameter → the element it fills
POSTE = {"pes_poste": "IdPost", "pes_siret": "IdColl", "pes_collectivite": "CodCol", "pes_budget": "CodBud"}
ELEMENTS = POSTE | {
    "compte_recette": "Nature",
    "fonction_recette": "Fonction",
    "pes_service": "CodServ",
    "pes_produit": "CodProdLoc",
}


class ReglagesPes:
    """Settings of the draft of one semestre; `a_completer` lists the rows that are missing or wrong."""

    def __init__(self, contexte: Contexte, facturation: Facturation, semestre: Semestre) -> None:
        self._valeurs = Parametres.au(semestre.debut, contexte.parametres).valeurs
        self._siret, self._siren = contexte.siret, contexte.siren
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
        return [f"{nom} ({mots})" for nom, mots in self._manques.items()]

    def poste(self) -> dict[str, str] | None:
        """Code of each element of the office, None when one is missing; SIRET of the EPCI unless `pes_siret` says."""
        codes = {}
        for nom, element in POSTE.items():
            codes[element] = self._valeur(nom, nom) or (self._siret if nom == "pes_siret" else "")
            if not codes[element]:
                self._manquer(nom)
        if codes["IdColl"] and not codes["IdColl"].startswith(self._siren):
            # our own reader rejects such a file (P1)
            self._manques["pes_siret"] = f"« {codes['IdColl']} » n'est pas un SIRET de l'EPCI, SIREN {self._siren}"
        return None if self._manques else codes

    def imputation(self, dispositif: str) -> dict[str, str] | None:
        """Nature, Fonction, CodServ (may be empty), CodProdLoc of a dispositif; None when a row is missing."""
        nature = self._nature(dispositif)
        fonction = self._choisir("fonction_recette", dispositif) or FONCTION
        service = en_latin1(self._choisir("pes_service", dispositif, self._cle("service", dispositif)))
        produit = self._choisir("pes_produit", dispositif, self._cle("produit", dispositif))
        if not produit:
            self._manquer("pes_produit", dispositif)
        if not nature or not produit:
            return None
        return {"Nature": nature, "Fonction": fonction, "CodServ": service, "CodProdLoc": produit}

    def retour(self, service: str, produit: str) -> str:
        """The dispositif that the ledger would give such a titre (R3i): the key of its service, else of its product."""
        codes = (("service", service), ("produit", produit))
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
        return self._valeur(racine, f"{racine}:{dispositif}") or autre or self._valeur(racine, racine)

    def _cle(self, origine: str, dispositif: str) -> str:
        """The first code, by code point, of the keys of that origin that give the dispositif and fit in a PES."""
        element = ELEMENTS[f"pes_{origine}"]
        codes = (code for (o, code), d in self._cles.items() if o == origine and d == dispositif)
        return min((c for c in codes if not attendu(element, c)), default="")

    def _valeur(self, racine: str, nom: str) -> str:
        """Value in force; '' when there is none, or when it is ill-formed, which is then to mend."""
        valeur = self._valeurs.get(nom, "").strip()
        if valeur and (mots := attendu(ELEMENTS[racine], valeur)):
            self._manques[nom] = f"« {valeur} » n'est pas un {mots}"
            return ""
        return valeur

    def _manquer(self, racine: str, dispositif: str = "") -> None:
        nom = f"{racine}:{dispositif}" if dispositif else racine
        self._manques.setdefault(nom, SCHEMA[ELEMENTS[racine]][1])
