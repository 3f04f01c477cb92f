"""One pass over the rows of a file: how cells read, which rows would be rejected, what its announced sums say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mutualisation.examen.regles import Periode, regles
from mutualisation.ingestion.bloc import BLANCS, Bloc, sans_total
from mutualisation.ingestion.cellules_lues import ILLISIBLES, Lu, defaut, lecture_de, minutes, nombre
from mutualisation.ingestion.correspondances import traducteur
from mutualisation.ingestion.entete import Entete, normaliser
from mutualisation.ingestion.lecture import Lecteur
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.memoire import Memoire
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import Traduction
from mutualisation.sources.jeux import TYPES_SOMMABLES, Colonne, Jeu

EXEMPLES = 3
# blocks in which three values are looked for
_BLOCS_EXEMPLES = 20
_CHIFFRES = re.compile(r"[\d.,()+\-€hH: \t\u00a0\u202f]*")
_LONGUES_HEURES = re.compile(r"([0-9]+) *[hH:] *([0-5][0-9])")
Motif = tuple[str, str]


@dataclass
class Constat:
    """What a pass saw. `exemples`: cells before and after, by column; `inconnues`: unread cells of enumerations."""

    entete: Entete
    lignes: int = 0
    rejetees: int = 0
    motifs: Counter[Motif] = field(default_factory=Counter)
    retenues: Counter[Motif] = field(default_factory=Counter)
    exemples: dict[str, dict[str, Lu]] = field(default_factory=lambda: defaultdict(dict))
    inconnues: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sommes: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def part(self) -> float:
        """Share of the rows that would be rejected, in percent."""
        return 100 * self.rejetees / self.lignes if self.lignes else 0.0


class _Colonne:
    """A column while it is read: translation, reading and defect of each distinct cell, remembered."""

    def __init__(self, colonne: Colonne, entete: Entete, traduction: Traduction) -> None:
        self.colonne = colonne
        self.place = entete.positions.get(colonne.nom)
        self.donnee = traduction.defauts.get(colonne.nom, "") if self.place is None else ""
        valeurs = traduction.valeurs.get(colonne.nom)
        self.traduit = traducteur(valeurs) if valeurs and self.place is not None else None
        # a % in a Montant is told by another column of the row: the rate of a `pourcentage` is the wider reading
        self.lu = lecture_de(colonne, pourcent=colonne.pourcent_si is not None)
        self.faute = Memoire(lambda cellule: defaut(colonne, cellule, self.lu[cellule]))
        self.somme = Memoire(self._sommable)

        # any text is read as it is: only an empty `*` cell is a fault
        self.juge = colonne.obligatoire or colonne.type in ILLISIBLES or colonne.type == "enumeration"

    @property
    def absente(self) -> bool:
        """Neither in the file nor given by `correspondances`."""
        return self.place is None and not self.donnee

    def cellules(self, colonnes: Sequence[Sequence[str]], nombre_de_lignes: int) -> Sequence[str]:
        """The cells of a block, as `correspondances` reads them."""
        if self.place is None:
            return [self.donnee] * nombre_de_lignes
        brutes = colonnes[self.place]
        return brutes if self.traduit is None else [self.traduit[c] for c in brutes]

    def _sommable(self, cellule: str) -> Decimal:
        lu = self.lu[cellule]
        return Decimal(lu) if isinstance(lu, (Decimal, int)) else Decimal(0)


def parcourir(
    lecteur: Lecteur,
    jeu: Jeu,
    traduction: Traduction,
    periode: Periode,
    limites: Limites,
    controle: Mapping[str, object],
) -> Constat:
    """Read every row. LectureRefusee when the file can't be read to its end, or an announced sum is wrong (F3, F4)."""
    entete = lecteur.entete
    if entete is None:
        raise LectureRefusee("ce fichier n'est pas un tableau.")
    constat, total = _lire(lecteur, entete, jeu, traduction, periode, limites, sommer="total" in controle)
    if total is not None:
        # rare: the sums are worth a pass of their own, when they are compared
        constat, _ = _lire(lecteur, entete, jeu, traduction, periode, limites, sommer=True)
        _verifier_total(total, jeu, constat)
    _verifier_controle(controle, jeu, constat)
    return constat


def _lire(
    lecteur: Lecteur,
    entete: Entete,
    jeu: Jeu,
    traduction: Traduction,
    periode: Periode,
    limites: Limites,
    *,
    sommer: bool,
) -> tuple[Constat, Sequence[str] | None]:
    """What the rows say, and the `Total` row when there is one."""
    constat = Constat(entete)
    colonnes = [_Colonne(c, entete, traduction) for c in jeu.colonnes if c.type != "personnel"]
    passage = _Passage(constat, colonnes, jeu, periode, limites, sommer=sommer)
    totaux: list[Sequence[str]] = []
    for bloc in sans_total(lecteur.blocs(), totaux.append):
        passage.bloc(bloc)
    return constat, totaux[0] if totaux else None


def valeurs_inconnues(lecteur: Lecteur, jeu: Jeu, traduction: Traduction) -> dict[str, Counter[str]]:
    """Cells that no enumeration of the file knows, by column: a light pass, before the one that judges the rows."""
    entete = lecteur.entete
    enumerations = [_Colonne(c, entete, traduction) for c in jeu.colonnes if c.type == "enumeration"] if entete else []
    vues: dict[str, Counter[str]] = defaultdict(Counter)
    for bloc in lecteur.blocs():
        rangees = bloc.rangees
        for c in enumerations:
            place = c.place
            if place is not None:
                vues[c.colonne.nom].update([r[place] for r in rangees if place < len(r)])
    trouvees: dict[str, Counter[str]] = defaultdict(Counter)
    for c in enumerations:
        for brute, n in vues[c.colonne.nom].items():
            cellule = brute if c.traduit is None else c.traduit[brute]
            if cellule.strip() and c.faute[cellule]:
                trouvees[c.colonne.nom][cellule.strip(BLANCS)] += n
    return dict(trouvees)


class _Passage:
    def __init__(
        self, constat: Constat, colonnes: list[_Colonne], jeu: Jeu, periode: Periode, limites: Limites, *, sommer: bool
    ) -> None:
        self._sommer = sommer
        self._blocs = 0
        self._constat = constat
        self._colonnes = [c for c in colonnes if not c.absente]
        par_nom = {c.colonne.nom: c for c in colonnes}
        self._regles = [(r, [par_nom[n] for n in r.colonnes]) for r in regles(jeu, periode)]
        self._limites = limites

    def bloc(self, bloc: Bloc) -> None:
        """Take a block of data rows into account."""
        premier: dict[int, Motif] = {i: ("", motif) for i, (_, motif) in bloc.defauts.items()}
        rangees = self._a_la_largeur(bloc, premier)
        tours = list(zip(*rangees, strict=True))
        n = len(rangees)
        self._blocs += 1
        lues: dict[str, Sequence[str]] = {}
        for c in self._colonnes:
            cellules = lues[c.colonne.nom] = c.cellules(tours, n)
            faute = c.faute
            mauvaises = {cellule for cellule in set(cellules) if faute[cellule]} if c.juge else ()
            for i in [i for i, cellule in enumerate(cellules) if cellule in mauvaises] if mauvaises else ():
                premier.setdefault(i, (c.colonne.entete or "", faute[cellules[i]] or ""))
                if c.colonne.type == "enumeration" and cellules[i].strip():
                    self._constat.inconnues[c.colonne.nom][cellules[i].strip(BLANCS)] += 1
            if self._sommer and c.colonne.type in TYPES_SOMMABLES and not c.colonne.confidentielle:
                self._constat.sommes[c.colonne.nom] += sum(map(c.somme.__getitem__, cellules), Decimal(0))
            self._exemples(c, tours, cellules)
        retenues = self._par_les_regles(lues, n, premier)
        self._constat.lignes += n
        self._constat.rejetees += len(premier)
        self._constat.motifs.update(premier.values())
        self._constat.retenues.update(m for i, m in retenues.items() if i not in premier)

    def _par_les_regles(self, lues: Mapping[str, Sequence[str]], n: int, premier: dict[int, Motif]) -> dict[int, Motif]:
        retenues: dict[int, Motif] = {}
        for regle, colonnes in self._regles:
            if all(c.absente for c in colonnes):
                continue
            rangees = list(zip(*[[""] * n if c.absente else lues[c.colonne.nom] for c in colonnes], strict=True))
            lectures = [c.lu for c in colonnes]
            fautives = {r for r in set(rangees) if regle.faute(*[lu[x] for lu, x in zip(lectures, r, strict=True)])}
            cible = premier if regle.rejette else retenues
            for i in [i for i, r in enumerate(rangees) if r in fautives] if fautives else ():
                cible.setdefault(i, (regle.entete, regle.motif))
        return retenues

    def _exemples(self, c: _Colonne, tours: Sequence[Sequence[str]], cellules: Sequence[str]) -> None:
        exemples = self._constat.exemples[c.colonne.nom]
        if len(exemples) >= EXEMPLES or c.place is None or self._blocs > _BLOCS_EXEMPLES:
            return
        for brute, cellule in zip(tours[c.place], cellules, strict=True):
            if brute.strip() and brute not in exemples:
                exemples[brute] = c.lu[cellule]
                if len(exemples) >= EXEMPLES:
                    return

    def _a_la_largeur(self, bloc: Bloc, premier: dict[int, Motif]) -> list[list[str]]:
        """Short rows completed; a row with cells beyond the header, or a cell too long, is rejected (F6, F9)."""
        rangees, largeur = bloc.rangees, self._constat.entete.largeur
        if all([len(r) == largeur for r in rangees]):  # noqa: C419 - a list is measured faster here
            return rangees
        egales = []
        for i, r in enumerate(rangees):
            if len(r) > largeur and any(c.strip(BLANCS) for c in r[largeur:]):
                premier.setdefault(i, ("", f"plus de {largeur} cellules, le nombre de colonnes d'en-tête (F6)"))
            egales.append(r[:largeur] + [""] * (largeur - len(r)))
        return egales


def _verifier_total(total: Sequence[str], jeu: Jeu, constat: Constat) -> None:
    premiere = next(i for i, c in enumerate(total) if c.strip(BLANCS))
    for nom, somme in constat.sommes.items():
        place = constat.entete.positions.get(nom, premiere)
        if place == premiere or place >= len(total):
            continue
        cellule, colonne = total[place].strip(BLANCS), jeu.colonne(nom)
        if _est_chiffree(cellule) and _annonce(cellule, colonne.type) != somme:
            raise LectureRefusee(f"la ligne Total et la somme de « {colonne.entete} » diffèrent (F4).")


def _est_chiffree(cellule: str) -> bool:
    return bool(_CHIFFRES.fullmatch(cellule)) and any(c.isdigit() for c in cellule)


def _annonce(cellule: str, type_: str) -> Decimal | None:
    lu = nombre(cellule, 12)
    if type_ != "duree":
        return lu
    heures = minutes(cellule)
    if heures is not None:
        return heures
    if lu is not None:
        return lu * 60
    longues = _LONGUES_HEURES.fullmatch(cellule)
    return Decimal(int(longues[1]) * 60 + int(longues[2])) if longues else None


def _verifier_controle(controle: Mapping[str, object], jeu: Jeu, constat: Constat) -> None:
    if controle.get("lignes", constat.lignes) != constat.lignes:
        raise LectureRefusee(
            f"le .controle.json annonce {controle['lignes']} lignes, le fichier en a {constat.lignes} (F3)."
        )
    colonne = next((c for c in jeu.colonnes if c.entete and normaliser(c.entete) == _repli(controle)), None)
    if colonne is None or colonne.nom not in constat.sommes:
        return
    annonce = _annonce(str(controle["total"]), colonne.type)
    if annonce != constat.sommes[colonne.nom]:
        raise LectureRefusee(f"le total annoncé par le .controle.json pour « {colonne.entete} » diffère (F3).")


def _repli(controle: Mapping[str, object]) -> str:
    return normaliser(str(controle.get("colonne", "")))
