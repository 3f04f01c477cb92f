"""What a candidate version would change, in euros; what is missing when a bilan is late."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.tables import cas
from tests.attaques.test_textes_hostiles import HOSTILES, PERMIS, faits

from mutualisation.documents.situation.atterrissages import dire_realises
from mutualisation.documents.situation.calendrier import calendrier, echeances
from mutualisation.entree.sources.brut import synchroniser_brut
from mutualisation.socle.erreurs import ControleEchoue, SansReprise
from mutualisation.usage import operations as op
from mutualisation.usage.operations.ecarts import figures_a_clore
from mutualisation.usage.operations.echeance import exercices_a_construire, fichiers_manquants, fichiers_tardifs
from mutualisation.usage.operations.etat import reste_a_construire

from . import entrepot_publie

Conn = psycopg.Connection[Any]
BOUGE = (
    "update versions.synthese_financiere set cout_net = cout_net + 1000.01, recettes = recettes - 0.01"
    " where version = 2 and exercice = 2021 and dispositif in ('CAM', 'TOTAL')"
)
A_COMMENTER = [
    "", "À commenter :", "",
    "- exercice 2021, ETPT de la paie et des agents : justifié", "- exercice 2021, Lignes rejetées : à justifier",
]  # fmt: skip


@pytest.fixture
def session(conn_vierge: Conn, tmp_path: Path) -> op.Session:
    return op.Session(conn_vierge.info.dsn, tmp_path)


def valider(conn: Conn, exercices: list[int]) -> op.Session:
    conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version)"
        " values (%s, 'validee', 'bilan', '0')",
        (exercices,),
    )
    conn.commit()
    return op.Session(conn.info.dsn, Path("/nulle/part"))


def proposer(conn: Conn, version: int) -> None:
    conn.execute(
        "insert into journal.candidates values (%s, '{}', '/nulle/part', '{\"bilan_2021\": \"x\"}')", (version,)
    )
    conn.commit()


def texte(lu: str) -> str:
    return lu.replace("\u202f", " ").replace("\u00a0", " ").replace("\u2212", "-")


def test_les_ecarts_d_une_version_en_euros(construite: Conn) -> None:
    """2021: 188 131.05 + 1 000.01 = 189 131.06 for CAM, 125 330.00 in 2020: + 63 801.06. What a unit costs, and who
    shares a cost otherwise, is told too."""
    construite.execute(BOUGE.encode())
    construite.execute(
        b"update versions.cout_unitaire set cout_d5211_unitaire = 861.52 where version + exercice = 2023 and unites > 0"
        b";update versions.cout_adherent set cout_usage = cout_usage - 7 where version + exercice = 2023 and poids < 99"
    )
    presentee = op.candidate(valider(construite, [2021]))
    assert (presentee.version, presentee.exercices) == (2, [2021])
    assert texte(presentee.phrase) == (
        "Version 2 à publier : exercice 2021, coût net 238 664,57 € (+1 000,01 € depuis la version 1, +59 766,57 € "
        "depuis 2020). Avant de clore, exercice 2021 : 1 des 2 écarts constatés reste à justifier."
    )
    lignes = texte(presentee.tableau).splitlines()[2:]
    assert lignes == [
        "| 2021 | `TOTAL` | Coût net | 238 664,57 € | +1 000,01 € | +59 766,57 € |",
        "| 2021 | `TOTAL` | Recettes | 47 505,49 € | -0,01 € | -2 178,51 € |",
        "| 2021 | `TOTAL` | Part de l'EPCI | 190 159,06 € | 0,00 € | +60 945,06 € |",
        "| 2021 | `CAM` | Coût net | 189 131,06 € | +1 000,01 € | +63 801,06 € |",
        "| 2021 | `CAM` | Recettes | 45 049,99 € | -0,01 € | +5 599,99 € |",
        "| 2021 | `CAM` | Coût D5211-16 par unité | 861,52 € | +3,12 € | +3,12 € |",
        *A_COMMENTER[:3],
        "- exercice 2021, coût d'usage ou montant dû : 2 adhérents changés",
        *A_COMMENTER[3:],
    ]


def test_qui_publie_ou_clot_ne_lit_que_du_texte(construite: Conn) -> None:
    """A code, the key of a control, of a drop that means to be a title, a link, an image."""
    construite.execute(BOUGE.encode())
    session, dispositif = valider(construite, [2021]), "CAM"
    for hostile in HOSTILES:
        construite.execute(
            "update versions.synthese_financiere set dispositif = %s where version = 2 and dispositif = %s",
            (hostile, dispositif),
        )
        construite.execute("update versions.controles set cle = %s where version = 2 and statut = 'ecart'", (hostile,))
        construite.commit()
        dispositif, lu = hostile, op.candidate(session).tableau
        for dit in (lu, op.candidate(session).phrase, *figures_a_clore(construite, 2021, 2)):
            assert faits(dit) <= PERMIS
        assert len([x for x in lu.splitlines() if x.startswith("| 2021 |")]) >= 6


def test_qui_clot_lit_ce_que_la_version_publiee_a_change(conn_publiee: Conn) -> None:
    """As who publishes does: since the version that it replaced, and since 2020; the figures that stand out too."""
    entrepot_publie.publier(conn_publiee, entrepot_publie.rangees())
    entrepot_publie.corriger(
        conn_publiee, "synthese_financiere", "cout_net = cout_net + 1000.01", "(version, exercice) = (2, 2021)"
    )
    verdict = {"exercice": 2021, "bloque": False, "libelle": "CAM, coût net : 189 131,06 €, plus qu'attendu"}
    conn_publiee.execute(
        "update journal.constructions set portes = %s::jsonb where version = 2",
        (json.dumps({"plausibilite": {"verdicts": [verdict, verdict | {"exercice": 2020}]}}),),
    )
    phrase, tableau = figures_a_clore(conn_publiee, 2021, 2)
    assert texte(phrase) == (
        "Version 2 à clore : exercice 2021, coût net 238 664,57 € (+1 000,01 € depuis la version 1, +59 766,57 € "
        "depuis 2020)."
    )
    assert "| 2021 | `CAM` | Coût net | 189 131,06 € | +1 000,01 € | +63 801,06 € |" in texte(tableau)
    assert tableau.splitlines()[-3:] == [*A_COMMENTER[-2:], f"- exercice 2021, `{verdict['libelle']}`"]
    # what is published is not « à publier », nor its own first one
    assert "Écart avec la version d'avant" in tableau
    assert "(aucune version avant elle, " in texte(figures_a_clore(conn_publiee, 2021, 1)[0])


def test_une_annee_publiee_dit_une_fois_ce_qu_elle_est_devenue(conn_publiee: Conn) -> None:
    """Beside the landing of its last situation, by the first version that publishes it: 2020 had no situation, that of
    2019 landed nowhere."""
    conn_publiee.execute(
        "insert into journal.atterrissages values (2019, 12, 'CAM', null, null), (2021, 6, 'CAM', 180000.00, 45000.00),"
        " (2021, 6, 'ARCHIVES', 40887.90, 2455.50), (2021, 6, 'ESSAI', 3757.22, 0.00)"
    )
    (dite,) = dire_realises(conn_publiee, 1)
    assert texte(dite) == (
        "Exercice 2021 publié, à côté de l'atterrissage de fin juin : coût net 237 665 € au lieu de 224 645 € (+13 019 "
        "€, +5,8 %), recettes 47 506 € au lieu de 47 456 € (+50 €, +0,1 %). Coût net par dispositif : IMPRESSION 8 646 "
        "€ au lieu de non renseigné ; CAM 188 131 € au lieu de 180 000 € (+8 131 €, +4,5 %) ; ESSAI non renseigné au "
        "lieu de 3 757 €."
    )
    entrepot_publie.publier(conn_publiee, entrepot_publie.rangees())
    assert dire_realises(conn_publiee, 2) == []


def test_ce_qui_est_laisse_de_cote_tient_dans_la_proposition(construite: Conn) -> None:
    """Whoever answers reads it: rows, euros and hours, gaps, of the exercices that the version would change."""
    construite.execute(BOUGE.encode())
    construite.execute(b"""
        insert into versions.laisse_de_cote (version, exercice, statut, lignes, montant, heures)
        select 2, exercice, 'rejete', 3, 1234.5, 21 from versions.synthese_financiere
         where version = 2 and dispositif = 'TOTAL' and exercice = 2021""")
    construite.execute(b"""
        insert into versions.controles (version, exercice, controle, cle, statut, bloquant)
        select version, exercice, 'lignes_rejetees', 'compta', 'ecart', false from versions.laisse_de_cote
         where version = 2""")
    session = valider(construite, [2021])
    dit = texte(op.candidate(session).phrase)
    laisse = (
        "Laissé de côté, exercice 2021 : 3 lignes livrées, soit 1 234,50 € et 21 heures de travail, ne sont pas "
        "comptées (rejetées) — lignes et motifs par « mutualisation reparer --sortie DOSSIER ». Avant de clore, "
        "exercice 2021 : 2 des 3 écarts constatés restent à justifier."
    )
    assert dit.endswith(f"depuis 2020). {laisse}")
    assert laisse.partition(" Avant")[0] in texte(" ".join(op.etat(session)["a_faire"]))


def test_un_dispositif_qui_s_en_va_et_une_premiere_publication(construite: Conn) -> None:
    construite.execute(
        b"delete from versions.synthese_financiere where (version, exercice, dispositif) = (2, 2020, 'CAM')"
    )
    construite.execute(b"delete from journal.publications where exercice = 2019")
    lu = texte(op.candidate(valider(construite, [2019, 2020])).phrase)
    assert "exercice 2019, coût net 122 535,20 € (première publication) ; exercice 2020" in lu
    assert "| 2020 | `CAM` | Coût net | non renseigné | -125 330,00 € |" in texte(
        op.candidate(op.Session(construite.info.dsn, Path("/nulle/part"))).tableau
    )


def test_rien_ne_change_ou_ce_n_est_plus_elle(construite: Conn) -> None:
    session = valider(construite, [])
    assert op.candidate(session) == op.Candidate(
        2, [], "Version 2 : rien ne change de ce qui est publié.", op.candidate(session).tableau, []
    )
    with pytest.raises(SansReprise, match="la version 2 l'a remplacée, et ne change rien de ce qui est publié"):
        op.candidate(session, 1)
    with pytest.raises(SansReprise, match="La version 9 n'est plus à publier : elle n'a pas passé les portes"):
        op.candidate(session, 9)


@cas
def test_une_version_remplacee_nomme_celle_qui_l_a_remplacee(
    construite: Conn, statut: str, proposee: bool, dite: str | None, accordee: bool | None
) -> None:
    """Shown or answered: no retry would change it. One that is built later, and not proposed, replaces nothing; nor one
    that is not published, once somebody said yes (`accordee`)."""
    session = valider(construite, [2021])
    if accordee:
        proposer(construite, 2)
        op.accorder(session, 2)
    construite.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version)"
        " values ('{2021}', %s, 'bilan', '0')",
        (statut,),
    )
    if proposee:
        proposer(construite, 3)
    construite.commit()
    if dite is None:
        assert op.candidate(session, 2).version == 2
        if accordee:  # its documents, composed before, are of another 2020 than the one published with version 2
            assert op.candidate(session, 3).version == 3
            construite.execute("update journal.constructions set statut = 'publiee' where version = 2")
            construite.execute("update journal.publications set version = 2, publie_le = now() where exercice = 2020")
            construite.commit()
            with pytest.raises(SansReprise, match="elle dit un exercice tel qu'il était avant la version 2"):
                op.publier(session, 3)
        return
    for acte in (op.candidate, op.publier):
        with pytest.raises(
            SansReprise, match=f"La version 2 n'est plus à publier : la version 3 l'a remplacée, {dite}"
        ):
            acte(session, 2)


def deposer(conn: Conn, *fichiers: tuple[str, str, str, int | None]) -> None:
    """(source, jeu, periode, last month) accepted, no row landed."""
    conn.execute("insert into journal.chargements (source, statut) values ('rh', 'accepte')")
    for source, jeu, periode, mois in fichiers:
        conn.execute(
            "insert into journal.fichiers (chargement_id, source, jeu, periode, version, exercice, mois, nom, chemin,"
            " extension, sha256, octets, statut) select max(chargement_id), %s, %s, %s, 1, %s, %s, 'n', 'c', 'csv',"
            " 's', 1, 'accepte' from journal.chargements",
            (source, jeu, periode, int(periode[:4]), mois),
        )
    conn.commit()


def test_l_echeance_nomme_les_fichiers_qui_manquent(session: op.Session, conn_vierge: Conn) -> None:
    """Months by quarter count (F17); other jeux are not expected (G6)."""
    deposer(
        conn_vierge,
        *(("rh", "temps", f"2024-T{t}", 3 * t) for t in (1, 2, 3, 4)),
        *(("compta", "mandats", f"2024-{mois:02}", mois) for mois in range(1, 12)),
        ("rh", "agents", "2023", None),
    )
    with pytest.raises(ControleEchoue) as levee:
        op.exiger_bilan(session, 2024, date(2025, 6, 30))
    assert texte(str(levee.value)) == (
        "Pas de bilan 2024 au 30/06/2025 : il manque 4 fichiers : compta/mandats_2024-12, compta/etat_actif_2024, "
        "rh/agents_2024, rh/masse_salariale_2024. Déposez-les, le bilan suivra."
    )
    # each week from its day on; the months that follow each other are one; no file is of a year before 2023
    assert op.exiger_bilan(session, 2024, date(2025, 7, 6), tous_les=7) == str(levee.value).strip()
    with pytest.raises(ControleEchoue, match="Pas de bilan 2024 au 30/06/2025"):
        op.exiger_bilan(session, 2024, date(2025, 7, 7), tous_les=7)
    with pytest.raises(ControleEchoue, match=r"26.fichiers : compta/mandats_2023-01 à 2023-12, compta/etat_actif"):
        op.exiger_bilan(session, 2023, date(2025, 7, 7))
    assert op.exiger_bilan(session, 2022, date(2025, 6, 30)) == ""
    deposer(
        conn_vierge,
        ("compta", "mandats", "2024-12", 12),
        ("compta", "etat_actif", "2024", None),
        ("rh", "agents", "2024", None),
        ("rh", "masse_salariale", "2024", None),
    )
    with pytest.raises(ControleEchoue, match=r"aucun fichier attendu ne manque\. Lancez « bilan_etape »"):
        op.exiger_bilan(session, 2024, date(2025, 6, 30))
    assert op.exiger_bilan(session, 2024, date(2025, 2, 3)) == "", "ten weeks before 15 April is the 4th"
    with pytest.raises(
        ControleEchoue, match=r"2024 pour le débat d'orientation .* avant le vote du budget du 15/04/2025 :"
    ):
        op.exiger_bilan(session, 2024, date(2025, 2, 4))
    assert op.exiger_bilan(session, 2024, date(2025, 6, 30), date(2025, 7, 1)) == "", "the day said stands alone"


def test_le_calendrier_dit_ce_que_demandent_trois_mois(conn_publiee: Conn) -> None:
    """Of what the last build has read (`mart_echeances`), what holds on the day and is not past."""
    toujours = ("-infinity", "infinity")
    lignes = [
        ("2025-03-20", "vote", "budget", "2025", *toujours),
        ("2025-02-01", "action", "ouvrir", "A", *toujours), ("2025-02-01", "action", "étendre", "C", *toujours),
        ("2024-12-31", "action", "tarder", "D", *toujours),
        ("2025-02-01", "action", "finie", "E", "2020-01-01", "2024-12-31"),
        ("2025-02-01", "action", "à venir", "F", "2025-01-02", "infinity"),
        ("2025-04-03", "convention", "Conseil en énergie partagé", "1", *toujours),
        ("2025-04-03", "convention", "Conseil en énergie partagé", "2", *toujours),
        ("2025-04-03", "convention", "Z", "1", *toujours),
        ("2025-04-03", "marche", "M1 Sel", "M1", "2025-01-01", "infinity"),
        ("2025-04-04", "marche", "M2", "M2", *toujours),
        ("2025-02-28", "avis", "commune", "1", *toujours),
    ]  # fmt: skip
    conn_publiee.cursor().executemany("insert into journal.echeances values (%s, %s, %s, %s, %s, %s)", lignes)
    dits = [(le.isoformat(), texte(quoi)) for le, quoi in calendrier(conn_publiee, date(2025, 1, 1))]
    annees = [quoi for _, quoi in calendrier(conn_publiee, date(2019, 1, 1)) if "2018" in quoi or "débat" in quoi]
    assert annees == []
    assert dits == [
        (
            "2025-01-09",
            "budget et bilan : le débat d'orientation budgétaire 2025 s'ouvre, avant le 20/03/2025,"
            " y communiquer le bilan",
        ),
        ("2025-01-15", "factures à émettre : 2024-S2"),
        ("2025-02-01", "action attendue : étendre, ouvrir"),
        ("2025-02-28", "avis réputé favorable sans délibération : commune"),
        ("2025-03-20", "budget et bilan : vote du budget 2025, coûts unitaires à notifier avant (L1612-2)"),
        ("2025-04-03", "fin de convention : Conseil en énergie partagé (2), Z"),
        ("2025-04-03", "fin de marché : M1 Sel"),
    ]


def test_le_calendrier_ne_demande_plus_ce_qui_est_fait(conn_publiee: Conn) -> None:
    """2021 is published, its invoices with it; the first ones of 2022 were written before its bilan (R18)."""
    conn_publiee.execute("insert into journal.brouillons values (2022, 1, '1', 'A', 1, 0, 'du', 1)")
    dits = [str(x) for x in echeances(conn_publiee, date(2022, 1, 1), date(2023, 6, 30)) if x.genre != "marche"]
    restes = [dit for dit in dits if dit.startswith(("bilan", "2021-", "2022-"))]
    assert restes == ["2022-S2", "bilan 2022 à publier"]


def test_l_echeance_d_un_exercice_publie(conn_publiee: Conn, tmp_path: Path) -> None:
    dite = op.exiger_bilan(op.Session(conn_publiee.info.dsn, tmp_path), 2021, date(2022, 6, 30))
    assert dite == "Le bilan 2021 est publié, version 1."


def test_ce_qui_se_construit_sans_etre_demande(session: op.Session, conn_vierge: Conn, conn_publiee: Conn) -> None:
    """What is complete on an empty warehouse; on a published one, what it publishes and later complete years."""
    for conn, voulus in ((conn_vierge, [2018]), (conn_publiee, [2019, 2020, 2021])):
        deposer(conn, *annee(2018), ("rh", "masse_salariale", "2022", None))
        exercices, incomplets = exercices_a_construire(conn.info.dsn)
        assert (exercices, list(incomplets)) == (voulus, [2022])
        assert texte(incomplets[2022]).startswith(
            "Exercice 2022 laissé de côté : il manque 26 fichiers : compta/mandats_"
        )
        deposer(conn, *annee(2022)[1:])
        assert exercices_a_construire(conn.info.dsn) == ([*voulus, 2022], {})
    conn_publiee.execute(
        "insert into journal.sceaux (numero, enonce, signature, cle_publique) select numero + 1, (enonce::jsonb"
        ' || \'{"acte": "cloture", "exercice": 2019}\')::text, signature, cle_publique from journal.sceaux'
    )
    conn_publiee.commit()
    assert exercices_a_construire(conn_publiee.info.dsn)[0] == [2020, 2021, 2022], "a closed one, on demand only (S3)"


def annee(an: int) -> list[tuple[str, str, str, int | None]]:
    """The expected files of a year, payroll first."""
    annuels = (("rh", "masse_salariale"), ("rh", "agents"), ("compta", "etat_actif"))
    mensuels = (("rh", "temps"), ("compta", "mandats"))
    return [(s, j, str(an), None) for s, j in annuels] + [(s, j, str(an), 12) for s, j in mensuels]


@cas
def test_ce_qui_est_justifie_ne_manque_plus(
    conn_vierge: Conn, controle: str, cle: str | None, reste: list[str]
) -> None:
    """G5: a very small EPCI has no assets, and says so; a row of another exercice, or a rejected one, says nothing."""
    temps = [("rh", "temps", f"2024-{mois:02}", mois) for mois in range(1, 12)]
    deposer(conn_vierge, *(f for f in annee(2024) if f[1] not in ("etat_actif", "temps")), *temps)
    synchroniser_brut(conn_vierge)
    deposer(conn_vierge, ("referentiel", "justifications", "2024", None))
    conn_vierge.execute(
        "insert into brut.justifications (fichier_id, ligne, defauts, exercice, controle, cle, justification)"
        " select max(fichier_id), 1, x.defauts, x.exercice, %(controle)s, x.cle, 'aucun' from journal.fichiers, (values"
        " (null, 2024, %(cle)s), (null, 2023, null), ('Date|illisible', 2024, null)) as x (defauts, exercice, cle)"
        " group by x.defauts, x.exercice, x.cle",
        {"controle": controle, "cle": cle},
    )
    assert sorted(nom.partition("/")[2] for nom in fichiers_manquants(conn_vierge, 2024)) == reste


def test_une_version_qui_attend_n_est_pas_construite_de_nouveau(session: op.Session, conn_vierge: Conn) -> None:
    deposer(conn_vierge, ("rh", "masse_salariale", "2024", None))
    assert reste_a_construire(session.dsn)
    valider(conn_vierge, [2024])
    assert not reste_a_construire(session.dsn)
    for statut in ("echouee", "en_cours", "construite"):  # failed or killed, at its gates too: to be made again
        conn_vierge.execute("update journal.constructions set statut = %s", (statut,))
        conn_vierge.commit()
        assert reste_a_construire(session.dsn), statut


def test_ce_qui_arrive_apres_une_version_se_dit_jusqu_a_ce_qu_on_la_construise(conn_publiee: Conn) -> None:
    """Whatever is built of other years. A build that a later one has replaced unpublished has counted nothing; one that
    found the year unchanged has. A PES is of the years of its bordereaux."""
    session = op.Session(conn_publiee.info.dsn, Path("/nulle/part"))
    deposer(conn_publiee, ("compta", "mandats", "2019-03", 3), ("compta", "mandats", "2019-04", 4))
    valider(conn_publiee, [2021])
    dite = "Exercice 2019 : 2 fichiers arrivés depuis la version 1 n'y comptent pas : « mutualisation bilan"
    assert f"{dite} --exercice 2019 »." in map(texte, op.etat(session)["a_faire"])
    valider(conn_publiee, [2019])
    assert fichiers_tardifs(session) == {}
    valider(conn_publiee, [2021])
    proposer(conn_publiee, 4)
    assert [*fichiers_tardifs(session)] == [2019], "version 3 gave way to version 4, and is never published"
    conn_publiee.execute("insert into journal.contenus values (3, 2019, '{}')")
    conn_publiee.execute("update journal.constructions set exercices = '{}' where version = 3")
    conn_publiee.commit()
    assert fichiers_tardifs(session) == {}
    synchroniser_brut(conn_publiee)
    deposer(conn_publiee, ("compta", "pes", "2018", None))
    conn_publiee.execute(
        "insert into brut.pes (fichier_id, ligne, dtebordem) select max(fichier_id), n, x from journal.fichiers,"
        " unnest('{2018-12-31, 2020-05-02, 2020-05-03}'::date[]) with ordinality as p (x, n) group by n, x"
    )
    conn_publiee.commit()
    assert [texte(phrase)[:30] for phrase in fichiers_tardifs(session).values()] == ["Exercice 2020 : 1 fichier arri"]
