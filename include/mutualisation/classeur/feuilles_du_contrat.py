"""What every sheet is made of: rows of a relation in words, the total of what adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mutualisation.classeur.colonnes_du_contrat import colonnes
from mutualisation.classeur.noms_des_adherents import annuaire, rang
from mutualisation.francais import libelles
from mutualisation.francais.formats import majuscule
from mutualisation.francais.libelles import libelle
from mutualisation.mise_en_forme import modele as m
from mutualisation.publication.relations import lire_relations
from mutualisation.rapport.publie import Bilan, Ligne

# words of the codes of a column, wherever it is shown
MOTS: dict[str, Callable[[Any], str]] = {
    "categorie": lambda x: libelles.CATEGORIES.get(x, x),
    "compte": libelles.libelle_compte,
    "controle": libelles.libelle_controle,
    "groupe": libelles.libelle_groupe,
    "motif": lambda x: majuscule(libelles.libelle_motif(x)),
    "scenario": lambda x: libelle(libelles.SCENARIOS, x),
    "source": lambda x: libelle(libelles.SOURCES, x),
    "statut": lambda x: libelle(libelles.STATUTS | libelles.STATUTS_FACTURE, x),
    "valorisation": majuscule,
}


def rangees(bilan: Bilan, relation: str) -> list[Ligne]:
    """Rows of a relation in words, by dispositif, commune and adherent, then in the order of its key."""
    lues, qui = bilan[relation], annuaire(bilan)
    if lues and "siret_adherent" in lues[0]:
        lues = sorted(map(qui.nommer, lues), key=rang)
    if lues and "dispositif" in lues[0]:
        lues = bilan.dans_l_ordre(lues)
    return [{cle: MOTS[cle](x) if cle in MOTS and x is not None else x for cle, x in r.items()} for r in lues]


def feuille(
    nom: str,
    titre: str,
    notice: str,
    lignes: Sequence[Ligne],
    siennes: Sequence[m.Colonne],
    *,
    total: Mapping[str, Any] | None = None,
    intitule: str = "Total",
    additive: bool = True,
    note: str = "",
    **mise_en_page: Any,
) -> m.Tableau:
    """The sheet of a table. `total`: what is known of its totals, the rest being added up; not `additive`: counted.

    `mise_en_page`: see `modele.Feuille`.
    """
    somme = None
    if additive and (total is not None or any(c.somme for c in siennes)):
        somme = {**m.additionner(intitule, siennes, lignes), **(total or {}), siennes[0].cle: intitule}
    return m.Tableau(titre, tuple(siennes), lignes, somme, note, feuille=m.Feuille(nom, notice, **mise_en_page))


@dataclass(frozen=True)
class Liste:
    """The raw sheet of a relation, to filter: its rows and the sentence that tells them are those of the contract.

    `noms`, `titres`, `formules`: see `colonnes`; `trier`: another order than that of `rangees`; `garder`: the rows
    kept; `traduire`: words of a row that need the bilan; `publie`: totals of another relation; `longue`: the rows over
    which it is summed up; `options`: of `feuille`.
    """

    relation: str
    nom: str
    titre: str
    noms: str
    titres: Mapping[str, str] = field(default_factory=dict)
    formules: Mapping[str, str] = field(default_factory=dict)
    trier: Callable[[Ligne], Any] | None = None
    garder: Callable[[Ligne], bool] = bool
    traduire: Callable[[Bilan, Ligne], Ligne] | None = None
    publie: Callable[[Bilan], Ligne] | None = None
    longue: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, bilan: Bilan) -> m.Tableau:
        """The sheet of a bilan."""
        lignes = [r for r in rangees(bilan, self.relation) if self.garder(r)]
        if self.trier:
            lignes.sort(key=self.trier)
        if self.traduire:
            lignes = [r | self.traduire(bilan, r) for r in lignes]
        options = {c: x for c, x in self.options.items() if c != "resume" or len(lignes) > self.longue}
        ecran = "" if self.options.get("imprimee", True) else " Liste pour l'écran, non imprimée."
        return feuille(
            self.nom,
            f"{self.titre}, {bilan.exercice}",
            lire_relations()[self.relation].description + ecran,
            lignes,
            colonnes(self.noms, self.titres, **self.formules),
            publie=self.publie(bilan) if self.publie else None,
            filtre=True,
            **options,
        )
