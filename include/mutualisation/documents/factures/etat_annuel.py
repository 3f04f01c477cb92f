"""The annual statement of article D5211-16 sets the units of each beneficiary, at the unit cost of the accounts, beside
what it owes. There is one per dispositif billed by the unit, by its unit cost, or whose legal base binds; it says as
due what the bilan says, to the cent."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.documents.factures.facturation import Facturation, Ligne, Parametres, lire_chiffres, somme
from mutualisation.documents.rapport.contenu.imputations import RELATION, nommer
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import ZERO, arrondi
from mutualisation.socle.francais.typographie import ordre

REGLES_UNITAIRES = ("par_unite", "cout_unitaire")
TARIF = ("semestre", "regle", "tranche_min", "tranche_max", "prix", "reference", "mode_recouvrement")
UNITES, MONTANTS = ("unites_s1", "unites_s2", "unites"), ("montant_s1", "montant_s2", "montant")
BASE, ECART = "cout_d5211", "ecart"
CHIFFRES = (*UNITES, BASE, *MONTANTS, ECART)
MOIS_APRES_SIGNATURE = 3


@dataclass(frozen=True)
class EtatAnnuel:
    """A dispositif and exercice have one statement.

    `tarifs` are `TARIF` of each one applied; `tous` is {siret_adherent, nom, *CHIFFRES} of every beneficiary: its
    weighted units, of each semestre and of the year (R10, R10e), at the unit cost of the accounts (None when there is
    none), the `montant_du` that the bilan publishes (R7) and the difference, in euros; `beneficiaires` are those to
    show; `recours` are rows of `factures_unites` with the name of the adherent; `cout` is a row of `factures_couts`
    (R7f), None for a tariff per unit; `constate` a row of `cout_unitaire`; `passage` a row of `passage_d5211`, None
    when the dispositif is not valued; `notifications` the register."""

    exercice: int
    dispositif: str
    libelle: str
    tarifs: list[Ligne]
    tous: list[Ligne]
    beneficiaires: list[Ligne]
    recours: list[Ligne]
    cout: Ligne | None
    constate: Ligne | None
    passage: Ligne | None
    notifications: list[Ligne]
    cadre_legal: str | None = None

    @property
    def opposable(self) -> bool:
        """Say whether the base of D5211-16 binds (S11b)."""
        return bool(self.passage and self.passage.get("base_opposable"))

    @property
    def constate_unitaire(self) -> Decimal | None:
        """Return the cost of a unit by the accounts, as the statement says it."""
        return _unitaire(self.constate)

    @property
    def unitaire(self) -> bool:
        """Say whether it is billed by the unit."""
        return _est_unitaire(self.tarifs)

    @property
    def nom_de_fichier(self) -> str:
        """Return the code of the dispositif, in letters that a file may have."""
        return "".join(c if c.isalnum() or c in "_-" else "_" for c in self.dispositif)


def total(beneficiaires: Sequence[Ligne]) -> Ligne:
    """Sum units and amounts of these beneficiaries; there is no base without a unit cost."""
    connus = CHIFFRES if all(b[BASE] is not None for b in beneficiaires) else (*UNITES, *MONTANTS)
    return dict.fromkeys(CHIFFRES) | {colonne: somme(beneficiaires, colonne) for colonne in connus}


def _est_unitaire(tarifs: Iterable[Ligne]) -> bool:
    return any(t["regle"] in REGLES_UNITAIRES for t in tarifs)


def lire_etats(
    conn: psycopg.Connection[Any],
    contexte: Contexte,
    facturation: Facturation,
    parametres: Parametres,
    adherent: str | None = None,
) -> list[EtatAnnuel]:
    """Return a statement per dispositif that has a tariff per unit in the exercice or whose base binds. `adherent`
    keeps that SIRET alone. Raises `ErreurMutualisation` when the tariffs do not sum to the published due."""
    publie = {
        relation: lire_chiffres(conn, contexte, relation, contexte.exercice, contexte.construction.version)
        for relation in ("cout_unitaire", "passage_d5211", "recouvrement", "adhesion")
    }
    constates, passages = ({r["dispositif"]: r for r in publie[x]} for x in ("cout_unitaire", "passage_d5211"))
    dus = [r for r in publie["recouvrement"] if adherent in (None, r["siret_adherent"])]
    tarifs = [t for t in facturation.tarifs if adherent in (None, t["siret_adherent"])]
    retenus = {t["dispositif"] for t in tarifs if t["regle"] in REGLES_UNITAIRES}
    retenus |= {r["dispositif"] for r in dus if passages.get(r["dispositif"], {}).get("base_opposable")}
    fiches: dict[str, Ligne] = {d["code"]: d for d in contexte.dispositifs}
    couts = {c["dispositif"]: c for c in facturation.couts}
    noms = {a["siret_adherent"]: a["nom"] for a in sorted(facturation.adherents, key=lambda a: int(a["semestre"]))}
    etats = []
    for d in sorted(retenus):
        tarifs_du_dispositif, attendus, utilisees, adhesions = (
            [r for r in lignes if r["dispositif"] == d]
            for lignes in (tarifs, publie["recouvrement"], facturation.unites, publie["adhesion"])
        )
        _verifier_dus(contexte.exercice, d, tarifs_du_dispositif, [r for r in dus if r["dispositif"] == d])
        tous = _beneficiaires(utilisees, attendus, noms, constates.get(d))
        beneficiaires, recours = (
            [b for b in lignes if adherent in (None, b["siret_adherent"])] for lignes in (tous, utilisees)
        )
        etats.append(
            EtatAnnuel(
                exercice=contexte.exercice,
                dispositif=d,
                libelle=fiches.get(d, {}).get("libelle", d),
                cadre_legal=fiches.get(d, {}).get("cadre_legal"),
                tarifs=_tarifs(tarifs_du_dispositif),
                tous=tous,
                beneficiaires=beneficiaires,
                recours=_recours(recours, noms),
                cout=couts.get(d),
                constate=constates.get(d),
                passage=passages.get(d),
                notifications=notifications(
                    contexte.exercice,
                    d,
                    beneficiaires,
                    adhesions,
                    parametres,
                    unitaire=_est_unitaire(tarifs_du_dispositif),
                ),
            )
        )
    return etats


def lire_imputations(conn: psycopg.Connection[Any], contexte: Contexte) -> list[Ligne]:
    """Return what is due on each attribution de compensation beside what was decided, with the commune's name (R21)."""
    version = contexte.construction.version
    return nommer(*(lire_chiffres(conn, contexte, r, contexte.exercice, version) for r in (RELATION, "adherent")))


def _verifier_dus(exercice: int, dispositif: str, tarifs: Iterable[Ligne], dus: Iterable[Ligne]) -> None:
    sommes: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for r in dus:
        sommes[r["siret_adherent"], r["semestre"]] += r["montant_du"]
    for t in tarifs:
        sommes[t["siret_adherent"], t["semestre"]] -= t["montant"]
    if ecarts := {cle: ecart for cle, ecart in sommes.items() if ecart}:
        (siret, semestre), ecart = min(ecarts.items())
        raise ErreurMutualisation(
            f"L'état annuel {exercice} de {dispositif} ne s'accorde pas avec le bilan : pour {siret}, semestre "
            f"{semestre}, écart de {ecart} €. Publiez l'exercice de nouveau."
        )


def _tarifs(tarifs: Iterable[Ligne]) -> list[Ligne]:
    vus = {
        (t["semestre"], t["regle"], t["tranche_min"] or ZERO, t["prix"] or ZERO, t["mode_recouvrement"]): {
            c: t[c] for c in TARIF
        }
        for t in tarifs
    }
    return [vus[cle] for cle in sorted(vus)]


def _unitaire(constate: Ligne | None) -> Decimal | None:
    """Return the unit cost of a row of `cout_unitaire`; in cents, it has four decimals."""
    publie = constate["cout_d5211_unitaire"] if constate else None
    if constate is None or publie is None or abs(publie) >= 1 or not constate["unites"]:
        return publie
    return arrondi(constate["cout_d5211"] / constate["unites"], 4)


def _beneficiaires(
    unites: Iterable[Ligne], dus: Iterable[Ligne], noms: Mapping[str, str], constate: Ligne | None
) -> list[Ligne]:
    """Return those with a unit or an amount, by name; `constate` is a row of `cout_unitaire`, if any."""
    chiffres: dict[str, Ligne] = defaultdict(lambda: dict.fromkeys(UNITES, Decimal(0)) | dict.fromkeys(MONTANTS, ZERO))
    for u in unites:
        # a unit without its weight is unknown: the units of the year leave it out too
        for colonne in (f"unites_s{u['semestre']}", "unites"):
            chiffres[u["siret_adherent"]][colonne] += u["unites"] or 0
    for r in dus:
        for colonne in (f"montant_s{r['semestre']}", "montant"):
            chiffres[r["siret_adherent"]][colonne] += r["montant_du"]
    annee, unitaire = constate["unites"] if constate else None, _unitaire(constate)
    # both semestres count a stock again: the year is their mean (R10e)
    if annee and annee == arrondi(somme(chiffres.values(), "unites") / 2, 6):
        for de_l_adherent in chiffres.values():
            de_l_adherent["unites"] /= 2
    lignes = []
    for siret, de_l_adherent in chiffres.items():
        if any(de_l_adherent.values()):
            base = None if unitaire is None else arrondi(de_l_adherent["unites"] * unitaire, 2)
            cout = {
                "cout_d5211_unitaire": unitaire,
                BASE: base,
                ECART: None if base is None else de_l_adherent["montant"] - base,
            }
            lignes.append({"siret_adherent": siret, "nom": noms.get(siret, siret), **de_l_adherent, **cout})
    return sorted(lignes, key=lambda b: (ordre(b["nom"]), b["siret_adherent"]))


def _recours(unites: Iterable[Ligne], noms: Mapping[str, str]) -> list[Ligne]:
    lignes = [{**u, "nom": noms.get(u["siret_adherent"], u["siret_adherent"])} for u in unites]
    return sorted(lignes, key=lambda u: (ordre(u["nom"]), u["siret_adherent"], u["semestre"], u["type_unite"]))


# ---------------------------------------------------------------- register of notifications
def notifications(
    exercice: int,
    dispositif: str,
    beneficiaires: Iterable[Ligne],
    adhesions: Iterable[Ligne],
    parametres: Parametres,
    *,
    unitaire: bool,
) -> list[Ligne]:
    """Return {siret_adherent, nom, a_notifier_avant, notifie_le, etat} of each beneficiary.

    The cost is notified before the budget is adopted (L1612-2); in the year a convention is signed, within three months
    of it: the first day of the adhesion stands for the signature, which no file gives. With `unitaire`, the dispositif
    is billed by the unit, at a cost of the year that is notified in it; else the cost is the one of its accounts,
    notified before the next budget and not before the year is over. The dated parameter `notifie_le:<dispositif>`, else
    `notifie_le`, gives the date of the notification. `adhesions` are those of the dispositif. Raises
    `ErreurMutualisation` when a parameter is no date."""
    nom = next((n for n in (f"notifie_le:{dispositif}", "notifie_le") if n in parametres.valeurs), None)
    notifiee = parametres.jour(nom) if nom else None
    annee = annee_de_notification(exercice, unitaire=unitaire)
    if notifiee is not None and not unitaire and notifiee.year <= exercice:
        notifiee = None
    commune = parametres.notification_cout(annee)
    debuts: dict[str, date] = {}
    for a in adhesions:
        debuts[a["siret_adherent"]] = min(debuts.get(a["siret_adherent"], a["debut"]), a["debut"])
    registre = []
    for b in beneficiaires:
        limite = _limite(annee, commune, debuts.get(b["siret_adherent"]))
        # a statement is made once the year is over: what was to be notified in it is past
        etat = "à notifier" if limite > date(exercice, 12, 31) else "non notifié, délai passé"
        if notifiee is not None:
            etat = "notifié" if notifiee <= limite else "notifié hors délai"
        beneficiaire = {"siret_adherent": b["siret_adherent"], "nom": b["nom"]}
        registre.append(beneficiaire | {"a_notifier_avant": limite, "notifie_le": notifiee, "etat": etat})
    return registre


def annee_de_notification(exercice: int, *, unitaire: bool) -> int:
    """Return the year in which the cost of a statement is notified: its own where it was billed, else the next."""
    return exercice if unitaire else exercice + 1


def _limite(exercice: int, commune: date, debut: date | None) -> date:
    if debut is None or debut.year != exercice:
        return commune
    annee, mois = divmod(debut.month - 1 + MOIS_APRES_SIGNATURE, 12)
    annee, mois = debut.year + annee, mois + 1
    return date(annee, mois, min(debut.day, monthrange(annee, mois)[1]))
