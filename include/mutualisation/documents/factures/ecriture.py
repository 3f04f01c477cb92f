"""Write the documents of a semestre in one folder: invoices, carry-overs, PES draft, annual statements with S2. The
exercice is published, or not yet (R18)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from mutualisation.documents.composition.dossier import remplacer_dossier
from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.factures.brouillons import (
    COLONNES,
    COLONNES_ECARTS,
    Ecart,
    dire_ecarts,
    ecarts_aux_brouillons,
    valeurs,
)
from mutualisation.documents.factures.etat_annuel import EtatAnnuel, lire_etats, lire_imputations
from mutualisation.documents.factures.facturation import (
    Facturation,
    Ligne,
    Parametres,
    Semestre,
    lire_chiffres,
    lire_facturation,
    periode,
)
from mutualisation.documents.factures.factures import Facture, lire_factures
from mutualisation.documents.factures.pages_factures import (
    page_etat,
    page_facture,
    page_imputations,
    page_recapitulatif,
    page_reports,
)
from mutualisation.documents.factures.projet_pes import ProjetPes, preparer_projet, verifier_accord
from mutualisation.documents.mise_en_forme.fichier_csv import ecrire_csv
from mutualisation.entree.ingestion.travail import Suivi, muet
from mutualisation.publication.versions.contexte import Contexte, lire_contexte, version_publiee
from mutualisation.publication.versions.manifeste import DossierLu, poser
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste

SEMESTRES = (1, 2)
REFUS = "Les factures ne peuvent pas être écrites"
COLONNES_RECAPITULATIF = (*COLONNES, "deja_titre", "reste_a_titrer", "titre_le", "pieces")
COLONNES_RECOUVREMENT = (
    "exercice", "semestre", "dispositif", "siret_adherent", "mode_recouvrement", "montant_du", "montant_titre", "ecart",
)  # fmt: skip
COLONNES_HORS_PES = ("siret_adherent", "nom", "dispositif", "periode", "montant", "motif")
COLONNES_ETAT = (
    "exercice", "dispositif", "siret_adherent", "nom", "unites_s1", "unites_s2", "montant_s1", "montant_s2", "montant",
    "unites", "cout_d5211_unitaire", "cout_d5211", "ecart",
)  # fmt: skip
COLONNES_IMPUTATIONS = ("exercice", "code_insee", "nom", "montant_du", "vote", "ecart")
COLONNES_REGISTRE = ("exercice", "dispositif", "siret_adherent", "nom", "a_notifier_avant", "notifie_le", "etat")
COLONNES_RECOURS = (
    "exercice", "semestre", "dispositif", "siret_adherent", "nom", "type_unite", "lignes", "quantite", "poids",
    "unites",
)  # fmt: skip


class FacturesFaites(NamedTuple):
    """Invoices of a version are written, and will be in `destination`. `lues` has their manifest, `brouillons` the
    rows of drafts that are to be kept, `ecarts` says how published figures differ from those kept before (or "")."""

    destination: Path
    version: int
    lues: DossierLu
    brouillons: list[tuple[Any, ...]]
    ecarts: str


@contextmanager
def ecrire_factures(
    conn: psycopg.Connection[Any],
    exercice: int,
    semestre: int,
    sortie: Path,
    *,
    adherent: str | None = None,
    suivi: Suivi = muet,
    version: int | None = None,
    poste: Poste | None = None,
) -> Iterator[FacturesFaites]:
    """Write `factures_AAAA-SN/`, and yield it: it takes its place under `sortie` at the end (R7e). The same publication
    gives the same bytes.

    It holds `facture_AAAA-SN_<SIRET>.pdf` per invoice to issue, `reports_AAAA-SN.pdf`, `recapitulatif_AAAA-SN.pdf` and
    `.csv`, `recouvrement_AAAA-SN.csv`, the draft `projet_pes_recette_AAAA-SN.xml` when there is something to issue and
    the codes of the accounting office are known, `hors_pes_AAAA-SN.csv` when lines are left out of it; with S2, once
    the year is whole, per dispositif billed by the unit, or whose legal base binds, `etat_annuel_AAAA_<dispositif>.pdf`
    and `.csv`, `recours_AAAA_<dispositif>.csv`, `registre_notifications_AAAA.csv`, `imputations_ac_AAAA.pdf` and `.csv`
    where something is due on an attribution de compensation, and `manifeste.json` over them all, signed. With
    `adherent`, the documents of that SIRET alone go in `factures_AAAA-SN_<SIRET>/`.

    `suivi` hears why there is no PES, or what it leaves out, and where published figures differ from the drafts, which
    `ecarts_brouillons_AAAA-SN.csv` lists. `version` is a build of invoices, of an exercice not published, whose drafts
    are to be compared (R18); `poste` has the key that signs the manifest.

    Raises `ErreurMutualisation` for a semestre other than 1 or 2, an exercice not published, an adherent without an
    invoice, lines that do not sum to the published amounts, a parameter that cannot be read, a folder that cannot be
    written."""
    exiger_semestre(semestre)
    contexte = lire_contexte(conn, exercice, version_publiee(conn, exercice) if version is None else version)
    facturation = lire_facturation(conn, contexte)
    factures = _choisir(lire_factures(conn, contexte, facturation, semestre), adherent, periode(exercice, semestre))
    # the deadlines are parameters of the whole year: they are read on its last day
    parametres = Parametres(contexte.parametres_au(facturation.semestre(semestre).fin))
    avant = contexte.avant_publication
    annuel = semestre == max(SEMESTRES) and not avant
    etats = lire_etats(conn, contexte, facturation, parametres, adherent) if annuel else []
    imputations = lire_imputations(conn, contexte) if annuel and adherent is None else []
    dus = [
        r
        for r in lire_chiffres(conn, contexte, "recouvrement", exercice, contexte.construction.version)
        if r["semestre"] == semestre and adherent in (None, r["siret_adherent"])
    ]
    if avant and not dus:
        raise ErreurMutualisation(
            f"Rien à facturer en {periode(exercice, semestre)} : ce qui est chargé n'a ni adhésion de ce semestre, ni "
            "titre. Lancez d'abord « mutualisation charger »."
        )
    ecarts = [] if avant else ecarts_aux_brouillons(conn, factures, (exercice, semestre), adherent)
    redaction = _Redaction(contexte, facturation, facturation.semestre(semestre), suivi)
    destination = sortie / (f"factures_{periode(exercice, semestre)}" + (f"_{adherent}" if adherent else ""))
    with remplacer_dossier(destination, REFUS) as dossier:
        redaction.factures(dossier, factures)
        redaction.etats(dossier, etats, parametres)
        redaction.imputations(dossier, imputations)
        redaction.relations(dossier, dus, ecarts)
        pose = redaction.manifeste(dossier, adherent, poste)
        gardees = [valeurs(f) for f in factures] if avant and adherent is None else []
        dit = dire_ecarts(ecarts, periode(exercice, semestre)) if ecarts else ""
        yield FacturesFaites(destination, contexte.construction.version, pose, gardees, dit)


def exiger_semestre(semestre: int) -> None:
    """Raise `ErreurMutualisation` for a semestre other than 1 or 2."""
    if semestre not in SEMESTRES:
        raise ErreurMutualisation(f"Le semestre {semestre} n'existe pas : donnez --semestre 1 ou --semestre 2.")


def _choisir(factures: list[Facture], adherent: str | None, periode: str) -> list[Facture]:
    if adherent is None:
        return factures
    choisies = [f for f in factures if f.siret == adherent]
    if not choisies:
        raise ErreurMutualisation(
            f"L'adhérent {adherent} n'a pas de facture {periode} : vérifiez le SIRET dans la "
            "relation publication.facture_semestrielle."
        )
    return choisies


@dataclass(frozen=True)
class _Redaction:
    """The files of one exercice and semestre are written here."""

    _contexte: Contexte
    _facturation: Facturation
    _semestre: Semestre
    _suivi: Suivi

    def factures(self, dossier: Path, factures: list[Facture]) -> None:
        """Write invoices, carry-overs, summary and PES draft."""
        for f in factures:
            if f.est_a_emettre:
                imprimerie.ecrire(page_facture(self._contexte, f), dossier)
        imprimerie.ecrire(page_reports(self._contexte, self._semestre, factures), dossier)
        calculees = COLONNES_RECAPITULATIF[len(COLONNES) :]
        lignes = [{"siret_adherent": f.siret, **vars(f)} | {c: getattr(f, c) for c in calculees} for f in factures]
        ecrire_csv(dossier / f"recapitulatif_{self._semestre}.csv", COLONNES_RECAPITULATIF, lignes)
        projet = preparer_projet(self._contexte, self._facturation, self._semestre, factures)
        imprimerie.ecrire(page_recapitulatif(self._contexte, self._semestre, factures, projet), dossier)
        self._pes(dossier, projet)

    def etats(self, dossier: Path, etats: list[EtatAnnuel], parametres: Parametres) -> None:
        """Write annual statements, PDF and CSV, and the register of notifications."""
        registre: list[Ligne] = []
        for etat in etats:
            de = {"exercice": etat.exercice, "dispositif": etat.dispositif}
            base = f"{etat.exercice}_{etat.nom_de_fichier}"
            imprimerie.ecrire(page_etat(self._contexte, self._semestre, etat, parametres), dossier)
            ecrire_csv(dossier / f"etat_annuel_{base}.csv", COLONNES_ETAT, [de | b for b in etat.beneficiaires])
            if etat.recours:
                ecrire_csv(dossier / f"recours_{base}.csv", COLONNES_RECOURS, [de | u for u in etat.recours])
            registre += [de | n for n in etat.notifications]
        if etats:
            nom = f"registre_notifications_{self._contexte.exercice}.csv"
            ecrire_csv(dossier / nom, COLONNES_REGISTRE, registre)

    def imputations(self, dossier: Path, imputations: list[Ligne]) -> None:
        """Write the state that the assemblies attach to the attributions de compensation, PDF and CSV (R21)."""
        if imputations:
            imprimerie.ecrire(page_imputations(self._contexte, self._semestre, imputations), dossier)
            chemin = dossier / f"imputations_ac_{self._contexte.exercice}.csv"
            ecrire_csv(chemin, COLONNES_IMPUTATIONS, imputations)

    def relations(self, dossier: Path, dus: Iterable[Ligne], ecarts: Sequence[Ecart]) -> None:
        """Write what is due by dispositif, and where it differs from the drafts."""
        ecrire_csv(dossier / f"recouvrement_{self._semestre}.csv", COLONNES_RECOUVREMENT, dus)
        if ecarts:
            lignes = [vars(e) | {"ecart": e.ecart} for e in ecarts]
            ecrire_csv(dossier / f"ecarts_brouillons_{self._semestre}.csv", COLONNES_ECARTS, lignes)
        for ecart in ecarts:
            self._suivi(f"Facture {self._semestre}, {ecart.phrase}")

    def manifeste(self, dossier: Path, adherent: str | None, poste: Poste | None) -> DossierLu:
        """Write `manifeste.json`: the sha256 of what was written, the inputs of drafts, and its signature."""
        avant = self._contexte.avant_publication
        contenu = {
            "exercice": self._contexte.exercice,
            "semestre": self._semestre.numero,
            "adherent": adherent,
            "version": None if avant else self._contexte.construction.version,
            "publication_sha256": self._contexte.construction.publication_sha256,
            **({"entrees": self._contexte.fichiers} if avant else {}),
        }
        return poser(dossier, contenu, poste)

    def _pes(self, dossier: Path, projet: ProjetPes) -> None:
        """Write the draft, read it back from disk by the pipeline's own reader, and list what it leaves out."""
        for phrase in projet.phrases:
            self._suivi(phrase)
        if projet.ecartees:
            ecrire_csv(dossier / f"hors_pes_{self._semestre}.csv", COLONNES_HORS_PES, [x.lue for x in projet.ecartees])
        if projet.octets is None:
            return
        chemin = dossier / f"projet_pes_recette_{self._semestre}.xml"
        chemin.write_bytes(projet.octets)
        if defauts := verifier_accord(chemin, projet.retenues):
            raise ErreurMutualisation("Le projet de PES n'est pas valable : " + " ; ".join(defauts[:10]))
