"""The watch of a drop: what is complete, told once; a folder and an object store alike."""

import asyncio
import datetime as dt
import os
import shutil
from types import SimpleNamespace

import fsspec
import pytest
from upath import UPath

from mutualisation.usage.ordonnancement import guet

pytestmark = pytest.mark.filterwarnings("ignore")


class Retenues(dict):
    """The state store of an asset."""

    async def aget(self, cle):
        return self.get(cle)

    async def aset(self, cle, valeur):
        self[cle] = valeur


def deposer(depot, *noms):
    for nom in noms:
        (depot / nom).parent.mkdir(parents=True, exist_ok=True)
        (depot / nom).write_text("a;b\n")


class Fini(Exception):
    """No gesture is left."""


def evenements(monkeypatch, depot, calme, memoire, *gestes):
    """(files of each event) of a watch that looks every second; between two looks, the next gesture is made."""
    secondes, restent, dits = iter(range(10_000)), iter(gestes), []

    async def attendre(_):
        if (geste := next(restent, None)) is None:
            raise Fini
        geste()

    async def guetter():
        declencheur = guet.DepotComplet(str(depot), calme=calme)
        declencheur.asset_state_store = memoire
        async for evenement in declencheur.run():
            dits.append(evenement.payload["fichiers"])  # noqa: PERF401 - without end

    monkeypatch.setattr(guet, "asyncio", SimpleNamespace(sleep=attendre, to_thread=asyncio.to_thread))
    monkeypatch.setattr(guet, "time", SimpleNamespace(monotonic=lambda: float(next(secondes))))
    with pytest.raises(Fini):
        asyncio.run(guetter())
    return dits


def rien():
    """A second that goes by."""


@pytest.fixture
def depot(tmp_path):
    return tmp_path / "depot"


def test_rien_tant_que_des_fichiers_arrivent_puis_une_annonce_par_depot(depot, monkeypatch):
    memoire = Retenues()
    noms = ("rh/a.csv", "rh/b.csv", "compta/.d.filepart", "compta/c.csv")
    arrivees = [geste for nom in noms for geste in (lambda nom=nom: deposer(depot, nom), rien)]
    assert evenements(monkeypatch, depot, 5, memoire, rien, *arrivees) == [], "the last one came two seconds ago"
    assert evenements(monkeypatch, depot, 5, memoire, *[rien] * 6) == [3]
    assert evenements(monkeypatch, depot, 5, memoire, *[rien] * 9) == [], "a triggerer that starts again"
    corriger = lambda: (depot / "rh" / "a.csv").write_text("a;b;c\n")  # noqa: E731
    assert evenements(monkeypatch, depot, 5, memoire, corriger, *[rien] * 9) == [3], "corrected, it is another drop"


def test_le_marqueur_dit_que_tout_y_est(depot, monkeypatch):
    def marquer():
        (depot / guet.MARQUEUR).touch()

    def deposer_du_passe():
        """The next delivery, by a copy that keeps dates: the marker of the former one stays."""
        deposer(depot, "rh/c.csv")
        os.utime(depot / "rh" / "c.csv", (0, 0))

    memoire = Retenues()
    gestes = [lambda: deposer(depot, "rh/a.csv"), rien, lambda: deposer(depot, "rh/b.csv")]
    assert evenements(monkeypatch, depot, 0, memoire, *gestes, rien) == [], "no marker yet"
    assert evenements(monkeypatch, depot, 0, memoire, marquer, rien) == [2]
    assert evenements(monkeypatch, depot, 0, memoire, deposer_du_passe, rien, rien) == [], "the former marker"
    assert evenements(monkeypatch, depot, 0, memoire, marquer, rien) == [3]


def test_un_fichier_date_de_demain_n_empeche_pas_le_marqueur_et_tout_stockage_dit_ses_dates(depot, monkeypatch):
    """A machine whose clock is ahead has written the file; SFTP and memory give moments where a disk gives seconds."""
    deposer(depot, "rh/a.csv")
    os.utime(depot / "rh" / "a.csv", (4e9, 4e9))
    (depot / guet.MARQUEUR).touch()
    assert evenements(monkeypatch, depot, 0, Retenues(), rien) == [1]
    lieu = UPath("memory://depot")
    (lieu / "rh").mkdir(parents=True)
    for nom in ("rh/a.csv", guet.MARQUEUR):
        (lieu / nom).write_text("a;b")
    assert guet.relever(str(lieu)).marque
    hier, demain = (dt.datetime.now(dt.UTC) + dt.timedelta(days=jours) for jours in (-1, 1))
    assert guet._date_d_arrivee({"mtime": hier}) < guet._date_d_arrivee({"mtime": demain})


@pytest.mark.parametrize(
    ("erreur", "raison"), [(PermissionError, "erreur PermissionError"), (ValueError, "ValueError")]
)
def test_un_depot_qui_ne_se_lit_pas_se_dit_et_le_guet_continue(depot, monkeypatch, caplog, erreur, raison):
    def tombe(*_):
        raise erreur("s3://cle@secret")

    monkeypatch.setattr(guet, "relever", tombe)
    assert evenements(monkeypatch, depot, 40, Retenues(), rien) == []
    (dite, *_) = caplog.messages
    assert dite.startswith(f"Le dépôt surveillé ne peut pas être lu ({raison}) : vérifiez son adresse")
    assert dite.endswith("et la connexion Airflow « depot ». Nouvel essai dans 10 s.")
    assert "secret" not in caplog.text


def test_une_panne_qui_dure_s_annonce_une_fois_puis_le_depot_revenu(depot, monkeypatch):
    """Of whatever reasons; a folder that isn't there is a drop that can't be read, not an empty one."""
    monkeypatch.setattr(guet, "PANNE_S", 5)
    memoire, relever, raisons = Retenues(), guet.relever, iter([TimeoutError, PermissionError] * 9)

    def tantot(*arguments):
        if (raison := next(raisons, None)) is not None:
            raise raison
        return relever(*arguments)

    monkeypatch.setattr(guet, "relever", tantot)
    assert evenements(monkeypatch, depot, 20, memoire, *[rien] * 4) == [], "it may come back"
    assert evenements(monkeypatch, depot, 20, memoire, *[rien] * 12) == [0]
    assert evenements(monkeypatch, depot, 20, memoire, *[rien] * 12) == [], "a triggerer that starts again"
    deposer(depot, "rh/a.csv")
    assert evenements(monkeypatch, depot, 5, memoire, *[rien] * 9) == [1], "it reads again"
    shutil.rmtree(depot)
    assert evenements(monkeypatch, depot, 5, memoire, *[rien] * 9) == [0], "another failure"
    depot.mkdir()
    assert evenements(monkeypatch, depot, 5, memoire, *[rien] * 9) == [], "empty: nobody waits for it"


def test_chaque_guet_a_le_compte_de_son_entite(airflow_pret, monkeypatch):
    """One triggerer watches for all: no account may be that of the process."""
    vus = {}
    monkeypatch.setattr(fsspec.config, "conf", {})
    monkeypatch.setattr(guet, "relever", lambda depot, compte: vus.update({depot: compte}))
    for nom in ("LAC", "PAYS"):
        monkeypatch.setenv(f"AIRFLOW_CONN_DEPOT_{nom}", f'{{"conn_type": "s3", "login": "{nom}", "password": "x"}}')
    for nom in ("lac", "pays", "rien"):
        asyncio.run(guet.DepotComplet(f"s3://{nom}", f"depot_{nom}")._regarder())
    assert {adresse: compte.get("key") for adresse, compte in vus.items()} == {
        "s3://lac": "LAC", "s3://pays": "PAYS", "s3://rien": None,
    }  # fmt: skip
    assert fsspec.config.conf == {}


def test_le_declencheur_se_refait_de_ce_qu_il_dit():
    nom, arguments = guet.DepotComplet("s3://depots/2026", "depot_lac", calme=0).serialize()
    assert nom == "mutualisation.usage.ordonnancement.guet.DepotComplet"
    assert arguments == {"depot": "s3://depots/2026", "connexion": "depot_lac", "calme": 0, "periode": 30}
    assert guet.DepotComplet(**arguments).serialize() == (nom, arguments)


@pytest.mark.complet
def test_un_stockage_objet_est_guette_et_se_charge_de_meme(petit, base_vierge, tmp_path, monkeypatch):
    """A local server that speaks S3 (moto): the watch, then the loader, by the same address."""
    from moto.server import ThreadedMotoServer

    from mutualisation.usage import operations as op
    from mutualisation.usage.ordonnancement import connexions

    serveur = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    serveur.start()
    try:
        hote, port = serveur.get_host_and_port()
        monkeypatch.setattr(fsspec.config, "conf", {})
        monkeypatch.setenv(
            "AIRFLOW_CONN_DEPOT",
            '{"conn_type": "s3", "login": "cle", "password": "secret",'
            f' "extra": {{"endpoint_url": "http://{hote}:{port}"}}}}',
        )
        trouvee = connexions.connexion("depot")
        compte = connexions.compte_du_stockage(trouvee, trouvee.extra_dejson)
        s3 = fsspec.filesystem("s3", **compte)
        s3.mkdir("depots")
        s3.put(str(petit), "depots/2021", recursive=True)
        assert not guet.relever("s3://depots/2021", compte).marque
        s3.pipe("depots/2021/" + guet.MARQUEUR, b"")
        fichiers = sum(f.is_file() for f in petit.rglob("*"))
        assert evenements(monkeypatch, "s3://depots/2021", 0, Retenues(), rien) == [fichiers]
        monkeypatch.setenv("ENTREPOT_DSN", base_vierge)
        with op.Session.depuis_environnement() as session:
            charges = op.charger(session, connexions.emplacement("s3://depots/2021"))
        assert sum(len(c.fichiers) for c in charges) == fichiers
    finally:
        serveur.stop()
