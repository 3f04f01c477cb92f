"""Assemble the half-yearly consolidated invoices of an exercice (R7e), with what each amount comes from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.documents.factures.facturation import Facturation, Ligne, Semestre, lire_chiffres, periode
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import INSECABLE, ZERO, exact
from mutualisation.socle.francais.libelles import libelle_unite
from mutualisation.socle.francais.typographie import ordre

Periode = tuple[int, int]
# rows are by exercice and semestre, then by SIRET
ParPeriode = Mapping[Periode, Mapping[str, list[Ligne]]]
MONTANTS = ("montant_du", "report_precedent", "montant_facture", "statut")


@dataclass(frozen=True)
class LigneFacture:
    """An invoice has this amount, in euros. `tarifs` are (sentence, amount) of each tariff row applied, of what is due
    in the semestre; `periode` is that of a carry-over, whose `dispositif` is empty when its origin is not among the
    published semestres; `mode` is the way, other than by titre, in which it is owed, None without a tariff; `titre` is
    what the ledger has titled of it already (R7i)."""

    dispositif: str
    libelle: str
    montant: Decimal
    titre: Decimal = ZERO
    tarifs: tuple[tuple[str, Decimal], ...] = ()
    periode: str = ""
    mode: str | None = None


@dataclass(frozen=True)
class Reste:
    """The accountant has this left to collect of the titres of an exercice, on the day `au` (R13), in euros."""

    exercice: int
    au: date
    montant: Decimal


@dataclass(frozen=True)
class Facture:
    """A row of `facture_semestrielle` has Σ `lignes` = montant_du, Σ `reports` = report_precedent, in euros. `adherent`
    is its row of `factures_adherents`; `hors_titre` and `restes` are shown, never summed; `titres` are rows of
    `factures_titres`, of what it invoices."""

    semestre: Semestre
    siret: str
    nom: str
    adherent: Ligne
    lignes: list[LigneFacture]
    reports: list[LigneFacture]
    hors_titre: list[LigneFacture]
    restes: list[Reste]
    titres: list[Ligne]
    montant_du: Decimal
    report_precedent: Decimal
    montant_facture: Decimal
    statut: str

    @property
    def est_a_emettre(self) -> bool:
        """Say whether the amount reaches the threshold of a titre."""
        return self.statut == "a_emettre"

    @property
    def cumul(self) -> Decimal:
        """Return what is owed so far, invoiced now or carried over."""
        return self.montant_du + self.report_precedent

    @property
    def deja_titre(self) -> Decimal:
        """Return what the ledger has titled of it, in euros."""
        return sum((x.titre for x in self._facturees), ZERO)

    @property
    def reste_a_titrer(self) -> Decimal:
        """Return what a titre is still to be issued for, below 0 where too much was."""
        return self.montant_facture - self.deja_titre if self.est_a_emettre else ZERO

    @property
    def etat(self) -> str:
        """Return its status for who issues titres: `a_emettre`, `titre_en_partie`, `deja_titre`, or `reporte`."""
        if not self.est_a_emettre or not any(x.titre for x in self._facturees):
            return self.statut
        return "deja_titre" if all(x.titre == x.montant for x in self._facturees) else "titre_en_partie"

    @property
    def titre_le(self) -> date | None:
        """Return the last day on which it was titled, None where it was not, or no date is kept."""
        return max((t["date_emission"] for t in self.titres if t["date_emission"]), default=None)

    @property
    def pieces(self) -> str:
        """Write the titres: `bordereau 4, titre 513`, separated by semicolons."""
        connues = {f"bordereau {t['bordereau']}, titre {t['piece']}" for t in self.titres}
        return " ; ".join(sorted(connues))

    @property
    def _facturees(self) -> list[LigneFacture]:
        return [*self.lignes, *self.reports]

    def lu(self, champ: str) -> str:
        """Read `type`, `adresse`, `code_postal` or `ville` of the adherent; empty when not stated."""
        return self.adherent.get(champ) or ""


def lire_factures(
    conn: psycopg.Connection[Any], contexte: Contexte, facturation: Facturation, semestre: int
) -> list[Facture]:
    """Return the invoices of a semestre, by name of the adherent then SIRET. Raises `ErreurMutualisation` when the
    lines of an invoice do not sum to the published row."""
    exercice, version = contexte.exercice, contexte.construction.version
    versions = {**{e: v for e, v in contexte.presentes.items() if e < exercice}, exercice: version}
    recouvrement, emises = (
        _par_periode(conn, contexte, relation, versions) for relation in ("recouvrement", "facture_semestrielle")
    )
    assemblage = _Assemblage(contexte, facturation, recouvrement, emises, _restes(conn, contexte, versions), semestre)
    publiees = [r for lignes in emises.get((exercice, semestre), {}).values() for r in lignes]
    factures = [assemblage.facture(r) for r in publiees]
    for facture in factures:
        _verifier(facture)
    return sorted(factures, key=lambda f: (ordre(f.nom), f.siret))


def _par_periode(
    conn: psycopg.Connection[Any], contexte: Contexte, relation: str, versions: Mapping[int, int]
) -> ParPeriode:
    par_periode: dict[Periode, dict[str, list[Ligne]]] = defaultdict(lambda: defaultdict(list))
    for exercice, version in versions.items():
        for ligne in lire_chiffres(conn, contexte, relation, exercice, version):
            par_periode[exercice, ligne["semestre"]][ligne["siret_adherent"]].append(ligne)
    return par_periode


def _restes(conn: psycopg.Connection[Any], contexte: Contexte, versions: Mapping[int, int]) -> dict[str, list[Reste]]:
    """Return {SIRET: rests, exercices in order}; nothing where all is collected, or where nothing says what was."""
    sommes: dict[tuple[str, int, date], Decimal] = defaultdict(lambda: ZERO)
    for exercice, version in sorted(versions.items()):
        for r in lire_chiffres(conn, contexte, "encaissement", exercice, version):
            sommes[r["siret_adherent"], exercice, r["au"]] += r["reste_a_recouvrer"]
    restes: dict[str, list[Reste]] = defaultdict(list)
    for (siret, exercice, au), montant in sommes.items():
        if montant:
            restes[siret].append(Reste(exercice, au, montant))
    return restes


class _Assemblage:
    """Published rows are joined to the frozen detail, for one semestre."""

    def __init__(
        self,
        contexte: Contexte,
        facturation: Facturation,
        recouvrement: ParPeriode,
        emises: ParPeriode,
        restes: Mapping[str, list[Reste]],
        semestre: int,
    ) -> None:
        self._semestre = facturation.semestre(semestre)
        self._ici = (contexte.exercice, semestre)
        self._libelles = {d["code"]: d["libelle"] for d in contexte.dispositifs}
        self._adherents = {a["siret_adherent"]: a for a in facturation.adherents if a["semestre"] == semestre}
        self._tarifs = [t for t in facturation.tarifs if t["semestre"] == semestre]
        self._unites = [u for u in facturation.unites if u["semestre"] == semestre]
        self._titres = facturation.titres
        self._titre_depuis = {(*_cle(a), a["siret_adherent"]): a["montant_titre"] for a in facturation.anterieurs}
        self._recouvrement, self._emises, self._restes = recouvrement, emises, restes

    def facture(self, publiee: Ligne) -> Facture:
        siret = publiee["siret_adherent"]
        adherent = self._adherents.get(siret, {"nom": siret})
        lignes, reports = list(self._lignes_de_l_adherent(siret)), self._reports(siret, publiee["report_precedent"])
        facturees = {(x.dispositif, x.periode or periode(*self._ici)) for x in (*lignes, *reports) if x.titre}
        return Facture(
            self._semestre,
            siret,
            adherent["nom"],
            adherent,
            lignes=lignes,
            reports=reports,
            hors_titre=list(self._hors_titre(siret)),
            restes=self._restes_anterieurs(siret),
            titres=[t for t in self._titres if t["siret_adherent"] == siret and _cle(t) in facturees],
            **{champ: publiee[champ] for champ in MONTANTS},
        )

    def _restes_anterieurs(self, siret: str) -> list[Reste]:
        """Return the rests of former exercices, and of this one if no titre of this semestre or after is in them. A
        rest is known by exercice only, and what is invoiced here must not be claimed twice."""
        exercice, semestre = self._ici
        titres = any(
            r["montant_titre"]
            for (e, s), lignes in self._recouvrement.items()
            if e == exercice and s >= semestre
            for r in lignes.get(siret, ())
        )
        return [x for x in self._restes.get(siret, []) if x.exercice < exercice or not titres]

    def _ligne_facturee(self, r: Ligne, **autres: Any) -> LigneFacture:
        dispositif = r["dispositif"]
        libelle = str(self._libelles.get(dispositif, dispositif))
        # a former exercice was published before what was titled of it since; a version before 0.3 kept nothing else
        cle = (dispositif, periode(r["exercice"], r["semestre"]), r["siret_adherent"])
        titre = self._titre_depuis[cle] if cle in self._titre_depuis else r["montant_titre"]
        return LigneFacture(dispositif, libelle, r["montant_du"], titre, **autres)

    def _lignes_dues(self, siret: str, quand: Periode) -> list[Ligne]:
        return self._recouvrement.get(quand, {}).get(siret, [])

    def _tarifs_de(self, r: Ligne) -> list[Ligne]:
        return self._siennes(self._tarifs, r)

    @staticmethod
    def _siennes(lignes: Iterable[Ligne], r: Ligne) -> list[Ligne]:
        cle = (r["siret_adherent"], r["dispositif"])
        return [x for x in lignes if (x["siret_adherent"], x["dispositif"]) == cle]

    def _lignes_de_l_adherent(self, siret: str) -> Iterable[LigneFacture]:
        """Yield what is invoiced; a row without due nor tariff exists by its past titres alone (R7a)."""
        for r in self._lignes_dues(siret, self._ici):
            tarifs = self._tarifs_de(r)
            if r["mode_recouvrement"] == "titre" and (r["montant_du"] or tarifs):
                unites = self._siennes(self._unites, r)
                phrases = ((f"{phrase_du_tarif(t)}{dire_les_actes(t, unites)}", t["montant"]) for t in tarifs)
                yield self._ligne_facturee(r, tarifs=tuple(phrases))

    def _hors_titre(self, siret: str) -> Iterable[LigneFacture]:
        for r in self._lignes_dues(siret, self._ici):
            mode = r["mode_recouvrement"]
            par_adhesion = self._tarifs_de(r) or (mode is None and not r["montant_titre"])
            if mode != "titre" and (r["montant_du"] or par_adhesion):
                yield self._ligne_facturee(r, mode=mode)

    def _reports(self, siret: str, attendu: Decimal) -> list[LigneFacture]:
        """Return the carry-over by semestre and dispositif of origin, when published semestres explain it exactly."""
        lignes: list[LigneFacture] = []
        anterieurs = [p for p in self._emises if p < self._ici and siret in self._emises[p]]
        for p in sorted(anterieurs, reverse=True) if attendu else ():
            if self._emises[p][siret][0]["statut"] != "reporte":
                break
            lignes = [
                self._ligne_facturee(r, periode=periode(*p))
                for r in self._lignes_dues(siret, p)
                if r["mode_recouvrement"] == "titre" and r["montant_du"]
            ] + lignes
        if _total(lignes) == attendu:
            return lignes
        return [LigneFacture("", "Report des factures précédentes", attendu, periode=str(self._semestre))]


def _cle(titre: Ligne) -> tuple[str, str]:
    return titre["dispositif"], periode(titre["periode_exercice"], titre["periode_semestre"])


def _total(lignes: Iterable[LigneFacture]) -> Decimal:
    return sum((x.montant for x in lignes), ZERO)


def _verifier(f: Facture) -> None:
    du, reporte, attendu = _total(f.lignes), _total(f.reports), f.cumul if f.est_a_emettre else ZERO
    if (du, reporte, attendu) != (f.montant_du, f.report_precedent, f.montant_facture):
        raise ErreurMutualisation(
            f"La facture {f.semestre} de {f.siret} ne s'accorde pas avec la publication : lignes "
            f"{du} €, report {reporte} €, total {attendu} € ; publié {f.montant_du} €, {f.report_precedent} €, "
            f"{f.montant_facture} €. Publiez l'exercice de nouveau."
        )


def dire_les_actes(tarif: Ligne, unites: Iterable[Ligne]) -> str:
    """Say which units a tariff bills: ` (13 déclarations préalables × 0,7 + 2 pages)`; empty when it bills none.
    `unites` are rows of `factures_unites`."""
    comptees = sorted((u for u in unites if u["unites"]), key=lambda u: (-u["quantite"], u["type_unite"]))
    actes = " + ".join(
        f"{exact(u['quantite'])}{INSECABLE}{libelle_unite(u['type_unite'], int(u['quantite']))}"
        + ("" if u["poids"] == 1 else f" × {exact(u['poids'])}")
        for u in comptees
    )
    # both semestres count a stock: the tariff takes half of it (R10e)
    moitie = "" if sum(u["unites"] for u in comptees) == tarif["unites"] else ", pour moitié"
    return f" ({actes}{moitie})" if tarif["unites"] and actes else ""


def prix(valeur: Decimal | None) -> str:
    """Write a unit price with its decimals: `0,80 €`, `0,612345 €`; nothing is 0."""
    return f"{exact(valeur or 0, 2)}{INSECABLE}€"


def phrase_du_tarif(tarif: Mapping[str, Any]) -> str:
    """Say what a tariff row (of `factures_tarifs`) gives for an adherent and semestre."""
    r, a_payer = tarif, prix(tarif["prix"])
    prorata = f"× {r['mois']}{INSECABLE}mois sur 12"
    match r["regle"]:
        case "forfait":
            return f"Forfait annuel de {a_payer} {prorata}"
        case "par_habitant":
            return f"{a_payer} × {exact(r['population'] or 0)}{INSECABLE}habitants {prorata}"
        case "par_tranche":
            return f"Tranche {dire_tranche(r)} (population {exact(r['population'] or 0)}) : {a_payer} par an {prorata}"
        case "par_unite":
            return f"{a_payer} × {exact(r['unites'])}{INSECABLE}unités"
        case "cout_unitaire":
            return f"Coût unitaire {a_payer} × {exact(r['unites'])}{INSECABLE}unités"
        case "pourcentage":
            return f"{exact(r['prix'])}{INSECABLE}% {_dire_assiette(r)}"
    raise ValueError(f"règle de tarif sans phrase : {r['regle']}")


def dire_tranche(r: Mapping[str, Any]) -> str:
    """Write a bracket: `de 2 000 à moins de 5 000 habitants`."""
    bas, haut = r["tranche_min"], r["tranche_max"]
    if haut is None:
        return f"{exact(bas)} habitants et plus" if bas is not None else "toutes populations"
    return f"de {exact(bas)} à moins de {exact(haut)} habitants" if bas else f"moins de {exact(haut)} habitants"


def _dire_assiette(r: Mapping[str, Any]) -> str:
    if r["base"] == "achats_ht":
        return f"de {exact(r['achats_ht'], 2)}{INSECABLE}€ d'achats HT du semestre"
    return "du produit des certificats d'économies d'énergie vendus au semestre"
