"""Turn the rows of a reader into blocks of COPY text for `brut.<jeu>`: each cell as it may be stored, and as it is
read. A column is read once per distinct cell: agents, suppliers, days and codes come back on most rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from mutualisation.entree.ingestion.cellules_lues import (
    Cellules,
    ColonneLue,
    Memoire,
    date,
    defaut,
    echapper,
    siret_valide,
    total,
)
from mutualisation.entree.ingestion.confidentialite import CodesDuTemps, Confidentialite, bancaire
from mutualisation.entree.ingestion.correspondances import JEU_CORRESPONDANCES, noter_defauts, traducteur
from mutualisation.entree.lecteurs.bloc import BLANCS, Bloc, BlocRegulier, sans_total, visible
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Entete, Traduction, normaliser
from mutualisation.entree.lecteurs.lecture import Ouvert, ouvrir, ouvrir_ici
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites
from mutualisation.entree.sources.jeux import SEPARATEUR_DELIVRE, TYPES_SOMMABLES, Colonne, Jeu
from mutualisation.socle.francais.formats import enumerer

# a Total row whose number can't be read says this: the gate refuses the file
ILLISIBLE = "illisible"
_CHIFFRES = frozenset("0123456789.,()+-€%hH: \t\u00a0\u202f")
_TOTAL_MAX = 100
# such a word in a cell of a rejected row says that the row is a total
_UN_TOTAL = re.compile(r"\b(?:tot(?:al|aux)\b|tot\.)", re.IGNORECASE)
TOTAUX = "ligne{s} {dites} : un total ou un sous-total, qui n'est pas une donnée : à retirer de l'export (F4)."
_TOTAUX_DITS = 20
# of a row whose cells may be shifted only these types are kept: under any other, a cell could be somebody's name
_NOMBRES = ("montant", "nombre", "pourcentage")


@dataclass
class BlocLu:
    """A block being read has its cells by column as delivered, what is read and what lands of each, first defects."""

    delivrees: dict[str, Cellules]
    nombre: int
    defauts: dict[int, tuple[str, str]]
    valeurs: dict[str, Cellules] = field(default_factory=dict)
    posees: dict[str, Cellules] = field(default_factory=dict)

    @property
    def vides(self) -> Cellules:
        return [""] * self.nombre


class Typage:
    """Make the COPY text (null '') of `fichier_id, ligne, defauts, delivre` and the typed columns of a jeu."""

    def __init__(
        self,
        jeu: Jeu,
        entete: Entete,
        confidentialite: Confidentialite,
        traduction: Traduction = SANS_TRADUCTION,
    ) -> None:
        self._jeu = jeu
        self._confidentialite = confidentialite
        self._positions, self._largeur = entete.positions, entete.largeur
        self._entetes = {self._positions[c.nom]: c.entete or c.nom for c in jeu.colonnes if c.nom in self._positions}
        # a default stands for each column that the file lacks (F16)
        self._par_defaut = {n: v for n, v in traduction.defauts.items() if n not in self._positions}
        self._traducteurs = {n: traducteur(v) for n, v in traduction.valeurs.items() if n in self._positions}
        self.codes = CodesDuTemps(confidentialite)
        self.colonnes: dict[str, ColonneLue] = {}
        self._toutes: list[ColonneLue] = []
        # these lines are rejected and say that they are a total
        self.lignes_de_total: list[int] = []
        self._colonnes = [self._colonne(c) for c in jeu.colonnes_entrepot]
        self._secondes = [self._seconde(c.nom, s) for c in jeu.colonnes_entrepot for s in c.secondes]

    def texte(self, fichier_id: int, bloc: Bloc) -> str:
        """Return the COPY text of a block. Raises `LectureRefusee` on a NUL character, on an address of no office."""
        bloc_lu = self.lire_bloc(bloc)
        self._exiger_des_services(bloc, bloc_lu)
        motifs = [""] * bloc_lu.nombre
        for i, defaut_ in bloc_lu.defauts.items():
            motifs[i] = "|".join(defaut_)
            if any(map(_UN_TOTAL.search, bloc.rangees[i])):
                self.lignes_de_total.append(bloc.lignes[i])
        tete = [str(fichier_id)] * bloc_lu.nombre, map(str, bloc.lignes), motifs, self._delivrees(bloc_lu)
        rangees = zip(*tete, *bloc_lu.valeurs.values(), strict=True)
        texte = "\n".join(map("\t".join, rangees))
        if "\0" in texte:
            raise LectureRefusee("un caractère nul se trouve dans une cellule : le retirer (F8).")
        return texte + "\n"

    def totaux(self, rangee: Cellules) -> dict[str, str]:
        """Return {column that can be summed: the number that a `Total` row announces} (F4)."""
        rangee = list(map(visible, rangee))
        premiere = next(i for i, c in enumerate(rangee) if c.strip(BLANCS))
        trouves = {}
        for c in self._jeu.colonnes_entrepot:
            p = self._positions.get(c.nom)
            if c.type not in TYPES_SOMMABLES or p is None or p == premiere or p >= len(rangee):
                continue
            cellule = rangee[p].strip(BLANCS)
            if len(cellule) <= _TOTAL_MAX and _CHIFFRES.issuperset(cellule) and any(map(str.isdigit, cellule)):
                trouves[c.nom] = total(cellule, "pourcentage" if c.pourcent_si else c.type) or ILLISIBLE
        return trouves

    def lire_bloc(self, bloc: Bloc) -> BlocLu:
        """Read every column of a block."""
        defauts = {i: (self._entetes.get(p, "") if p is not None else "", m) for i, (p, m) in bloc.defauts.items()}
        n = len(bloc.lignes)
        tours: Sequence[Cellules]
        if isinstance(bloc, BlocRegulier):
            tours = bloc.colonnes
        else:
            tours = list(zip(*self._a_la_largeur(bloc.rangees, defauts), strict=True))
        delivrees = {nom: tours[p] for nom, p in self._positions.items()}
        for nom, traduits in self._traducteurs.items():
            delivrees[nom] = [traduits[c] for c in delivrees[nom]]
        delivrees |= {nom: [valeur] * n for nom, valeur in self._par_defaut.items()}
        for colonne_lue in self._toutes:
            colonne_lue.alleger()
        bloc_lu = BlocLu(delivrees, n, defauts)
        for lire in self._colonnes + self._secondes:
            lire(bloc_lu)
        return bloc_lu

    # ------------------------------------------------------------ columns
    def _colonne(self, colonne: Colonne) -> Callable[[BlocLu], None]:
        nom = colonne.nom
        if nom not in self._positions and nom not in self._par_defaut:

            def vider(bloc: BlocLu) -> None:
                bloc.valeurs[nom] = bloc.posees[nom] = bloc.vides

            return vider
        if colonne.pourcent_si:
            return self._selon_la_regle(colonne, colonne.pourcent_si)
        if colonne.garde_si_siret:
            return self._si_siret(colonne, colonne.garde_si_siret)
        colonne_lue = self.colonnes[colonne.nom] = self._colonne_lue(colonne)
        colonne_lue.traduits = self._traducteurs.get(colonne.nom, colonne_lue.traduits)
        if colonne.clair_si:
            return self._en_clair_si(colonne_lue, colonne.clair_si)

        def lire(bloc: BlocLu) -> None:
            cellules = bloc.delivrees[nom]
            bloc.valeurs[nom], bloc.posees[nom] = colonne_lue.lire_cellules(cellules)
            colonne_lue.noter(cellules, bloc.defauts)

        return lire

    def _colonne_lue(self, colonne: Colonne, *, pourcent: bool = False) -> ColonneLue:
        self._toutes.append(ColonneLue(self._jeu, colonne, self._confidentialite, pourcent=pourcent))
        return self._toutes[-1]

    def _seconde(self, nom: str, seconde: Colonne) -> Callable[[BlocLu], None]:
        """Read a cell again by another type."""
        colonne_lue = self._colonne_lue(seconde)

        def lire(bloc: BlocLu) -> None:
            bloc.valeurs[seconde.nom], _ = colonne_lue.lire_cellules(bloc.delivrees.get(nom, bloc.vides))

        return lire

    def _selon_la_regle(self, colonne: Colonne, condition: tuple[str, str]) -> Callable[[BlocLu], None]:
        """Read a number that a % may follow where another column says so (C1)."""
        temoin, valeur = condition[0], normaliser(condition[1])
        lectures = [self._colonne_lue(colonne, pourcent=p) for p in (False, True)]
        # the rate of a `pourcentage` is the wider reading
        self.colonnes[colonne.nom] = lectures[True]

        def lire(bloc: BlocLu) -> None:
            cellules = bloc.delivrees[colonne.nom]
            choix = [lectures[normaliser(visible(t)) == valeur] for t in bloc.delivrees.get(temoin, bloc.vides)]
            cellules_lues = [lecture[c] for lecture, c in zip(choix, cellules, strict=True)]
            bloc.valeurs[colonne.nom] = cellules_lues
            bloc.posees[colonne.nom] = [lecture.posees.get(c, c) for lecture, c in zip(choix, cellules, strict=True)]
            for i, (lecture, c) in enumerate(zip(choix, cellules, strict=True)):
                if c in lecture.fautes:
                    bloc.defauts.setdefault(i, (colonne.entete or colonne.nom, lecture.fautes[c]))

        return lire

    def _si_siret(self, colonne: Colonne, siret: str) -> Callable[[BlocLu], None]:
        """Keep a name whose SIRET is valid: agents and elected members are tiers (K7); no bank account (K9)."""
        sirets = Memoire(lambda cellule: siret_valide("".join(visible(cellule).split())))
        noms = Memoire(lambda cellule: "" if bancaire(vu := visible(cellule)) else echapper(vu.strip(BLANCS)))

        def lire(bloc: BlocLu) -> None:
            if siret not in bloc.delivrees:
                cellules_posees = bloc.vides
            else:
                lignes = zip(bloc.delivrees[colonne.nom], bloc.delivrees[siret], strict=True)
                cellules_posees = [noms[t] if t and sirets[s] else "" for t, s in lignes]
            bloc.valeurs[colonne.nom] = bloc.posees[colonne.nom] = cellules_posees

        return lire

    def _en_clair_si(self, lecture: ColonneLue, condition: tuple[str, str]) -> Callable[[BlocLu], None]:
        """Put a keyed digest for the code of an absence, which is its reason, unless the day is worked (S2)."""
        temoin, permise = condition[0], normaliser(condition[1])
        temoins, jours = Memoire(lambda cellule: normaliser(visible(cellule))), Memoire(_jour_normalise)
        empreinte = self._confidentialite.empreinte

        def lire(bloc: BlocLu) -> None:
            cellules = bloc.delivrees[lecture.colonne.nom]
            vus = bloc.delivrees.get(temoin, bloc.vides)
            claires = [temoins[v] == permise for v in vus]
            self.codes.noter({c for c, claire in zip(cellules, claires, strict=True) if claire})
            de_quoi = zip(*[bloc.delivrees.get(n, bloc.vides) for n in lecture.colonne.empreinte_de], strict=True)
            cellules_posees = [
                (lecture[c] if claire else empreinte(*[jours[x] for x in quoi]) if c.strip(BLANCS) else "")
                for c, claire, quoi in zip(cellules, claires, de_quoi, strict=True)
            ]
            bloc.valeurs[lecture.colonne.nom] = bloc.posees[lecture.colonne.nom] = cellules_posees
            for i, cellule_posee in enumerate(cellules_posees):
                if not cellule_posee and (motif := lecture.fautes.get(cellules[i]) or defaut(lecture.colonne, "", "")):
                    bloc.defauts.setdefault(i, (lecture.colonne.entete or "", motif))

        return lire

    # ------------------------------------------------------------ rows
    def _exiger_des_services(self, bloc: Bloc, bloc_lu: BlocLu) -> None:
        """Refuse the file for an address that may be a person's; no address is quoted."""
        for lue in (x for x in self.colonnes.values() if x.colonne.type == "courriel" and x.fautes):
            for ligne, cellule in zip(bloc.lignes, bloc_lu.delivrees[lue.colonne.nom], strict=True):
                if cellule in lue.fautes:
                    entete = lue.colonne.entete or lue.colonne.nom
                    raise LectureRefusee(f"ligne {ligne}, colonne « {entete} » : {lue.fautes[cellule]}.")

    def _delivrees(self, bloc_lu: BlocLu) -> Iterable[str]:
        """Return each row as it was delivered, its cells joined. A column is left empty where every cell of the block
        reads letter for letter as its typed column, which says it."""
        morceaux: list[Iterable[str]] = []
        blanc = ""
        for rang, colonne in enumerate(self._jeu.colonnes_entrepot):
            blanc += SEPARATEUR_DELIVRE if rang else ""
            posees, textes_lus = bloc_lu.posees[colonne.nom], bloc_lu.valeurs[colonne.nom]
            if not (colonne.redite and (posees is textes_lus or posees == textes_lus)):
                morceaux += [repeat(blanc), posees]
                blanc = ""
        return islice(map("".join, zip(*morceaux, repeat(blanc), strict=False)), bloc_lu.nombre)

    def _a_la_largeur(self, rangees: list[list[str]], defauts: dict[int, tuple[str, str]]) -> list[list[str]]:
        """Complete short rows; drop extra cells, which are a defect when they hold something (F6)."""
        largeur = self._largeur
        if all([len(r) == largeur for r in rangees]):  # noqa: C419 - a list is measured faster here
            return rangees
        egales = []
        for i, r in enumerate(rangees):
            if len(r) > largeur and any(c.strip(BLANCS) for c in r[largeur:]):
                defauts[i] = ("", f"{len(r)} cellules pour {largeur} colonnes d'en-tête (F6)")
                r = self._rangee_decalee(r)
            egales.append(r[:largeur] + [""] * (largeur - len(r)))
        return egales

    def _rangee_decalee(self, rangee: list[str]) -> list[str]:
        """Keep what may land of a row whose cells may be shifted."""
        if not self._jeu.personnes:
            return rangee
        gardees = () if self._jeu.pseudonymise else _NOMBRES
        types = {p: self._jeu.colonne(n).type for n, p in self._positions.items()}
        return [c if types.get(i) in gardees else "" for i, c in enumerate(rangee)]


def _jour_normalise(delivree: str) -> str:
    """Write a cell as a digest takes it: a day in one writing whatever its form (C3)."""
    cellule = visible(delivree).strip(BLANCS)
    return date(cellule) or cellule


# ---------------------------------------------------------------- a file
class Lecture:
    """One pass reads a file. After `copie`, `lignes` and `totaux` are known, and `typage` holds the cells read.
    `lignes` counts data rows, rejected and doubled ones included, without the `Total` row (F3). `dialecte` holds
    encoding, separator, banner lines, columns ignored and absent."""

    def __init__(
        self,
        chemin: Path,
        jeu: Jeu,
        extension: str,
        confidentialite: Confidentialite,
        limites: Limites,
        traduction: Traduction = SANS_TRADUCTION,
        *,
        ouvrir: Callable[..., Ouvert] = ouvrir,
    ) -> None:
        self._lecteur = ouvrir(chemin, jeu, extension, limites, traduction)
        self.entete = self._lecteur.entete
        self.typage = Typage(jeu, self.entete, confidentialite, traduction)
        self._jeu = jeu
        self._limites = limites
        self.dialecte: dict[str, Any] = self._lecteur.dialecte
        self.lignes = 0
        self.totaux: dict[str, str] = {}

    def copie(self, fichier_id: int) -> Iterator[bytes]:
        """Yield COPY text of the rows, UTF-8, by blocks. Raises `LectureRefusee` if the file can't be read."""
        blocs = self._lecteur.blocs()
        if self._jeu.format == "tabulaire":
            blocs = sans_total(blocs, lambda rangee: self.totaux.update(self.typage.totaux(rangee)))
        if self._jeu.nom == JEU_CORRESPONDANCES:
            # only the whole table shows some of its defects (F16)
            tous = list(blocs)
            noter_defauts(tous, self.entete, self._limites)
            blocs = iter(tous)
        for bloc in blocs:
            self.lignes += len(bloc.lignes)
            try:
                yield self.typage.texte(fichier_id, bloc).encode()
            except UnicodeEncodeError:
                raise LectureRefusee(
                    f"lignes {bloc.lignes[0]} à {bloc.lignes[-1]} : un caractère n'existe pas en Unicode (F8)."
                ) from None
        if lignes := self.typage.lignes_de_total:
            avertissement = TOTAUX.format(s="s" * (len(lignes) > 1), dites=enumerer([*map(str, lignes)], _TOTAUX_DITS))
            self.dialecte["avertissements"] = [*self.dialecte.get("avertissements", ()), avertissement]
            self.dialecte["lignes_de_total"] = lignes


def lire_et_typer(chemin: Path, fichier_id: int, *demande: Any) -> Iterator[tuple[int, Any]]:
    """Read and type a file in this process: yield (rows, their COPY text), then (0, (rows in all, totals, dialect)).
    `demande` is from `Lecture`. Raises `LectureRefusee` on a file that can't be read, or codes like names (K9)."""
    lecture = Lecture(chemin, *demande, ouvrir=ouvrir_ici)
    ecrites = 0
    for octets in lecture.copie(fichier_id):
        yield lecture.lignes - ecrites, octets
        ecrites = lecture.lignes
    lecture.typage.codes.verifier()
    yield 0, (lecture.lignes, lecture.totaux, lecture.dialecte)
