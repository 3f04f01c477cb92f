"""A campaign: what an undisturbed run does, then suites of schedules, each judged by what it leaves."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from outils.epreuve.constats import Attendu, apres_la_faute, apres_la_suivante, csv_de, ensemble
from outils.epreuve.plan import COMMANDES, ENTIERE, Tir, tirer
from outils.epreuve.terrain import Execution, Terrain, copier_les_sources, patience, preparer_depots


@dataclass(frozen=True)
class Resultat:
    """One schedule: whether its point came, and what does not hold."""

    tir: Tir
    tire: bool
    torts: list[str]


class Campagne:
    """The published warehouse that every schedule starts from, the points, and what is expected."""

    def __init__(
        self,
        base: Path,
        modele: Terrain,
        attendu: Attendu,
        passages: Mapping[str, list[str]],
        durees: Mapping[str, float],
    ) -> None:
        self._base, self._modele, self._attendu = base, modele, attendu
        self.passages, self.durees = passages, durees
        self._numeros, self._verrou = iter(range(1, 1_000_000)), threading.Lock()

    @classmethod
    def preparer(cls, base: Path) -> Campagne:
        """Publish a small drop, then the next one on a copy, noting every point: what each schedule must end as."""
        avant, apres = preparer_depots(base / "depots")
        source = copier_les_sources(base / "sources")
        premier = Terrain(base / "modele", avant, source)
        for dossier in (premier.var, premier.bilans, premier.tmp):
            dossier.mkdir(parents=True, exist_ok=True)
        initiale = _exiger(premier.executer())
        modele = Terrain(premier.dossier, apres, source)
        passages, durees, temoins = {}, {}, {}
        for commande in COMMANDES:
            temoin = Terrain(base / f"temoin_{commande}", apres, source)
            temoin.copier(modele)
            journal = base / f"points_{commande}.txt"
            tranquille = _exiger(temoin.executer(commande, journal=journal))
            passages[commande] = journal.read_text(encoding="utf-8").splitlines()
            durees[commande] = tranquille.duree
            temoins[commande] = (temoin, tranquille)
        temoin, tranquille = temoins[ENTIERE]
        attendu = Attendu(initiale.empreinte, tranquille.empreinte, csv_de(premier.extrait), csv_de(temoin.extrait))
        if attendu.avant == attendu.apres:
            raise RuntimeError("les deux dépôts publient la même chose")
        return cls(base, modele, attendu, passages, durees)

    @property
    def points(self) -> set[str]:
        """Every injection point, whatever the command."""
        return set().union(*self.passages.values())

    def suites(self, nombre: int, graine: int) -> list[list[Tir]]:
        """The schedules of a number and a seed."""
        return tirer(self.passages, nombre, graine)

    def jouer(self, suite: Sequence[Tir], source: Path | None = None, *, jusqu_au_bout: bool = True) -> list[Resultat]:
        """Strike one fault after another on one warehouse, made anew once it is published; a quiet run ends each.

        `source`: the checkout whose package runs, by default a copy of this one, as it was when the campaign began.
        Without `jusqu_au_bout`, what does not hold is enough: no quiet run follows it.
        """
        resultats: list[Resultat] = []
        terrain = self._terrain(source)
        for rang, tir in enumerate(suite):
            execution = terrain.executer(tir.commande, tir, delai=patience(self.durees[tir.commande]))
            torts, publiee = self._juger(terrain, execution, tir)
            fini = rang == len(suite) - 1
            if fini or publiee == self._attendu.apres or torts:
                torts += self._finir(terrain) if jusqu_au_bout or not torts else []
                terrain.degager()
                if not fini:
                    terrain = self._terrain(source)
            resultats.append(Resultat(tir, execution.tire, torts))
            print(f"{'ok' if not torts else 'NON'} {tir} → {execution.code}{'' if execution.tire else ' (non tiré)'}"
                  f", {execution.duree:.0f} s{''.join(f' ; {t}' for t in torts)}", flush=True)  # fmt: skip
        return resultats

    def _finir(self, terrain: Terrain) -> list[str]:
        suivante = terrain.executer(delai=patience(self.durees[ENTIERE]))
        try:
            return apres_la_suivante(terrain, suivante, self._attendu)
        except Exception as panne:  # noqa: BLE001 - what cannot be read does not hold
            return [f"l'état ne se lit plus ({type(panne).__name__} : {panne})"]

    def _juger(self, terrain: Terrain, execution: Execution, tir: Tir) -> tuple[list[str], str]:
        try:
            torts, publiee = apres_la_faute(terrain, execution, self._attendu, tir.commande)
            return torts + ensemble(execution, tir), publiee
        except Exception as panne:  # noqa: BLE001 - what cannot be read does not hold
            return [f"l'état ne se lit plus ({type(panne).__name__} : {panne})"], ""

    def _terrain(self, source: Path | None) -> Terrain:
        with self._verrou:
            numero = next(self._numeros)
        terrain = Terrain(self._base / f"t{numero}", self._modele.depot, source or self._modele.source)
        terrain.copier(self._modele)
        return terrain


def _exiger(execution: Execution) -> Execution:
    if execution.code != 0:
        raise RuntimeError(f"une exécution tranquille sort {execution.code} : {execution.erreurs}")
    return execution
