"""The PES draft of a semestre: what it holds, what it leaves out and why; and the same read back from disk."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from mutualisation.factures.facturation import ZERO, Facturation, Ligne, Semestre, periode
from mutualisation.factures.factures import Facture
from mutualisation.factures.pes import LignePes, Titre, attendu, en_latin1, octets_pes
from mutualisation.factures.reglages_pes import ReglagesPes
from mutualisation.francais.formats import euros, plusieurs
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import Limites
from mutualisation.publication.contexte import Contexte
from mutualisation.sources.registre import registre

SANS_REGLAGE = (
    "Pas de projet de PES : à ajouter ou à corriger dans referentiel/parametres, en vigueur au {} : {} ; puis relancer "
    "« mutualisation bilan » et « mutualisation facturer »."
)
ECARTEES = "Projet de PES : {} pas, {} : voir hors_pes_{}.csv et recapitulatif_{}.pdf."
RIEN = "Pas de projet de PES : aucune ligne à titrer ce semestre."
SANS_CLE = (
    "{} : ni son service (« {} ») ni son produit (« {} ») n'a de clé ; sans axe, ses titres iraient hors mutualisation "
    "(R3i). À ajouter dans referentiel/cles_analytiques : origine produit, code {}, dispositif {}."
)
AUTRE_CLE = (
    "{} : les clés rendent ses titres à {} (service « {} », produit « {} », R3i) : à corriger dans "
    "referentiel/cles_analytiques ou dans referentiel/parametres."
)
SANS_ADRESSE = "adresse à compléter dans referentiel/adherents ({})"
SANS_ORIGINE = "report dont le dispositif n'est pas connu : titre à saisir par l'ordonnateur"
SANS_TITRE = (
    "réduction sans titre à réduire : aucun titre du budget {}, émis en {} pour ce dispositif et cette période ou une "
    "période antérieure, n'a ce montant (sur un exercice clos : mandat au compte 673)"
)
# the address is mandatory in the schema: field of the adherent, its name in the drop
ADRESSE = {"adresse": "Adresse", "code_postal": "Code postal", "ville": "Ville"}
# numbers that the schema takes: a ledger may hold others
NUMERO = re.compile(r"0*[1-9][0-9]{0,5}")
# adherent, dispositif
Compte = tuple[str, str]


@dataclass(frozen=True)
class ProjetPes:
    """`octets` is None when nothing is written; `phrases` say why, or what is left out; `retours`: keys to mend."""

    octets: bytes | None
    retenues: list[LignePes] = field(default_factory=list)
    ecartees: list[LignePes] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    retours: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """Signed sum of the lines kept, in euros."""
        return sum((x.montant for x in self.retenues), ZERO)


def preparer_projet(
    contexte: Contexte, facturation: Facturation, semestre: Semestre, factures: Iterable[Facture]
) -> ProjetPes:
    """The draft of the invoices to issue; without bytes when a code of the accounting office is missing.

    Raises `ErreurMutualisation` when a value is none that the schema takes.
    """
    emises = [f for f in factures if f.est_a_emettre]
    if not emises:
        return ProjetPes(None, phrases=[RIEN])
    reglages = ReglagesPes(contexte, facturation, semestre)
    poste = reglages.poste()
    titres = Titres(facturation.titres, poste["CodBud"] if poste else "")
    lignes = [x for facture in emises for x in _placees(facture, reglages, titres)]
    if reglages.a_completer or poste is None:
        a_completer = ", ".join(reglages.a_completer)
        return ProjetPes(None, phrases=[SANS_REGLAGE.format(f"{semestre.debut:%d/%m/%Y}", a_completer)])
    retenues, ecartees = [x for x in lignes if not x.motif], [x for x in lignes if x.motif]
    phrases = []
    if ecartees:
        total = euros(sum((x.montant for x in ecartees), ZERO), 2)
        absentes = plusieurs(len(ecartees), "ligne de facture n'y est", "lignes de facture n'y sont")
        phrases.append(ECARTEES.format(absentes, total, semestre, semestre))
    octets = octets_pes(contexte, semestre, poste, retenues)
    return ProjetPes(octets, retenues, ecartees, phrases or ([] if octets else [RIEN]), _retours(reglages, retenues))


def _retours(reglages: ReglagesPes, retenues: Iterable[LignePes]) -> list[str]:
    """One sentence per dispositif that its own titres would not come back to, once in the ledger without an axe."""
    phrases: dict[str, str] = {}
    for x in retenues:
        dispositif, service, produit = x.dispositif, x.imputation["CodServ"], x.imputation["CodProdLoc"]
        rendu = reglages.retour(service, produit)
        if not rendu:
            phrases[dispositif] = SANS_CLE.format(dispositif, service, produit, produit, dispositif)
        elif rendu != dispositif:
            phrases[dispositif] = AUTRE_CLE.format(dispositif, rendu, service, produit)
    return list(phrases.values())


# ---------------------------------------------------------------- lines kept, lines left out
def _lignes(facture: Facture) -> Iterator[LignePes]:
    """Lines of an invoice to issue, zero amounts left out; Σ = montant_facture.

    Each object names the period it pays for (R7i): a carry-over that of its own semestre.
    """
    ici = str(facture.semestre)
    for x in facture.lignes:
        yield LignePes(facture, f"{ici} {x.dispositif} {x.libelle}", ici, x.dispositif, x.montant)
    for x in facture.reports:
        objet = " ".join(f"{x.periode} {x.dispositif} report sous le seuil".split())
        yield LignePes(facture, objet, x.periode, x.dispositif, x.montant)


def _placees(facture: Facture, reglages: ReglagesPes, titres: Titres) -> Iterator[LignePes]:
    """Each line with its imputation and the titre it reduces, or with the reason why it is left out.

    A line whose dispositif lacks a setting is not there: `reglages.a_completer` says so and no draft is written.
    """
    defaut = _defaut_d_adresse(facture)
    for ligne in (x for x in _lignes(facture) if x.montant):
        if not ligne.dispositif:
            yield replace(ligne, motif=SANS_ORIGINE)
            continue
        imputation = reglages.imputation(ligne.dispositif)
        if imputation is None:
            continue
        if defaut:
            yield replace(ligne, motif=defaut)
        elif ligne.montant > 0:
            yield replace(ligne, imputation=imputation)
        elif titre := titres.reduire(facture.siret, ligne.dispositif, ligne.periode, -ligne.montant):
            yield replace(ligne, imputation=imputation, titre=titre)
        else:
            yield replace(ligne, motif=SANS_TITRE.format(titres.budget, facture.semestre.exercice))


def _defaut_d_adresse(facture: Facture) -> str:
    """Street, postal code of five digits, town: what is missing; empty when the address is whole."""
    absents = [nom for champ, nom in ADRESSE.items() if not en_latin1(facture.lu(champ))]
    if absents:
        return SANS_ADRESSE.format(", ".join(absents))
    if attendu("CP", code := facture.lu("code_postal")):
        return SANS_ADRESSE.format(f"Code postal « {code} » : cinq chiffres attendus")
    return ""


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
                self._noter((x["siret_adherent"], x["dispositif"]), x)

    def _noter(self, compte: Compte, ligne: Ligne) -> None:
        quand = periode(ligne["periode_exercice"], ligne["periode_semestre"])
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


def relire(chemin: Path) -> list[dict[str, str]]:
    """Rows of the file as the pipeline lands them, {column: text}. Raises `LectureRefusee`."""
    jeu = registre().jeu("pes")
    colonnes = [c.nom for c in jeu.colonnes_entrepot]
    lecteur = ouvrir(chemin, jeu, "xml", Limites())
    return [dict(zip(colonnes, rangee, strict=True)) for bloc in lecteur.blocs() for rangee in bloc.rangees]


def verifier_accord(chemin: Path, retenues: Iterable[LignePes]) -> list[str]:
    """Per adherent, service and product, Σ of the lines read back (TypBord 02 negative) = Σ of the lines kept."""
    attendues: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
    lues: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
    for x in retenues:
        attendues[x.facture.siret, x.imputation["CodServ"], x.imputation["CodProdLoc"]] += x.montant
    for ligne in relire(chemin):
        signe = -1 if ligne["typbord"] == "02" else 1
        lues[ligne["siret"], ligne["codserv"], ligne["codprodloc"]] += signe * Decimal(ligne["mtht"])
    return [
        f"{' '.join(cle)} : {lues[cle]} € dans le PES, {attendues[cle]} € à titrer."
        for cle in sorted({*attendues, *lues})
        if lues[cle] != attendues[cle]
    ]
