"""The extract folder: complete, described, atomic, the same bytes again, never over a closed one (S8, S9)."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import psycopg
import pytest
from tests.atelier.extrait import ecrire_extrait
from tests.atelier.fouille import contenu, manifeste, octets
from tests.sql.factures.conftest import ecrire_factures
from tests.sql.publication import entrepot_publie

from mutualisation.documents import classeur
from mutualisation.documents.extrait import imprimerie, produits
from mutualisation.documents.extrait.annuel import page_de
from mutualisation.documents.rapport.contenu import actes, conseil, diapositives
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.publication.versions import contexte as module_contexte
from mutualisation.publication.versions.contexte import lire_contexte
from mutualisation.publication.versions.extraits_csv import ecrire_csv
from mutualisation.publication.versions.relations import Colonne, lire_relations
from mutualisation.socle.erreurs import ErreurMutualisation

# the manifest lists every file but itself and its signature
HORS_SORTIES = ("manifeste.json", "manifeste.json.sig")


def test_chaque_fichier_est_la(extrait: Path) -> None:
    attendus = {f"{nom}.csv" for nom in lire_relations()} | {
        "bilan_etape_2021.html", "bilan_etape_2021.pdf", "bilan_etape_2021.xlsx", "synthese_2021.pdf",
        "datapackage.json", "manifeste.json",
    }  # fmt: skip
    assert attendus <= {chemin.name for chemin in extrait.iterdir()}
    assert {c.name for c in extrait.iterdir() if c.suffix in (".csv", ".json", ".xlsx")} <= attendus
    assert page_de(extrait).name == "bilan_etape_2021.html"


def test_couleur_et_phrase_de_l_epci_sur_chaque_forme(conn_vierge: psycopg.Connection[Any], tmp_path: Path) -> None:
    """The latest of the exercice, kept with the version: set otherwise since, it is rendered as it was."""

    def publier(*reglages: tuple[str, str, str]) -> int:
        lignes = entrepot_publie.rangees("publie", "facture")
        lignes["parametres_en_vigueur"] += [
            {"exercice": 2021, "parametre": nom, "valeur": valeur, "debut": date.fromisoformat(jour), "ligne": rang}
            for rang, (nom, valeur, jour) in enumerate(reglages, start=90)
        ]
        return entrepot_publie.publier(conn_vierge, lignes)

    def dessine(fichier: Path) -> bytes:
        if fichier.suffix != ".pdf":
            return contenu(fichier)
        with pikepdf.open(fichier) as pdf:
            return b"".join(page.Contents.read_bytes() for page in pdf.pages)

    def rendre(version: int) -> dict[str, bytes]:
        lu = Bilan(conn_vierge, lire_contexte(conn_vierge, 2021, version))
        for relation in lu.relations.values():
            ecrire_csv(conn_vierge, relation, 2021, version, tmp_path / f"{relation.nom}.csv")
        page = replace(conseil.bilan_etape(lu), sorties=("html",))
        documents = [page, *diapositives.documents(lu), *classeur.documents(lu), actes.projet_de_deliberation(lu)]
        ecrits = [f for d in documents for f in imprimerie.ecrire(d, tmp_path)]
        return {f.name: dessine(f) for f in ecrits}

    def facture(nom: str) -> bytes:
        siret = entrepot_publie.SIRET_LOOS
        dossier = ecrire_factures(conn_vierge, 2021, 2, tmp_path / nom, adherent=siret)
        return dessine(dossier / f"facture_2021-S2_{siret}.pdf")

    rouge = publier(
        ("couleur_principale", "#0a1b2c", "2019-01-01"),
        ("couleur_principale", "#8a1538", "2021-07-01"),
        ("phrase_collectivite", "Ensemble et solidaires", "2021-01-01"),
    )
    # a colour of a style of the workbook begins with its opacity; that of a PDF is three shares
    couleurs = dict.fromkeys(("docx", "pptx"), b"8a1538") | {"html": b"--marque:#8a1538", "xlsx": b"ff8a1538"}
    avant = rendre(rouge)
    assert {nom.rpartition(".")[2] for nom in avant} == {*couleurs, "pdf"}
    for nom, lus in {**avant, "facture.pdf": facture("rouge")}.items():
        assert couleurs.get(nom.rpartition(".")[2], b"0.5411765 0.08235294 0.21960784") in lus.lower(), nom
        assert nom.endswith("pdf") or b"Ensemble et solidaires" in lus, nom
    publier(("couleur_principale", "#0b6e4f", "2019-01-01"))
    assert b"0.5411765 0.08235294" not in facture("verte")
    assert rendre(rouge) == avant


def test_deux_documents_ne_sont_pas_un_fichier(bilan: Bilan) -> None:
    """They are written at once: two of one address would spoil each other."""
    fichiers = [(d.chemin, sortie) for d in produits.documents(bilan) for sortie in d.sorties]
    assert len(fichiers) == len(set(fichiers))


def test_la_meme_version_donne_les_memes_octets_apres_d_autres_chargements(
    conn_publiee: psycopg.Connection[Any], tmp_path: Path
) -> None:
    avant = octets(ecrire_extrait(conn_publiee, 2021, tmp_path / "ici"))
    conn_publiee.execute(
        "insert into journal.fichiers (chargement_id, source, jeu, periode, version, nom, chemin, extension, sha256,"
        " octets, statut) select chargement_id, 'rh', 'agents', '2021', 2, 'x', 'rh/x.csv', 'csv', 'ff', 1, 'accepte'"
        " from journal.fichiers"
    )
    entrepot_publie.publier(conn_publiee, entrepot_publie.renommer("Autre nom"))
    assert octets(ecrire_extrait(conn_publiee, 2021, tmp_path / "ailleurs", version=1)) == avant


def test_le_manifeste_nomme_les_entrees_les_sorties_et_les_personnes(extrait: Path) -> None:
    lu = manifeste(extrait)
    assert {s["fichier"]: s["sha256"] for s in lu["sorties"]} == {
        nom: hashlib.sha256(octets).hexdigest() for nom, octets in octets(extrait).items() if nom not in HORS_SORTIES
    }
    assert lu["entrees"] == [{"chemin": "rh/agents_2021.csv", "sha256": "ef" * 32, "lignes": 60, "octets": 1234}]
    assert {c: lu[c] for c in ("exercice", "statut", "prepare_par", "approuve_par", "identite")} == {
        "exercice": 2021, "statut": "a_approuver", "prepare_par": "c.durand", "approuve_par": None,
        "identite": "declaree",
    }  # fmt: skip
    assert lu["avec_reserves"] is True
    assert lu["portes"]["modele"]["controles"] == 42
    assert {p["parametre"]: p["valeur"] for p in lu["parametres"]}["methode_etp"] == "R"
    assert len(lu["publication_sha256"]) == 64


def test_le_paquet_de_donnees_decrit_chaque_csv(extrait: Path) -> None:
    paquet = json.loads((extrait / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["name"] for r in paquet["resources"]} == set(lire_relations())
    for ressource in paquet["resources"]:
        octets = (extrait / ressource["path"]).read_bytes()
        assert ressource["hash"] == f"sha256:{hashlib.sha256(octets).hexdigest()}"
        assert ressource["bytes"] == len(octets)
        entete = octets.decode("utf-8").splitlines()[0].split(";")
        assert [champ["name"] for champ in ressource["schema"]["fields"]] == entete
        assert all(champ["description"] for champ in ressource["schema"]["fields"])
    synthese = next(r for r in paquet["resources"] if r["name"] == "synthese_financiere")
    assert synthese["schema"]["primaryKey"] == ["exercice", "dispositif"]
    assert {c["name"]: c["type"] for c in synthese["schema"]["fields"]}["cout_net"] == "number"


def test_un_exercice_jamais_publie_se_dit_en_francais(conn_publiee: psycopg.Connection[Any], tmp_path: Path) -> None:
    with pytest.raises(ErreurMutualisation, match="L'exercice 2018 n'est pas publié"):
        ecrire_extrait(conn_publiee, 2018, tmp_path)
    with pytest.raises(ErreurMutualisation, match="La version 7 n'existe pas"):
        ecrire_extrait(conn_publiee, 2021, tmp_path, version=7)


@pytest.mark.usefixtures("conseil_seul")
def test_l_empreinte_publiee_est_celle_qui_est_gardee(conn_publiee: psycopg.Connection[Any], tmp_path: Path) -> None:
    conn_publiee.execute("update journal.constructions set publication_sha256 = repeat('0', 64)")
    dossier = ecrire_extrait(conn_publiee, 2021, tmp_path)
    assert manifeste(dossier)["publication_sha256"] == "0" * 64


@pytest.mark.usefixtures("conseil_seul")
def test_une_relation_ajoutee_depuis_n_est_dans_aucun_extrait_anterieur(
    conn_publiee: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    avant = octets(ecrire_extrait(conn_publiee, 2021, tmp_path))
    relations = lire_relations()
    nouvelle = replace(relations["synthese_financiere"], nom="ajoutee")
    elargie = replace(relations["adhesion"], colonnes=(*relations["adhesion"].colonnes, Colonne("ajout", "text", "")))
    monkeypatch.setattr(
        module_contexte, "lire_relations", lambda: relations | {"ajoutee": nouvelle, "adhesion": elargie}
    )
    assert octets(ecrire_extrait(conn_publiee, 2021, tmp_path)) == avant


@pytest.mark.usefixtures("conseil_seul")
def test_chaque_serie_de_verifications_est_nommee(conn_publiee: psycopg.Connection[Any], tmp_path: Path) -> None:
    portes = {"fichier": {"executees": 5}, "modele": {"tests": 6}, "plausibilite": {"executees": 7}}
    conn_publiee.execute(
        "update journal.constructions set portes = %s::jsonb", [json.dumps(portes | {"bilan": {"executees": 8}})]
    )
    lu = (
        (ecrire_extrait(conn_publiee, 2021, tmp_path) / "bilan_etape_2021.html")
        .read_text(encoding="utf-8")
        .replace("\u00a0", " ")
        .replace("&nbsp;", " ")
    )
    assert (
        "Avant de publier, 26 vérifications automatiques sont faites : à la livraison des fichiers (5), pendant le "
        "calcul (6), sur la vraisemblance des chiffres (7), sur le bilan avant publication (8). En plus, 4 contrôles "
    ) in lu


def test_chaque_commune_a_sa_page_et_sa_feuille(extrait: Path) -> None:
    siens = ("{}.html", "{}.pdf", "notes/{}.pdf", "deliberations/{}.docx", "deliberations/{}.pdf")
    attendus = {forme.format(nom) for forme in siens for nom in ("59350_lille", "59360_loos")}
    assert set(octets(extrait / "communes")) == {"index.html", "index.pdf"} | attendus


def test_une_commune_tient_au_plus_sur_le_recto_verso_d_une_feuille(extrait: Path) -> None:
    for nom in ("59350_lille", "59360_loos"):
        for dossier, pages in (("", 2), ("notes", 1), ("deliberations", 2)):
            with pikepdf.open(extrait / "communes" / dossier / f"{nom}.pdf") as pdf:
                assert len(pdf.pages) <= pages, nom
