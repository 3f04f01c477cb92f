"""Envelopes: each adherent's documents and nothing of anybody else; the same version, the same bytes."""

import html
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.atelier.extrait import signer_de_nouveau
from tests.atelier.fouille import lignes_csv, octets, texte_du_pdf
from tests.bout_en_bout.depot_relu import Depot
from tests.bout_en_bout.reference import Reference

from mutualisation.documents.enveloppes.remises import RemisesLues
from mutualisation.publication.signatures.cle_signature import cle_signature
from mutualisation.socle.erreurs import SansReprise
from mutualisation.usage import operations as op

EXERCICE, EPCI, LILLE = 2021, "20009320100016", "21590350100017"


@pytest.mark.systeme("pdftotext")
def test_aucune_enveloppe_ne_dit_rien_d_un_autre(reference: Reference, dsn_reference: str, tmp_path: Path) -> None:
    """Each SIRET and each name of the drop against each file. The name of a service may hold a place's (« porté par
    Lille »), a postal address its town."""
    extrait = shutil.copytree(reference.bilans / f"bilan_{EXERCICE}", tmp_path / f"bilan_{EXERCICE}")
    session = op.Session(dsn_reference, reference.var)
    remises = Path(op.remettre(session, EXERCICE, str(tmp_path)))
    montrees = op.presenter_remises(session, str(remises)).manifeste_sha256
    envois = {e.siret: e for e in RemisesLues.montrees(remises, montrees).envois}

    noms = {x["siret_adherent"]: x["nom"] for x in lignes_csv(Path(extrait) / "adherent.csv")}
    depot = Depot(reference.var / "depot", [EXERCICE])
    communes = {s for s, type_ in depot.jeu("adherents")[["siret", "type_adherent"]].to_numpy() if type_ == "commune"}
    villes = dict(depot.jeu("adherents")[["siret", "Ville"]].to_numpy())
    libelles = {*depot.jeu("dispositifs")["libelle"]}
    services = libelles | {entre for x in libelles for entre in re.findall(r"\(.+?\)", x)}
    assert (len(communes), communes - envois.keys(), envois.keys() - noms.keys()) == (95, set(), set())
    # the longest first: Lille is in « Métropole Européenne de Lille », which is whose it is; a line may end at a hyphen
    dits = {_mots(x) for nom in {*noms.values(), *services} for x in (nom, nom.replace("-", ""))}
    tous = re.compile(rf"\b(?:{'|'.join(sorted(dits, key=len, reverse=True))})\b")
    fuites = []
    for siret, envoi in envois.items():
        siens = {*map(_lettres, services | {noms[siret], noms[EPCI], villes[siret]})}
        pieces = {p.name: p.read_bytes() for p in envoi.archive.with_suffix("").iterdir()}
        for nom in pieces:
            dit = _texte(envoi.archive.with_suffix("") / nom)
            fuites += [(envoi.nom, nom, autre) for autre in {*map(_lettres, tous.findall(_mots(dit)))} - siens]
            chiffres = re.sub(r"\s", "", dit)
            fuites += [(envoi.nom, nom, autre) for autre in noms.keys() - {siret, EPCI} if autre in chiffres]
        with zipfile.ZipFile(envoi.archive) as archive:
            assert {Path(n).name: archive.read(n) for n in archive.namelist()} == pieces
    assert fuites == []
    assert sorted(p.name for p in envois[LILLE].archive.with_suffix("").iterdir()) == [
        f"facture_2021-S1_{LILLE}.pdf", f"facture_2021-S2_{LILLE}.pdf", "note_2021.pdf", "page_2021.pdf",
    ]  # fmt: skip
    assert (envois[LILLE].destination, envois[LILLE].pieces) == ("mairie@lille.example", 4)

    avant = octets(remises)
    shutil.rmtree(tmp_path / f"factures_{EXERCICE}-S1")
    _contrefaire(tmp_path / f"factures_{EXERCICE}-S2", cle_signature(session.poste))
    op.remettre(session, EXERCICE, str(tmp_path))
    assert octets(remises) == avant
    envois[LILLE].archive.write_bytes(b"")
    with pytest.raises(SansReprise, match="ne sont plus celles qui ont été montrées"):
        RemisesLues.montrees(remises, montrees)


def _contrefaire(factures: Path, cle: Ed25519PrivateKey) -> None:
    """Change an invoice, and sign its folder again by a key that is known."""
    (factures / f"facture_2021-S2_{LILLE}.pdf").write_bytes(b"%PDF-1.7 une autre")
    signer_de_nouveau(factures, cle)


def _mots(texte: str) -> str:
    return " ".join(re.findall(r"\w+", texte))


def _lettres(nom: str) -> str:
    return "".join(re.findall(r"\w+", nom))


def _texte(piece: Path) -> str:
    """What a PDF or a draft says."""
    if piece.suffix != ".docx":
        return texte_du_pdf(piece)
    with zipfile.ZipFile(piece) as paquet:
        return " ".join(html.unescape(re.sub("<[^>]+>", "", paquet.read(n).decode())) for n in paquet.namelist())
