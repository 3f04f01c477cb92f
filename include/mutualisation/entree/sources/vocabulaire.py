"""Words of a referentiel and the page that tells them: parameters (F18), roles (R3h), rules and modes of a tariff (R7).

The table is `vocabulaire.toml`: what is said of a parameter, its default and its kind stand nowhere else.
"""

import csv
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mutualisation.socle.chemins import ROLES_LIVRES, VOCABULAIRE

# what a kind takes, as the page says it
GENRES = {
    "choix": "un mot de la liste",
    "nombre": "nombre",
    "annee": "année sur quatre chiffres",
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
    """A parameter: label, kind, day on which it is read, effect, in French; `exemple`: name and value of a row.

    `objet`: what follows « : » in its name; `general`: read without it too. `defaut`: its value without a row, as the
    models take it; `sans`: what happens then, where there is none. `signe`: `positif` (0 taken) or `strict`. `taux`: a
    ratio. `depart`: a new drop states it.
    """

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
        """Its name as a row writes it: `cle_usage:<dispositif>`."""
        objet = f":{self.objet}" if self.objet else ""
        return f"{self.nom}[{objet}]" if self.general else self.nom + objet

    @property
    def valeurs_admises(self) -> str:
        """What its value may be: the words of a choice, else its kind."""
        mots = ", ".join(f"`{v}`" for v in self.valeurs)
        return mots or ", ".join(filter(None, (GENRES[self.genre], SIGNES.get(self.signe))))

    @property
    def defaut_ecrit(self) -> str:
        """Its default as a row writes it."""
        return self.defaut.replace(".", ",") if self.genre == "nombre" else self.defaut


@dataclass(frozen=True)
class Role:
    """A role of accounts: the side that counts, its effect; `motif`: why a line of it counts nowhere."""

    nom: str
    sens: str
    effet: str
    motif: str = ""


@dataclass(frozen=True)
class RegleTarif:
    """A rule of `tarifs`: what its Montant is per, its effect, the middle cells of an example row."""

    nom: str
    libelle: str
    effet: str
    exemple: str
    unite: str = ""


@dataclass(frozen=True)
class Vocabulaire:
    """The whole table, by name, in its order; `comptes`: what is to be decided of an account; `page`: prose."""

    parametres: dict[str, Parametre]
    roles: dict[str, Role]
    tarifs: dict[str, RegleTarif]
    modes: dict[str, dict[str, str]]
    comptes: dict[str, str]
    page: dict[str, str]


@cache
def vocabulaire() -> Vocabulaire:
    """The shipped table, read once."""
    lu: dict[str, Any] = tomllib.loads(VOCABULAIRE.read_text(encoding="utf-8"))
    return Vocabulaire(
        {nom: Parametre(nom, **p) for nom, p in lu["parametres"].items()},
        {nom: Role(nom, **r) for nom, r in lu["roles"].items()},
        {nom: RegleTarif(nom, **t) for nom, t in lu["tarifs"].items()},
        lu["modes"],
        lu["comptes"],
        lu["page"],
    )


@cache
def comptes_par_role() -> dict[str, list[str]]:
    """{role: account prefixes} of the shipped roles (F13)."""
    comptes: dict[str, list[str]] = defaultdict(list)
    with ROLES_LIVRES.open(encoding="utf-8", newline="") as fichier:
        for ligne in csv.DictReader(fichier):
            comptes[ligne["role"]].append(ligne["prefixe_compte"])
    return {role: sorted(prefixes) for role, prefixes in comptes.items()}


# ---------------------------------------------------------------- the page
def page() -> str:
    """Markdown: every parameter, role, rule and mode, with what it means."""
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
    lignes += ["", "À décider par chaque EPCI :", "", *(f"- **{compte}** : {dit}" for compte, dit in v.comptes.items())]
    lignes += ["", v.page["tarifs"], ""]
    lignes += _tableau(
        ("règle", "le Montant est", "effet", "exemple"),
        [(f"`{t.nom}` ({t.libelle})", t.unite or "un pour cent", t.effet, f"`{t.exemple}`") for t in v.tarifs.values()],
    )
    lignes += ["", "## Modes de recouvrement", ""]
    lignes += _tableau(("mode", "effet"), [(f"`{nom}` ({m['libelle']})", m["effet"]) for nom, m in v.modes.items()])
    return "\n".join(lignes) + "\n"


def _ligne_de_parametre(p: Parametre) -> tuple[str, ...]:
    sans = f"`{p.defaut_ecrit}`" if p.defaut else p.sans
    return f"`{p.forme}`<br>{p.libelle}", p.valeurs_admises, p.unite, sans, p.lu_le, p.effet, p.texte, f"`{p.exemple}`"


def _tableau(entetes: tuple[str, ...], lignes: list[tuple[str, ...]]) -> list[str]:
    corps = [f"| {' | '.join(cellules)} |" for cellules in [entetes, *lignes]]
    return [corps[0], f"|{'---|' * len(entetes)}", *corps[1:]]
