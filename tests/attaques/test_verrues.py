"""The table of warts: each file has its outcome, and a message in plain French that names what is wrong and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.atelier.assaut import ANGLAIS, CITATIONS, REGLE
from tests.atelier.atelier import Atelier
from tests.atelier.cas import Cas
from tests.atelier.construction import Construction
from tests.atelier.depots import composer_socle
from tests.atelier.verrues import (
    PREMIERE_ANNEE,
    Avertissement,
    Controle,
    Ignore,
    Lu,
    Refus,
    Rejet,
    Verrue,
    colonne_lue,
    dater,
    deposer,
)
from tests.attaques.verrues import VERRUES
from tests.attaques.verrues.correspondances import TABLE

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import FichierRefuse
from mutualisation.ingestion.chargement import charger_depot

AU_MOINS = 60
ANNEES = tuple(range(PREMIERE_ANNEE, PREMIERE_ANNEE + 4))


class Verdict:
    """What became of a drop of warts: sentences on those that did not end as they must."""

    def __init__(self) -> None:
        self.fautes: list[str] = []

    def verifier(self, v: Verrue, constate: object, *, ok: bool) -> None:
        """Note the wart when it did not end as it must."""
        if not ok:
            self.fautes.append(f"{v.nom} : attendu {v.sort}, constaté {constate}")

    def message(self, v: Verrue, texte: str, mots: Sequence[str], *, remede: bool = False) -> None:
        """A message says these words, a rule, what to do about it where it must, and no word of a parser."""
        manquent = [m for m in mots if m not in texte]
        if not REGLE.search(texte):
            manquent.append("une règle")
        if remede and not re.search(" [:;—] ", texte):
            manquent.append("un remède")
        # cells and names of the file are quoted as they are
        if anglais := ANGLAIS.search(CITATIONS.sub("", texte)):
            manquent.append(f"du français, et non « {anglais[0]} »")
        self.verifier(v, f"« {texte} », sans {manquent}", ok=not manquent)


def _de(*sorts: type) -> list[Verrue]:
    return [v for v in VERRUES if isinstance(v.sort, sorts)]


@pytest.fixture
def conn(base_vierge: str) -> Iterator[Any]:
    """A warehouse of this test's own."""
    with connecter(base_vierge) as connexion:
        yield connexion


def test_la_table_est_longue() -> None:
    assert len({v.nom for v in VERRUES}) == len(VERRUES) >= AU_MOINS


def test_les_fichiers_refuses(conn: Any, tmp_path: Path) -> None:
    poses = deposer(_de(Refus, Ignore), tmp_path / "depot")
    table = tmp_path / "depot" / "referentiel" / "correspondances.csv"
    table.write_text(TABLE, encoding="utf-8")
    with pytest.raises(FichierRefuse) as echec:
        charger_depot(conn, tmp_path / "depot", var=tmp_path, porte=op.porte_fichier)
    refus, verdict = dict(echec.value.refus), Verdict()
    for nom, v in poses.items():
        # a folder that is no source is refused by its own name
        motif = refus.pop(nom, None) or refus.pop(nom.partition("/")[0], None)
        if isinstance(v.sort, Ignore):
            verdict.verifier(v, motif, ok=motif is None)
        elif motif is None:
            verdict.verifier(v, motif, ok=False)
        elif isinstance(v.sort, Refus):
            verdict.message(v, motif, v.sort.motif, remede=True)
    assert not verdict.fautes, "\n".join(verdict.fautes)
    assert refus == {}


def test_les_avertissements(conn: Any, tmp_path: Path) -> None:
    poses = deposer(_de(Avertissement), tmp_path / "depot")
    charges = charger_depot(conn, tmp_path / "depot", var=tmp_path, porte=op.porte_fichier)
    dits, verdict = [a for c in charges for a in c.avertissements], Verdict()
    for nom, v in poses.items():
        assert isinstance(v.sort, Avertissement)
        texte = next((a for a in dits if a.startswith(f"{nom} : ")), "rien")
        verdict.message(v, texte, v.sort.motif)
    assert not verdict.fautes, "\n".join(verdict.fautes)


def test_ce_qui_est_lu_rejete_et_controle(atelier: Atelier, tmp_path: Path) -> None:
    poses = deposer(_de(Lu, Rejet, Controle), tmp_path / "entrees")
    # a file of the socle leaves its place to a wart of another extension
    socle = composer_socle(ANNEES, tmp_path / "socle")
    tiges = {nom.partition(".")[0] for nom in poses}
    noms = [f.relative_to(socle).as_posix() for f in sorted(socle.rglob("*.csv"))]
    cedes = [nom for nom in noms if nom.partition(".")[0] in tiges and nom not in poses]
    verdict = Verdict()
    with atelier.raconte(Cas(tmp_path, ANNEES, (), frozenset(), {}, tuple(cedes), seul=True)) as construction:
        rejets = _rejets(construction)
        for nom, v in poses.items():
            if isinstance(v.sort, Lu):
                _verifier_lu(construction, verdict, nom, v, v.sort, rejets.get(nom, []))
            elif isinstance(v.sort, Rejet):
                _verifier_rejet(verdict, v, v.sort, rejets.get(nom, []))
            elif isinstance(v.sort, Controle):
                _verifier_controle(construction, verdict, v, v.sort)
    assert not verdict.fautes, "\n".join(verdict.fautes)


def _rejets(construction: Construction) -> dict[str, list[tuple[int, str | None, str | None, str, str]]]:
    """File → (line, column, value, reason, status) of its rows in `rejets`."""
    lus: dict[str, list[tuple[int, str | None, str | None, str, str]]] = {}
    for fichier, *rejet in construction.conn.execute(
        "select distinct fichier, ligne, colonne, valeur, motif, statut from rejets order by 1, 2"
    ):
        lus.setdefault(fichier, []).append(tuple(rejet))
    return lus


def _verifier_lu(
    construction: Construction, verdict: Verdict, nom: str, v: Verrue, sort: Lu, rejets: Sequence[tuple[Any, ...]]
) -> None:
    graves = [r for r in rejets if r[4] == "rejete"]
    if graves:
        verdict.verifier(v, graves, ok=False)
        return
    colonnes = list(dict.fromkeys(c for r in sort.rangees for c in r))
    champs = ", ".join(["r.ligne", *(f"r.{colonne_lue(v.jeu, c)}" for c in colonnes)])
    table = "ecritures" if v.jeu in ("mandats", "titres") else v.jeu
    lus = f"lec_{nom.partition('/')[0]}__{table} as r inner join stg_journal__fichiers as f using (fichier_id)"
    lues = construction.lire(f"select {champs} from {lus} where f.chemin = '{nom}' order by r.ligne")
    lues = [{c: x or "" for c, x in zip(colonnes, lue[1:], strict=True)} for lue in lues]
    annee_mois = re.search(r"_(\d{4}-\d\d)\.", nom)
    voulues = [{c: dater(x, annee_mois[1] if annee_mois else "2021-01") for c, x in r.items()} for r in sort.rangees]
    ok = len(lues) == len(voulues) and all(
        str(lue[c]) == x for lue, voulue in zip(lues, voulues, strict=True) for c, x in voulue.items()
    )
    verdict.verifier(v, lues, ok=ok)


def _verifier_rejet(verdict: Verdict, v: Verrue, sort: Rejet, rejets: Sequence[tuple[Any, ...]]) -> None:
    trouve = next(
        (r for r in rejets if (r[0], r[1], r[2], r[4]) == (sort.ligne, sort.colonne, sort.valeur, sort.statut)), None
    )
    if trouve is None:
        verdict.verifier(v, rejets, ok=False)
    else:
        verdict.message(v, trouve[3], sort.motif)


def _verifier_controle(construction: Construction, verdict: Verdict, v: Verrue, sort: Controle) -> None:
    constats: Mapping[str, str] = dict(
        construction.conn.execute(
            "select coalesce(cle, ''), string_agg(valeur_constatee, ' ; ') from controles"
            " where controle = %s and statut = 'ecart' group by 1",
            (sort.nom,),
        ).fetchall()
    )
    constat = constats.get(sort.cle)
    verdict.verifier(v, constats, ok=constat is not None and all(m in constat for m in sort.constat))
