"""An assault on the door: a small drop, what must become of it, and what every assault has in common.

The warehouse is read once the drop is loaded, then emptied. Common to all: the outcome of the contract, French
sentences, nothing personal anywhere, every row delivered landed once or its file refused whole, another source
untouched. What bounds a bomb is the limit that its refusal names.
"""

import re
import shutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.erreurs import ErreurMutualisation, FichierRefuse
from mutualisation.socle.poste import Poste
from mutualisation.usage import operations as op

Contenu = str | bytes | Callable[[Path], None]

# beyond, the load hangs
DELAI_S = 600
# invented people: no assault may show one of these
SECRETS = (
    "ZYLBERSTEIN", "Hermenegilde", "0907331", "MALAD77X", "Longue maladie", "Pole Wxyz", "FR7630006000011234567890189",
)  # fmt: skip
# what expat, openpyxl, json, csv, psycopg and Python would say
ANGLAIS = re.compile(
    r"\b(error|exception|traceback|invalid|unexpected|expected|mismatch(ed)?|token|not well-formed|undefined|unknown|"
    r"failed|cannot|can't|expecting|value|field|codec|decode|byte|bytes|line|column|file|none|null|nan|warning|"
    r"bad|broken|corrupt|header|sheet|row|unclosed|element|entity|encoding|syntax|delimiter)\b",
    re.IGNORECASE,
)
REGLE = re.compile(r"\((?:[^()]*[ ,])?[A-Z]\d+[a-z]?'?(?:[ ,][^()]*)?\)")
NOMS = re.compile(r"\S+\.(?:csv|xlsx|xml|json)\b")
CITATIONS = re.compile(r"« [^»]*»|<[^>]*>")


@dataclass(frozen=True)
class Assaut:
    """`fichiers`: path in the drop → content, or what makes it. `refus`: path → words of its refusal (none: exit 0).

    `lignes`: path → rows delivered, all of which must land. `dits`: words that the load says. `porte`: with the file
    gate.
    """

    nom: str
    fichiers: Mapping[str, Contenu]
    refus: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lignes: Mapping[str, int] = field(default_factory=dict)
    dits: tuple[str, ...] = ()
    porte: bool = False

    @property
    def attendu(self) -> int:
        """Exit code of the contract."""
        return 3 if self.refus else 0


@dataclass(frozen=True)
class Sur:
    """Assaults on one file of the drop, named after what it is: `lu` lands `lignes` rows, `refuse` says these words."""

    titre: str
    fichier: str

    def lu(self, nom: str, contenu: Contenu, lignes: int = 2, *dits: str) -> Assaut:
        """Read; `dits`: and said."""
        return Assaut(f"{self.titre} {nom}", {self.fichier: contenu}, lignes={self.fichier: lignes}, dits=dits)

    def refuse(self, nom: str, contenu: Contenu, *mots: str) -> Assaut:
        """Refused."""
        return Assaut(f"{self.titre} {nom}", {self.fichier: contenu}, {self.fichier: mots})


@dataclass
class Issue:
    """What a load left: exit code, (path, reason) refused, what was said."""

    code: int = 0
    refus: Mapping[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)


class Assaillant:
    """Poses drops and looks at what became of them. `dsn`: a migrated warehouse that it empties; `dossier`: its own."""

    def __init__(self, dsn: str, dossier: Path) -> None:
        self._dsn, self._dossier = dsn, dossier
        self._conn = psycopg.connect(dsn, autocommit=True)

    def fermer(self) -> None:
        """Leave the warehouse."""
        self._conn.close()

    def fautes(self, a: Assaut) -> list[str]:
        """Pose the drop of an assault, load it; sentences for what isn't as it must."""
        depot = self._poser(a)
        temoin = _temoin(a)
        try:
            issue = self._charger(depot, porte=a.porte)
            return [*_juger_issue(a, issue), *_juger_messages(issue), *self._juger_entrepot(a, issue, temoin)]
        finally:
            self._vider()

    def _poser(self, a: Assaut) -> Path:
        depot = self._dossier / "depot"
        shutil.rmtree(depot, ignore_errors=True)
        depot.mkdir(parents=True)
        for nom, contenu in {**a.fichiers, **_temoin(a)}.items():
            chemin = depot / nom
            chemin.parent.mkdir(parents=True, exist_ok=True)
            if callable(contenu):
                contenu(chemin)
            else:
                chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
        return depot

    def _charger(self, depot: Path, *, porte: bool) -> Issue:
        issue = Issue()
        signal.alarm(DELAI_S)
        try:
            with connecter(self._dsn) as conn:
                charges = charger_depot(
                    conn, depot, poste=Poste.ici(self._dossier / "var"), suivi=issue.messages.append,
                    detail=issue.messages.append, porte=op.porte_fichier if porte else lambda _conn, _chargement: list,
                )  # fmt: skip
            issue.messages += [a for c in charges for a in c.avertissements]
        except FichierRefuse as refus:
            issue.code, issue.refus = 3, dict(refus.refus)
        except ErreurMutualisation as erreur:
            issue.code = 1
            issue.messages.append(str(erreur))
        finally:
            signal.alarm(0)
        return issue

    def _juger_entrepot(self, a: Assaut, issue: Issue, temoin: Mapping[str, Contenu]) -> list[str]:
        """Rows delivered = rows noted = rows landed; nothing of a refused file; nothing personal."""
        fautes = []
        lues = {
            chemin: (statut, lignes or 0, self._atterries(jeu, fichier_id))
            for fichier_id, jeu, chemin, statut, lignes in self._conn.execute(
                "select fichier_id, jeu, chemin, statut, lignes from journal.fichiers"
            )
        }
        attendues = dict(a.lignes) | (dict.fromkeys(temoin, 1) if issue.code in (0, 3) else {})
        for chemin, lignes in attendues.items():
            lue = lues.get(chemin, ("absent", 0, 0))
            if lue != ("accepte", lignes, lignes):
                fautes.append(f"{chemin} : {lignes} lignes livrées, constaté {lue}")
        for chemin, (statut, _, atterries) in lues.items():
            if statut != "accepte" and atterries:
                fautes.append(f"{chemin} : {atterries} lignes restent d'un fichier {statut}")
            if chemin in issue.refus and statut == "accepte":
                fautes.append(f"{chemin} : refusé, mais accepté par le journal")
        for table in ("journal.fichiers", "journal.chargements", *{f"brut.{j}" for j in self._jeux()}):
            schema, nom = table.split(".")
            requete = sql.SQL("select t::text from {} t").format(sql.Identifier(schema, nom))
            texte = "\n".join(ligne for (ligne,) in self._conn.execute(requete))
            fautes += [f"« {s} » est dans {table}" for s in SECRETS if s.casefold() in texte.casefold()]
        return fautes

    def _jeux(self) -> list[str]:
        return [jeu for (jeu,) in self._conn.execute("select distinct jeu from journal.fichiers")]

    def _atterries(self, jeu: str, fichier_id: int) -> int:
        requete = sql.SQL("select count(*) from brut.{} where fichier_id = %s").format(sql.Identifier(jeu))
        return int(self._conn.execute(requete, (fichier_id,)).fetchone()[0])  # type: ignore[index]

    def _vider(self) -> None:
        """As if nothing had been loaded."""
        for jeu in self._jeux():
            self._conn.execute(sql.SQL("truncate brut.{}").format(sql.Identifier(jeu)))
        self._conn.execute("truncate journal.fichiers, journal.epci, journal.chargements cascade")


def _temoin(a: Assaut) -> dict[str, Contenu]:
    """A sound file of a source that the assault leaves alone: it is loaded whatever happens beside (G2)."""
    prises = {nom.partition("/")[0] for nom in a.fichiers}
    for nom, jeu in (("activite/unites_2019-S2.csv", "unites"), ("cam/commandes_2019-12.csv", "commandes")):
        if nom.partition("/")[0] not in prises:
            entetes = [c.entete or "" for c in registre().jeu(jeu).colonnes]
            return {nom: ";".join(entetes) + "\n" + ";".join("1" for _ in entetes) + "\n"}
    return {}


def _juger_issue(a: Assaut, issue: Issue) -> list[str]:
    fautes = [] if issue.code == a.attendu else [f"sortie {issue.code}, attendue {a.attendu}"]
    if set(issue.refus) != set(a.refus):
        de_trop, manquent = set(issue.refus) - set(a.refus), set(a.refus) - set(issue.refus)
        fautes.append(f"refusés de trop {sorted(de_trop)[:5]}, refus manqués {sorted(manquent)[:5]}")
    for chemin, mots in a.refus.items():
        motif = issue.refus.get(chemin, "")
        manquent = [m for m in mots if m not in motif]
        if motif and manquent:
            fautes.append(f"{chemin} : « {motif} » ne dit pas {manquent}")
    dit = "\n".join(issue.messages)
    return fautes + [f"rien ne dit « {m} »" for m in a.dits if m not in dit]


def _juger_messages(issue: Issue) -> list[str]:
    """French sentences with their rule and a remedy, and nobody in them."""
    fautes = []
    for chemin, motif in issue.refus.items():
        if not REGLE.search(motif):
            fautes.append(f"{chemin} : « {motif} » ne cite aucune règle")
        if not re.search(" [:;—] ", motif):
            fautes.append(f"{chemin} : « {motif} » ne dit aucun remède")
    fautes += [
        f"« {texte} » : « {anglais[0]} » n'est pas du français"
        for texte in (*issue.refus.values(), *issue.messages)
        if (anglais := ANGLAIS.search(CITATIONS.sub("", NOMS.sub("", texte))))
    ]
    tout = "\n".join([*issue.refus.values(), *issue.messages])
    fautes += [f"« {s} » est dans les messages" for s in SECRETS if s.casefold() in tout.casefold()]
    return fautes


def au_moment(faire: Callable[[], str | bytes]) -> Contenu:
    """A heavy content, made when it is posed and not when the table is read."""

    def poser(chemin: Path) -> None:
        contenu = faire()
        chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())

    return poser


def remplir(jeu: str, lignes: int = 2, **cellules: Any) -> list[list[str]]:
    """Header and rows of every column of a jeu that a door accepts; people of SECRETS where people are."""
    colonnes = registre().jeu(jeu).colonnes
    assert set(cellules) <= {c.nom for c in colonnes}
    rangees = [[c.entete or c.nom for c in colonnes]]
    for n in range(1, lignes + 1):
        usuelles = {c.nom: _usuelle(c.type, c.nom, c.valeurs, n) for c in colonnes}
        rangees.append([str(cellules.get(c.nom, usuelles[c.nom])) for c in colonnes])
    return rangees


_USUELLES = {
    "texte": "Texte", "libelle": "Texte", "montant": "10,00", "nombre": "1", "pourcentage": "50", "entier": "3",
    "annee": "2023", "date": "05/03/2023", "duree": "7,00", "compte": "611", "siret": "21590001000012",
    "siret_libre": "", "siren": "215900010", "pseudonyme": "0907331", "empreinte": "Titulaire",
    "courriel": "mairie@lac.fr",
}  # fmt: skip
_PERSONNES = {"nom": "ZYLBERSTEIN", "prenom": "Hermenegilde", "service": "Pole Wxyz", "libelle_activite": "Instruction"}


def _usuelle(type_: str, nom: str, valeurs: tuple[str, ...], n: int) -> str:
    if type_ == "enumeration":
        return valeurs[0]
    if type_ in ("numero", "code"):
        return str(n)
    return _PERSONNES.get(nom, "ZYLBERSTEIN") if type_ == "personnel" else _USUELLES[type_]


def en_csv(rangees: list[list[str]], separateur: str = ";", fin: str = "\n") -> str:
    """Rows as a CSV file without quotes."""
    return "".join(separateur.join(r) + fin for r in rangees)
