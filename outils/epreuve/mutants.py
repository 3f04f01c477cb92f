"""Mutants of the fault handling: one slip each in a copy of the sources; the schedules that concern it must notice.

A mutant whose text is no longer in the sources stops the run: it is to be written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from outils.epreuve.campagne import Campagne
from outils.epreuve.plan import COMMANDES, PENDANT, Tir
from outils.epreuve.terrain import copier_les_sources

PROMOTION = "validation|publication/promotion.py:promouvoir"
POSE = "renommage|composition/dossier.py:_poser"


@dataclass(frozen=True)
class Mutant:
    """A slip: `avant` becomes `apres` in a file of the package.

    `tirs`: (part of a point, passage, fault) to strike, in the cheapest command that passes there, or in the one named.
    """

    nom: str
    fichier: str
    avant: str
    apres: str
    tirs: Sequence[tuple[str, int, str] | tuple[str, int, str, str]]


MUTANTS = (
    Mutant(
        "les extraits prennent leur place avant la validation",
        "operations/livraison.py",
        "            pose.decider(condition_de(conn, exercices))\n",
        "            pose.decider({})\n            pose.poser()\n",
        [(PROMOTION, 1, "tue_avant")],
    ),
    Mutant(
        "les extraits se composent après la validation",
        "operations/livraison.py",
        "promouvoir(conn, version, session.var, composer)",
        "promouvoir(conn, version, session.var)\n        composer()",
        [("ecriture|mise_en_forme/docx.py", 1, "sans_place", "bilan")],
    ),
    Mutant(
        "ce qui échoue avant la validation est dit publié",
        "operations/livraison.py",
        "        empreinte = promouvoir(conn, version, session.var, composer)\n"
        "        with _une_fois_publiee(version):\n",
        "        with _une_fois_publiee(version):\n"
        "            empreinte = promouvoir(conn, version, session.var, composer)\n",
        [("ecriture|mise_en_forme/docx.py", 1, "sans_place", "bilan")],
    ),
    Mutant(
        "ce qui a été publié pendant l'écriture n'est pas regardé",
        "operations/livraison.py",
        "        if changements := ce_qui_a_change(conn, condition):\n",
        "        if changements := []:\n",
        [("ecriture|publication/extraits_csv.py", 1, PENDANT)],
    ),
    Mutant(
        "un traitement arrêté en route n'est ni fini ni balayé",
        "extrait/annuel.py",
        "    reprendre(sortie, REFUS, partial(est_publiee, conn))\n",
        "",
        [(POSE, 1, "tue_apres")],
    ),
    Mutant(
        "ce qui est décidé et n'est pas posé est jeté",
        "composition/dossier.py",
        "if pose.posee or not pose.decidee:",
        "if pose:",
        [(POSE, 2, "terme")],
    ),
    Mutant(
        "les documents ne sont pas mis sur le disque",
        "composition/dossier.py",
        "        _sur_disque(nouveaux)\n",
        "",
        [(PROMOTION, 1, "tue_apres")],
    ),
    Mutant(
        "les renommages ne sont pas mis sur le disque",
        "composition/dossier.py",
        "            synchroniser(self.sortie)\n",
        "",
        [(PROMOTION, 1, "lecteur")],
    ),
    Mutant(
        "l'ancien dossier part sans être regardé",
        "composition/dossier.py",
        "            if not est_a_nous(ancien):",
        "            if not ancien:",
        [(POSE, 1, "depose_avant")],
    ),
    Mutant(
        "la publication change en deux fois",
        "publication/promotion.py",
        "        publiees = empreintes_publiees(conn)\n",
        '        conn.execute("commit")\n        conn.execute("begin")\n        publiees = empreintes_publiees(conn)\n',
        [(PROMOTION, 1, "tue_avant")],
    ),
    Mutant(
        "SIGTERM n'est pas entendu",
        "cli/commandes.py",
        "    signal.signal(signal.SIGTERM, _interrompre)\n",
        "",
        [(PROMOTION, 1, "terme")],
    ),
    Mutant(
        "ce qui est validé n'est pas sur le disque du serveur",
        "entrepot/connexion.py",
        """set_config('synchronous_commit', 'on', true)"
        " where pg_catalog.current_setting('synchronous_commit') in ('off', 'local')\"""",
        """set_config('synchronous_commit', 'off', true)\"""",
        [(PROMOTION, 1, "serveur_tue_apres")],
    ),
    Mutant(
        "un enfant survit à son parent",
        "enfant/service.py",
        "    while os.getppid() == parent:\n",
        "    while parent:\n",
        [("demande|enfant/hote.py", 2, "tue_apres", "bilan")],
    ),
    Mutant(
        "deux traitements à la fois",
        "entrepot/connexion.py",
        '        gardienne.execute("lock table journal.verrou in exclusive mode nowait")\n',
        "        pass\n",
        [("demande|enfant/hote.py", 1, PENDANT, "bilan")],
    ),
)  # fmt: skip


def eprouver_mutants(base: Path, a_la_fois: int) -> int:
    """Put every mutant to its schedules and say which were noticed; 1 when one was not."""
    campagne = Campagne.preparer(base)
    with ThreadPoolExecutor(a_la_fois) as fils:
        tues = list(fils.map(lambda m: _est_tue(campagne, base, m), MUTANTS))
    for mutant, tort in zip(MUTANTS, tues, strict=True):
        print(f"{'tué' if tort else 'SURVIT'} : {mutant.nom}{f' — {tort}' if tort else ''}")
    print(f"{sum(map(bool, tues))} mutants tués sur {len(MUTANTS)}")
    return 0 if all(tues) else 1


def _est_tue(campagne: Campagne, base: Path, mutant: Mutant) -> str:
    """The first thing that does not hold under the mutant; empty when it survives."""
    source = copier_les_sources(base / f"mutant_{MUTANTS.index(mutant)}")
    fichier = source / "include" / "mutualisation" / mutant.fichier
    texte = fichier.read_text(encoding="utf-8")
    if mutant.avant not in texte:
        raise RuntimeError(f"{mutant.nom} : le texte n'est plus dans {mutant.fichier}")
    fichier.write_text(texte.replace(mutant.avant, mutant.apres), encoding="utf-8")
    for tir in mutant.tirs:
        for resultat in campagne.jouer([_tir(campagne, *tir)], source, jusqu_au_bout=False):
            if resultat.torts:
                return resultat.torts[0]
    return ""


def _tir(campagne: Campagne, partie: str, rang: int, faute: str, commande: str = "") -> Tir:
    passantes = [c for c in COMMANDES if any(partie in p for p in campagne.passages[c])]
    if not passantes:
        raise RuntimeError(f"aucun point d'injection ne contient {partie}")
    commande = commande or passantes[0]
    passages = campagne.passages[commande]
    point = next(p for p in passages if partie in p)
    return Tir(commande, point, rang, faute, passages.index(point))
