"""The schema `bi` (S17) on the small drop: keys, sums, descriptions, and who reads which rows."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.atelier import bi, metriques
from tests.atelier.petit_depot import COMMUNES, EXERCICE
from tests.bout_en_bout.entrepots import Publie

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.relations import relations_analyse

from .test_communes_et_lecteurs import devenir, nombre

Conn = psycopg.Connection[Any]
INSEE = "59001"
# what a commune does not read: its rows would tell of others, or of the work of the EPCI
FERMEES = {
    "fait_agents", "fait_atterrissage", "fait_commune", "fait_controle", "fait_depense", "fait_fournisseur",
    "fait_redressement", "fait_rejet", "fait_reste_liste", "fait_situation", "fait_version", "fait_version_adherent",
}  # fmt: skip
# whole for a commune too: nothing in them is of an adherent
COMMUNES_A_TOUS = {
    "fait_action", "fait_cout", "fait_etp", "fait_indicateur", "fait_paie", "fait_prevision", "fait_variation",
}  # fmt: skip


@pytest.fixture
def conn(publie: Publie) -> Iterator[Conn]:
    """The small drop published, with a reader, and the account of a commune."""
    with connecter(publie.contexte.dsn, role=None) as ouverte:
        ouverte.execute(
            "create role un_lecteur login in role mutualisation_lecteur;"
            "create role la_commune login in role mutualisation_commune;"
            f"insert into journal.comptes_communes values ('la_commune', '{INSEE}')".encode()
        )
        yield ouverte
        ouverte.rollback()


def test_chaque_cle_est_unique_et_chaque_somme_est_celle_de_la_publication(conn: Conn) -> None:
    assert bi.cles_repetees(conn) == []
    assert bi.sommes_fausses(conn) == {}
    assert bi.lignes_perdues(conn) == []
    comparees = " ".join([*bi.SOMMES, *bi.DE_DBT.values()])
    assert [nom for nom in relations_analyse() if not re.search(rf"\b{nom}\b", comparees)] == []


def test_un_defaut_se_voit(conn: Conn) -> None:
    """Of a key, a sum, a join: each is seen failing."""
    conn.execute("update versions.fait_adhesion set active_31_12 = false")
    assert set(bi.sommes_fausses(conn)) == {"fait_adhesion"}
    conn.execute("insert into versions.fait_adhesion select * from versions.fait_adhesion")
    assert bi.cles_repetees(conn) == ["fait_adhesion"]
    conn.execute("delete from versions.adherents_nommes")
    assert {p.split(" ")[2] for p in bi.lignes_perdues(conn)} == {"dim_adherent"}


def test_la_base_dit_le_grain_la_cle_et_chaque_colonne(conn: Conn) -> None:
    for nom, relation in relations_analyse().items():
        (dit,) = conn.execute("select obj_description(%s::regclass)", (f"bi.{nom}",)).fetchone() or ("",)
        assert dit == f"{relation.description} Clé : {', '.join(relation.cle)}."
        colonnes = conn.execute(
            "select attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 order by attnum",
            (f"bi.{nom}",),
        ).fetchall()
        attendues = [(c.nom, c.type.removeprefix("pg_catalog."), c.description) for c in relation.colonnes]
        assert colonnes == attendues


def test_une_jointure_par_les_cles_de_meme_nom_ne_compte_rien_deux_fois(conn: Conn) -> None:
    """The three joins that an analyst writes first, on amounts and on inhabitants."""
    sommes = {
        "select sum(montant) from bi.fait_cout join bi.dim_dispositif using (exercice, dispositif)":
            "select cout_net from publication.synthese_financiere where est_total",
        "select sum(montant_du) from bi.fait_recouvrement join bi.dim_adherent using (exercice, siret)"
        " join bi.dim_commune using (exercice, code_insee) join bi.dim_dispositif using (exercice, dispositif)":
            "select sum(montant_du) from publication.recouvrement",
        "select sum(population) from bi.dim_commune join bi.dim_exercice using (exercice)":
            "select sum(p) from (select max(population) as p from publication.adherent group by code_insee) as c",
    }  # fmt: skip
    for requete, attendu in sommes.items():
        (lue,), (attendue,) = (conn.execute(q.encode()).fetchone() or (None,) for q in (requete, attendu))
        assert lue == attendue
        assert lue


def test_un_lecteur_lit_tout(conn: Conn) -> None:
    attendus = {nom: nombre(conn, f"bi.{nom}") for nom in relations_analyse()}
    devenir(conn, "un_lecteur")
    assert {nom: nombre(conn, f"bi.{nom}") for nom in relations_analyse()} == attendus
    assert sum(n > 0 for n in attendus.values()) > 12


def test_une_commune_lit_ses_lignes_et_les_dimensions(conn: Conn) -> None:
    conn.execute(
        "insert into versions.avis_commune (version, exercice, code_insee, statut, au)"
        " select version, exercice, i, 'non_transmis', '2024-01-01' from journal.publications"
        " cross join unnest(%s::text[]) as i",
        (["59001", "59002"],),
    )
    siens = [s for (s,) in conn.execute("select siret from bi.dim_adherent where code_insee = %s", (INSEE,)).fetchall()]
    assert COMMUNES[INSEE] in siens[0]
    attendus = {}
    for nom, r in relations_analyse().items():
        if nom in FERMEES:
            continue
        requete = f"select count(*) from bi.{nom}"
        if nom.startswith("fait_") and nom not in COMMUNES_A_TOUS:
            par = next(c for c in ("siret", "siren_beneficiaire", "code_insee") if c in r.noms_colonnes)
            requete += f" where {par} = any(%s)"
        valeurs = [INSEE] if "code_insee =" in requete else [s[:9] for s in siens] if "siren_" in requete else siens
        (attendus[nom],) = conn.execute(requete.encode(), [valeurs] if "%s" in requete else []).fetchone() or (0,)
    assert attendus["fait_avis"] == 1
    devenir(conn, "la_commune")
    assert {nom: nombre(conn, f"bi.{nom}") for nom in attendus} == attendus
    assert attendus["fait_usage"] > 0
    assert attendus["dim_adherent"] > len(siens)
    for nom in FERMEES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
            nombre(conn, f"bi.{nom}")


def test_une_version_remplacee_reste_lisible(conn: Conn) -> None:
    """K5: a reader sees one version of an exercice in the facts, each of those that are kept in fait_version."""
    (avant,) = conn.execute("select version from bi.dim_exercice").fetchone() or (0,)
    (lignes,) = conn.execute("select count(*) from bi.fait_cout").fetchone() or (0,)
    _republier(conn)
    devenir(conn, "un_lecteur")
    lues = conn.execute("select version, statut, remplacee_le is null from bi.dim_version order by 1").fetchall()
    assert lues == [(avant, "a_approuver", False), (avant + 1, "a_approuver", True)]
    assert conn.execute("select exercice, version from bi.dim_exercice").fetchall() == [(EXERCICE, avant + 1)]
    gardees = conn.execute("select version, sum(cout_net) from bi.fait_version group by 1 order by 1").fetchall()
    assert [(v, c) for v, c in gardees] == [(avant, gardees[0][1]), (avant + 1, gardees[0][1] + 1)]
    assert nombre(conn, "bi.fait_cout") == lignes


def test_l_annee_en_cours_a_des_noms(conn: Conn) -> None:
    """Those of its situation, of a dispositif that nothing published or forecast names; its landing beside (R22)."""
    psycopg.ClientCursor(conn).execute(
        "insert into journal.situations values (%(e)s, 1, 'NEUF', 1, 2, 0, 0, 0, 0, 2, null, 'Service neuf', 'T'),"
        " (%(e)s, 2, 'NEUF', 2, 5, 0, 0, 0, 0, 5, 1, 'Service neuf', 'T');"
        "insert into journal.atterrissages values (%(e)s, 2, 'NEUF', 30, 4)",
        {"e": EXERCICE + 1},
    )
    assert bi.lignes_perdues(conn) == []
    devenir(conn, "un_lecteur")
    requete = """
      select libelle, valorisation, mois, cout_net_du_mois, recettes_du_mois, atterrissage_cout from bi.fait_situation
        join bi.dim_dispositif using (exercice, dispositif)
        left join bi.fait_atterrissage using (exercice, mois, dispositif)
       where exercice = %s order by mois"""
    neuf = ("Service neuf", "valorisé")
    assert conn.execute(requete, (EXERCICE + 1,)).fetchall() == [(*neuf, 1, 2, None, None), (*neuf, 2, 3, 1, 30)]


def test_chaque_cause_et_chaque_liste_de_restes_se_lisent(conn: Conn) -> None:
    (version,) = conn.execute("select version from bi.dim_exercice").fetchone() or (0,)
    conn.execute(
        "insert into versions.redressement (version, exercice, dispositif, mesure, version_close, ecart,"
        " donnees_tardives, cles, parametres, corrections) values (%s, %s, 'CEP', 'cout_net', 1, 3, 2, 0, 0, 1)",
        (version, EXERCICE),
    )
    for au, reste in (("2022-02-28", 6), ("2022-05-31", 1)):
        conn.execute(
            "insert into versions.encaissement (version, exercice, dispositif, siret_adherent, montant_titre, encaisse,"
            " reste_a_recouvrer, au) values (%s, %s, 'CEP', 's', 10, %s, %s, %s)",
            (version, EXERCICE, 10 - reste, reste, au),
        )
    devenir(conn, "un_lecteur")
    causes = conn.execute("select cause, ecart from bi.fait_redressement order by 1").fetchall()
    assert causes == [("corrections", 1), ("donnees_tardives", 2)]
    listes = conn.execute("select au::text, reste_a_recouvrer from bi.fait_reste_liste where siret = 's' order by 1")
    assert listes.fetchall() == [("2022-02-28", 6), ("2022-05-31", 1)]


def test_une_version_close_dit_qui_l_a_approuvee(conn: Conn) -> None:
    conn.execute(
        "insert into journal.sceaux (numero, enonce, signature, cle_publique)"
        " select numero + 1, (enonce::jsonb || jsonb_build_object('acte', 'cloture', 'exercice', %s::int,"
        " 'approuve_par', 'martin', 'approuve_le', now()))::text, signature, cle_publique from journal.sceaux",
        (EXERCICE,),
    )
    assert conn.execute("select statut, approuve_par from bi.dim_version").fetchall() == [("clos", "martin")]
    assert conn.execute("select statut from bi.dim_exercice").fetchall() == [("clos",)]


def _republier(conn: Conn) -> None:
    """The same rows once more, a dispositif a euro dearer, under a statement that follows the last one."""
    conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version, publication_sha256)"
        " select exercices, 'publiee', prepare_par, code_version, publication_sha256 from journal.constructions"
        "  where statut = 'publiee'"
    )
    conn.execute(
        "insert into journal.sceaux (numero, enonce, signature, cle_publique, relations)"
        " select numero + 1, (enonce::jsonb || jsonb_build_object('version', version + 1, 'scelle_le', now()))::text,"
        " signature, cle_publique, relations from journal.sceaux"
    )
    for nom in ("synthese_financiere", "passage_d5211"):
        colonnes = [c for (c,) in conn.execute(
            "select attname::text from pg_attribute where attrelid = %s::regclass and attnum > 1", (f"versions.{nom}",)
        )]  # fmt: skip
        conn.execute(
            f"insert into versions.{nom} (version, {', '.join(colonnes)})"
            f" select version + 1, {', '.join(colonnes)} from versions.{nom}".encode()
        )
    conn.execute(
        "update versions.synthese_financiere set cout_net = cout_net + 1 where (version, dispositif) ="
        " (select max(version), min(dispositif) from versions.synthese_financiere)"
    )
    conn.execute("update journal.publications set version = version + 1")


def test_chaque_metrique_lit_des_colonnes_qui_existent(conn: Conn) -> None:
    dit = metriques.lire()
    for relation, modele in dit.items():
        lues = ", ".join(metriques.expressions(modele))
        conn.execute(f"select {lues} from bi.{relation} limit 0".encode())
    dites = metriques.metriques(dit)
    for nom in dites:
        conn.execute(metriques.requete(dites, nom, ("exercice",)).encode())
    assert {nom for nom, m in dites.items() if m["type"] not in ("simple", "cumulative")} == {
        nom for nom, _ in metriques.TAUX
    }


def test_un_taux_est_le_taux_publie(conn: Conn) -> None:
    assert metriques.taux_faux(conn) == {}
    conn.execute("update versions.fait_recette set montant = montant + 1")
    assert {nom.split(" ")[0] for nom in metriques.taux_faux(conn)} == {"taux_couverture", "taux_couverture_d5211"}


def test_le_planificateur_sait_combien_d_exercices_sont_publies(conn: Conn) -> None:
    """Without it, a view of a million units is sorted on disk: 6 s in place of 2."""
    compte = "select reltuples::int, (select count(*) from journal.publications) from pg_class where oid = %s::regclass"
    assert conn.execute(compte, ("journal.publications",)).fetchone() == (1, 1)
    conn.execute("delete from journal.publications")
    assert conn.execute(compte, ("journal.publications",)).fetchone() == (0, 0)
