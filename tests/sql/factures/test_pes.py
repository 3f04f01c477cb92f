"""The PES recette draft: what it holds, what our own reader makes of it, what is left out, what stops it."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from lxml import etree
from tests.atelier.partage import defauts_de_schema
from tests.atelier.tables import cas
from tests.sql.publication import entrepot_publie as base

from mutualisation.documents.factures.facturation import lire_facturation
from mutualisation.documents.factures.pes import SCHEMA, valeur_attendue
from mutualisation.documents.factures.projet_pes import ProjetPes, preparer_projet, relire, verifier_accord
from mutualisation.publication.versions.contexte import lire_contexte
from mutualisation.socle.erreurs import ErreurMutualisation

from .conftest import CCAS, ecrire_factures, lire

Conn = psycopg.Connection[Any]
NOM = "projet_pes_recette_2021-S2.xml"


@pytest.fixture
def projet(dossier: Path) -> Path:
    return dossier / NOM


def _preparer(conn: Conn) -> ProjetPes:
    contexte = lire_contexte(conn, 2021, 1)
    facturation = lire_facturation(conn, contexte)
    return preparer_projet(contexte, facturation, facturation.semestre(2), lire(conn))


def _valeurs(chemin: Path, element: str) -> list[str]:
    return [e.get("V") or "" for e in etree.parse(str(chemin)).getroot().iter(element)]


def test_projet_valable_et_relu_par_notre_lecteur(projet: Path, conn_facturee: Conn) -> None:
    assert verifier_accord(projet, _preparer(conn_facturee).retenues) == []
    total = sum((-1 if r["typbord"] == "02" else 1) * Decimal(r["mtht"]) for r in relire(projet))
    publie = conn_facturee.execute(
        "select sum(montant_facture) from publication.facture_semestrielle where exercice = 2021 and semestre = 2"
    ).fetchone()
    assert publie is not None
    assert total == publie[0] == Decimal("612.81")


def test_projet_valable_pour_le_schema_officiel(projet: Path) -> None:
    assert defauts_de_schema(projet.read_bytes()) == []


def test_les_montants_reviennent_par_adherent_et_dispositif(projet: Path) -> None:
    """R3i: the key of the service, else of the product, gives back the dispositif of each line."""
    cles = {(r["origine"], r["code"]): r["dispositif"] for r in base.rangees("facture")["factures_cles"]}
    sommes: dict[tuple[str, str], Decimal] = {}
    for r in relire(projet):
        dispositif = cles.get(("service", r["codserv"])) or cles[("produit", r["codprodloc"])]
        signe = -1 if r["typbord"] == "02" else 1
        cle = (r["siret"], dispositif)
        sommes[cle] = sommes.get(cle, Decimal(0)) + signe * Decimal(r["mtht"])
    assert sommes == {
        (base.SIRET_LILLE, "CAM"): Decimal("500.00"),
        (base.SIRET_LILLE, "ARCHIVES"): Decimal("-20.00"),
        (base.SIRET_LOOS, "ARCHIVES"): Decimal("20.50"),
        (base.SIRET_LOOS, "IMPRESSION"): Decimal("112.31"),
    }


def test_bordereaux_et_pieces(projet: Path) -> None:
    racine = etree.parse(str(projet)).getroot()
    blocs = [{e.tag: e.get("V") for e in b} for b in racine.iter("BlocBordereau")]
    # Lille: CAM; Loos: IMPRESSION without a service, ARCHIVES with its own: one piece per service
    assert [(b["TypBord"], b["NbrPce"], b["MtBordHt"]) for b in blocs] == [("01", "3", "632.81"), ("02", "1", "20.00")]
    assert all(b["Exer"] == "2021" and b["DteBordEm"] == "2021-12-31" for b in blocs)
    assert len({b["IdBord"] for b in blocs}) == 2
    reduction = racine.findall(".//Bordereau")[1].find("Piece/BlocPiece")
    assert (reduction.find("TypPce").get("V"), reduction.find("NatPce").get("V")) == ("02", "06")


def test_lignes_comptes_produits_et_periodes(projet: Path) -> None:
    lignes = [
        (r["objet"][:7], r["nature"], r["fonction"], r["codserv"], r["codprodloc"], r["mtht"])
        for r in relire(projet)
        if r["typbord"] == "01"
    ]
    assert lignes == [
        # no account in force for ARCHIVES: that of its titres
        ("2021-S2", "70845", "020", "ARCHIVES", "ARC1", "6.50"),
        ("2020-S2", "70845", "020", "ARCHIVES", "ARC1", "8.00"),
        ("2021-S1", "70845", "020", "ARCHIVES", "ARC1", "6.00"),
        ("2021-S2", "70875", "0202", "", "IMP1", "112.31"),
        ("2021-S2", "70688", "020", "ACHATS", "CAM1", "500.00"),
    ]


def test_codes_du_poste(projet: Path) -> None:
    entete = etree.parse(str(projet)).getroot().find("EnTetePES")
    assert [(e.tag, e.get("V")) for e in entete][1:5] == [
        ("IdPost", "059001"), ("IdColl", "20009320100016"), ("CodCol", "100"), ("CodBud", "00"),
    ]  # fmt: skip


def test_une_reduction_nomme_le_titre_qu_elle_reduit(projet: Path) -> None:
    """The titre of S1, the nearest period before S2: 45 € less 5 € already cancelled, 20 € are still there."""
    (bloc,) = etree.parse(str(projet)).getroot().iter("RattachPiece")
    assert [(e.tag, e.get("V")) for e in bloc] == [
        ("NatPceOrig", "01"), ("ExerRat", "2021"), ("IdPceOrig", "2087"), ("IdLigneOrig", "2"),
    ]  # fmt: skip
    assert bloc.getparent().find("InfoLignePiece/Nature").get("V") == "70845"


def test_une_reduction_sans_titre_est_hors_du_projet(conn_facturee: Conn, tmp_path: Path) -> None:
    # 19,99 € left, less than the 20 € to give back
    conn_facturee.execute("update versions.factures_titres set montant = montant - 25.01 where montant = 45")
    conn_facturee.commit()
    entendu: list[str] = []
    dossier = ecrire_factures(conn_facturee, 2021, 2, tmp_path, suivi=entendu.append)
    assert set(_valeurs(dossier / NOM, "TypBord")) == {"01"}
    assert sum(Decimal(v) for v in _valeurs(dossier / NOM, "MtHT")) == Decimal("632.81")
    assert defauts_de_schema((dossier / NOM).read_bytes()) == []
    ecartee = (dossier / "hors_pes_2021-S2.csv").read_text(encoding="utf-8").splitlines()[1]
    assert ecartee.startswith(f"{base.SIRET_LILLE};Lille;ARCHIVES;2021-S2;-20.00;réduction sans titre à réduire")
    assert "673" in ecartee
    (phrase,) = entendu
    assert "1\u00a0ligne" in phrase
    assert "hors_pes_2021-S2.csv" in phrase


@pytest.mark.parametrize(
    "affectation",
    ["periode_exercice = 2022", "dispositif = 'IMPRESSION'", f"siret_adherent = '{base.SIRET_LOOS}'", "budget = '01'",
     "piece = 'T-2087'"],
)  # fmt: skip
def test_un_titre_d_ailleurs_n_est_pas_reduit(conn_facturee: Conn, affectation: str) -> None:
    conn_facturee.execute(f"update versions.factures_titres set {affectation} where montant = 45")
    assert [e.montant for e in _preparer(conn_facturee).ecartees] == [Decimal("-20.00")]


def test_deux_reductions_ne_prennent_pas_deux_fois_le_meme_titre(conn_facturee: Conn) -> None:
    """45 € − 5 € hold one reduction of 25 €, not two: the second is left out."""
    conn_facturee.execute("update versions.recouvrement set montant_du = -25 where montant_du = -20")
    conn_facturee.execute(
        "insert into versions.recouvrement select version, exercice, 1, dispositif, siret_adherent, mode_recouvrement,"
        " montant_du, montant_titre, ecart from versions.recouvrement where montant_du = -25"
    )
    conn_facturee.execute(
        "insert into versions.facture_semestrielle (version, exercice, semestre, siret_adherent, montant_du,"
        " report_precedent, statut, montant_facture) values (1, 2021, 1, %s, -25, 0, 'reporte', 0)", (base.SIRET_LILLE,)
    )  # fmt: skip
    conn_facturee.execute(
        "update versions.facture_semestrielle set montant_du = 475, report_precedent = -25, montant_facture = 450"
        " where siret_adherent = %s and semestre = 2 and exercice = 2021", (base.SIRET_LILLE,)
    )  # fmt: skip
    conn_facturee.commit()
    projet = _preparer(conn_facturee)
    assert [r.periode for r in projet.retenues if r.titre] == ["2021-S2"]
    assert [(e.periode, e.montant) for e in projet.ecartees] == [("2021-S1", Decimal("-25.00"))]


@cas
def test_ce_qui_est_titre_ne_se_facture_pas_deux_fois(
    conn_facturee: Conn, ou: str, montant: str, etats: dict[str, str], projet: str, phrase: str
) -> None:
    """The PES is of the difference; an invoice says what is titled, by which titres, when."""
    titre = (
        f"update versions.recouvrement set montant_titre = {montant} where mode_recouvrement = 'titre'"
        f" and (exercice, semestre) in ((2021, 2), (2021, 1)) and montant_du <> 0 and {ou}"
    )
    conn_facturee.execute(titre.encode())
    # what was published of 2020 does not know the titres of 2021
    depuis = (
        "insert into versions.factures_anterieurs select version, 2021, exercice, semestre, dispositif, siret_adherent,"
        f" {montant} from versions.recouvrement where mode_recouvrement = 'titre' and exercice = 2020 and semestre = 2"
        f" and montant_du <> 0 and {ou}"
    )
    conn_facturee.execute(depuis.encode())
    conn_facturee.execute(
        "insert into versions.factures_titres (version, exercice, budget, bordereau, piece, ligne_piece, type_piece,"
        " date_emission, siret_adherent, dispositif, periode_exercice, periode_semestre, nature, montant)"
        " select version, exercice, '00', '31', '900', '1', '01', '2022-01-17', siret_adherent, dispositif, 2021, 2,"
        " case dispositif when 'ARCHIVES' then '70845' else '70875' end, montant_titre from versions.recouvrement"
        " where exercice = 2021 and semestre = 2 and montant_titre <> 0"
    )
    conn_facturee.commit()
    factures = lire(conn_facturee)
    lus = {f.siret: f.etat for f in factures}
    assert {"Lille": lus[base.SIRET_LILLE], "Loos": lus[base.SIRET_LOOS], "CCAS": lus[CCAS]} == etats
    fait = _preparer(conn_facturee)
    assert fait.total == sum((f.reste_a_titrer for f in factures), Decimal(0)) == Decimal(projet)
    assert (fait.octets is None) == (not fait.retenues) == (projet == "0")
    assert fait.phrases[0].replace("\u00a0", " ") == phrase
    assert {(f.titre_le, f.pieces[-23:]) for f in factures if f.etat != f.statut} == {
        (date(2022, 1, 17), "bordereau 31, titre 900")
    }


@cas
def test_un_adherent_sans_adresse_est_hors_du_projet(conn_facturee: Conn, affectation: str, motif: str) -> None:
    base.corriger(conn_facturee, "factures_adherents", affectation, f"siret_adherent = '{base.SIRET_LILLE}'")
    projet = _preparer(conn_facturee)
    assert {r.facture.siret for r in projet.retenues} == {base.SIRET_LOOS}
    assert [str(e.montant) for e in projet.ecartees] == ["-20.00", "500.00"]
    assert all(motif in e.motif for e in projet.ecartees)


@cas
def test_un_code_du_poste_absent_pas_de_projet(
    conn_facturee: Conn, tmp_path: Path, parametre: str, attendu: str
) -> None:
    conn_facturee.execute("delete from versions.factures_cles where dispositif = 'ARCHIVES'")
    conn_facturee.execute("delete from versions.parametres_en_vigueur where parametre = %s", (parametre,))
    conn_facturee.commit()
    entendu: list[str] = []
    dossier = ecrire_factures(conn_facturee, 2021, 2, tmp_path, suivi=entendu.append)
    assert not list(dossier.glob("*.xml"))
    assert (dossier / f"facture_2021-S2_{base.SIRET_LOOS}.pdf").exists()
    (phrase,) = entendu
    assert phrase.startswith("Pas de projet de PES : à ajouter ou à corriger dans referentiel/parametres")
    assert attendu in phrase
    assert "01/07/2021" in phrase


MAL_FORMES = {
    "pes_poste": "000000", "pes_collectivite": "10", "pes_budget": "0", "pes_produit:ARCHIVES": "ARCH1",
    "pes_service:ARCHIVES": "ARCHIVES DE LA METROPOLE", "compte_recette:CAM": "7068x",
    "fonction_recette:IMPRESSION": "02-0", "pes_siret": "21590350100017",
}  # fmt: skip


def test_un_code_mal_forme_pas_de_projet(conn_facturee: Conn) -> None:
    for rang, (parametre, valeur) in enumerate(MAL_FORMES.items(), 99):
        conn_facturee.execute("delete from versions.parametres_en_vigueur where parametre = %s", (parametre,))
        conn_facturee.execute(
            "insert into versions.parametres_en_vigueur (version, exercice, parametre, debut, ligne, valeur, reference)"
            " values (1, 2021, %s, '2019-01-01', %s, %s, 'x')", (parametre, rang, valeur)
        )  # fmt: skip
    conn_facturee.commit()
    projet = _preparer(conn_facturee)
    assert projet.octets is None
    assert [p for p, v in MAL_FORMES.items() if f"{p} (« {v} » n'est pas un" not in projet.phrases[0]] == []


def test_les_comptes_des_titres_ne_sont_pas_choisis_entre_plusieurs(conn_facturee: Conn) -> None:
    base.corriger(conn_facturee, "factures_titres", "nature = '70875'", f"siret_adherent = '{base.SIRET_LOOS}'")
    (phrase,) = _preparer(conn_facturee).phrases
    assert "compte_recette:ARCHIVES (un compte, les titres en ont 2)" in phrase


def test_une_cle_absente_ou_autre_se_dit(conn_facturee: Conn) -> None:
    assert _preparer(conn_facturee).retours == []
    base.corriger(conn_facturee, "factures_cles", "dispositif = 'CARTE'", "code = 'ARC1'")
    (phrase,) = _preparer(conn_facturee).retours
    assert phrase.startswith("ARCHIVES : les clés rendent ses titres à CARTE")
    conn_facturee.execute("delete from versions.factures_cles where code = 'ARC1'")
    conn_facturee.commit()
    (phrase,) = _preparer(conn_facturee).retours
    assert "origine produit, code ARC1, dispositif ARCHIVES" in phrase


def test_report_d_origine_inconnue_hors_du_projet(conn_facturee: Conn) -> None:
    base.corriger(conn_facturee, "facture_semestrielle", "statut = 'a_emettre'", "exercice = 2020")
    projet = _preparer(conn_facturee)
    assert [(e.dispositif, e.montant) for e in projet.ecartees] == [("", Decimal("14.00"))]
    assert projet.total == Decimal("598.81")


def test_encodage_adresse_et_rien_de_confidentiel(projet: Path) -> None:
    texte = projet.read_bytes().decode("iso-8859-1")
    assert texte.startswith('<?xml version="1.0" encoding="ISO-8859-1"?>')
    assert "Données synthétiques" in texte
    assert 'Nom V="L\'OEUVRE-LÈS-LOOS"' in texte
    assert '<Adr2 V="104 rue du Maréchal-Foch, résidence de"/>' in texte
    assert '<Adr3 V="l\'Hôtel de Ville"/>' in texte
    assert not re.search("CpteBancaire|IBAN|RefTiers|CptAna|&#", texte)
    assert set(re.findall(r'<CatTiers V="(\d+)"', texte)) == {"23"}


def test_rien_a_emettre_pas_de_projet(conn_facturee: Conn, tmp_path: Path) -> None:
    entendu: list[str] = []
    dossier = ecrire_factures(conn_facturee, 2021, 1, tmp_path, suivi=entendu.append)
    assert not list(dossier.glob("*.xml"))
    assert entendu == ["Pas de projet de PES : aucune ligne à titrer ce semestre."]


def test_ecart_a_la_relecture_nomme(projet: Path, conn_facturee: Conn) -> None:
    sans_cam = [r for r in _preparer(conn_facturee).retenues if r.dispositif != "CAM"]
    assert verifier_accord(projet, sans_cam) == [
        f"{base.SIRET_LILLE} ACHATS CAM1 : 500.00 € dans le PES, 0.00 € à titrer."
    ]


@pytest.mark.parametrize(("champ", "valeur"), [("ville", "nc"), ("adresse", "000"), ("nom", "."), ("ville", "0")])
def test_une_valeur_que_le_schema_ne_prend_pas_est_nommee(conn_facturee: Conn, champ: str, valeur: str) -> None:
    base.corriger(conn_facturee, "factures_adherents", f"{champ} = '{valeur}'", f"siret_adherent = '{base.SIRET_LOOS}'")
    with pytest.raises(ErreurMutualisation, match=rf"vaut « {re.escape(valeur)} » : texte de 1 à 38 caractères"):
        _preparer(conn_facturee)


# lengths, signs, zeros, decimals, codes, spaces
VALEURS = (
    "", " ", ".", "0", "00", "000", "0000000", "1", "01", "99", "100", "1234", "123456", "1234567", "12345678", "12345",
    "123456789012345", "-1", "+1", "1.", ".5", "1.00", "1.505", "1,50", "0.00", "1e3", "1 2", "12345678901234.00",
    "123456789012.34", "1234567890123.00", "nc", "nb", "N°", "é", "ABCD", "ABCDE", "AB-1", "02A123", "02C123", "A1",
    "1A", "a0", "x" * 10, "x" * 11, "x" * 38, "x" * 39, "x" * 160, "x" * 161, "0" * 20, "0" * 14,
)  # fmt: skip


def test_le_schema_officiel_prend_ce_qui_est_admis(projet: Path) -> None:
    """No value that a draft would write is refused by the official schema."""
    racine = etree.parse(str(projet)).getroot()
    essais = 0
    for champ in SCHEMA:
        element = next(racine.iter(champ), None)
        assert element is not None or champ == "ComplNom"
        for valeur in VALEURS if element is not None else ():
            if not valeur_attendue(champ, valeur):
                ecrite = element.get("V")
                element.set("V", valeur)
                assert defauts_de_schema(etree.tostring(racine)) == [], (champ, valeur)
                element.set("V", ecrite)
                essais += 1
    assert essais > 200
