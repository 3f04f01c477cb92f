"""A `Bilan` reads one exercice from the stored version; it computes no figure that the warehouse publishes."""

from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.publication.versions.contexte import Contexte
from mutualisation.publication.versions.extraits_csv import lire_lignes
from mutualisation.publication.versions.relations import Relation, lire_relations, relations_internes
from mutualisation.socle.francais.noms_propres import contracter
from mutualisation.socle.francais.typographie import ordre

Ligne = dict[str, Any]
TOTAL = "TOTAL"
# these controls say that rows were left aside, whether or not someone explained it (G4)
RESERVES = ("lignes_rejetees", "a_affecter")
COMPTE = "select count(*) as lignes from {source} where exercice = %(exercice)s and version = %(version)s"
# rows left aside are counted by file, column, status and reason; five lines of each are named
LAISSEES_DE_COTE = """
select source, fichier, colonne, statut, motif, count(*) as lignes, count(*) filter (where a_corriger) as a_corriger,
  (array_agg(distinct ligne) filter (where ligne is not null))[:5] as premieres,
  count(distinct ligne) as distinctes
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by source, fichier, colonne, statut, motif
 order by source collate "C", fichier collate "C", statut collate "C", motif collate "C",
  colonne collate "C" nulls first
"""
# the others belong to no commune, whatever their INSEE
COMMUNE, COMMUNAUX = "commune", ("commune", "ccas", "satellite")
# destinations of `repartition` that are no dispositif
DESTINATIONS = ("STRUCTURE", "HORS", "NON_REPARTI", "EXCLU")


def par_insee(adherents: Iterable[Ligne]) -> dict[str, Ligne]:
    """{INSEE: commune} of the communes that are adherents."""
    return {r["code_insee"]: r for r in adherents if r["type_adherent"] == COMMUNE and r["code_insee"]}


def commune_de(type_adherent: str | None, insee: str | None, communes: Container[str | None]) -> str | None:
    """INSEE of the commune, among these, that an adherent is or depends on; None without one."""
    return insee if type_adherent in COMMUNAUX and insee in communes else None


class Bilan:
    """Rows of one exercice and version are read when asked for, once; amounts are `Decimal` euros.
    `bilan["recouvrement"]` gives the rows of a relation, with the `libelle` of their dispositif; `synthese` and
    `totaux` hold every exercice shown (up to three). A relation newer than the version has no row (S8)."""

    def __init__(
        self, conn: psycopg.Connection[Any], contexte: Contexte, relations: Mapping[str, Relation] | None = None
    ) -> None:
        self._conn, self.contexte, self._relations = conn, contexte, relations or lire_relations()
        self._lues: dict[tuple[str, int, str], list[Ligne]] = {}
        annees = {e: self.lignes("synthese_financiere", e) for e in contexte.presentes}
        # the version of a former exercice may have been pruned
        self.synthese = {e: {r["dispositif"]: r for r in x if r["dispositif"] != TOTAL} for e, x in annees.items() if x}
        self.totaux = {e: next(r for r in x if r["dispositif"] == TOTAL) for e, x in annees.items() if x}

    def __getitem__(self, relation: str) -> list[Ligne]:
        """Return the rows of the exercice in a relation."""
        return self.lignes(relation, self.exercice)

    def lignes(self, relation: str, exercice: int) -> list[Ligne]:
        """Return the rows of one of the exercices shown."""
        if (relation, exercice, "") not in self._lues:
            connue, version = self._relations.get(relation), self.contexte.presentes[exercice]
            rangees = lire_lignes(self._conn, connue, exercice, version) if connue else ()
            self._lues[relation, exercice, ""] = [self._rangee_nommee(r) for r in rangees]
        return self._lues[relation, exercice, ""]

    def interne(self, relation: str) -> list[Ligne]:
        """Return rows of a relation kept with the version, never published; none in a former version."""
        connue, colonnes = relations_internes().get(relation), self.contexte.relations.get(relation)
        if connue is None or colonnes is None:
            return []
        cle = (relation, self.exercice, "interne")
        if cle not in self._lues:
            version = self.contexte.construction.version
            self._lues[cle] = list(lire_lignes(self._conn, connue.limitee(colonnes), self.exercice, version))
        return self._lues[cle]

    def _rangee_nommee(self, rangee: Ligne) -> Ligne:
        if rangee.get("nom"):
            rangee = rangee | {"nom": contracter(rangee["nom"])}
        if "dispositif" not in rangee or "libelle" in rangee:
            return rangee
        return rangee | {"libelle": self.libelle(rangee["dispositif"])}

    def agreger(
        self,
        relation: str,
        requete: str,
        autres: Mapping[str, Any] = MappingProxyType({}),
        *,
        exercice: int | None = None,
    ) -> list[Ligne]:
        """Run a query over a relation, `{source}` in its text, and return its rows. The query is given `exercice` (by
        default that of the documents), its version, and `autres`, which must follow from what is published."""
        exercice = exercice or self.exercice
        cle = (relation, exercice, f"{requete}{dict(autres)}")
        if relation not in self._relations:
            return []
        if cle not in self._lues:
            texte = sql.SQL(requete).format(source=sql.Identifier("versions", relation))
            valeurs = {"exercice": exercice, "version": self.contexte.presentes[exercice], **autres}
            with self._conn.cursor(row_factory=dict_row) as curseur:
                self._lues[cle] = curseur.execute(texte, valeurs).fetchall()
        return self._lues[cle]

    def compter(self, relation: str) -> int:
        """Count the rows of the exercice in a relation, without reading what may be a million."""
        return next((int(r["lignes"]) for r in self.agreger(relation, COMPTE)), 0)

    @property
    def relations(self) -> Mapping[str, Relation]:
        """Return the relations of the version, as it knows them."""
        return self._relations

    def sommer(self, relation: Relation, colonnes: Iterable[str]) -> tuple[int, Ligne]:
        """Count the rows that the extract has of a relation, and add up these columns in the warehouse."""
        requete = sql.SQL("select count(*) as lignes_lues{} from {} where {} = %s and version = %s").format(
            sql.SQL("").join(sql.SQL(", sum({c}) as {c}").format(c=sql.Identifier(c)) for c in colonnes),
            sql.Identifier("versions", relation.nom),
            sql.Identifier(relation.pointeur),
        )
        with self._conn.cursor(row_factory=dict_row) as curseur:
            sommes: Any = curseur.execute(requete, (self.exercice, self.contexte.construction.version)).fetchone()
        return sommes.pop("lignes_lues"), sommes

    @property
    def laissees_de_cote(self) -> list[Ligne]:
        """Count the rows of `rejets` by file, column, status and reason, with the first lines of each."""
        return self.agreger("rejets", LAISSEES_DE_COTE)

    @property
    def empreinte(self) -> str:
        """Return the `publication_sha256` of what the documents are made from (S7)."""
        return self.contexte.construction.publication_sha256 or ""

    @property
    def exercice(self) -> int:
        return self.contexte.exercice

    @property
    def exercices(self) -> list[int]:
        """Return the exercices shown, oldest first."""
        return sorted(self.synthese)

    @property
    def dispositifs(self) -> list[str]:
        """Return the codes valued in one of the exercices shown, in the order of `trier`."""
        return self.trier({code for annee in self.synthese.values() for code in annee})

    def trier(self, codes: Iterable[str]) -> list[str]:
        """Sort codes by theme, then label, as every table does; those without a theme come last."""
        return sorted(codes, key=lambda code: (*self._rang_de_dispositif(code), code))

    def _rang_de_dispositif(self, code: str) -> tuple[bool, tuple[str, str], tuple[str, str]]:
        theme = self.fiche(code).get("thematique") or ""
        return not theme, ordre(theme), ordre(self.libelle(code))

    def parametre(self, nom: str) -> str | None:
        """Return the value of a parameter in the exercice, the latest where it changed; None without one."""
        return self.contexte.parametre(nom)

    def fiche(self, dispositif: str) -> Ligne:
        """Return what the referentiel says: code, libelle, thematique, vehicule_juridique, valorisation."""
        return next((d for d in self.contexte.dispositifs if d["code"] == dispositif), {})

    def dans_l_ordre(self, rangees: Iterable[Ligne], *colonnes: str) -> list[Ligne]:
        """Sort rows by dispositif (`trier`), then by these columns."""
        connues = list(rangees)
        rang = {code: i for i, code in enumerate(self.trier({r["dispositif"] for r in connues}))}
        return sorted(connues, key=lambda r: (rang[r["dispositif"]], *(r[c] for c in colonnes)))

    @property
    def avec_reserves(self) -> bool:
        """Say whether rows were rejected or held, or a gap has no justification (G4)."""
        return any(
            c["statut"] == "ecart" and (c["controle"] in RESERVES or not c["justification"]) for c in self["controles"]
        )

    def libelle(self, dispositif: str) -> str:
        """Return the label that the newest exercice gives to the dispositif."""
        for exercice in sorted(self.synthese, reverse=True):
            if dispositif in self.synthese[exercice]:
                return str(self.synthese[exercice][dispositif]["libelle"])
        return str(self.fiche(dispositif).get("libelle") or dispositif)

    def lignes_exercice(self) -> list[Ligne]:
        """Return the rows of the synthèse in the order of `trier`, without the total."""
        annee = self.synthese[self.exercice]
        return [annee[code] for code in self.dispositifs if code in annee]

    def recettes_totales(self, exercice: int) -> Decimal | None:
        """Return the receipts, in €; unknown ones count 0 (R6); None when no dispositif states any."""
        renseignees = any(r["recettes_renseignees"] for r in self.synthese[exercice].values())
        return self.totaux[exercice]["recettes"] if renseignees else None

    @property
    def total(self) -> Ligne:
        return self.totaux[self.exercice]


def somme(rangees: Iterable[Ligne], colonne: str) -> Decimal:
    """Add up a column; None counts 0, as R6 does in totals."""
    return sum((r[colonne] or Decimal(0) for r in rangees), Decimal(0))
