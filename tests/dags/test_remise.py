"""Envelopes sent, each once: a run is cut, a server refuses or says nothing, another version is published."""

import email
import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email import policy
from types import SimpleNamespace

import pytest
from tests.atelier.bases import lire
from tests.atelier.courrier import boite_aux_lettres

from mutualisation.documents.enveloppes import remises as r
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.manifeste import poser
from mutualisation.socle.erreurs import PannePassagere, SansReprise, VersionDepassee
from mutualisation.usage import operations as op

pytestmark = pytest.mark.filterwarnings("ignore")
MAIRIES = ("mairie@a.example", "mairie@b.example", "", "mairie@c.example")


@pytest.fixture
def session(base_vierge, tmp_path, monkeypatch):
    """A warehouse that publishes version 1."""
    monkeypatch.setattr("mutualisation.usage.operations.envois.lire_pointeurs", lambda _: {2021: 1})
    return op.Session(base_vierge, tmp_path / "var")


def enveloppes(tmp_path, *destinations, version=1):
    """What `remettre` writes, of adherents A, B, C…"""
    dossier = tmp_path / "remises_2021"
    dossier.mkdir()
    contenus = {f"{n:014}": {"note_2021.pdf": f"note {n}".encode()} for n, _ in enumerate(destinations)}
    noms = {siret: "ABCDEF"[int(siret)] for siret in contenus}
    lignes = r.ranger(dossier, contenus, noms, dict(zip(contenus, destinations, strict=True)))
    r.ecrire_csv(dossier / "liste_remises_2021.csv", r.COLONNES, lignes)
    poser(dossier, {"exercice": 2021, "version": version})
    return op.presenter_remises(str(dossier))


def test_une_remise_coupee_puis_reprise_part_une_fois_a_chacun(session, tmp_path):
    montrees, parties = enveloppes(tmp_path, *MAIRIES), []
    assert montrees.phrase == "4\u00a0enveloppes de l'exercice 2021, dont 1 sans adresse, à porter"
    assert "| B | mairie@b.example | 1 |\n| C | à porter | 1 |" in montrees.tableau

    def poster(envoi):
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
    montrees, parties = enveloppes(tmp_path, "mairie@a.example", "mairie@b.example"), []

    def poster(envoi):
        parties.append(envoi.nom)
        if parties == ["A"]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        op.envoyer_remises(session, montrees, "benoit", poster)
    with pytest.raises(SansReprise, match=r"sans issue connue : 1 \(A\) ; envoyées : 1 \(B\)"):
        op.envoyer_remises(session, montrees, "benoit", poster)
    assert parties == ["A", "B"]
    renvoyer, demandee = [f"{0:014}", f"{1:014}"], datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(SansReprise, match=r"sans issue connue : 1 \(A\)"):
        op.envoyer_remises(session, montrees, "benoit", poster, renvoyer, demandee)
    assert parties == ["A", "B"], "a run that is tried again was asked before it began the letter"
    op.envoyer_remises(session, montrees, "benoit", poster, renvoyer)
    assert parties == ["A", "B", "A"], "what is known to have gone does not go again"


def test_une_autre_version_ou_une_enveloppe_touchee_n_envoie_rien(session, tmp_path):
    montrees = enveloppes(tmp_path, "mairie@a.example", version=2)
    with pytest.raises(VersionDepassee, match="publie la version 1"):
        op.envoyer_remises(session, montrees, "benoit", pytest.fail)
    next((tmp_path / "remises_2021").glob("*.zip")).write_bytes(b"")
    with pytest.raises(SansReprise, match="ne sont plus celles qui ont été montrées"):
        op.envoyer_remises(session, montrees, "benoit", pytest.fail)


def test_le_registre_ne_se_recrit_pas(session, tmp_path):
    op.envoyer_remises(session, enveloppes(tmp_path, "mairie@a.example"), "benoit", lambda _: None)
    with connecter(session.dsn) as conn:
        assert conn.execute("update exploitation.envois set fin = null").rowcount == 0
        assert conn.execute("delete from exploitation.envois").rowcount == 0


def test_par_la_connexion_de_courriel(dagbag, session, tmp_path, monkeypatch):
    """The task, on a local server: a letter with its ZIP; one refused goes again, one without an answer does not."""
    from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
    from mutualisation_chaines import taches

    montrees = enveloppes(tmp_path, "mairie@a.example", "refus@b.example", "coupe@c.example")
    monkeypatch.setattr(taches, "nom_en_cours", lambda: "")
    monkeypatch.setattr(taches, "entrepot", lambda: nullcontext(session))

    def remettre():
        reponse = {"responded_by_user": {"name": "benoit"}}
        preparee = vars(montrees) | {"lieu": ""}
        execution = SimpleNamespace(run_after=datetime.now(UTC))
        return taches.remettre_a_chacun.function(preparee, reponse, params={"renvoyer": []}, dag_run=execution)

    with pytest.raises(AirflowSkipException, match="à porter"):
        remettre()
    with boite_aux_lettres() as (port, lettres):
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "finances@epci.fr"}
        muet = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra | {"from_email": ""}}
        monkeypatch.setenv("AIRFLOW_CONN_REMISE_COURRIEL", json.dumps(muet))
        with pytest.raises(AirflowException, match="n'a pas d'expéditeur"):
            remettre()
        assert lire(session.dsn, "select 1 from exploitation.envois") == []
        lien = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_REMISE_COURRIEL", json.dumps(lien))
        for _ in range(2):
            with pytest.raises(AirflowException, match=r"refusées par le serveur : 1 \(B\)") as dite:
                remettre()
        assert "example" not in str(dite.value)
    a, c = (email.message_from_bytes(x, policy=policy.default) for x in lettres)
    assert (a["To"], c["To"]) == ("mairie@a.example", "coupe@c.example")
    (jointe,) = a.iter_attachments()
    assert jointe.get_content() == next((tmp_path / "remises_2021").glob("*_a.zip")).read_bytes()
    assert "2021 qui concernent A, et eux seuls : une pièce" in a.get_body(("html",)).get_content()
    monkeypatch.setenv("AIRFLOW_CONN_REMISE_COURRIEL", json.dumps(lien | {"port": 9}))
    with pytest.raises(AirflowException, match="ne répond pas") as dite:
        remettre()
    assert not isinstance(dite.value, AirflowFailException), "who finds the server again goes on"
    assert lire(session.dsn, "select destination, fin is null from exploitation.envois order by 1") == [
        ("coupe@c.example", True), ("mairie@a.example", False),
    ]  # fmt: skip
