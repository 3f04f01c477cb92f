"""The rows of a bilan are cut by commune: each adherent is on one page only, and this file says which."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from mutualisation.documents.rapport.contenu.usage import en_vigueur, nom_du_cout, par_adhesion, stocks
from mutualisation.documents.rapport.publie import COMMUNE, Bilan, Ligne, commune_de, par_insee, somme
from mutualisation.socle.francais.typographie import lettres, ordre

DOSSIER = "communes"
ANNUAIRE = f"{DOSSIER}/index"
NOTES, DELIBERATIONS = "notes", "deliberations"
LONGUEUR = 60
# « Commune du Maisnil » stays whole: « Le Maisnil » is its name
ARTICLE = re.compile(r"^(?:l[ae]s? |l['’])", re.IGNORECASE)
TITRE = re.compile(r"^(?:commune|ville|mairie) (?:de |d['’ ])", re.IGNORECASE)
# these relations name an adherent by SIRET
PAR_SIRET = (
    "adhesion",
    "recouvrement",
    "cout_adherent",
    "facture_semestrielle",
    "recours",
    "cam_achats",
    "encaissement",
    "offre",
    "convention",
)
CEE = "cee_valorisation"
EPCI = "epci"
RANG = {COMMUNE: 0, "ccas": 1, "satellite": 2}
# these keys have no page: the EPCI, and a cost of no adherent (R11a)
CLE_EPCI, CLE_PERSONNE = "epci", ""


def replier(nom: str) -> str:
    """Write a name in ASCII: `Villeneuve-d'Ascq` is `villeneuve_d_ascq`; empty when no letter of it is Latin."""
    ascii_ = unicodedata.normalize("NFKD", lettres(nom)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_).strip("_")[:LONGUEUR].rstrip("_")


def page(cle: str, nom: str, *, sans_commune: bool) -> str:
    """Return the name of a page, without folder nor suffix; the key, INSEE code or else SIRET, makes it unique."""
    debut = f"sans_commune_{cle}" if sans_commune else replier(cle)
    return "_".join(filter(None, (debut, "" if nom == cle else replier(nom))))


def initiales(nom: str) -> list[str]:
    """Return the letters that lead to a name: E for `Écaillon`, L and B for `La Bassée`; `#` when there is none."""
    noms = (nom, ARTICLE.sub("", nom))
    premieres = {replier(n)[:1].upper() for n in noms}
    return sorted(p if p.isalpha() else "#" for p in premieres)


@dataclass(frozen=True)
class Adherent:
    """An adherent of the exercice; `code_insee`, `population` are None when unstated, `nom` at worst the SIRET."""

    siret: str
    nom: str
    type_adherent: str
    code_insee: str | None = None
    population: int | None = None

    @property
    def ancre(self) -> str:
        """Return the anchor of its part of the page."""
        return f"a-{self.siret}"


@dataclass(frozen=True)
class Annee:
    """One exercice of a page has its adherents, and their rows of each relation. `stocks` are the dispositifs whose
    units are the mean of two semestres (R10e); `membres` those whose cost follows membership (`usage.par_adhesion`)."""

    exercice: int
    adherents: tuple[Adherent, ...] = ()
    lignes: Mapping[str, list[Ligne]] = field(default_factory=dict)
    stocks: frozenset[str] = frozenset()
    membres: frozenset[str] = frozenset()

    def __getitem__(self, relation: str) -> list[Ligne]:
        return self.lignes.get(relation, [])

    @property
    def population(self) -> int | None:
        """Return the inhabitants of the commune, counted once however many SIRET it has."""
        connues = [a.population for a in self.adherents if a.population and a.code_insee]
        return max(connues, default=None)

    @property
    def du(self) -> Decimal:
        """Return what was due for the exercice, by every mode of recovery, in €."""
        return somme(self["recouvrement"], "montant_du")

    @property
    def titre(self) -> Decimal:
        """Return what was titled for the exercice, in €."""
        return somme(self["recouvrement"], "montant_titre")

    @property
    def a_titrer(self) -> Decimal:
        """Return what was to be titled: what was titled plus the gap, in €."""
        return self.titre + somme(self["recouvrement"], "ecart")

    @property
    def cout(self) -> Decimal:
        """Return the full cost of adhesion and use, in € (R11)."""
        return somme(self["cout_adherent"], "cout_usage")

    @property
    def cout_adhesion(self) -> Decimal:
        """Return the part of `cout` that follows membership, whatever was used."""
        return somme((r for r in self["cout_adherent"] if r["dispositif"] in self.membres), "cout_usage")

    @property
    def nom_du_cout(self) -> str:
        """Name `cout`: of use, of adhesion, or of both."""
        return nom_du_cout(self["cout_adherent"], self.membres)

    @property
    def reste(self) -> Decimal:
        """Return what the EPCI bears, in € (R11)."""
        return somme(self["cout_adherent"], "reste_a_charge")

    @property
    def suivi(self) -> bool:
        """Say whether a cost is followed; if not though services are joined, their cost is unknown, not zero."""
        return bool(self["cout_adherent"]) or not self.services

    @property
    def services(self) -> list[str]:
        """Return the dispositifs joined on 31 December: « adhésions » counts these everywhere (R10)."""
        return sorted({r["dispositif"] for r in self["adhesion"] if en_vigueur(r, date(self.exercice, 12, 31))})

    def par_habitant(self, montant: Decimal) -> Decimal | None:
        """Divide an amount by the inhabitants; None without a population."""
        return montant / self.population if self.population else None

    def de(self, *adherents: Adherent) -> Annee:
        """Return the same year for these adherents only; certificates are found by SIREN."""
        sirets = {a.siret for a in adherents}
        sirens = {siret[:9] for siret in sirets}
        lignes = {nom: [r for r in self[nom] if r["siret_adherent"] in sirets] for nom in PAR_SIRET}
        lignes[CEE] = [r for r in self[CEE] if r["siren_beneficiaire"] in sirens]
        return replace(self, adherents=adherents, lignes=lignes)

    def partager(self, cle: str) -> tuple[Annee, Annee]:
        """Split the rows of a page in two: those of its commune (or of the adherent that has none), then those of its
        CCAS and satellites. No row is in both."""
        propre = self.de(*(a for a in self.adherents if a.type_adherent == COMMUNE or a.siret == cle))
        prises = {id(r) for rangees in propre.lignes.values() for r in rangees}
        lignes = {nom: [r for r in rangees if id(r) not in prises] for nom, rangees in self.lignes.items()}
        autres = tuple(a for a in self.adherents if a not in propre.adherents)
        return propre, replace(self, adherents=autres, lignes=lignes)


@dataclass(frozen=True)
class BlocCommunal:
    """A page is of a commune, or of an adherent that has none. `annees` are its own, by exercice shown; `autres` are
    the CCAS and satellites of its INSEE code in the exercice, counted apart."""

    cle: str
    nom: str
    exercice: int
    annees: Mapping[int, Annee]
    autres: Annee

    @property
    def annee(self) -> Annee:
        return self.annees[self.exercice]

    @property
    def est_commune(self) -> bool:
        """Say whether the page is that of a commune; an adherent without one is not."""
        return any(a.type_adherent == COMMUNE and a.code_insee == self.cle for a in self.annee.adherents)

    @property
    def page(self) -> str:
        """Return the name of its page, in the folder of pages, without suffix."""
        return page(self.cle, self.nom, sans_commune=not self.est_commune)


@dataclass(frozen=True)
class Territoire:
    """`blocs` are the pages in the order of names; `epci` and `personne` (costs of no adherent) have no page."""

    blocs: tuple[BlocCommunal, ...]
    epci: Annee
    personne: Annee

    @property
    def annees(self) -> list[Annee]:
        """Return the exercice of every page, then that of the other adherents told on it."""
        return [*(b.annee for b in self.blocs), *(b.autres for b in self.blocs)]

    @property
    def nom_du_cout(self) -> str:
        """Name the cost of all pages together."""
        annees = [*self.annees, self.epci]
        return nom_du_cout([r for a in annees for r in a["cout_adherent"]], self.epci.membres)

    @property
    def communes(self) -> list[BlocCommunal]:
        return [b for b in self.blocs if b.est_commune]

    @property
    def sans_commune(self) -> list[BlocCommunal]:
        """Return the pages of adherents without a commune."""
        return [b for b in self.blocs if not b.est_commune]


# six products of an extract read this result
@lru_cache(maxsize=1)
def decouper(bilan: Bilan) -> Territoire:
    """Cut the exercice into pages; none in a version before the relation `adherent` was published (S8)."""
    presentes = list(bilan.contexte.presentes) if bilan["adherent"] else [bilan.exercice]
    annees = {e: dict(_annees(bilan, e)) for e in presentes} if bilan["adherent"] else {}
    par_cle = annees.get(bilan.exercice, {})
    blocs = [
        BlocCommunal(
            cle,
            _nom_de_page(annee),
            bilan.exercice,
            {e: x.get(cle, Annee(e)).partager(cle)[0] for e, x in annees.items()},
            annee.partager(cle)[1],
        )
        for cle, annee in par_cle.items()
        if cle not in (CLE_EPCI, CLE_PERSONNE)
    ]
    vide = Annee(bilan.exercice, membres=par_adhesion(bilan, bilan.exercice))
    return Territoire(
        tuple(sorted(blocs, key=lambda b: (not b.est_commune, ordre(b.nom), b.cle))),
        par_cle.get(CLE_EPCI, vide),
        par_cle.get(CLE_PERSONNE, vide),
    )


def _nom_de_page(annee: Annee) -> str:
    # `_ordre` puts the commune first; it is named without its title (`Armentières`)
    premier = annee.adherents[0]
    return (premier.type_adherent == COMMUNE and TITRE.sub("", premier.nom)) or premier.nom


def _annees(bilan: Bilan, exercice: int) -> Iterator[tuple[str, Annee]]:
    connus = _adherents_connus(bilan, exercice)
    cles = _pages_par_siret(bilan, connus, exercice)
    par_siren = {siret[:9]: siret for siret in sorted(connus, reverse=True)}
    rangees = [
        (relation, r, r["siret_adherent"] or CLE_PERSONNE)
        for relation in ("adherent", *PAR_SIRET)
        for r in bilan.lignes(relation, exercice)
    ]
    for r in bilan.lignes(CEE, exercice):
        siren = str(r["siren_beneficiaire"])
        rangees.append((CEE, r, par_siren.get(siren, siren)))
    lignes: dict[str, dict[str, list[Ligne]]] = defaultdict(lambda: defaultdict(list))
    membres: dict[str, set[str]] = defaultdict(set)
    for relation, r, siret in rangees:
        # a SIRET that no relation names has its own page
        cle = cles.get(siret, siret)
        lignes[cle][relation].append(r)
        membres[cle].add(siret)
    releves, par_membre = stocks(bilan, exercice), par_adhesion(bilan, exercice)
    for cle, sirets in membres.items():
        adherents = (connus.get(s) or Adherent(s, s, "") for s in sirets if s)
        yield cle, Annee(exercice, tuple(sorted(adherents, key=_ordre)), lignes[cle], releves, par_membre)


def _ordre(adherent: Adherent) -> tuple[int, tuple[str, str], str]:
    return RANG.get(adherent.type_adherent, len(RANG)), ordre(adherent.nom), adherent.siret


def _adherents_connus(bilan: Bilan, exercice: int) -> dict[str, Adherent]:
    """Return {SIRET: adherent}, named by the exercice, else by the nearest one shown (R7a: a former adherent)."""
    connus: dict[str, Adherent] = {}
    autres = sorted((e for e in bilan.contexte.presentes if e != exercice), key=lambda e: abs(e - exercice))
    for e in (exercice, *autres):
        for r in bilan.lignes("adherent", e):
            # inhabitants of another year are not those of this year
            population = r["population"] if e == exercice else None
            adherent = Adherent(
                r["siret_adherent"], r["nom"] or r["siret_adherent"], r["type_adherent"], r["code_insee"], population
            )
            connus.setdefault(adherent.siret, adherent)
    return connus


def _pages_par_siret(bilan: Bilan, connus: Mapping[str, Adherent], exercice: int) -> dict[str, str]:
    """Return {SIRET that is known: key of its page}."""
    communes = par_insee(bilan.lignes("adherent", exercice))
    cles = dict.fromkeys((bilan.contexte.siret, bilan.contexte.siren), CLE_EPCI)
    for siret, adherent in connus.items():
        epci = adherent.type_adherent == EPCI or siret[:9] == bilan.contexte.siren
        cles[siret] = CLE_EPCI if epci else commune_de(adherent.type_adherent, adherent.code_insee, communes) or siret
    return cles


def total(annees: Iterable[Annee], mesure: str) -> Decimal:
    """Add up `du`, `titre`, `cout` or `reste` over pages, in €."""
    return sum((getattr(a, mesure) for a in annees), Decimal(0))
