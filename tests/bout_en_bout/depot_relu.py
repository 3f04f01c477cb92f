"""The facts of a drop, made again by pandas from its files alone: no code of the package, no SQL, exact fractions.

It holds what the reference drop needs; each ruling is proven in `tests/cas`. Names are those of the schema `bi`.
"""

import io
import math
import re
import tomllib
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction as F  # noqa: N817
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

ECRIT = tomllib.loads(Path(__file__).with_name("questions_relues.toml").read_text(encoding="utf-8"))
GRAINES = Path(__file__).resolve().parents[2] / "dbt_project/seeds"
DATES = re.compile(r"(Date|Début|Fin|Au)\b|entree|sortie|emission|date_vente")
NOMBRES = re.compile(r"(Masse|Atténuations|ETPT|Montant|Quotité|Part|% |Volume|Prix|Poids|Tranche|Reste|Valeur brute|"
                     r"Durée|Quote)|montant|quantite|population|achats_ht|prix_|kwhc")  # fmt: skip
COMPOSANTES = ["personnel", "structure", "fonctionnement", "amortissements", "subventions", "reprises"]
IDENTITE = ["Exercice", "Budget", "sens", "reduction", "Bordereau", "Pièce", "Ligne"]
ED = ["exercice", "dispositif"]
SEGMENT = ["exercice", "Matricule", "Catégorie", "Quotité", "Date entrée", "Date sortie"]
SAISIE = ["Matricule", "Date", "Code activité", "Type jour", "Durée", "Validé"]
SEUIL = 5


@cache
def nombre(cellule: Any) -> F | None:
    """A cell as an exact number; hours and minutes as hours."""
    lu = re.sub(r"[\s€%]", "", texte(cellule) or "").replace(",", ".")
    if heures := re.fullmatch(r"(\d+)[:h](\d\d)?", lu):
        return int(heures[1]) + F(int(heures[2] or 0), 60)
    return F(lu) if lu not in {"", "-"} else None


def texte(cellule: Any) -> str | None:
    return None if pd.isna(cellule) or cellule == "" else str(cellule)


@cache
def jour(cellule: Any) -> date | None:
    if pd.isna(cellule) or cellule == "":
        return None
    lu = str(cellule)[:10]
    return date(*map(int, reversed(lu.split("/")))) if "/" in lu else date.fromisoformat(lu)


def part_de(hypothese: dict[str, Any], annee: int) -> F:
    """The share of a year that the period of a hypothesis takes."""
    debut, fin = max(hypothese["Début"], date(annee, 1, 1)), min(hypothese["Fin"] or date.max, date(annee, 12, 31))
    return F(max(0, (fin - debut).days + 1), jours(annee))


def arrondi(x: F, decimales: int = 2) -> F:
    """Half away from zero."""
    entier = math.floor(abs(x) * 10**decimales + F(1, 2))
    return F(entier if x >= 0 else -entier, 10**decimales)


def partager(montant: F, poids: dict[Any, F]) -> dict[Any, F]:
    """To the cent, by largest remainder, the lower key first."""
    une = montant * 100 / (sum(poids.values()) or 1)
    exacts = {k: une * p for k, p in poids.items()}
    manque = int(montant * 100) - sum(map(math.floor, exacts.values()))
    plus = set(sorted(exacts, key=lambda k: (-(exacts[k] % 1), k))[:manque])
    return {k: F(math.floor(x) + (k in plus), 100) for k, x in exacts.items()}


def table(lignes: Iterable[tuple[Any, ...]], colonnes: str) -> pd.DataFrame:
    return pd.DataFrame(list(lignes), columns=colonnes.split(), dtype=object)


def jours(annee: int) -> int:
    return date(annee, 12, 31).timetuple().tm_yday


def semestre(le: date) -> int:
    return (le.month + 5) // 6


class Depot:
    """A drop, and the facts of these exercices."""

    def __init__(self, dossier: Path, exercices: Iterable[int]) -> None:
        self.dossier, self.exercices = dossier, list(exercices)

    def jeu(self, nom: str) -> pd.DataFrame:
        """Rows of the files that count of a jeu, cells read, what is empty None; `exercice` by the file's name."""
        trouves = (p for p in sorted(self.dossier.glob(f"*/{nom}[_.]*")) if p.suffix != ".json")
        fichiers = {re.sub(r"_v\d+$", "", p.stem): p for p in trouves}
        df = pd.concat([self._lire(p) for p in fichiers.values()], ignore_index=True)
        for c in df.columns:
            lire = jour if DATES.match(c) else nombre if NOMBRES.match(c) else texte
            df[c] = pd.Series([lire(x) for x in df[c]], dtype=object)
        annees = df["Exercice"] if "Exercice" in df else df["fichier"].str.extract(r"_(\d{4})")[0]
        return df.assign(exercice=annees.map(lambda x: x if pd.isna(x) else int(x)))

    def _lire(self, fichier: Path) -> pd.DataFrame:
        """A CSV, or the last sheet of a workbook, under its two lines of banner."""
        if fichier.suffix == ".xlsx":
            df = pd.read_excel(fichier, sheet_name=None, header=2, dtype=object).popitem()[1]
        else:
            brut = fichier.read_bytes()
            try:
                lu = brut.decode("utf-8-sig")
            except UnicodeDecodeError:
                lu = brut.decode("cp1252")
            separateur = max(";,\t", key=lu.splitlines()[2].count)
            df = pd.read_csv(io.StringIO(lu), sep=separateur, header=2, dtype=str, keep_default_na=False)
        premiere = df.iloc[:, 0]
        df = df[premiere.notna() & ~premiere.isin(["", "Total"])].rename(columns=ECRIT["noms"])
        return df.assign(fichier=f"{fichier.parent.name}/{fichier.name}")

    # referentiel
    @cached_property
    def cles(self) -> dict[tuple[str, str], Any]:
        return {k: c.to_dict("records") for k, c in self.jeu("cles_analytiques").groupby(["Origine", "Code"])}

    def cle(self, origine: str, code: Any, le: date) -> tuple[str, F] | None:
        """(dispositif, part of the communes) of a code on a day."""
        siennes = self.cles.get((origine, code), ())
        vues = ((c["dispositif"], c["Part communes %"]) for c in siennes if c["Début"] <= le <= (c["Fin"] or date.max))
        return next(vues, None)

    @staticmethod
    def _entre(df: pd.DataFrame, debut: date, fin: date) -> pd.DataFrame:
        return df[(df["Début"] <= fin) & (df["Fin"].map(lambda x: x or date.max) >= debut)]

    def _dernieres(self, jeu: str, cle: str) -> pd.DataFrame:
        """The last row of each key that meets each exercice."""
        lues = self.jeu(jeu)
        annees = [self._entre(lues, date(e, 1, 1), date(e, 12, 31)).assign(exercice=e) for e in self.exercices]
        return pd.concat(annees).drop_duplicates(["exercice", cle], keep="last")

    @cached_property
    def dim_dispositif(self) -> pd.DataFrame:
        df = self._dernieres("dispositifs", "Code").rename(columns={"Code": "dispositif"})
        types = self.fait_unite.groupby(ED)["type_unite"].unique().rename("unite")
        cles = self.jeu("parametres").set_index("Paramètre")["Valeur"]
        df = df.merge(types.map(lambda t: t[0] if len(t) == 1 else "unité pondérée"), how="left", on=ED)
        return df.assign(cle_usage=[cles.get(f"cle_usage:{d}", "unites") for d in df["dispositif"]])

    @cached_property
    def dim_adherent(self) -> pd.DataFrame:
        noms = ["exercice", "siret", "siren", "nom", "type_adherent", "code_insee"]
        return self._dernieres("adherents", "siret")[noms]

    @cached_property
    def dim_commune(self) -> pd.DataFrame:
        populations = self.jeu("populations").assign(exercice=lambda p: p["Année"].astype(int))
        ici = self.dim_adherent[self.dim_adherent["type_adherent"] == "commune"][["exercice", "code_insee", "nom"]]
        return ici.merge(populations[["exercice", "code_insee", "population"]], how="left")

    @cached_property
    def suivis(self) -> set[tuple[int, str]]:
        d = self._dernieres("dispositifs", "Code")
        return set(d[d["valorisation"] == "valorisé"][["exercice", "Code"]].itertuples(index=False, name=None))

    def _suivies(self, df: pd.DataFrame) -> pd.DataFrame:
        return df[[(e, d) in self.suivis for e, d in df[ED].to_numpy()]]

    # R1, R2: time and pay
    @cached_property
    def etp(self) -> dict[tuple[int, str, str], F]:
        """{(exercice, dispositif, catégorie): ETP}, exact."""
        etp: dict[tuple[int, str, str], F] = defaultdict(F)
        for (e, dispositif, categorie, _), part in self.etp_agents.items():
            etp[e, dispositif, categorie] += part
        return etp

    @cached_property
    def agents(self) -> pd.DataFrame:
        """Agents with a part of their time there; unknown under the threshold."""
        df = table({(e, d, m) for (e, d, _, m), x in self.etp_agents.items() if x > 0}, "exercice dispositif agents")
        df = df.groupby(ED, as_index=False)["agents"].nunique()
        return df.assign(agents=[n if n >= SEUIL else None for n in df["agents"]])

    @cached_property
    def etp_agents(self) -> dict[tuple[int, str, str, Any], F]:
        """{(exercice, dispositif, catégorie, agent): ETP}, exact."""
        return self._etp_agents(12)

    @cached_property
    def temps(self) -> pd.DataFrame:
        temps = self.jeu("temps").drop_duplicates(SAISIE)
        return temps[temps["Type jour"].isin(["T", "Travail"]) & (temps["Validé"].fillna("O") == "O")]

    def _etp_agents(self, mois: int) -> dict[tuple[int, str, str, Any], F]:
        """The same, of the year used at the end of a month (R22)."""
        temps = self.temps
        etp: dict[tuple[int, str, str, Any], F] = defaultdict(F)
        for (e, matricule, categorie, quotite, *bornes), lignes in self.jeu("agents").groupby(SEGMENT, dropna=False):
            sortie = bornes[1] if isinstance(bornes[1], date) else date.max
            debut, fin = max(bornes[0], date(e, 1, 1)), min(sortie, date(e, mois, monthrange(e, mois)[1]))
            if fin < debut:
                continue
            heures = temps[(temps["Matricule"] == matricule) & (temps["Date"] >= debut) & (temps["Date"] <= fin)]
            if len(heures):
                une = quotite / 100 * ((fin - debut).days + 1) / jours(e) / heures["Durée"].sum()
                parts = [(c, le, une * h) for c, le, h in heures[["Code activité", "Date", "Durée"]].to_numpy()]
            else:
                parts = [(c, u, quotite / 100 * ((v - u).days + 1) / jours(e) * part / 100) for c, a, b, part in lignes[
                    ["Code activité", "Début affectation", "Fin affectation", "% affectation"]].to_numpy()
                    if c and (u := max(a or debut, debut)) <= (v := min(b or fin, fin))]  # fmt: skip
            for code, le, part in parts:
                dispositif, communes = self.cle("activite", code, le) or ("", F(0))
                if (e, dispositif) in self.suivis:
                    etp[e, dispositif, categorie, matricule] += part * communes / 100
        return etp

    @cached_property
    def paie(self) -> pd.DataFrame:
        """R2c: a row by catégorie, with the pay and the ETPT of its group."""
        m = self.jeu("masse_salariale")
        m["net"] = m["Masse salariale"] - m["Atténuations"].map(lambda x: x or 0)
        m["groupe"] = m["Catégorie"]
        for _, rangs in m.sort_values(["ETPT", "Catégorie"]).groupby("exercice"):
            petits = (rangs["ETPT"] < SEUIL).sum()
            while 0 < petits < len(rangs) and rangs["ETPT"].iloc[:petits].sum() < SEUIL:
                petits += 1
            m.loc[rangs.index[:petits], "groupe"] = "+".join(sorted(rangs["Catégorie"].iloc[:petits]))
        groupes = m.groupby(["exercice", "groupe"])[["net", "ETPT"]].sum().add_suffix("_groupe")
        m = m.merge(groupes, left_on=["exercice", "groupe"], right_index=True)
        charges = self.ecritures.query("emploi == 'charge' and dispositif == 'STRUCTURE'").groupby("exercice")
        biens = self.biens["amortissements"].xs("STRUCTURE", level=1)
        structure = charges["montant"].sum().add(biens, fill_value=0) / m.groupby("exercice")["ETPT"].sum()
        m["structure"] = m["exercice"].map(structure)
        return m.assign(frais=m["net"] + m["ETPT"] * m["structure"])

    # R3 to R6: ledger and assets
    @cached_property
    def lignes_livrees(self) -> pd.DataFrame:
        jeux = [self.jeu(f"{sens}s").assign(sens=sens) for sens in ("mandat", "titre")]
        lignes = pd.concat([*jeux, self._pes()])
        lignes[IDENTITE[-3:]] = lignes[IDENTITE[-3:]].apply(lambda c: c.str.lstrip("0"))
        return lignes.assign(reduction=lignes["Type pièce"] == "02")

    @cached_property
    def ecritures(self) -> pd.DataFrame:
        """Lines that count, each identity once, with what they are for (`emploi`), to whom and for how much."""
        lignes = self.lignes_livrees.groupby(IDENTITE, as_index=False, sort=False).first()
        lignes = lignes[lignes["Statut"].isin(["Émis", "Pris en charge", "Payé"]) & (lignes["Type pièce"] != "03")]
        roles = dict(pd.read_csv(GRAINES / "comptes_role_cout.csv", dtype=str)[["prefixe_compte", "role"]].to_numpy())
        return pd.DataFrame([x | self._emploi(x, roles) for x in lignes.to_dict("records")]).dropna(subset="emploi")

    def _emploi(self, x: dict[str, Any], roles: dict[str, str]) -> dict[str, Any]:
        role = next((roles[n] for i in range(len(x["nature"]), 0, -1) if (n := x["nature"][:i]) in roles), "")
        emploi, le = ECRIT["emplois"][x["sens"]].get(role), min(x["emission"], date(int(x["Exercice"]), 12, 31))
        codes = [(o, x[c]) for o, c in ECRIT["origines"].items() if x[c]][: 1 if x["Axe analytique"] else None]
        dispositif, part = next(filter(None, (self.cle(o, c, le) for o, c in codes)), (None, F(0)))
        montant = -x["montant"] if emploi == "correction" or (role, x["sens"]) == ("rabais", "titre") else x["montant"]
        e = int(x["Exercice origine"] if emploi == "correction" else x["Exercice"])
        periode = re.search(r"(?<!\d)(\d{4})-S([12])(?!\d)", f"{x['Période service'] or ''} {x['Objet']}")
        mois = max(min(x["emission"], date(e, 12, 31)), date(e, 1, 1)).month
        return {"emploi": emploi, "dispositif": dispositif, "exercice": e, "mois": mois, "montant": montant,
                "part": arrondi(montant * part / 100),
                "service": (int(periode[1]), int(periode[2])) if periode else (le.year, semestre(le))}  # fmt: skip

    def _pes(self) -> pd.DataFrame:
        lignes = []
        for fichier in sorted(self.dossier.glob("compta/*.xml")):
            flux = etree.parse(str(fichier))
            budget = flux.find(".//CodBud").get("V")
            for ligne in flux.iter("LigneDePiece"):
                piece = ligne.getparent()
                blocs = piece.getparent().find("BlocBordereau"), piece.find("BlocPiece"), ligne
                v = {n.tag: n.get("V") for n in chain(*(b.iter() for b in blocs)) if n.get("V")}
                signe = -1 if v["TypBord"] == "02" else 1
                dit = {nom: v[balise] for balise, nom in ECRIT["pes"].items() if balise in v}
                dit |= {"sens": "mandat" if "Obj" in v else "titre", "fichier": f"compta/{fichier.name}"}
                dit |= {"Budget": budget, "emission": jour(v["DteBordEm"]), "Statut": "Pris en charge"}
                dit["siret"] = v.get("IdTiers") if v.get("NatIdTiers") == "01" else None
                dit["Type pièce"] = "02" if signe < 0 else "03" if v["TypPce"] in ("03", "04") else "01"
                lignes.append(dit | {"montant": signe * (F(v["MtHT"]) + F(v.get("MtTVA", "0")))})
        return pd.DataFrame(lignes)

    @cached_property
    def biens(self) -> pd.DataFrame:
        return self._biens(0)

    def _biens(self, apres: int) -> pd.DataFrame:
        """R4, R5: depreciation and release of the assets of a dispositif, after quote-part, so many years later."""
        lignes = []
        for b in self.jeu("etat_actif").to_dict("records"):
            e, v, aide = b["exercice"] + apres, b["Valeur brute"], b["Montant subvention"] or F(0)
            dispositif, _ = self.cle("axe", b["Axe analytique"], date(e, 12, 31)) or (None, 0)
            (dotation, fini), avant = self._dotation(b, e), range(b["Date mise en service"].year, e)
            deja = sum((arrondi(aide * self._dotation(b, a)[0] / v) for a in avant), F(0))
            reprise = aide - deja if fini else arrondi(aide * dotation / v)
            lignes.append((e, dispositif, *(arrondi(x * b["Quote-part %"]) for x in (dotation, reprise))))
        return table(lignes, "exercice dispositif amortissements reprises").groupby(ED).sum()

    @staticmethod
    def _dotation(b: dict[str, Any], e: int) -> tuple[F, bool]:
        """Depreciation of a year, and whether the plan ends there."""
        s, v, une = b["Date mise en service"], b["Valeur brute"], b["Valeur brute"] / b["Durée"]
        sortie, lineaire = b["Date sortie"] or date.max, b["Mode"] == "L"
        if b["Mode"] == "FV":
            return (v if e == s.year else F(0)), e == s.year
        premiere = arrondi(une * ((date(s.year, 12, 31) - s).days + 1) / jours(s.year)) if lineaire else F(0)
        fin = s.year + int(b["Durée"]) - (lineaire and (s.month, s.day) == (1, 1))
        if not s.year <= e <= fin or sortie.year < e:
            return F(0), False
        deja = F(0) if e == s.year else premiere + arrondi(une) * (e - s.year - 1)
        if sortie.year == e and lineaire:
            return min(arrondi(une * ((sortie - max(s, date(e, 1, 1))).days + 1) / jours(e)), v - deja), False
        return v - deja if e == fin else premiere if e == s.year else arrondi(une), e == fin

    @cached_property
    def fait_depense(self) -> pd.DataFrame:
        """Lines, with their supplier and the name of their account."""
        d = self._suivies(self.ecritures[self.ecritures["emploi"] == "charge"]).assign(montant=lambda x: x["part"])
        noms = dict(pd.read_csv(GRAINES / "comptes_m57.csv", sep=";", dtype=str)[["compte", "libelle"]].to_numpy())
        d["libelle"] = [next(noms[n[:i]] for i in range(len(n), 0, -1) if n[:i] in noms) for n in d["nature"]]
        return d.rename(columns={"siret": "siret_fournisseur"})

    @cached_property
    def couts(self) -> pd.DataFrame:
        """A row by exercice and dispositif: the components of its cost, with the ETP."""
        return self._couts(12)

    @cached_property
    def fait_situation(self) -> pd.DataFrame:
        """R22: the same at the end of each month; ETP on six decimals."""
        mois = pd.concat([self._couts(m).assign(mois=m) for m in range(1, 13)])
        return mois.assign(etp=mois["etp"].map(lambda x: arrondi(x, 6)), cout_net=mois[COMPOSANTES].sum(axis=1))

    def _couts(self, mois: int, indice: F = F(1)) -> pd.DataFrame:
        etp: dict[tuple[int, str, str], F] = defaultdict(F)
        for (e, d, categorie, _), x in self._etp_agents(mois).items():
            etp[e, d, categorie] += x
        sommes = dict(self.ecritures[self.ecritures["mois"] <= mois].groupby(["emploi", *ED])["part"].sum())
        biens, lignes = self.biens.to_dict("index"), []
        for e, d in sorted(self.suivis):
            annee = self.paie[self.paie["exercice"] == e].set_index("Catégorie")
            structure, moyens = annee["structure"].iloc[0], annee["net_groupe"] / annee["ETPT_groupe"]
            temps = {c: x for (a, b, c), x in etp.items() if (a, b) == (e, d)}
            complet, nu = (
                sum((arrondi(x * (moyens[c] + s) * indice) for c, x in temps.items()), F(0)) for s in (structure, 0)
            )
            bien = biens.get((e, d), {"amortissements": F(0), "reprises": F(0)})
            bien = {nom: arrondi(x * mois / 12) for nom, x in bien.items()}
            fonctions, aides = (sommes.get((emploi, e, d), F(0)) for emploi in ("charge", "subvention"))
            lignes.append((e, d, sum(temps.values(), F(0)), nu, complet - nu, fonctions,
                           bien["amortissements"], -aides, -bien["reprises"]))  # fmt: skip
        df = table(lignes, "exercice dispositif etp " + " ".join(COMPOSANTES))
        return df.assign(paie=df["personnel"] + df["structure"])

    @cached_property
    def fait_cout(self) -> pd.DataFrame:
        return self.couts[[*ED, *COMPOSANTES]].melt(ED, var_name="composante", value_name="montant")

    @cached_property
    def cout_net(self) -> dict[tuple[int, str], F]:
        return dict(self.fait_cout.groupby(ED)["montant"].sum())

    # R8, R9, R10: certificates, orders, units
    @cached_property
    def fait_cee(self) -> pd.DataFrame:
        """Délivrées operations of the dépôts sold, shared to the cent; one sale a dépôt, of type C, in this drop."""
        epci = set(self.dim_adherent.query("type_adherent == 'epci'")["siren"])
        tarifs = self.jeu("tarifs").query("Base == 'produit_cee'")
        operations = self.jeu("operations").query("Statut == 'délivrée'").set_index("Référence opération")
        lots = []
        for v in self.jeu("ventes").to_dict("records"):
            lot = operations[operations["fichier"] == f"cee/operations_depot-{v['depot']}.csv"]
            lot = lot[lot["Volume classique (kWhc)"] > 0].assign(exercice=v["exercice"], type=v["type_adherent"])
            lot["depot"], lot["date_vente"] = v["depot"], v["date_vente"]
            parts = partager(arrondi(v["kwhc"] * v["Prix (€/MWhc)"] / 1000), dict(lot["Volume classique (kWhc)"]))
            lot["produit"] = lot.index.map(parts)
            taux = self._entre(tarifs, v["date_vente"], v["date_vente"])["Montant"].iloc[0]
            autrui = ~lot["siren_beneficiaire"].isin(epci)
            lot["frais"] = [arrondi(p * taux / 100) if a else F(0) for p, a in zip(lot["produit"], autrui, strict=True)]
            lots.append(lot.assign(reversement=(lot["produit"] - lot["frais"]) * autrui))
        cles = ["exercice", "depot", "date_vente", "type", "siren_beneficiaire"]
        return pd.concat(lots).groupby(cles, as_index=False)[["produit", "frais", "reversement"]].sum()

    @cached_property
    def fait_achat(self) -> pd.DataFrame:
        """Order lines, with the contract that the newest file up to their year describes."""
        c = self.jeu("commandes").sort_values("Date commande", kind="stable", ignore_index=True).reset_index(names="n")
        c["mois"] = [le.month for le in c["Date commande"]]
        c["gain"] = [r - a if r is not None else None for r, a in c[["prix_reference_ht", "achats_ht"]].to_numpy()]
        deja = c.duplicated(["exercice", "numero_marche", "siret", "N° commande", "Statut"])
        c["commandes"] = ((c["Statut"] == "Émise") & ~deja).astype(int)
        dits = ["thematique", "siret_titulaire", "taille", "Objet", "Date fin"]
        marches = self.jeu("marches")[["numero_marche", "exercice", *dits]]
        lus = c.merge(marches, on="numero_marche", suffixes=("", "_marche")).query("exercice_marche <= exercice")
        return lus.sort_values("exercice_marche", kind="stable").drop_duplicates("n", keep="last")

    @cached_property
    def fait_unite(self) -> pd.DataFrame:
        unites, tous = self.jeu("unites"), self.jeu("ponderations")
        poids = {(e, p["dispositif"], p["type_unite"]): p["Poids"] for e in self.exercices
                 for p in self._entre(tous, date(e, 1, 1), date(e, 1, 1)).to_dict("records")}  # fmt: skip
        cles = unites[[*ED, "type_unite"]].itertuples(index=False, name=None)
        unites["quantite_ponderee"] = [poids.get(k, 1) * q for k, q in zip(cles, unites["quantite"], strict=True)]
        unites["semestre"] = unites["Semestre"].astype(int)
        cles = ["exercice", "semestre", "dispositif", "siret", "type_unite"]
        return unites.groupby(cles, as_index=False)[["quantite", "quantite_ponderee"]].sum()

    @cached_property
    def unites(self) -> dict[tuple[int, str, str], F]:
        """{(exercice, dispositif, siret): units of the year}, half of a stock."""
        stocks = set(self.jeu("dispositifs").query("`Nature unités` == 'stock'")["Code"])
        sommes = self.fait_unite.groupby([*ED, "siret"])["quantite_ponderee"].sum()
        return {k: x / (2 if k[1] in stocks else 1) for k, x in sommes.items()}

    # R7: memberships, what is due, what is titled
    @cached_property
    def adhesions(self) -> pd.DataFrame:
        """Periods of membership, within the validity of the adherent; one of each in the reference drop."""
        a = self.jeu("adhesions").merge(self.jeu("adherents"), on="siret", suffixes=("", "_a"))
        a["entree"] = a[["Début", "Début_a"]].max(axis=1)
        a["sortie"] = [min(filter(None, fins), default=None) for fins in a[["Fin", "Fin_a"]].to_numpy()]
        return a[["dispositif", "siret", "siren", "code_insee", "entree", "sortie"]]

    @cached_property
    def fait_adhesion(self) -> pd.DataFrame:
        lignes = []
        for a in self.adhesions.to_dict("records"):
            for e in self.exercices:
                fin = min(a["sortie"] or date.max, date(e, 12, 31))
                if (n := (fin - max(a["entree"], date(e, 1, 1))).days + 1) > 0:
                    lignes.append(a | {"exercice": e, "jours": n, "active_31_12": fin == date(e, 12, 31)})
        return pd.DataFrame(lignes)

    @cached_property
    def fait_recouvrement(self) -> pd.DataFrame:
        titres = dict(self.recettes.groupby(["service", "dispositif", "siret"])["montant"].sum())
        lignes = []
        for e in self.exercices:
            for i, d, s, mode, du in self.dus(e, e):
                titre = titres.pop(((e, i), d, s), F(0))
                lignes.append((e, i, d, s, mode, du, titre, (du if mode == "titre" else 0) - titre))
        assert not [k for k, x in titres.items() if x and k[0][0] in self.exercices], "titres sans adhésion"
        return table(lignes, "exercice semestre dispositif siret mode montant_du montant_titre ecart")

    def dus(self, e: int, base: int) -> Iterator[tuple[int, str, str, Any, F]]:
        """R7, R19: what each adherent owes in a year for the units and fees of a base, by semestre."""
        cee = self.fait_cee.assign(semestre=self.fait_cee["date_vente"].map(semestre))
        retenus = cee.groupby(["exercice", "semestre", "siren_beneficiaire"])["frais"].sum()
        pondere = self.fait_unite.groupby(["exercice", "semestre", "dispositif", "siret"])["quantite_ponderee"].sum()
        lues = self.jeu("populations").assign(an=lambda p: p["Année"].astype(int)).query("an <= @e").sort_values("an")
        populations = dict(lues[["code_insee", "population"]].to_numpy())
        tous, tarifs = self.jeu("tarifs"), {}
        for i in (1, 2):
            le = date(e, 6 * i - 5, 1)
            tarifs |= {(i, d): t.to_dict("index") for d, t in self._entre(tous, le, le).groupby("dispositif")}
        for a in self.adhesions.to_dict("records"):
            d, s, fin, n = a["dispositif"], a["siret"], a["sortie"] or date.max, populations.get(a["code_insee"])
            ouverts = [a["entree"] < date(e + m // 12, m % 12 + 1, 1) and fin >= date(e, m, 1) for m in range(1, 13)]
            mois = {1: sum(ouverts[:6]), 2: sum(ouverts[6:])}
            for i in (i for i in (1, 2) if mois[i]):
                du, mode = F(0), None
                for rang, t in tarifs.get((i, d), {}).items():
                    mode, regle, montant = t["Mode recouvrement"], t["Règle"], t["Montant"]
                    serie = montant * (n if regle == "par_habitant" else 1) / 12
                    avant = mois[1] if i == 2 and rang in tarifs.get((1, d), {}) else 0
                    if regle == "par_unite":
                        du += arrondi(montant * pondere.get((base, i, d, s), 0))
                    elif regle == "pourcentage":
                        du += retenus.get((base, i, a["siren"]), 0)
                    elif regle != "par_tranche" or (t["Tranche min"] or 0) <= n < (t["Tranche max"] or math.inf):
                        du += arrondi(serie * (mois[i] + avant)) - arrondi(serie * avant)
                yield i, d, s, mode, du

    # R6, R11, R12, R13
    @cached_property
    def recettes(self) -> pd.DataFrame:
        """Receipt lines and corrections, with the adherent who paid."""
        r = self._suivies(self.ecritures[self.ecritures["emploi"].isin(["recette", "correction"])])
        return r.merge(self.dim_adherent[["exercice", "siret", "type_adherent"]], how="left", on=["exercice", "siret"])

    @cached_property
    def fait_recette(self) -> pd.DataFrame:
        """Titres, corrections and fees kept back, with their month."""
        frais = self.fait_cee.rename(columns={"siren_beneficiaire": "siren", "frais": "montant"}).query("montant > 0")
        frais = frais.assign(
            mois=[le.month for le in frais["date_vente"]], emission=frais["date_vente"], dispositif="CEE"
        ).merge(self.dim_adherent)
        return pd.concat([self.recettes, frais]).fillna({"type_adherent": "autre"})

    @cached_property
    def restes(self) -> pd.DataFrame:
        """Receipt lines of the exercices whose rests the accountant gives, with the rest of each."""
        piece = ["exercice", "Budget", "Bordereau", "Pièce"]
        lus = self.jeu("restes_a_recouvrer")
        restes, lignes = lus.set_index(piece)["Reste à recouvrer"], self.recettes[self.recettes["emploi"] == "recette"]
        lignes = lignes[lignes["exercice"].isin(lus["exercice"])].assign(reste=F(0), au=lus["Au"].iloc[0])
        for cle, titre in lignes[(lignes["montant"] > 0) & ~lignes["reduction"]].groupby(piece):
            montants = {(int(n), i): x for i, n, x in titre[["Ligne", "montant"]].itertuples()}
            parts = partager(restes.get(cle, F(0)), montants)
            lignes.loc[[i for _, i in parts], "reste"] = pd.Series({i: x for (_, i), x in parts.items()}, dtype=object)
        lignes["exercice_service"], lignes["semestre"] = lignes["service"].str[0], lignes["service"].str[1]
        lignes["jours"] = [(au - emission).days for au, emission in lignes[["au", "emission"]].to_numpy()]
        return lignes.assign(encaisse=lignes["montant"] - lignes["reste"])

    @cached_property
    def fait_usage(self) -> pd.DataFrame:
        dus = dict(self.fait_recouvrement.groupby([*ED, "siret"])["montant_du"].sum())
        achats = self.fait_achat.assign(dispositif="CAM").groupby([*ED, "siret"])["achats_ht"].sum()
        poids = {k: x for k, x in (self.unites | dict(achats)).items() if x > 0 and (k[1] != "CAM" or k in achats)}
        lignes = []
        for e, d in self.suivis:
            parts = partager(self.cout_net[e, d], {s: x for (a, b, s), x in poids.items() if (a, b) == (e, d)})
            for s in {s for a, b, s in chain(poids, self.unites, (k for k, x in dus.items() if x)) if (a, b) == (e, d)}:
                k = (e, d, s)
                lignes.append((*k, self.unites.get(k, F(0)), poids.get(k, F(0)), parts.get(s, F(0)), dus.get(k, F(0))))
        usage = table(lignes, "exercice dispositif siret unites poids cout_usage montant_du")
        return usage.assign(reste_a_charge=usage["cout_usage"] - usage["montant_du"])

    @cached_property
    def fait_variation(self) -> pd.DataFrame:
        c = self.couts.merge(self.couts.assign(exercice=self.couts["exercice"] + 1), on=ED, suffixes=("", "_avant"))
        c["effet_etp"] = [arrondi((x - a) * p / a) for x, a, p in c[["etp", "etp_avant", "paie_avant"]].to_numpy()]
        c["effet_taux"] = c["paie"] - c["paie_avant"] - c["effet_etp"]
        for n in COMPOSANTES[2:]:
            c[f"effet_{n}"] = c[n] - c[f"{n}_avant"]
        return c.filter(regex="exercice|dispositif|^effet_").rename(columns=lambda x: x.removeprefix("effet_")).melt(
            ED, var_name="effet", value_name="montant")  # fmt: skip

    # R19: what is decided already
    @cached_property
    def _prevues(self) -> list[tuple[int, int]]:
        horizon = self.jeu("parametres").set_index("Paramètre").loc["horizon_prevision", "Valeur"]
        return [(b, e) for b in self.exercices for e in range(b + 1, int(horizon) + 1)]

    @cached_property
    def fait_prevision(self) -> pd.DataFrame:
        decides = self.jeu("hypotheses").query("Scénario == 'engage'").to_dict("records")
        couts: dict[F, pd.DataFrame] = {}
        dus = self.fait_prevision_adherent.groupby(["exercice_base", *ED])["montant_du"].sum()
        lignes = []
        for b, e in self._prevues:
            biens, indice = self._biens(e - b), F(1)
            for h in (x for x in decides if x["Mesure"] == "salaires_pct"):
                taux = nombre(h["Valeur"]) / 100
                indice *= (1 + taux * part_de(h, e)) / (1 + taux * part_de(h, b))
            if indice not in couts:
                couts[indice] = self._couts(12, indice).set_index(ED)
            for d in sorted(x for a, x in self.suivis if a == b):
                cout = couts[indice].loc[(b, d), ["paie", "fonctionnement", "subventions"]].sum()
                for h in (x for x in decides if (x["Mesure"], x["dispositif"]) == ("subventions", d)):
                    cout -= arrondi(nombre(h["Valeur"]) * (part_de(h, e) - part_de(h, b)))
                if (e, d) in biens.index:
                    cout += biens.loc[(e, d), "amortissements"] - biens.loc[(e, d), "reprises"]
                lignes.append((b, e, "engage", d, cout, dus.get((b, e, d), F(0))))
        return table(lignes, "exercice_base exercice scenario dispositif cout_net montant_du")

    @cached_property
    def fait_prevision_adherent(self) -> pd.DataFrame:
        lignes = [(b, e, "engage", d, s, du) for b, e in self._prevues for _, d, s, mode, du in self.dus(e, b)
                  if mode not in (None, "gratuit") and (b, d) in self.suivis]  # fmt: skip
        df = table(lignes, "exercice_base exercice scenario dispositif siret montant_du")
        return df.groupby(list(df.columns[:-1]), as_index=False)["montant_du"].sum()
