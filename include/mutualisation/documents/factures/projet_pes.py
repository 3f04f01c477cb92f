"""Decide what the PES draft of a semestre holds, what it leaves out and why; read it back from disk."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from mutualisation.documents.factures.facturation import Facturation, Ligne, Semestre, periode
from mutualisation.documents.factures.factures import Facture
from mutualisation.documents.factures.pes import SCHEMA, LignePes, Titre, en_latin1, octets_pes, valeur_attendue
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import Limites
from mutualisation.entree.sources.registre import registre
from mutualisation.entree.sources.vocabulaire import vocabulaire
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.socle.francais.formats import ZERO, euros, plusieurs

SANS_REGLAGE = (
    "Pas de projet de PES : à ajouter ou à corriger dans referentiel/parametres, en vigueur au {} : {} ; puis relancer "
    "« mutualisation bilan » (« mutualisation charger » avant la publication) et « mutualisation facturer »."
)
ECARTEES = "Projet de PES : {} pas, {} : voir hors_pes_{}.csv et recapitulatif_{}.pdf."
DEJA_TITRE = "Factures {} : {} au grand livre, {} ; le projet de PES ne porte que la différence, {}."
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
# the address is mandatory in the schema: {field of the adherent: its name in the drop}
ADRESSE = {"adresse": "Adresse", "code_postal": "Code postal", "ville": "Ville"}
# the schema takes these numbers: a ledger may hold others
NUMERO = re.compile(r"0*[1-9][0-9]{0,5}")
# an account is an (adherent, dispositif)
Compte = tuple[str, str]
PARAMETRES = vocabulaire().parametres
# {parameter: the element it fills}
POSTE = {"pes_poste": "IdPost", "pes_siret": "IdColl", "pes_collectivite": "CodCol", "pes_budget": "CodBud"}
ELEMENTS = POSTE | {
    "compte_recette": "Nature",
    "fonction_recette": "Fonction",
    "pes_service": "CodServ",
    "pes_produit": "CodProdLoc",
}


@dataclass(frozen=True)
class ProjetPes:
    """`octets` is None when nothing is written; `phrases` say why, or what is left out; `retours` are keys to mend."""

    octets: bytes | None
    retenues: list[LignePes] = field(default_factory=list)
    ecartees: list[LignePes] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    retours: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """Return the signed sum of the lines kept, in euros."""
        return sum((x.montant for x in self.retenues), ZERO)


def preparer_projet(
    contexte: Contexte, facturation: Facturation, semestre: Semestre, factures: Iterable[Facture]
) -> ProjetPes:
    """Make the draft of the invoices to issue; without bytes when a code of the accounting office is missing. Raises
    `ErreurMutualisation` for a value that the schema does not take."""
    emises = [f for f in factures if f.est_a_emettre]
    if not emises:
        return ProjetPes(None, phrases=[RIEN])
    reglages = ReglagesPes(contexte, facturation, semestre)
    poste = reglages.poste()
    titres = Titres(facturation.titres, poste["CodBud"] if poste else "")
    lignes = [x for facture in emises for x in _lignes_placees(facture, reglages, titres)]
    if reglages.a_completer or poste is None:
        a_completer = ", ".join(reglages.a_completer)
        return ProjetPes(None, phrases=[SANS_REGLAGE.format(f"{semestre.debut:%d/%m/%Y}", a_completer)])
    retenues, ecartees = [x for x in lignes if not x.motif], [x for x in lignes if x.motif]
    phrases = _dire_titrees(semestre, emises)
    if ecartees:
        total = euros(sum((x.montant for x in ecartees), ZERO), 2)
        absentes = plusieurs(len(ecartees), "ligne de facture n'y est", "lignes de facture n'y sont")
        phrases.append(ECARTEES.format(absentes, total, semestre, semestre))
    octets = octets_pes(contexte, semestre, poste, retenues)
    return ProjetPes(octets, retenues, ecartees, phrases or ([] if octets else [RIEN]), _retours(reglages, retenues))


def _dire_titrees(semestre: Semestre, emises: Iterable[Facture]) -> list[str]:
    """Say what of a semestre the ledger has titled already; nothing where it has none of it."""
    titrees = [f for f in emises if f.etat != f.statut]
    deja, reste = (euros(sum((getattr(f, c) for f in titrees), ZERO), 2) for c in ("deja_titre", "reste_a_titrer"))
    combien = plusieurs(len(titrees), "facture déjà titrée", "factures déjà titrées")
    return [DEJA_TITRE.format(semestre, combien, deja, reste)] if titrees else []


def _retours(reglages: ReglagesPes, retenues: Iterable[LignePes]) -> list[str]:
    """Say for which dispositifs no key would give back a titre that the ledger has without an axe."""
    phrases: dict[str, str] = {}
    for x in retenues:
        dispositif, service, produit = x.dispositif, x.imputation["CodServ"], x.imputation["CodProdLoc"]
        rendu = reglages.retour(service, produit)
        if not rendu:
            phrases[dispositif] = SANS_CLE.format(dispositif, service, produit, produit, dispositif)
        elif rendu != dispositif:
            phrases[dispositif] = AUTRE_CLE.format(dispositif, rendu, service, produit)
    return list(phrases.values())


# ---------------------------------------------------------------- codes of the accounting office, of each dispositif
class ReglagesPes:
    """The draft of one semestre has these settings; `a_completer` lists the rows that are missing or wrong. They are
    dated rows of `referentiel/parametres` (read on the first day of the semestre), the keys without an axe (R3i) and
    the titres of the ledger. No code of the office is made up: what is missing or ill-formed is listed."""

    def __init__(self, contexte: Contexte, facturation: Facturation, semestre: Semestre) -> None:
        self._valeurs = contexte.parametres_au(semestre.debut)
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
        """List « pes_budget (code du budget chez le comptable, 2 caractères) », each row once, in the order met."""
        return [f"{nom} ({mots})" for nom, mots in self._manques.items()]

    def poste(self) -> dict[str, str] | None:
        """Return the codes of the office by element, None when one is missing; `pes_siret` is the EPCI's by default."""
        codes = {}
        for nom, element in POSTE.items():
            codes[element] = self._en_vigueur(nom, nom) or (self._siret if nom == "pes_siret" else "")
            if not codes[element]:
                self._manquer(nom)
        if codes["IdColl"] and not codes["IdColl"].startswith(self._siren):
            # our own reader rejects such a file (P1)
            self._manques["pes_siret"] = f"« {codes['IdColl']} » n'est pas un SIRET de l'EPCI, SIREN {self._siren}"
        return None if self._manques else codes

    def imputation(self, dispositif: str) -> dict[str, str] | None:
        """Return Nature, Fonction, CodServ (may be empty), CodProdLoc of a dispositif; None when a row lacks."""
        nature = self._nature(dispositif)
        fonction = self._choisir("fonction_recette", dispositif) or PARAMETRES["fonction_recette"].defaut
        service = en_latin1(self._choisir("pes_service", dispositif, self._code_de_cle("service", dispositif)))
        produit = self._choisir("pes_produit", dispositif, self._code_de_cle("produit", dispositif))
        if not produit:
            self._manquer("pes_produit", dispositif)
        if not nature or not produit:
            return None
        return {"Nature": nature, "Fonction": fonction, "CodServ": service, "CodProdLoc": produit}

    def retour(self, service: str, produit: str) -> str:
        """Return the dispositif that the ledger would give such a titre (R3i): by its service, else its product."""
        codes = (("service", service), ("produit", produit))
        return next((self._cles[c] for c in codes if c in self._cles), "")

    def _nature(self, dispositif: str) -> str:
        """Return the account of the dispositif, of its titres, the general one or `COMPTE_RECETTE`, as found first."""
        connues = self._natures.get(dispositif, set())
        choisie = self._choisir("compte_recette", dispositif, next(iter(connues)) if len(connues) == 1 else "")
        if choisie or self._manques.get(f"compte_recette:{dispositif}"):
            return choisie
        if len(connues) > 1:
            # no account is chosen among several
            self._manques[f"compte_recette:{dispositif}"] = f"un compte, les titres en ont {len(connues)}"
            return ""
        return PARAMETRES["compte_recette"].defaut

    def _choisir(self, racine: str, dispositif: str, autre: str = "") -> str:
        """Return the parameter of the dispositif, else `autre`, else the parameter of all; '' without any."""
        return self._en_vigueur(racine, f"{racine}:{dispositif}") or autre or self._en_vigueur(racine, racine)

    def _code_de_cle(self, origine: str, dispositif: str) -> str:
        """Return the first code, by code point, of its keys of that origin that fit in a PES."""
        element = ELEMENTS[f"pes_{origine}"]
        codes = (code for (o, code), d in self._cles.items() if o == origine and d == dispositif)
        return min((c for c in codes if not valeur_attendue(element, c)), default="")

    def _en_vigueur(self, racine: str, nom: str) -> str:
        """Return the value in force; '' when there is none, or when it is ill-formed, which is then to mend."""
        valeur = self._valeurs.get(nom, "").strip()
        if valeur and (mots := valeur_attendue(ELEMENTS[racine], valeur)):
            self._manques[nom] = f"« {valeur} » n'est pas un {mots}"
            return ""
        return valeur

    def _manquer(self, racine: str, dispositif: str = "") -> None:
        nom = f"{racine}:{dispositif}" if dispositif else racine
        self._manques.setdefault(nom, SCHEMA[ELEMENTS[racine]][1])


# ---------------------------------------------------------------- lines kept, lines left out
def _lignes_a_emettre(facture: Facture) -> Iterator[LignePes]:
    """Yield what no titre bills yet of an invoice to issue; Σ = reste_a_titrer. Each object names the period it pays
    for (R7i): a carry-over that of its own semestre."""
    ici = str(facture.semestre)
    for x in facture.lignes:
        yield LignePes(facture, f"{ici} {x.dispositif} {x.libelle}", ici, x.dispositif, x.montant - x.titre)
    for x in facture.reports:
        objet = " ".join(f"{x.periode} {x.dispositif} report sous le seuil".split())
        yield LignePes(facture, objet, x.periode, x.dispositif, x.montant - x.titre)


def _lignes_placees(facture: Facture, reglages: ReglagesPes, titres: Titres) -> Iterator[LignePes]:
    """Yield each line with its imputation and the titre it reduces, or with the reason why it is left out. A line whose
    dispositif lacks a setting is not there: `reglages.a_completer` says so and no draft is written."""
    defaut = _defaut_d_adresse(facture)
    for ligne in (x for x in _lignes_a_emettre(facture) if x.montant):
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
    """Say what lacks of street, postal code of five digits, town; empty when the address is whole."""
    absents = [nom for champ, nom in ADRESSE.items() if not en_latin1(facture.lu(champ))]
    if absents:
        return SANS_ADRESSE.format(", ".join(absents))
    if valeur_attendue("CP", code := facture.lu("code_postal")):
        return SANS_ADRESSE.format(f"Code postal « {code} » : cinq chiffres attendus")
    return ""


class Titres:
    """Titres of an exercice and budget are by adherent and dispositif, with what is left to reduce. The schema lets a
    reduction (02 02 06) name a titre of its own exercice only."""

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
        """Return the titre of that period, else of the nearest earlier one, that holds `montant` after cancellations.
        Of several in a period it is the one that holds most, then the last issued; its hold drops by `montant`."""
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
    """Return the rows of the file as the pipeline lands them, {column: text}. Raises `LectureRefusee`."""
    jeu = registre().jeu("pes")
    colonnes = [c.nom for c in jeu.colonnes_entrepot]
    lecteur = ouvrir(chemin, jeu, "xml", Limites())
    return [dict(zip(colonnes, rangee, strict=True)) for bloc in lecteur.blocs() for rangee in bloc.rangees]


def verifier_accord(chemin: Path, retenues: Iterable[LignePes]) -> list[str]:
    """Compare per adherent, service and product the lines read back (TypBord 02 negative) with the lines kept."""
    attendues: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
    sommes_lues: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
    for x in retenues:
        attendues[x.facture.siret, x.imputation["CodServ"], x.imputation["CodProdLoc"]] += x.montant
    for ligne in relire(chemin):
        signe = -1 if ligne["typbord"] == "02" else 1
        sommes_lues[ligne["siret"], ligne["codserv"], ligne["codprodloc"]] += signe * Decimal(ligne["mtht"])
    return [
        f"{' '.join(cle)} : {sommes_lues[cle]} € dans le PES, {attendues[cle]} € à titrer."
        for cle in sorted({*attendues, *sommes_lues})
        if sommes_lues[cle] != attendues[cle]
    ]
