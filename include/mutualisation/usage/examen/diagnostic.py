"""`essayer` judges a file as it is, then with the rows of `correspondances` that would make it pass."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mutualisation.entree.ingestion.cellules_lues import ColonneLue
from mutualisation.entree.ingestion.confidentialite import Confidentialite, Pseudonymes
from mutualisation.entree.ingestion.correspondances import Correspondance, compiler
from mutualisation.entree.ingestion.depot import SUFFIXE_CONTROLE, decouvrir, lire_nom, mois_couverts, nom_juste
from mutualisation.entree.lecteurs.entete import Traduction
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.entree.lecteurs.noms import CONSEILS, plat
from mutualisation.entree.lecteurs.octets import conseil_de_nature, encodage, nature
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import ErreurMutualisation, affichable
from mutualisation.usage.examen.jugement import CLE, REFUSE, Connexions, Verdict, brouillon, juger, periode_du_nom
from mutualisation.usage.examen.propositions import (
    Proposition,
    Table,
    completer,
    des_defauts,
    des_en_tetes,
    des_valeurs,
    lire_table,
    nouvelles,
)
from mutualisation.usage.examen.reconnaissance import (
    JEU_DE_LA_CLASSE,
    RECONNU,
    Rangees,
    Reconnaissance,
    apercus,
    classe_des_comptes,
    reconnaitre,
    tetes_possibles,
)

_JEUX_DE_FORME = {"xml": "pes", "json": "decp"}
# the reasons that only another export mends end by this: encoding, line ends
_ABIME = "(F8)"
# under this certainty, the name of a file says more than its content
_SUR = 0.7
_HORS_PERIODE = re.compile(r"différent de celui du nom|hors d(?:u mois|e la période) du fichier")
_ACCENT_PERDU = re.compile(r"\w\?\w|\ufffd")
# « € » in latin-9 is this byte, read as cp1252
_EURO_PERDU = "¤"
AUCUNE_LIGNE = "le fichier n'a aucune ligne : vérifier le filtre et la période de l'export, puis le redéposer (F6)."
AUCUN_JEU = "aucun jeu ne ressemble à ce fichier{proche} : vérifier son en-tête, ou donner --jeu (F5)."
# we say this of a file that is no table of rows
FORME = (
    "Il faut une ligne de noms de colonnes, une seule (absente, sur deux, couchée : la rétablir), puis une ligne "
    "par enregistrement, séparée par des points-virgules (tableau croisé, tout dans une cellule : exporter le détail)."
)


@dataclass
class Essai:
    """A trial finds this about a file: `tel_quel` with the table in force, `propose` with the rows proposed too.
    `entrevues` are the first cells of each column, read, where no reading went through. `nom_refuse` says why the load
    refuses the file by its name."""

    fichier: Path
    nature: str
    tel_quel: Verdict
    jeu: Jeu | None = None
    trouve: Reconnaissance | None = None
    table: Table | None = None
    propositions: list[Proposition] = field(default_factory=list)
    propose: Verdict | None = None
    ecrit: Path | None = None
    avis: list[str] = field(default_factory=list)
    entrevues: Mapping[str, ColonneLue] = field(default_factory=dict)
    nom_refuse: str | None = None

    @property
    def verdict_retenu(self) -> Verdict:
        """Return the pass with most columns read: with the proposals, else as it is."""
        return self.propose if self.propose and self.propose.refus is None else self.tel_quel

    @property
    def code(self) -> int:
        """Return the exit code of the file as it is, or as the rows just written make it read."""
        if self.nom_refuse:
            return REFUSE
        return (self.propose if self.ecrit and self.propose else self.tel_quel).code


def essayer(
    fichier: Path, jeu: str | None = None, correspondances: Path | None = None, *, ecrire: bool = False
) -> Essai:
    """Look at a file of any form; write the rows proposed when asked to. Loads nothing, needs no warehouse. Raises
    `ErreurMutualisation` when the file is missing, the jeu unknown, or the rows can't be written."""
    voulu = registre().jeu(jeu) if jeu else None
    if not fichier.is_file():
        raise ErreurMutualisation(f"Le fichier {fichier} n'existe pas, ou n'est pas un fichier ordinaire.")
    with brouillon() as connexions:
        essai = examiner(connexions, fichier, lire_table(fichier, correspondances), voulu)
    if voulu is None and fichier.resolve().parent.name in registre().noms:
        juger_les_noms([essai], fichier.resolve().parent.parent)
    if ecrire and essai.propositions and essai.table is not None:
        essai.ecrit = completer(essai.table, [p.ligne for p in essai.propositions])
    return essai


def examiner(connexions: Connexions, fichier: Path, en_vigueur: Table, voulu: Jeu | None = None) -> Essai:
    """Try one regular file with the table in force; `voulu` is the jeu to try."""
    if fichier.name.endswith(SUFFIXE_CONTROLE):
        donnees = fichier.name.removesuffix(SUFFIXE_CONTROLE)
        return Essai(fichier, "controle", Verdict(f"c'est le contrôle de {donnees} : essayer {donnees} (F3)."))
    try:
        forme = nature(fichier)
        if forme in CONSEILS:
            return Essai(fichier, forme, Verdict(f"{CONSEILS[forme]} (G1)."), voulu)
        if fichier.stat().st_size == 0:
            raise LectureRefusee("le fichier est vide (0 octet) : le redéposer (F6).")
        if voulu is not None and voulu.format != "tabulaire" and forme not in _JEUX_DE_FORME:
            return Essai(fichier, forme, Verdict(f"le jeu « {voulu.nom} » ne se dépose pas en tableau."), voulu)
        extension = fichier.suffix.lower().removeprefix(".")
        tabulaire = voulu.format == "tabulaire" if voulu else extension in ("csv", "xlsx")
        if tabulaire and (forme in _JEUX_DE_FORME or (forme, extension) == ("xlsx", "csv")):
            motif = f"{conseil_de_nature(fichier, extension)} (G1)."
            return Essai(fichier, forme, Verdict(motif), voulu or _jeu_du_nom(fichier.name))
        if forme in _JEUX_DE_FORME:
            return _de_forme(fichier, forme, registre().jeu(_JEUX_DE_FORME[forme]))
        return _essayer_tableau(connexions, Essai(fichier, forme, Verdict(), voulu, table=en_vigueur))
    except (LectureRefusee, OSError) as e:
        return Essai(fichier, "illisible", Verdict(motif_refus(e)), voulu)


def _de_forme(fichier: Path, forme: str, jeu: Jeu) -> Essai:
    """Try a PES or a DECP: its own reader reads it, and no `correspondances` touches it."""
    try:
        lecteur = ouvrir(fichier, jeu, forme, Limites.de_l_environnement())
        verdict = Verdict(lignes=sum(map(len, lecteur.blocs())))
    except LectureRefusee as e:
        return Essai(fichier, forme, Verdict(str(e)), jeu)
    avis = [str(lecteur.dialecte["ignore"]).removesuffix(".")] if "ignore" in lecteur.dialecte else []
    return Essai(fichier, forme, verdict, jeu, avis=avis)


def _essayer_tableau(connexions: Connexions, essai: Essai) -> Essai:
    table = essai.table or Table(None, None)
    vus = apercus(essai.fichier, essai.nature, Limites.de_l_environnement())
    nomme = _jeu_du_nom(essai.fichier.name)
    trouve = _reconnaitre_jeu(essai, vus, compiler(table.lignes), nomme)
    if trouve is None or (essai.jeu is None and trouve.certitude < RECONNU):
        if essai.nature == "csv" and nomme is None:
            encodage(essai.fichier)  # this says first what is wrong with the bytes
        proche = f" ; le moins éloigné est « {trouve.jeu.nom} »" if trouve else ""
        refus = _refus_sous(essai, nomme) or AUCUN_JEU.format(proche=proche)
        # the door says what is wrong, or that no header was found
        phrase = f"{refus} {FORME}" if "vérifier" in refus else refus
        essai.tel_quel = Verdict(phrase if any(vus) else AUCUNE_LIGNE)
        return essai
    essai.nom_refuse = _nom_refuse(essai, trouve.jeu, nomme)
    essai.jeu, essai.trouve, essai.entrevues = trouve.jeu, trouve, _entrevoir(trouve)
    _proposer(connexions, essai, trouve, table.lignes)
    essai.avis = _avis_avant_depot(essai, trouve, table)
    return essai


def _reconnaitre_jeu(
    essai: Essai, vus: Sequence[Rangees], traductions: Mapping[str, Traduction], nomme: Jeu | None
) -> Reconnaissance | None:
    """Return the jeu that the file looks like most; that of its name, if its header is, or where nothing is sure."""
    jeux = [essai.jeu] if essai.jeu else [j for j in registre().jeux if j.format == "tabulaire"]
    trouve = reconnaitre(jeux, tetes_possibles(vus), traductions, essai.fichier.name)
    sur = trouve is not None and trouve.certitude >= RECONNU
    if sur and trouve is not None and nomme not in (None, trouve.jeu) and essai.jeu is None:
        par_le_nom = reconnaitre([j for j in jeux if j == nomme], tetes_possibles(vus), traductions, essai.fichier.name)
        return par_le_nom if par_le_nom and (par_le_nom.entiere or trouve.certitude < _SUR) else trouve
    return trouve


def _refus_sous(essai: Essai, jeu: Jeu | None) -> str | None:
    if jeu is None:
        return None
    try:
        ouvrir(essai.fichier, jeu, essai.nature, Limites.de_l_environnement())
    except LectureRefusee as e:
        return str(e)
    return None


def _jeu_du_nom(nom: str) -> Jeu | None:
    return next((j for j in registre().jeux if j.format == "tabulaire" and lire_nom(j, nom) is not None), None)


def _nom_refuse(essai: Essai, jeu: Jeu, nomme: Jeu | None) -> str | None:
    """Say why the load would refuse the file by its name; another jeu's name is no fault where a jeu is asked."""
    extension = essai.fichier.suffix.lower().removeprefix(".")
    if extension == "xlsx" and essai.nature != extension:
        return f"{conseil_de_nature(essai.fichier, extension)} (G1)."
    if essai.jeu is not None:
        return None
    if nomme is not None and nomme != jeu:
        juste = f"{jeu.source}/{jeu.forme_du_nom}.{essai.nature}"
        return f"le nom en fait un fichier de « {nomme.nom} », dont il n'a pas l'en-tête : le nommer {juste} (G7)."
    return None


def juger_les_noms(essais: Sequence[Essai], depot: Path) -> None:
    """Note which files the load would refuse by their names, where their folder is a drop (F1, F17, G7)."""
    if any((depot / nom).is_dir() for nom in registre().noms):
        refus = {chemin: motif for paires in decouvrir(depot).refus.values() for chemin, motif in paires}
        for e in essais:
            chemin = affichable(e.fichier.resolve().relative_to(depot.resolve()).as_posix())
            e.nom_refuse = e.nom_refuse or refus.get(chemin)


def _proposer(connexions: Connexions, essai: Essai, trouve: Reconnaissance, lignes: list[Correspondance]) -> None:
    """Judge the file as it is; with headers and defaults; then with the values of the enumerations read with them."""

    def juger_avec_les_propositions() -> Verdict:
        avec = [*lignes, *(p.ligne for p in essai.propositions)]
        return juger(connexions, essai.fichier, essai.nature, trouve.jeu, avec)

    essai.tel_quel = verdict = juger_avec_les_propositions()
    if _ABIME in (verdict.refus or ""):
        return  # proposals from a damaged text would keep the damage
    essai.propositions = nouvelles([*des_en_tetes(trouve), *des_defauts(trouve)], lignes)
    if essai.propositions:
        verdict = juger_avec_les_propositions()
    valeurs = nouvelles(des_valeurs(trouve.jeu, verdict.valeurs_inconnues), lignes)
    essai.propositions += valeurs
    if essai.propositions:
        essai.propose = juger_avec_les_propositions() if valeurs else verdict


def _entrevoir(trouve: Reconnaissance) -> dict[str, ColonneLue]:
    """Read the first cells of each column that has a place."""
    garde = Confidentialite(Pseudonymes(CLE))
    entrevues = {}
    for c in trouve.jeu.colonnes:
        if c.atterrit:
            entrevues[c.nom] = colonne_lue = ColonneLue(trouve.jeu, c, garde, pourcent=c.pourcent_si is not None)
            if (place := trouve.place(c.nom)) is not None:
                colonne_lue.lire_cellules(trouve.tete.cellules(place))
    return entrevues


def _avis_avant_depot(essai: Essai, trouve: Reconnaissance, table: Table) -> list[str]:
    """Say what is to be known of the name and of the table, before the file is dropped."""
    avis, jeu, fichier, genre = [], trouve.jeu, essai.fichier, essai.nature
    if trouve.autre is not None:
        avis.append(
            f"rien ne dit si c'est « {jeu.nom} » ou « {trouve.autre.nom} », qui ont les mêmes colonnes : le nom du "
            "fichier le dira au chargement, --jeu le dit ici"
        )
    classe = classe_des_comptes(trouve)
    if (autre := JEU_DE_LA_CLASSE.get(classe, jeu.nom)) != jeu.nom:
        avis.append(
            f"la plupart des comptes sont de la classe {classe} : si ce sont des {autre}, le nommer "
            f"{autre}_AAAA-MM.{genre}"
        )
    if fichier.suffix.lower() not in (f".{genre}", ".csv", ".xlsx"):
        avis.append(f"le contenu est du {genre.upper()} : nommer le fichier .{genre}")
    verdict, nom = essai.verdict_retenu, f"{jeu.source}/{_bon_nom(essai, jeu)}.{genre}"
    if lire_nom(jeu, f"{fichier.stem}.{genre}") is None:
        longues = ", ou AAAA-TN, AAAA (F17)" if "AAAA-MM" in nom else ""
        sans = " ; d'ici là, les règles de date ne sont pas jugées" if jeu.periode != "aucune" else ""
        avis.append(f"à déposer sous le nom {nom}{longues}{sans}")
    elif verdict.periode and any(_HORS_PERIODE.search(motif) for _, motif in verdict.motifs):
        avis.append(f"d'après ses lignes, le nommer {nom} (F17)")
    if any(map(_ACCENT_PERDU.search, trouve.tete.noms)):
        avis.append(
            "des accents de l'en-tête sont perdus (« ? »), ceux des cellules sans doute aussi : exporter en UTF-8 (F8)"
        )
    if any(_EURO_PERDU in cellule for rangee in (trouve.tete.noms, *trouve.tete.suite) for cellule in rangee):
        avis.append("« ¤ » y est un « € » de latin-9 (ISO-8859-15), qui ne se lit pas : exporter en UTF-8 (F8)")
    if table.refus:
        avis.append(f"{table.chemin} ne se lit pas, il est laissé de côté : {table.refus}")
    return avis


def _bon_nom(essai: Essai, jeu: Jeu) -> str:
    """Return the right name, with the periode that the file bears if its rows are of it, else theirs."""
    ecrit, periode = nom_juste(jeu, plat(essai.fichier.stem)), essai.verdict_retenu.periode
    if (nom_lu := lire_nom(jeu, f"{ecrit}.{essai.nature}")) is None:
        return f"{jeu.nom}_{periode}" if periode else ecrit
    contient = periode is None or periode == nom_lu[0] or (
        periode[:4] == nom_lu[0][:4] and set(mois_couverts(jeu, periode)) < set(mois_couverts(jeu, nom_lu[0]))
    )  # fmt: skip
    return ecrit if contient else f"{jeu.nom}_{periode}"


def exercice(essai: Essai) -> int | None:
    """Return the exercice of the name of a file, else of its rows."""
    nomme = periode_du_nom(essai.jeu, essai.fichier)[0] if essai.jeu else None
    periode = essai.verdict_retenu.periode
    return nomme or (int(periode[:4]) if periode else None)
