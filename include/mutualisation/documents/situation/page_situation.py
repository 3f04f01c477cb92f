"""The page of a situation answers at a glance: spent, used, titled, against last year, the forecast, the landing."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.cellules import en_francais
from mutualisation.documents.rapport.contenu.ouverture import RESTREINTE, SYNTHETIQUES
from mutualisation.documents.rapport.enonces import lire_phrase, lire_points, lire_tableau
from mutualisation.documents.situation.calendrier import GENRES, Echeance
from mutualisation.documents.situation.suivi_budgetaire import dire_credits_depasses, somme, suivre_le_budget
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import ZERO

PROVISOIRE = "Provisoire, non publié"
MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
SOMMES = (
    "cumul_cout", "cumul_cout_n1", "cout_n1", "atterrissage_cout", "prevu_cout", "cumul_recettes", "cumul_recettes_n1",
    "recettes_n1", "atterrissage_recettes", "prevu_du",
)  # fmt: skip
EFFETS = {
    "etp": "temps", "taux": "coût moyen", "fonctionnement": "fonctionnement", "amortissements": "amortissements",
    "subventions": "subventions", "reprises": "reprises",
}  # fmt: skip
NOMMES = 5
Ligne = dict[str, Any]


@dataclass(frozen=True)
class Situation:
    """Where an exercice stands: rows of `situation` (E and E−1), of `atterrissage`, of `budget_suivi` and of credits
    outside of it (R23); `absents` name what had arrived a year before and has not; `echeances` what comes due until the
    last invoices of the year; `restreinte`: a mean cost that it reads may tell a pay (R2i). `methode`: what the same
    landing would have said of E−1 at this month, beside what E−1 was (R22c); None where that is not known."""

    contexte: Contexte
    mois: int
    situation: Sequence[Ligne]
    atterrissage: Sequence[Ligne]
    budget_suivi: Sequence[Ligne] = ()
    credits_hors: Sequence[Ligne] = ()
    absents: Sequence[str] = ()
    echeances: Sequence[Echeance] = ()
    restreinte: bool = False
    methode: Ligne | None = None

    @property
    def exercice(self) -> int:
        return self.contexte.exercice

    @property
    def date(self) -> str:
        return f"fin {MOIS[self.mois - 1]}"

    @property
    def annee_sur_periode(self) -> Decimal:
        """Days of the year over those from 1 January to the end of the month: the pace of a year (R22c)."""
        debut, suivant = dt.date(self.exercice, 1, 1), dt.date(self.exercice + 1, 1, 1)
        fin = dt.date(self.exercice + self.mois // 12, self.mois % 12 + 1, 1)
        return Decimal((suivant - debut).days) / (fin - debut).days

    def du_mois(self, exercice: int) -> dict[str, Ligne]:
        """Return {dispositif: row} of this month in an exercice."""
        return {r["dispositif"]: r for r in self.situation if (r["exercice"], r["mois"]) == (exercice, self.mois)}


def sans_comparaison(s: Situation) -> str:
    """Name the dispositifs that the total of the landings leaves out, for want of a year before (R22a); "" where it
    leaves out none, or there is no total."""
    sans = [r["dispositif"] for r in s.atterrissage if r["atterrissage_cout"] is None]
    return formats.enumerer(sans, NOMMES) if len(sans) < len(s.atterrissage) else ""


def dire_sans_cout(situation: Iterable[Ligne]) -> str:
    """Say which catégories of staff cost 0 for want of a mean cost (R22a); "" without any, or where no year has one:
    the whole cost is then unknown."""
    comptees = [r for r in situation if r["sans_cout"] and r["exercice_prix"]]
    if not comptees:
        return ""
    categories = sorted({c for r in comptees for c in r["sans_cout"].split(", ")})
    return lire_phrase("situation.sans_cout", categories=formats.et(categories), prix=comptees[0]["exercice_prix"])


def page(s: Situation) -> m.Document:
    total = {c: somme(s.atterrissage, c) for c in SOMMES}
    prix = next((r["exercice_prix"] for r in s.du_mois(s.exercice).values()), None)
    lignes = [
        r | {"ecart": None if None in (r["cumul_cout"], r["cumul_cout_n1"]) else r["cumul_cout"] - r["cumul_cout_n1"]}
        for r in s.atterrissage
    ]
    mots: dict[str, Any] = {"date": s.date, "e": s.exercice, "n1": s.exercice - 1, "prix": prix or ""}
    tableau = lire_tableau("situation.services", lignes, total=total | {"ecart": somme(lignes, "ecart")}, **mots)
    if sans := sans_comparaison(s):
        dit = lire_phrase("situation.sans_comparaison", dispositifs=sans, **mots)
        tableau = replace(tableau, note=f"{tableau.note} {dit}")
    tableau = replace(tableau, feuille=m.Feuille("Situation", "Où en est l'année, et où elle finirait, par dispositif"))
    lecture = [*lire_points("situation.methode", **mots), *_precision(s, mots)]
    sections = [
        m.Section("services", "Service par service", "Services", [tableau]),
        m.Section(
            "budget",
            "Voté, dépensé, engagé, disponible",
            "Budget",
            suivre_le_budget(s.budget_suivi, s.credits_hors, **mots),
        ),
        m.Section(
            "bouge", "Ce qui a le plus bougé depuis l'an dernier, et pourquoi", "Ce qui a bougé", _bouge(s, lignes)
        ),
        m.Section("absents", "Ce qui n'est pas arrivé", "Pas arrivé", _absents(s)),
        m.Section("echeances", "Ce qui vient à échéance", "Échéances", par_genre(s.echeances)),
        m.Section("lecture", "Comment lire cette situation", "Lecture", [m.Liste(lecture)]),
    ]
    periode = f"{s.exercice}-{s.mois:02}"
    etats = {PROVISOIRE: True, RESTREINTE: s.restreinte, SYNTHETIQUES: s.contexte.est_synthetique}
    avis = [("Provisoire", lire_phrase("situation.provisoire" if prix else "situation.sans_prix", **mots))]
    if s.restreinte:
        avis.append((RESTREINTE, lire_phrase("ouverture.pourquoi_restreinte")))
    if sans_cout := dire_sans_cout(s.situation):
        avis.append(("Personnel incomplet", sans_cout))
    if depassements := [r["dispositif"] for r in s.atterrissage if r["depasse"]]:
        avis.append(("Coût à la fin au-dessus du prévu", f"{formats.enumerer(depassements, 12)}."))
    if depasses := dire_credits_depasses(s.budget_suivi):
        avis.append(("Crédits dépassés", depasses))
    return m.Document(
        chemin=f"situation_{periode}",
        exercice=s.exercice,
        titre=f"Où en est {s.exercice}, {s.date}",
        sous_titre="Services mutualisés : dépensé, employé, titré depuis janvier, et où l'année finirait",
        epci=s.contexte.epci,
        siren=s.contexte.siren,
        version=None,
        synthetique=s.contexte.est_synthetique,
        etats=[(etat, True) for etat, vaut in etats.items() if vaut],
        avis=[(titre, (phrase,)) for titre, phrase in avis],
        resume="",
        chiffres=_chiffres(s, total),
        sections=[x for x in sections if x.blocs],
        identite=[("Publication", ("aucune : ce document n'est d'aucune version",))],
        sorties=("html", "pdf", "xlsx"),
        forme="fiche",
        marque=s.contexte.charte["marque"],
        phrase=s.contexte.charte["phrase"],
    )


def _chiffres(s: Situation, total: Ligne) -> list[m.Chiffre]:
    """Show each total beside what it is compared with: the same date of last year, or the whole of it."""
    avant, annee = f"{s.date} {s.exercice - 1}", str(s.exercice - 1)
    etp, etp_n1 = (somme(s.du_mois(e).values(), "etp") for e in (s.exercice, s.exercice - 1))
    temps = m.AUCUN if etp is None else formats.nombre(etp, 2)
    rythme_annuel = "" if etp is None else f"{formats.nombre(etp * s.annee_sur_periode, 2)} au rythme de l'année"
    chiffres = [
        ("Coût net depuis janvier", _euros(total["cumul_cout"]), total["cumul_cout"], total["cumul_cout_n1"], avant),
        ("ETP utilisés depuis janvier", temps, etp, etp_n1, avant),
        (
            "Recettes titrées", _euros(total["cumul_recettes"]), total["cumul_recettes"], total["cumul_recettes_n1"],
            avant,
        ),
        (
            "Atterrissage du coût", _euros(total["atterrissage_cout"]), total["atterrissage_cout"], total["cout_n1"],
            annee,
        ),
        ("Coût qui était prévu", _euros(total["prevu_cout"]), total["prevu_cout"], total["cout_n1"], annee),
        (
            "Atterrissage des recettes", _euros(total["atterrissage_recettes"]), total["atterrissage_recettes"],
            total["recettes_n1"], annee,
        ),
    ]  # fmt: skip
    absents, rendus = sans_comparaison(s), []
    for nom, texte, valeur, reference, ou in chiffres:
        change = formats.evolution(reference, valeur)
        sans = f"sans {absents}" if absents and nom.startswith("Atterrissage") else ""
        rythme = rythme_annuel if nom.startswith("ETP") else ""
        note = ", ".join(filter(None, [f"{change} sur {ou}" if change else "", rythme, sans]))
        rendus.append(m.Chiffre(nom, texte, note))
    return rendus


def _euros(valeur: Decimal | None) -> str:
    return m.AUCUN if valeur is None else formats.euros(valeur)


def _bouge(s: Situation, lignes: Sequence[Ligne]) -> list[m.Bloc]:
    """List the dispositifs whose net cost moved most, each with its effects (R12), largest first, and its receipts."""
    n, avant = s.du_mois(s.exercice), s.du_mois(s.exercice - 1)
    points = []
    for r in sorted((x for x in lignes if x["ecart"]), key=lambda x: (-abs(x["ecart"]), x["dispositif"]))[:NOMMES]:
        tries = sorted(((mot, r[f"effet_{effet}"]) for effet, mot in EFFETS.items()), key=lambda x: -abs(x[1]))
        dits = [f"{mot} {en_francais(montant, 'variation')}" for mot, montant in tries if formats.arrondi(montant)]
        etp = n[r["dispositif"]]["etp"] - avant[r["dispositif"]]["etp"]
        temps = f" ({formats.signe(etp, 2)} ETP)" if formats.arrondi(etp, 2) else ""
        recettes = (r["cumul_recettes"] or ZERO) - (r["cumul_recettes_n1"] or ZERO)
        titre = f" ; recettes {en_francais(recettes, 'variation')}" if formats.arrondi(recettes) else ""
        points.append((r["libelle"], f"{en_francais(r['ecart'], 'variation')} : {', '.join(dits)}{temps}{titre}."))
    return [m.Liste(points)] if points else []


def _precision(s: Situation, mots: Ligne) -> list[tuple[str, str]]:
    """Say what the same landing would have said at this month of E−1, beside what E−1 was (R22c); [] if not known."""
    if s.methode is None or s.methode["atterrissage_cout"] is None:
        return []
    dits = {}
    for cle in ("cout", "recettes"):
        dit, fut = s.methode[f"atterrissage_{cle}"], s.methode[cle] or ZERO
        change = formats.evolution(fut, dit) or en_francais(dit - fut, "variation")
        dits[cle] = f"{formats.euros(dit)} au lieu de {formats.euros(fut)} ({change})"
    return [("Précision", lire_phrase("situation.precision", **dits, **mots))]


def _absents(s: Situation) -> list[m.Bloc]:
    if not s.absents:
        dit = f"{formats.majuscule(s.date)} : tous les fichiers reçus à cette date l'an dernier le sont aussi."
        return [m.p(dit)] if s.du_mois(s.exercice - 1) else []
    return [m.p(f"Arrivé à la même date l'an dernier, pas cette année : {formats.enumerer(s.absents, 12)}.")]


def par_genre(echeances: Sequence[Echeance]) -> list[m.Bloc]:
    """List by kind what comes due, the nearest first; a kind with many says how many more there are."""
    points = []
    for genre, nom in GENRES.items():
        dites = [f"{formats.jour(x.le)}, {x}" for x in echeances if x.genre == genre]
        if dites:
            points.append((formats.majuscule(nom), f"{' ; '.join(dites[:NOMMES])}{_suite(len(dites) - NOMMES)}."))
    return [m.Liste(points)] if points else []


def _suite(reste: int) -> str:
    return f" ; et {formats.plusieurs(reste, 'autre')}" if reste > 0 else ""
