"""Which lines of the invoices the PES draft holds, and which it leaves out with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from mutualisation.factures.facturation import Facturation
from mutualisation.factures.factures import Facture
from mutualisation.factures.lettres import en_latin1
from mutualisation.factures.reglages_pes import Imputation, ReglagesPes
from mutualisation.factures.titres_reduits import Titre, Titres

SANS_ADRESSE = "adresse à compléter dans referentiel/adherents ({})"
SANS_ORIGINE = "report dont le dispositif n'est pas connu : titre à saisir par l'ordonnateur"
SANS_TITRE = (
    "réduction sans titre à réduire : aucun titre du budget {}, émis en {} pour ce dispositif et cette période ou une "
    "période antérieure, n'a ce montant (sur un exercice clos : mandat au compte 673)"
)


@dataclass(frozen=True)
class LignePes:
    """A line of an invoice: object, period, dispositif (empty for a carry-over of unknown origin), signed € amount."""

    objet: str
    periode: str
    dispositif: str
    montant: Decimal


@dataclass(frozen=True)
class Retenue:
    """A line of the draft; `titre`: the one that a negative line reduces."""

    facture: Facture
    ligne: LignePes
    imputation: Imputation
    titre: Titre | None


@dataclass(frozen=True)
class Ecartee:
    """A line left out of the draft, and why."""

    facture: Facture
    ligne: LignePes
    motif: str


def lignes_de(facture: Facture) -> list[LignePes]:
    """Lines of an invoice to issue, zero amounts left out; Σ = montant_facture.

    Each object names the period it pays for (R7i): a carry-over that of its own semestre.
    """
    ici = str(facture.semestre)
    du = [LignePes(f"{ici} {x.dispositif} {x.libelle}", ici, x.dispositif, x.montant) for x in facture.lignes]
    reports = [
        LignePes(
            " ".join(f"{x.periode} {x.dispositif} report sous le seuil".split()), x.periode, x.dispositif, x.montant
        )
        for x in facture.reports
    ]
    return [x for x in du + reports if x.montant]


def trier(
    factures: Iterable[Facture], facturation: Facturation, reglages: ReglagesPes, budget: str
) -> tuple[list[Retenue], list[Ecartee]]:
    """Lines kept and lines left out, in the order of the invoices; `reglages.a_completer` gains what is missing."""
    titres = Titres(facturation.titres, budget)
    retenues: list[Retenue] = []
    ecartees: list[Ecartee] = []
    for facture in factures:
        defaut = _defaut_d_adresse(facture)
        for ligne in lignes_de(facture):
            issue = _placer(facture, ligne, defaut, reglages, titres)
            if isinstance(issue, Retenue):
                retenues.append(issue)
            elif issue is not None:
                ecartees.append(issue)
    return retenues, ecartees


def _placer(
    facture: Facture, ligne: LignePes, defaut: str, reglages: ReglagesPes, titres: Titres
) -> Retenue | Ecartee | None:
    """None: a setting of the dispositif is missing, so that no draft will be written."""
    if not ligne.dispositif:
        return Ecartee(facture, ligne, SANS_ORIGINE)
    imputation = reglages.imputation(ligne.dispositif)
    if imputation is None:
        return None
    if defaut:
        return Ecartee(facture, ligne, defaut)
    if ligne.montant > 0:
        return Retenue(facture, ligne, imputation, None)
    titre = titres.reduire(facture.siret, ligne.dispositif, ligne.periode, -ligne.montant)
    if titre is None:
        return Ecartee(facture, ligne, SANS_TITRE.format(titres.budget, facture.semestre.exercice))
    return Retenue(facture, ligne, imputation, titre)


def _defaut_d_adresse(facture: Facture) -> str:
    """The address is mandatory in the schema: street, postal code of five digits, town."""
    absents = [
        nom
        for nom, valeur in (
            ("Adresse", facture.adresse), ("Code postal", facture.code_postal), ("Ville", facture.ville),
        )
        if not en_latin1(valeur)
    ]  # fmt: skip
    if absents:
        return SANS_ADRESSE.format(", ".join(absents))
    if not re.fullmatch(r"[0-9]{5}", facture.code_postal):
        return SANS_ADRESSE.format(f"Code postal « {facture.code_postal} » : cinq chiffres attendus")
    return ""
