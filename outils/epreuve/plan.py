"""Which fault strikes where: schedules drawn by a seed over the injection points that a run passes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# a transaction that is ended tells whether what was done is acknowledged: it may fail in every way
FIN = (
    "tue_avant", "tue_apres", "coupure_avant", "coupure_apres", "serveur_tue_avant", "serveur_tue_apres",
    "serveur_fige", "terme", "interruption", "lecteur", "deux", "depose",
)  # fmt: skip
# a whole job publishes while the command stands still there: for those that read what is published
PENDANT, LECTRICES = "bilan_pendant", {"extraire", "facturer"}
FAUTES: Mapping[str, tuple[str, ...]] = {
    "renommage": (
        "tue_avant", "tue_apres", "sans_place", "entree_sortie", "terme", "interruption", "deux", "depose", PENDANT,
    ),
    "unlink": ("tue_avant", "tue_apres", "entree_sortie"),
    "fsync": ("tue_avant", "tue_apres", "sans_place", "entree_sortie", "terme"),
    "ecriture": ("dechire_tue", "dechire_plein", "sans_place", "tue_apres", "interruption", PENDANT),
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
# what a schedule runs, cheapest first: a point is struck where it costs least, and one time in four in the whole job
COMMANDES = ("extraire", "facturer", "charger", "bilan")
ENTIERE, PART_ENTIERE = "bilan", 4
# schedules that follow each other on one warehouse, each on what the one before left, then a run that nothing disturbs
SUITE = 4


@dataclass(frozen=True)
class Tir:
    """One fault: the command, the point, which of its passages, what strikes; `ordre`: of the point without a fault."""

    commande: str
    point: str
    rang: int
    faute: str
    ordre: int

    def __str__(self) -> str:
        return f"{self.commande} : {self.faute} à {self.point}#{self.rang}"


def tirer(passages: Mapping[str, Sequence[str]], nombre: int, graine: int) -> list[list[Tir]]:
    """`nombre` schedules in suites, over the points that each command passes; every point once before any comes twice.

    The same passages, number and seed give the same schedules.
    """
    comptes = {commande: Counter(lus) for commande, lus in passages.items()}
    points = sorted(set().union(*comptes.values()))
    hasard = random.Random(graine)  # noqa: S311 - schedules, not secrets
    tirs: list[Tir] = []
    deja: Counter[str] = Counter()
    while points and len(tirs) < nombre:
        hasard.shuffle(points)
        for point in points[: nombre - len(tirs)]:
            passantes = [c for c in COMMANDES if point in comptes[c]]
            fautes = [f for f in FAUTES[point.split("|")[1]] if f != PENDANT or passantes[0] in LECTRICES]
            faute = fautes[(deja[point] + hasard.randrange(len(fautes))) % len(fautes)]
            deja[point] += 1
            entiere = hasard.randrange(PART_ENTIERE) == 0 and ENTIERE in passantes and faute != PENDANT
            commande = ENTIERE if entiere else passantes[0]
            rang = hasard.randint(1, comptes[commande][point])
            tirs.append(Tir(commande, point, rang, faute, list(passages[commande]).index(point)))
    # the earlier a fault strikes, the less it leaves done: the next one still finds its point
    return [sorted(tirs[i : i + SUITE], key=_place) for i in range(0, len(tirs), SUITE)]


def _place(tir: Tir) -> tuple[int, int]:
    return COMMANDES.index(tir.commande), tir.ordre
