"""Which fault strikes where: schedules drawn by a seed over the injection points that a run passes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# a transaction that is ended tells whether what was done is acknowledged: it may fail in every way
FIN = (
    "tue_avant", "tue_apres", "coupure_avant", "coupure_apres", "serveur_tue_avant", "serveur_tue_apres",
    "serveur_fige", "terme", "interruption", "lecteur", "deux", "depose",
)  # fmt: skip
FAUTES: Mapping[str, tuple[str, ...]] = {
    "renommage": ("tue_avant", "tue_apres", "sans_place", "entree_sortie", "terme", "interruption", "deux", "depose"),
    "unlink": ("tue_avant", "tue_apres", "entree_sortie"),
    "fsync": ("tue_avant", "tue_apres", "sans_place", "entree_sortie", "terme"),
    "ecriture": ("dechire_tue", "dechire_plein", "sans_place", "tue_apres", "interruption"),
    "transaction": (*FIN, "horloge"),
    "validation": FIN,
    "commit": FIN,
    "rollback": ("tue_avant", "coupure_avant", "serveur_tue_avant"),
    "copie": ("tue_avant", "tue_apres", "coupure_avant", "serveur_tue_avant", "serveur_fige", "terme"),
    "lecture": ("tue_avant", "coupure_avant", "serveur_tue_avant", "interruption"),
    "enfant": ("tue_avant", "tue_apres", "sans_memoire", "enfant_tue", "terme"),
    "demande": ("enfant_tue", "tue_avant", "tue_apres", "serveur_tue_avant", "terme", "horloge"),
    "reponse": ("enfant_tue", "tue_avant", "serveur_tue_avant", "serveur_fige", "interruption"),
    "connexion": ("tue_apres", "serveur_tue_avant", "serveur_fige", "terme"),
}  # fmt: skip
# schedules that follow each other on one warehouse, each on what the one before left, then a run that nothing disturbs
SUITE = 3


@dataclass(frozen=True)
class Tir:
    """One fault: the point, which of its passages, what strikes; `ordre`: of the point in an undisturbed run."""

    point: str
    rang: int
    faute: str
    ordre: int

    def __str__(self) -> str:
        return f"{self.faute} à {self.point}#{self.rang}"


def tirer(passages: Iterable[str], nombre: int, graine: int) -> list[list[Tir]]:
    """`nombre` schedules in suites; every point once before any comes twice. The same passages, number and seed give
    the same schedules.
    """
    lus = list(passages)
    comptes, ordres = Counter(lus), {point: rang for rang, point in reversed(list(enumerate(lus)))}
    hasard = random.Random(graine)  # noqa: S311 - schedules, not secrets
    tirs: list[Tir] = []
    deja: Counter[str] = Counter()
    while len(tirs) < nombre and comptes:
        points = sorted(comptes)
        hasard.shuffle(points)
        for point in points[: nombre - len(tirs)]:
            fautes = FAUTES[point.split("|")[1]]
            faute = fautes[(deja[point] + hasard.randrange(len(fautes))) % len(fautes)]
            deja[point] += 1
            tirs.append(Tir(point, hasard.randint(1, comptes[point]), faute, ordres[point]))
    # the earlier a fault strikes, the less it leaves done: the next one still finds its point
    return [sorted(tirs[i : i + SUITE], key=lambda t: t.ordre) for i in range(0, len(tirs), SUITE)]
