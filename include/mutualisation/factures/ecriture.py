"""Documents of a semestre in one folder: invoices, carry-overs, PES draft, and the annual statements with S2."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.composition.pdf import composer
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.factures.etat_annuel import EtatAnnuel, lire_etats
from mutualisation.factures.factures import Facture, dernier_jour, lire_factures, periode, premier_jour
from mutualisation.factures.instantane import Facturation, lire_facturation
from mutualisation.factures.parametres import Parametres
from mutualisation.factures.pes import octets_pes
from mutualisation.factures.presentation import donnees_etat, donnees_facture, donnees_reports
from mutualisation.factures.regles import decimal
from mutualisation.factures.validation_pes import valider_pes, verifier_accord
from mutualisation.publication.contexte import Contexte, lire_contexte, version_publiee
from mutualisation.publication.relations import lire_relations

SEMESTRES = (1, 2)
SEUIL_DEFAUT = Decimal("15.00")
DEBUTS_FORMULE = ("=", "+", "-", "@", "\t")


def ecrire_factures(
    conn: psycopg.Connection[Any],
    exercice: int,
    semestre: int,
    sortie: Path,
    *,
    adherent: str | None = None,
) -> Path:
    """Write `factures_AAAA-SN/` under `sortie` and give back its path (R7e); the same publication, the same bytes.

    `facture_AAAA-SN_<SIRET>.pdf` per invoice to issue, `reports_AAAA-SN.pdf`, `recapitulatif_AAAA-SN.csv`, the draft
    `projet_pes_recette_AAAA-SN.xml` when there is something to issue; with S2, once the year is whole, per dispositif
    billed by the unit `etat_annuel_AAAA_<dispositif>.pdf` and `.csv`, `recours_AAAA_<dispositif>.csv`.
    `adherent`: the documents of that SIRET alone, in `factures_AAAA-SN_<SIRET>/`.

    Raises `ErreurMutualisation`: semestre other than 1 or 2, exercice not published, adherent without an invoice,
    lines that do not sum to the published amounts, a parameter that cannot be read, a folder that cannot be written.
    """
    if semestre not in SEMESTRES:
        raise ErreurMutualisation(f"Le semestre {semestre} n'existe pas : donnez --semestre 1 ou --semestre 2.")
    contexte = lire_contexte(conn, exercice, version_publiee(conn, exercice))
    facturation = lire_facturation(conn, exercice, contexte.construction.version)
    relations = lire_relations()
    factures = _choisir(lire_factures(conn, contexte, facturation, semestre, relations), adherent, exercice, semestre)
    etats = lire_etats(conn, contexte, facturation, relations, adherent) if semestre == max(SEMESTRES) else []
    nom = f"factures_{periode(exercice, semestre)}" + (f"_{adherent}" if adherent else "")
    redaction = _Redaction(contexte, facturation, semestre)
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{nom}_", dir=sortie) as travail:
            dossier = Path(travail) / nom
            dossier.mkdir()
            redaction.factures(dossier, factures)
            redaction.etats(dossier, etats)
            _remplacer(dossier, sortie / nom)
    except OSError as erreur:
        raise ErreurMutualisation(
            f"Les factures ne peuvent pas être écrites dans {sortie} ({erreur.strerror}) : vérifiez les droits et "
            "la place."
        ) from erreur
    return sortie / nom


def _choisir(factures: list[Facture], adherent: str | None, exercice: int, semestre: int) -> list[Facture]:
    if adherent is None:
        return factures
    choisies = [f for f in factures if f.siret == adherent]
    if not choisies:
        raise ErreurMutualisation(
            f"L'adhérent {adherent} n'a pas de facture {periode(exercice, semestre)} : vérifiez le SIRET dans la "
            "relation publication.facture_semestrielle."
        )
    return choisies


class _Redaction:
    """Writes the files of one exercice and semestre."""

    def __init__(self, contexte: Contexte, facturation: Facturation, semestre: int) -> None:
        self._contexte = contexte
        self._facturation = facturation
        self._semestre = semestre
        self._periode = periode(contexte.exercice, semestre)
        self._jour = dernier_jour(contexte.exercice, semestre)
        self._parametres = Parametres.au(premier_jour(contexte.exercice, semestre), contexte.parametres)

    def factures(self, dossier: Path, factures: list[Facture]) -> None:
        """Invoices, carry-overs, summary and PES draft."""
        for f in factures:
            if f.est_a_emettre:
                pdf = composer("facture.typ", donnees_facture(self._contexte, f), self._jour)
                (dossier / f"facture_{self._periode}_{f.siret}.pdf").write_bytes(pdf)
        reports = donnees_reports(self._contexte, self._semestre, self._seuil(), factures)
        (dossier / f"reports_{self._periode}.pdf").write_bytes(composer("reports.typ", reports, self._jour))
        colonnes = ("siret_adherent", "nom", "montant_du", "report_precedent", "statut", "montant_facture")
        lignes = [(f.siret, f.nom, f.montant_du, f.report_precedent, f.statut, f.montant_facture) for f in factures]
        _ecrire_csv(dossier / f"recapitulatif_{self._periode}.csv", colonnes, lignes)
        self._pes(dossier / f"projet_pes_recette_{self._periode}.xml", factures)

    def _pes(self, chemin: Path, factures: list[Facture]) -> None:
        """The draft, checked as it stands on disk and read back by the pipeline's own reader."""
        octets = octets_pes(self._contexte, self._facturation, self._semestre, factures, self._parametres)
        if octets is None:
            return
        chemin.write_bytes(octets)
        if defauts := valider_pes(chemin) + verifier_accord(chemin, factures):
            raise ErreurMutualisation("Le projet de PES n'est pas valable : " + " ; ".join(defauts[:10]))

    def _seuil(self) -> Decimal:
        seuils = {int(s["semestre"]): decimal(s["seuil_titre"]) for s in self._facturation.seuils}
        return seuils.get(self._semestre, SEUIL_DEFAUT)

    def etats(self, dossier: Path, etats: list[EtatAnnuel]) -> None:
        """Annual statements, PDF and CSV."""
        annee = self._contexte.exercice
        # the deadline is a parameter of the whole year: read on its last day
        parametres = Parametres.au(self._jour, self._contexte.parametres)
        for etat in etats:
            base = f"{annee}_{_nom_de_fichier(etat.dispositif)}"
            pdf = composer("etat_annuel.typ", donnees_etat(self._contexte, etat, parametres), self._jour)
            (dossier / f"etat_annuel_{base}.pdf").write_bytes(pdf)
            _ecrire_csv(dossier / f"etat_annuel_{base}.csv", COLONNES_ETAT, _lignes_etat(etat))
            _ecrire_csv(dossier / f"recours_{base}.csv", COLONNES_RECOURS, _lignes_recours(etat))


COLONNES_ETAT = (
    "exercice", "dispositif", "siret_adherent", "nom", "unites_s1", "unites_s2", "montant_s1", "montant_s2", "montant",
)  # fmt: skip
COLONNES_RECOURS = (
    "exercice", "semestre", "dispositif", "siret_adherent", "nom", "type_unite", "lignes", "quantite", "poids",
    "unites",
)  # fmt: skip


def _lignes_etat(etat: EtatAnnuel) -> list[tuple[Any, ...]]:
    return [
        (etat.exercice, etat.dispositif, b.siret, b.nom, *b.unites, *b.montants, sum(b.montants))
        for b in etat.beneficiaires
    ]


def _lignes_recours(etat: EtatAnnuel) -> list[tuple[Any, ...]]:
    colonnes = COLONNES_RECOURS[3:]
    return [(etat.exercice, u["semestre"], etat.dispositif, *(u[c] for c in colonnes)) for u in etat.recours]


def _nom_de_fichier(dispositif: str) -> str:
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in dispositif)


def _ecrire_csv(chemin: Path, colonnes: Sequence[str], lignes: Iterable[Sequence[Any]]) -> None:
    """UTF-8, `;`, decimal point; a text that a spreadsheet would read as a formula is neutralised (F10)."""
    tampon = io.StringIO(newline="")
    ecrivain = csv.writer(tampon, delimiter=";", lineterminator="\n")
    ecrivain.writerow(colonnes)
    ecrivain.writerows([_cellule(v) for v in ligne] for ligne in lignes)
    chemin.write_text(tampon.getvalue(), encoding="utf-8", newline="")


def _cellule(valeur: Any) -> str:
    if isinstance(valeur, Decimal):
        return f"{valeur:f}"
    texte = str(valeur)
    # frozen numbers are texts: one with a sign is a number, not a formula
    signe = texte.startswith("-") and texte[1:].replace(".", "", 1).isdigit()
    return f"'{texte}" if texte.startswith(DEBUTS_FORMULE) and not signe else texte


def _remplacer(dossier: Path, destination: Path) -> None:
    """Put the new folder in place; the former one leaves with the working folder, whole until then."""
    if destination.exists():
        ancien = dossier.with_name(f"{destination.name}.ancien")
        destination.replace(ancien)
        dossier.replace(destination)
        shutil.rmtree(ancien, ignore_errors=True)
    else:
        dossier.replace(destination)
