"""The words of a referentiel have one table and a page: parameters (F18), roles (R3h), rules and modes of a tariff
(R7). The table is `vocabulaire.toml`: the default, the kind and the effect of a parameter stand nowhere else."""

import csv
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mutualisation.socle.chemins import ROLES_LIVRES, VOCABULAIRE

# {kind: what it takes, as the page says it}
GENRES = {
    "choix": "un mot de la liste",
    "nombre": "nombre",
    "annee": "année sur quatre chiffres",
    "annees": "deux années `AAAA-AAAA`, la première pas après la dernière",
    "date": "date jj/mm/aaaa ou aaaa-mm-jj",
    "code": "code (texte)",
    "couleur": "couleur, `#` et six chiffres hexadécimaux, dont le contraste avec le blanc est de 4,5 au moins",
    "phrase": "texte, 255 caractères au plus",
    "texte": "texte",
}
SIGNES = {"positif": "≥ 0", "strict": "> 0"}
PROPRE = "règle propre à l'établissement"


@dataclass(frozen=True)
class Parametre:
    """A parameter has a label, a kind, a day on which it is read and an effect, in French; `exemple` is a row of it.

    `objet` follows « : » in its name; `general` says that it is read without it too. `defaut` is its value without a
    row, as the models take it; `sans` says what happens where there is none. `signe` is `positif` (0 taken) or
    `strict`; `taux` marks a ratio; `depart` has a new drop state it."""

    nom: str
    libelle: str
    genre: str
    lu_le: str
    effet: str
    exemple: str
    valeurs: dict[str, str] = field(default_factory=dict)
    unite: str = ""
    objet: str = ""
    general: bool = False
    defaut: str = ""
    sans: str = ""
    signe: str = ""
    taux: bool = False
    texte: str = PROPRE
    depart: bool = False

    @property
    def forme(self) -> str:
        """Write its name as a row does: `cle_usage:<dispositif>`."""
        objet = f":{self.objet}" if self.objet else ""
        return f"{self.nom}[{objet}]" if self.general else self.nom + objet

    @property
    def valeurs_admises(self) -> str:
        """Say what its value may be: the words of a choice, else its kind."""
        mots = ", ".join(f"`{v}`" for v in self.valeurs)
        return mots or ", ".join(filter(None, (GENRES[self.genre], SIGNES.get(self.signe))))

    @property
    def defaut_ecrit(self) -> str:
        """Write its default as a row does."""
        return self.defaut.replace(".", ",") if self.genre == "nombre" else self.defaut


@dataclass(frozen=True)
class Role:
    """A role of accounts has a side that counts and an effect; `motif` says why a line of it counts nowhere."""

    nom: str
    sens: str
    effet: str
    motif: str = ""


@dataclass(frozen=True)
class RegleTarif:
    """A rule of `tarifs` says what its Montant is per, and its effect; `exemple` gives middle cells of a row."""

    nom: str
    libelle: str
    effet: str
    exemple: str
    unite: str = ""


@dataclass(frozen=True)
class Mode:
    """A mode of recovery says what is owed (`du`), invoiced (`titrable`), received without a titre (`recette`) or borne
    by the attribution de compensation (`ac`) (R7)."""

    nom: str
    libelle: str
    effet: str
    du: bool
    titrable: bool
    recette: bool
    ac: bool


EFFETS_DE_MODE = ("du", "titrable", "recette", "ac")


@dataclass(frozen=True)
class Vocabulaire:
    """The table holds each kind of word by name, in its order; `comptes` are left to decide, `page` is prose."""

    parametres: dict[str, Parametre]
    roles: dict[str, Role]
    tarifs: dict[str, RegleTarif]
    modes: dict[str, Mode]
    comptes: dict[str, str]
    page: dict[str, str]
    remplaces: dict[str, str]


@cache
def vocabulaire() -> Vocabulaire:
    """Read the shipped table, once."""
    table: dict[str, Any] = tomllib.loads(VOCABULAIRE.read_text(encoding="utf-8"))
    return Vocabulaire(
        {nom: Parametre(nom, **p) for nom, p in table["parametres"].items()},
        {nom: Role(nom, **r) for nom, r in table["roles"].items()},
        {nom: RegleTarif(nom, **t) for nom, t in table["tarifs"].items()},
        {nom: Mode(nom, **m) for nom, m in table["modes"].items()},
        table["comptes"],
        table["page"],
        table["remplaces"],
    )


@cache
def comptes_par_role() -> dict[str, list[str]]:
    """Return {role: account prefixes} of the shipped roles (F13)."""
    comptes: dict[str, list[str]] = defaultdict(list)
    with ROLES_LIVRES.open(encoding="utf-8", newline="") as fichier:
        for ligne in csv.DictReader(fichier):
            comptes[ligne["role"]].append(ligne["prefixe_compte"])
    return {role: sorted(prefixes) for role, prefixes in comptes.items()}


# ---------------------------------------------------------------- the page
def page() -> str:
    """Write the page in Markdown: every parameter, role, rule and mode, with what it means."""
    v, livres = vocabulaire(), comptes_par_role()
    lignes = [v.page["tete"], ""]
    lignes += _tableau(
        ("paramètre", "valeur", "unité", "sans ligne", "lu le", "effet", "fondement", "exemple"),
        [_ligne_de_parametre(p) for p in v.parametres.values()],
    )
    lignes += ["", v.page["roles"], ""]
    lignes += _tableau(
        ("rôle", "sens", "effet", "comptes livrés (préfixes)"),
        [(f"`{r.nom}`", r.sens, r.effet, ", ".join(livres.get(r.nom, []))) for r in v.roles.values()],
    )
    lignes += [
        "",
        "À décider par chaque EPCI :",
        "",
        *(f"- **{compte}** : {decision}" for compte, decision in v.comptes.items()),
    ]
    lignes += ["", v.page["tarifs"], ""]
    lignes += _tableau(
        ("règle", "le Montant est", "effet", "exemple"),
        [(f"`{t.nom}` ({t.libelle})", t.unite or "un pour cent", t.effet, f"`{t.exemple}`") for t in v.tarifs.values()],
    )
    lignes += ["", "## Modes de recouvrement", ""]
    lignes += _tableau(("mode", "effet"), [(f"`{m.nom}` ({m.libelle})", m.effet) for m in v.modes.values()])
    return "\n".join(lignes) + "\n"


def _ligne_de_parametre(p: Parametre) -> tuple[str, ...]:
    sans = f"`{p.defaut_ecrit}`" if p.defaut else p.sans
    return f"`{p.forme}`<br>{p.libelle}", p.valeurs_admises, p.unite, sans, p.lu_le, p.effet, p.texte, f"`{p.exemple}`"


def _tableau(entetes: tuple[str, ...], lignes: list[tuple[str, ...]]) -> list[str]:
    corps = [f"| {' | '.join(cellules)} |" for cellules in [entetes, *lignes]]
    return [corps[0], f"|{'---|' * len(entetes)}", *corps[1:]]


def modes_qui(effet: str) -> list[str]:
    """Return the modes with a yes to `effet`, one of `EFFETS_DE_MODE`."""
    return [m.nom for m in vocabulaire().modes.values() if getattr(m, effet)]
