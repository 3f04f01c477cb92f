"""The half-yearly consolidated invoices of a published exercice (R7e), with what each amount comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.factures.facturation import Facturation, Ligne, Semestre, periode
from mutualisation.factures.redaction import phrase
from mutualisation.publication.contexte import Contexte
from mutualisation.publication.extraits_csv import lignes as lire_lignes
from mutualisation.publication.relations import lire_relations

Periode = tuple[int, int]
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class LigneFacture:
    """What is due for a dispositif in the semestre; `tarifs`: (sentence, amount) of each tariff row applied."""

    dispositif: str
    libelle: str
    montant: Decimal
    tarifs: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class LigneReport:
    """An amount carried over; `dispositif` empty when its origin is not among the published semestres."""

    periode: str
    dispositif: str
    libelle: str
    montant: Decimal


@dataclass(frozen=True)
class LigneHorsTitre:
    """What the adherent owes in another way: shown, never summed. `mode` as published, None without a tariff."""

    dispositif: str
    libelle: str
    mode: str | None
    montant: Decimal


@dataclass(frozen=True)
class Facture:
    """One row of `facture_semestrielle`: Σ `lignes` = montant_du, Σ `reports` = report_precedent, in euros."""

    semestre: Semestre
    siret: str
    nom: str
    type: str
    adresse: str
    code_postal: str
    ville: str
    lignes: tuple[LigneFacture, ...]
    reports: tuple[LigneReport, ...]
    hors_titre: tuple[LigneHorsTitre, ...]
    montant_du: Decimal
    report_precedent: Decimal
    montant_facture: Decimal
    statut: str

    @property
    def est_a_emettre(self) -> bool:
        """True when the amount reaches the threshold of a titre."""
        return self.statut == "a_emettre"

    @property
    def cumul(self) -> Decimal:
        """What is owed so far, invoiced now or carried over."""
        return self.montant_du + self.report_precedent


def lire_factures(
    conn: psycopg.Connection[Any], contexte: Contexte, facturation: Facturation, semestre: int
) -> list[Facture]:
    """Invoices of a semestre, by name of the adherent then SIRET.

    Raises `ErreurMutualisation` when the lines of an invoice do not sum to the published row.
    """
    exercice, version = contexte.exercice, contexte.construction.version
    versions = {**{e: v for e, v in contexte.presentes.items() if e < exercice}, exercice: version}
    recouvrement = _par_periode(conn, "recouvrement", versions)
    emises = _par_periode(conn, "facture_semestrielle", versions)
    assemblage = _Assemblage(contexte, facturation, recouvrement, emises, semestre)
    factures = [assemblage.facture(r) for r in emises.get((exercice, semestre), [])]
    for facture in factures:
        _verifier(facture)
    return sorted(factures, key=lambda f: (f.nom, f.siret))


def _par_periode(
    conn: psycopg.Connection[Any], relation: str, versions: Mapping[int, int]
) -> dict[Periode, list[Ligne]]:
    par_periode: dict[Periode, list[Ligne]] = defaultdict(list)
    for exercice, version in versions.items():
        for ligne in lire_lignes(conn, lire_relations()[relation], exercice, version):
            par_periode[exercice, ligne["semestre"]].append(ligne)
    return par_periode


class _Assemblage:
    """Joins what is published to the frozen detail, for one semestre."""

    def __init__(
        self,
        contexte: Contexte,
        facturation: Facturation,
        recouvrement: Mapping[Periode, list[Ligne]],
        emises: Mapping[Periode, list[Ligne]],
        semestre: int,
    ) -> None:
        self._semestre = facturation.semestre(semestre)
        self._ici = (contexte.exercice, semestre)
        self._libelles = {d["code"]: d["libelle"] for d in contexte.dispositifs}
        self._adherents = {a["siret_adherent"]: a for a in facturation.adherents if a["semestre"] == semestre}
        self._tarifs = _grouper((t for t in facturation.tarifs if t["semestre"] == semestre), "siret_adherent")
        self._recouvrement = {p: _grouper(lignes, "siret_adherent") for p, lignes in recouvrement.items()}
        self._emises = {p: {r["siret_adherent"]: r for r in lignes} for p, lignes in emises.items()}

    def facture(self, publiee: Ligne) -> Facture:
        siret = publiee["siret_adherent"]
        adherent = self._adherents.get(siret, {"nom": siret, "type": ""})
        return Facture(
            semestre=self._semestre,
            siret=siret,
            nom=adherent["nom"],
            type=adherent["type"],
            adresse=adherent.get("adresse") or "",
            code_postal=adherent.get("code_postal") or "",
            ville=adherent.get("ville") or "",
            lignes=tuple(self._lignes(siret)),
            reports=tuple(self._reports(publiee)),
            hors_titre=tuple(self._hors_titre(siret)),
            montant_du=publiee["montant_du"],
            report_precedent=publiee["report_precedent"],
            montant_facture=publiee["montant_facture"],
            statut=publiee["statut"],
        )

    def _libelle(self, dispositif: str) -> str:
        return str(self._libelles.get(dispositif, dispositif))

    def _dus(self, siret: str) -> list[Ligne]:
        return self._recouvrement.get(self._ici, {}).get(siret, [])

    def _lignes(self, siret: str) -> Iterable[LigneFacture]:
        """A row without due nor tariff exists by its past titres alone (R7a): nothing is invoiced for it."""
        for r in self._dus(siret):
            tarifs = [t for t in self._tarifs.get(siret, []) if t["dispositif"] == r["dispositif"]]
            if r["mode_recouvrement"] == "titre" and (r["montant_du"] or tarifs):
                detail = tuple((phrase(t), t["montant"]) for t in tarifs)
                yield LigneFacture(r["dispositif"], self._libelle(r["dispositif"]), r["montant_du"], detail)

    def _hors_titre(self, siret: str) -> Iterable[LigneHorsTitre]:
        suivis = {t["dispositif"] for t in self._tarifs.get(siret, [])}
        for r in self._dus(siret):
            mode, dispositif = r["mode_recouvrement"], r["dispositif"]
            par_adhesion = dispositif in suivis or (mode is None and not r["montant_titre"])
            if mode != "titre" and (r["montant_du"] or par_adhesion):
                yield LigneHorsTitre(dispositif, self._libelle(dispositif), mode, r["montant_du"])

    def _reports(self, publiee: Ligne) -> list[LigneReport]:
        """The carry-over by semestre and dispositif of origin, when the published semestres explain it exactly."""
        siret, attendu = publiee["siret_adherent"], publiee["report_precedent"]
        if not attendu:
            return []
        origine = self._origine(siret, attendu)
        if origine is None:
            return [LigneReport(str(self._semestre), "", "Report des factures précédentes", attendu)]
        return origine

    def _origine(self, siret: str, attendu: Decimal) -> list[LigneReport] | None:
        lignes: list[LigneReport] = []
        for p in sorted((p for p in self._emises if p < self._ici and siret in self._emises[p]), reverse=True):
            if self._emises[p][siret]["statut"] != "reporte":
                break
            lignes = [
                LigneReport(periode(*p), r["dispositif"], self._libelle(r["dispositif"]), r["montant_du"])
                for r in self._recouvrement.get(p, {}).get(siret, [])
                if r["mode_recouvrement"] == "titre" and r["montant_du"]
            ] + lignes
        return lignes if sum((x.montant for x in lignes), ZERO) == attendu else None


def _grouper(lignes: Iterable[Ligne], cle: str) -> dict[str, list[Ligne]]:
    groupes: dict[str, list[Ligne]] = defaultdict(list)
    for ligne in lignes:
        groupes[ligne[cle]].append(ligne)
    return groupes


def _verifier(f: Facture) -> None:
    du = sum((x.montant for x in f.lignes), ZERO)
    reporte = sum((x.montant for x in f.reports), ZERO)
    attendu = f.cumul if f.est_a_emettre else ZERO
    if (du, reporte, attendu) != (f.montant_du, f.report_precedent, f.montant_facture):
        raise ErreurMutualisation(
            f"La facture {f.semestre} de {f.siret} ne s'accorde pas avec la publication : lignes "
            f"{du} €, report {reporte} €, total {attendu} € ; publié {f.montant_du} €, {f.report_precedent} €, "
            f"{f.montant_facture} €. Publiez l'exercice de nouveau."
        )
