"""Envelopes sent, each once: a run is cut, a server refuses or says nothing, another version is published."""

import email
import json
import re
import shutil
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email import policy
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from tests.atelier.bases import lire
from tests.atelier.courrier import boite_aux_lettres
from tests.attaques.test_textes_hostiles import HOSTILES, PERMIS, faits

from mutualisation.documents.enveloppes import remises as r
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.manifeste import poser
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere, SansReprise, VersionDepassee
from mutualisation.usage import operations as op

pytestmark = pytest.mark.filterwarnings("ignore")
MAIRIES = ("mairie@a.example", "mairie@b.example", "", "mairie@c.example")


@pytest.fixture
def session(base_vierge, tmp_path, monkeypatch):
    """A warehouse that publishes version 1."""
    monkeypatch.setattr("mutualisation.usage.operations.envois.lire_pointeurs", lambda _: {2021: 1})
    return op.Session(base_vierge, tmp_path / "var")


def enveloppes(session, tmp_path, *destinations, version=1, note="note", noms="ABCDEF"):
    """What `remettre` writes, of adherents A, B, C…"""
    shutil.rmtree(dossier := tmp_path / "remises_2021", ignore_errors=True)
    dossier.mkdir()
    contenus = {f"{n:014}": {"note_2021.pdf": f"{note} {n}".encode()} for n, _ in enumerate(destinations)}
    noms = {siret: noms[int(siret)] for siret in contenus}
    lignes = r.ranger(dossier, contenus, noms, dict(zip(contenus, destinations, strict=True)))
    r.ecrire_csv(dossier / "liste_remises_2021.csv", r.COLONNES, lignes)
    poser(dossier, {"exercice": 2021, "version": version})
    return op.presenter_remises(session, str(dossier))


def test_une_remise_coupee_puis_reprise_part_une_fois_a_chacun(session, tmp_path):
    montrees, parties = enveloppes(session, tmp_path, *MAIRIES), []
    assert montrees.phrase == "4\u00a0enveloppes de l'exercice 2021, dont 1 sans adresse, à porter"
    assert "| `B` | `mairie@b.example` | 1 |  |\n| `C` | à porter | 1 |  |" in montrees.tableau

    def poster(envoi, _):
        if envoi.nom == "B" and parties == ["A"]:
            raise PannePassagere("injoignable")
        parties.append(envoi.nom)

    with pytest.raises(PannePassagere):
        op.envoyer_remises(session, montrees, "benoit", poster)
    assert lire(session.dsn, "select destination, accorde_par, fin is null from exploitation.envois") == [
        ("mairie@a.example", "benoit", False)
    ]
    parties.append("reprise")
    dit = op.envoyer_remises(session, montrees, "benoit", poster)
    assert dit == "Enveloppes 2021 — déjà envoyées : 1 (A) ; envoyées : 2 (B, D) ; à porter : 1 (C)."
    op.envoyer_remises(session, montrees, "benoit", poster)
    assert parties == ["A", "reprise", "B", "D"]


def test_une_lettre_coupee_ne_repart_que_si_on_le_demande(session, tmp_path):
    montrees, parties = enveloppes(session, tmp_path, "mairie@a.example", "mairie@b.example"), []

    def poster(envoi, _):
        parties.append(envoi.nom)
        if parties == ["A"]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        op.envoyer_remises(session, montrees, "benoit", poster)
    with pytest.raises(SansReprise, match=r"sans issue connue : 1 \(A, 0{14}\) ; envoyées : 1 \(B\)"):
        op.envoyer_remises(session, montrees, "benoit", poster)
    assert parties == ["A", "B"]
    renvoyer, demandee = [f"{0:014}", f"{1:014}"], datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(SansReprise, match=r"sans issue connue : 1 \(A, 0{14}\)"):
        op.envoyer_remises(session, montrees, "benoit", poster, renvoyer, demandee)
    assert parties == ["A", "B"], "a run that is tried again was asked before it began the letter"
    op.envoyer_remises(session, montrees, "benoit", poster, renvoyer)
    assert parties == ["A", "B", "A"], "what is known to have gone does not go again"


def test_une_cloture_n_envoie_rien_de_nouveau(session, tmp_path):
    """Other bytes of a version go to who is named; the request says what went. Another version is another delivery."""
    parties, adresses = [], ("mairie@a.example", "mairie@b.example")

    def remettre(*renvoyer, **quoi):
        montrees = enveloppes(session, tmp_path, *adresses, **quoi)
        parties.clear()
        dit = op.envoyer_remises(session, montrees, "benoit", lambda _, octets: parties.append(octets), renvoyer)
        return montrees, dit

    remettre()
    jour = f"{datetime.now(ZoneInfo('Europe/Paris')):%d/%m/%Y}"
    close, dit = remettre(note="close")
    assert (parties, dit) == ([], "Enveloppes 2021 — déjà envoyées : 2 (A, B).")
    assert f"| `B` | `mairie@b.example` | 1 | {jour} |" in close.tableau
    assert close.phrase.endswith(", et 2\u00a0déjà envoyées, qui ne repartent que par « renvoyer »")
    _, dit = remettre(f"{1:014}", note="close")
    assert dit == "Enveloppes 2021 — déjà envoyées : 1 (A) ; envoyées : 1 (B)."
    assert parties == [next((tmp_path / "remises_2021").glob("*_b.zip")).read_bytes()]
    remettre(f"{1:014}", note="close")
    assert parties == [], "what is known to have gone does not go again"
    with connecter(session.dsn, role=None) as conn:
        conn.execute("update exploitation.envois set version = 0")
    remettre()
    assert len(parties) == 2


def test_ce_qui_part_est_ce_qui_a_ete_compare(session, tmp_path):
    """Another commune's ZIP takes the place of one while letters go."""
    montrees, parties = enveloppes(session, tmp_path, "mairie@a.example", "mairie@b.example"), []
    a, b = sorted((tmp_path / "remises_2021").glob("*.zip"))

    def poster(_, octets):
        parties.append(octets)
        b.write_bytes(a.read_bytes())

    with pytest.raises(ErreurMutualisation, match=f"{b.name} n'est plus celui qui a été écrit"):
        op.envoyer_remises(session, montrees, "benoit", poster)
    assert parties == [a.read_bytes()]


def test_qui_accorde_ne_lit_que_du_texte(session, tmp_path):
    """The name of an adherent that means to be a title, a link, an image, a cell."""
    for hostile in HOSTILES:
        tableau = enveloppes(session, tmp_path, "mairie@a.example", noms=[hostile]).tableau
        assert faits(tableau) <= PERMIS
        assert tableau.count("\n") == 2


def test_chaque_demande_est_lue_avec_un_texte_hostile(dagbag):
    """A request, or a field of one, that is not here is to be tried too: above, and in `test_ecarts`."""
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    champ = re.compile(r"xcom_pull\(task_ids='\w+'\)\['(\w+)'\]")
    demandes = (t for dag in dagbag.dags.values() for t in dag.tasks if isinstance(t, ApprovalOperator))
    assert {t.dag_id: {*champ.findall(f"{t.subject} {t.body}")} for t in demandes} == {
        "remise_documents": {"phrase", "tableau", "lieu"},
        "publication_bilan": {"phrase", "tableau", "lieu"},
        "cloture_exercice": {"phrase", "tableau", "lieu", "version", "manifeste_sha256", "laisse_de_cote"},
    }


def test_une_autre_version_ou_une_enveloppe_touchee_n_envoie_rien(session, tmp_path):
    montrees = enveloppes(session, tmp_path, "mairie@a.example", version=2)
    with pytest.raises(VersionDepassee, match="publie la version 1"):
        op.envoyer_remises(session, montrees, "benoit", pytest.fail)
    next((tmp_path / "remises_2021").glob("*.zip")).write_bytes(b"")
    with pytest.raises(SansReprise, match="ne sont plus celles qui ont été montrées"):
        op.envoyer_remises(session, montrees, "benoit", pytest.fail)


def test_le_registre_ne_se_recrit_pas(session, tmp_path):
    op.envoyer_remises(session, enveloppes(session, tmp_path, "mairie@a.example"), "benoit", lambda *_: None)
    with connecter(session.dsn) as conn:
        assert conn.execute("update exploitation.envois set fin = null").rowcount == 0
        assert conn.execute("delete from exploitation.envois").rowcount == 0


def test_par_la_connexion_de_courriel(dagbag, session, tmp_path, monkeypatch):
    """The task, on a local server: the bytes that were shown, each letter tried once a run; what failed before the
    server took it goes again, one without an answer does not."""
    from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
    from mutualisation_chaines import echecs, taches

    adresses = ("mairie@a.example", "refus@b.example", "coupe@c.example", "attente@d.example", "ferme@e.example",
                "raccroche@f.example")  # fmt: skip
    montrees, refusees = enveloppes(session, tmp_path, *adresses), []
    zips = {z.name: z.read_bytes() for z in (tmp_path / "remises_2021").glob("*.zip")}
    monkeypatch.setattr(taches, "nom_en_cours", lambda: "")
    monkeypatch.setattr(taches, "entrepot", lambda: nullcontext(session))

    def remettre(renvoyer=(), depuis=None):
        reponse = {"responded_by_user": {"name": "benoit"}}
        preparee = vars(montrees) | {"lieu": ""}
        execution = SimpleNamespace(run_after=depuis or datetime.now(UTC))
        return taches.remettre_a_chacun.function(preparee, reponse, params={"renvoyer": renvoyer}, dag_run=execution)

    with pytest.raises(AirflowSkipException, match="à porter"):
        remettre()
    with boite_aux_lettres(refusees) as (port, lettres):
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "finances@epci.fr"}
        muet = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra | {"from_email": ""}}
        monkeypatch.setenv("AIRFLOW_CONN_REMISE_COURRIEL", json.dumps(muet))
        with pytest.raises(AirflowException, match="n'a pas d'expéditeur"):
            remettre()
        assert lire(session.dsn, "select 1 from exploitation.envois") == []
        lien = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_REMISE_COURRIEL", json.dumps(lien))
        for fois in (1, 2):
            with pytest.raises(AirflowFailException) as dite:
                remettre()
            assert "refusées par le serveur : 1 (B)" in str(dite.value)
            assert "remises à plus tard par le serveur : 3 (D, E, F)" in str(dite.value)
            assert f"sans issue connue : 1 (C, {2:014})" in str(dite.value)
            assert len(refusees) == 4 * fois, "one try"
        assert "example" not in str(dite.value)
        # the remedy works: what was cut is sent by another run, which names it, and by no other try of the same
        remede = echecs.Echec("remise", depassee=echecs.REMETTRE).remede_de("remettre_a_chacun", dite.value)
        assert remede == echecs.REMETTRE
        demandee = datetime.now(UTC)
        for _ in range(2):
            with pytest.raises(AirflowFailException):
                remettre([f"{2:014}"], demandee)
    a, *c = (email.message_from_bytes(x, policy=policy.default) for x in lettres)
    assert (a["To"], [x["To"] for x in c]) == ("mairie@a.example", ["coupe@c.example"] * 2)
    (jointe,) = a.iter_attachments()
    assert jointe.get_content() == zips[jointe.get_filename()]
    assert "2021 qui concernent A, et eux seuls : une pièce" in a.get_body(("html",)).get_content()
    monkeypatch.setenv("AIRFLOW_CONN_REMISE_COURRIEL", json.dumps(lien | {"port": 9}))
    with pytest.raises(AirflowException, match="ne répond pas") as dite:
        remettre()
    assert not isinstance(dite.value, AirflowFailException), "who finds the server again goes on"
    assert lire(session.dsn, "select destination, fin is null from exploitation.envois order by debut") == [
        ("mairie@a.example", False), ("coupe@c.example", True), ("coupe@c.example", True),
    ]  # fmt: skip
