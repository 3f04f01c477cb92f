"""What a task does before any work, called as Airflow calls it, on a warehouse published by hand."""

import datetime as dt
from collections import defaultdict
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from tests.atelier.bases import lire
from tests.atelier.petit_depot import ecrire
from tests.atelier.tables import cas
from tests.sql.publication.test_ecarts import deposer

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere, SansReprise
from mutualisation.usage import operations as op

pytestmark = pytest.mark.filterwarnings("ignore")
COMPLET = (
    ("rh", "temps", "{}", 12), ("compta", "mandats", "{}", 12), ("rh", "agents", "{}", None),
    ("rh", "masse_salariale", "{}", None), ("compta", "etat_actif", "{}", None),
)  # fmt: skip


@pytest.fixture
def tache(dagbag, base_vierge, tmp_path, monkeypatch):
    """Call a task by its name; what it sends is kept."""
    from mutualisation_chaines import taches

    envois, actifs = [], []
    session = op.Session(base_vierge, tmp_path / "var")
    monkeypatch.setattr(taches, "entrepot", lambda: nullcontext(session))
    monkeypatch.setattr(taches, "get_current_context", lambda: {"dag": SimpleNamespace(dag_id="bilan_etape")})
    monkeypatch.setattr("mutualisation_chaines.entites.get_current_context", taches.get_current_context)
    monkeypatch.setattr(taches, "envoyer", lambda phrase, remede, _: envois.append(f"{phrase} {remede}"))

    def appeler(nom, *evenements, lancee="asset_triggered", recues=(), **params):
        params = {"exercices": [], "sortie": None, "relecture": False, "depot": None, "sources": []} | params
        recus = defaultdict(lambda: [SimpleNamespace(extra=e) for e in evenements])
        suites = {
            "choisir_exercices": {"dag_run": SimpleNamespace(run_type=lancee)},
            "charger": {
                "outlet_events": defaultdict(lambda: SimpleNamespace(add=lambda actif: actifs.append(actif.name))),
                "dag_run": SimpleNamespace(run_after=appeler.depuis),
            },
        }
        if nom in suites:
            suites[nom]["triggering_asset_events"] = recus
        return getattr(taches, nom).function(*recues, params=params, **suites.get(nom, {}))

    appeler.actifs, appeler.depuis = actifs, dt.datetime.now(dt.UTC)
    appeler.envois, appeler.dsn, appeler.dossier = envois, base_vierge, tmp_path
    return appeler


def annee(an):
    return [(source, jeu, periode.format(an), mois) for source, jeu, periode, mois in COMPLET]


def test_un_exercice_incomplet_est_laisse_de_cote_et_une_alerte_le_dit(tache):
    """An unattended build takes 2024; 2025 would stop it. Asked for, 2025 is taken, and says itself what it lacks."""
    with connecter(tache.dsn, role=None) as conn:
        deposer(conn, *annee(2024), *annee(2025)[:-1])
    annonce = {"exercices": []}
    assert tache("choisir_exercices", annonce) == [2024]
    assert tache.envois == [
        "Exercice 2025 laissé de côté : il manque 1\u00a0fichier : compta/etat_actif_2025. déposez-les, le bilan "
        "suivra, ou justifiez leur absence dans referentiel/justifications"
    ]
    tache.envois.clear()
    assert tache("choisir_exercices", {"exercices": [2025]}) == [2025]
    assert tache("choisir_exercices", lancee="manual", exercices=[2025]) == [2025]
    assert tache.envois == []


def test_un_exercice_publie_que_le_bilan_laisse_dit_ce_qui_lui_manque(tache, monkeypatch):
    monkeypatch.setattr("mutualisation.usage.operations.fichiers_tardifs", lambda _: {2019: "x :", 2025: "y :"})
    tache("choisir_exercices", lancee="manual", exercices=[2025])
    (envoi,) = tache.envois
    assert envoi.startswith("x : lancez « bilan_etape » sur cet exercice")


def test_rien_de_complet_ne_construit_rien_et_se_dit(tache):
    from airflow.sdk.exceptions import AirflowSkipException

    with connecter(tache.dsn, role=None) as conn:
        deposer(conn, ("rh", "masse_salariale", "2025", None))
    with pytest.raises(AirflowSkipException, match="publié ou complet qui soit ouvert"):
        tache("choisir_exercices", {"exercices": []})
    assert len(tache.envois) == 1


def test_une_situation_alerte_de_ce_qui_depasse_et_une_publication_de_ce_qu_est_devenue_l_annee(tache, monkeypatch):
    ecrites = [op.SituationEcrite("s_1", "", "Juin dépasse."), op.SituationEcrite("s_2", "", "")]
    monkeypatch.setattr(op, "mois_a_situer", lambda _: [(2024, 6), (2025, 6)])
    monkeypatch.setattr(op, "situer", lambda *_: ecrites.pop(0))
    assert tache("situer", exercice=None, mois=None) == ["s_1", "s_2"]
    monkeypatch.setattr(op, "publier", lambda *_: "abc")
    monkeypatch.setattr(op, "extraire_ensemble", lambda *_: [])
    monkeypatch.setattr(op, "dire_realises", lambda _, version: [f"La version {version} est devenue."])
    assert tache("publier", recues=(3, [2024])) == "abc"
    assert tache.envois == [
        "Juin dépasse. lisez dans la page de cette situation ce qui a le plus bougé, et pourquoi",
        "La version 3 est devenue. gardez cet écart pour le prochain budget ; le bilan dit ce qui a fait varier chaque "
        "coût",
    ]


def test_un_extrait_ouvert_dans_un_tableur_arrete_la_premiere_tache(tache):
    """Of a run that publishes; one that stops at its version writes no extract."""
    from airflow.sdk.exceptions import AirflowException

    place = tache.dossier / "bilans" / "bilan_2024"
    place.mkdir(parents=True)
    (place / "~$bilan_etape_2024.xlsx").write_bytes(b"")
    demande = {"exercices": [2024], "sortie": str(place.parent)}
    with pytest.raises(AirflowException, match="fermez"):
        tache("choisir_exercices", lancee="manual", **demande)
    assert tache("choisir_exercices", lancee="manual", **demande | {"relecture": True}) == [2024]
    assert tache("choisir_exercices", {"exercices": [2024]}, sortie=str(place.parent)) == [2024]


def test_un_depot_qui_ne_se_lit_pas_se_dit_une_fois(tache, monkeypatch):
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    panne, complet = ({"payload": {"panne": dite}} for dite in ("erreur PermissionError", ""))
    with pytest.raises(AirflowFailException, match=r"lu \(erreur PermissionError\).*la connexion Airflow « depot »"):
        tache("charger", panne)
    with pytest.raises(AirflowException, match="n'existe pas"):
        tache("charger", depot=str(tache.dossier / "nulle"))
    (tache.dossier / "rh").mkdir()
    (tache.dossier / "rh" / "agents_2024.csv").write_text("a;b\n")
    monkeypatch.setenv("MUTUALISATION_DEPOT", str(tache.dossier))
    for venue in ((), (panne, complet), ({},)):  # by hand; it came back before the run began; an event of the API
        with pytest.raises(AirflowFailException, match=r"rh/agents_2024\.csv"):
            tache("charger", *venue)


@cas
def test_une_entite_reste_dans_ses_dossiers(dagbag, adresse, juste):
    from mutualisation_chaines.taches import exiger_chez_elle

    with nullcontext() if juste else pytest.raises(ErreurMutualisation, match="qui n'est pas à cette entité"):
        exiger_chez_elle("depot", adresse, "s3://lac/depots")


def test_le_depot_et_la_sortie_d_une_entite_sont_les_siens(dagbag, tmp_path, monkeypatch):
    from mutualisation_chaines import taches

    (tmp_path / "t.toml").write_text('[lac]\ndepot = "s3://lac/"\n[pays]\n')
    monkeypatch.setenv("MUTUALISATION_ENTITES", str(tmp_path / "t.toml"))
    monkeypatch.setattr(
        "mutualisation_chaines.entites.get_current_context", lambda: {"dag": SimpleNamespace(dag_id="x__lac")}
    )
    session = op.Session("", tmp_path / "lac")
    assert taches.depot_demande({"depot": None}) == "s3://lac"
    assert taches._sortie(session, {"sortie": None}) == str(tmp_path / "lac" / "bilans")
    with pytest.raises(ErreurMutualisation, match="« depot » vaut s3://pays, qui n'est pas à cette entité"):
        taches.depot_demande({"depot": "s3://pays"})
    with pytest.raises(ErreurMutualisation, match=r"« sortie » vaut .*/pays/bilans, qui n'est pas à cette entité"):
        taches._sortie(session, {"sortie": str(tmp_path / "pays" / "bilans")})


@pytest.mark.parametrize(("chaine", "demande"), [("publication_bilan", "relire"), ("cloture_exercice", "approuver")])
def test_qui_repond_lit_les_chiffres_et_ce_qui_est_laisse_de_cote(dagbag, chaine, demande):
    """In the request; in the alert that calls for an answer, which says when it comes again."""
    laisse, total, table = "Laissé de côté, exercice 2020 : 3 lignes", "exercice 2020, coût net 7 €", "| 2020 | TOTAL |"
    a_clore = op.AClore(2020, 1, "bilans", "ab", laisse, total, table)
    remise = a_clore if demande == "approuver" else op.Candidate(1, [], f"{total} {laisse}", table, [])
    lieu = "[bilan_2020](https://d.epci.fr/bilan_2020/)"
    tache = dagbag.dags[chaine].get_task(demande)
    (alerte,) = tache.notifiers

    def rendre(texte, essai):
        ti = SimpleNamespace(xcom_pull=lambda **_: vars(remise) | {"lieu": lieu}, try_number=essai)
        return tache.render_template(texte, {"ti": ti, "params": {"exercice": 2020}})

    lue = rendre(f"{tache.subject} {tache.body}", 1)
    assert [dit in lue for dit in (laisse, total, table, lieu)] == [True] * 4
    assert [rendre(alerte.phrase, essai) for essai in (1, 3)] == [f"{total} {laisse}", f"Rappel : {total} {laisse}"]


@pytest.mark.parametrize(
    ("adresse", "dossier", "lu"),
    [
        ("https://d.epci.fr/mutu/", "{}/lac/bilans/a_publier_v2/bilan 1", "[{0}](https://d.epci.fr/mutu/lac/a_publier_v2/bilan%201/)"),
        ("https://d.epci.fr/mutu/", "{}/ailleurs/bilan_1", "`{0}`, sur le serveur"),
        ("", "{}/lac/bilans/bilan_1", "`{0}`, sur le serveur"),
    ],
)  # fmt: skip
def test_qui_relit_ouvre_les_documents_de_son_bureau(dagbag, tmp_path, monkeypatch, adresse, dossier, lu):
    from mutualisation_chaines import taches

    monkeypatch.setattr("mutualisation_chaines.taches.nom_en_cours", lambda: "lac")
    monkeypatch.setenv("MUTUALISATION_ADRESSE_BILANS", adresse)
    dossier = dossier.format(tmp_path)
    assert taches.ou_lire(op.Session("", tmp_path / "lac"), [dossier]) == lu.format(dossier)


@cas
def test_une_demande_sans_reponse_est_rappelee(dagbag, monkeypatch, dit, jours, essais):
    """Made again after the delay, and alerted again; an answer is waited for as long as it takes."""
    from mutualisation_chaines.reglages import PAR_DEFAUT, attente

    if dit is not None:
        monkeypatch.setenv("MUTUALISATION_RAPPEL", dit)
    reglee = PAR_DEFAUT | attente()
    delai = reglee.get("response_timeout")
    assert (delai and delai.days, reglee["retries"], reglee["execution_timeout"]) == (jours, essais, None)
    monkeypatch.setenv("MUTUALISATION_RAPPEL", "demain")
    with pytest.raises(ErreurMutualisation, match="MUTUALISATION_RAPPEL vaut « demain » : donnez des jours"):
        attente()


@cas
def test_une_demande_remplacee_echoue_aussitot(dagbag, monkeypatch, exercice, version, dite):
    """Before it is made again, and when it is answered; another one, or a warehouse that doesn't answer, lets it be."""
    from airflow.sdk.exceptions import AirflowFailException
    from mutualisation_chaines import taches

    def juger(_, *vue):
        if vue[-1] == 1:
            raise SansReprise("la version 2 l'a remplacée")
        if vue[-1] == 3:
            raise PannePassagere("figé")

    session = SimpleNamespace(lecture=lambda: nullcontext(None))
    monkeypatch.setattr(taches, "entrepot", lambda: nullcontext(session))
    monkeypatch.setattr("mutualisation.usage.operations.cloture.exiger_publiee", juger)
    monkeypatch.setattr("mutualisation.usage.operations.publication_candidate.exiger_la_derniere", juger)
    remise = {"verifier" if exercice else "presenter": {"version": version}}
    contexte = {"params": {"exercice": exercice}, "ti": SimpleNamespace(xcom_pull=lambda task_ids: remise[task_ids])}
    with pytest.raises(AirflowFailException, match=dite) if dite else nullcontext():
        taches.encore_demandee(contexte)


def test_une_source_demandee_se_charge_seule_et_son_actif_le_dit(tache):
    """A later run updates what it landed, and nothing that an earlier one did."""
    depot = ecrire(tache.dossier / "depot")
    tache("charger", depot=str(depot), sources=["compta"])
    assert tache.actifs == ["entrepot/compta"]
    assert lire(tache.dsn, "select distinct source from journal.fichiers") == [("compta",)]
    tache.actifs.clear()
    tache.depuis = dt.datetime.now(dt.UTC)
    tache("charger", depot=str(depot))
    assert tache.actifs == ["entrepot/referentiel", "entrepot/rh"]
