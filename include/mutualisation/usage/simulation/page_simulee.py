"""The page of a simulation shows a council what is tried, then before, after and the difference by commune."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.cellules import en_francais
from mutualisation.documents.rapport.contenu import ouverture
from mutualisation.documents.rapport.enonces import lire_phrase, lire_points, lire_tableau
from mutualisation.documents.rapport.publie import COMMUNAUX, Bilan, somme
from mutualisation.publication.versions.dataframes import lignes_de
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.typographie import ordre
from mutualisation.usage.simulation.changements import Changement

if TYPE_CHECKING:
    from pandas import DataFrame

ZERO = Decimal(0)
SOMMES = ("cout_publie", "cout_simule", "du_publie", "du_simule", "ecart_du", "reste_publie", "reste_simule")
MONTANTS = ["publie", "simule", "ecart"]
MENTION = "Simulation : ne vaut pas décision"
HORS = "Hors commune"
EXTREMES = 5
# a reader goes through this many rows without folding
LIGNES_OUVERTES = 40
Ligne = dict[str, Any]


class Essai:
    """An exercice of a simulation has the bilan published, what the files change, what is due before and after, in €.

    `dus` has a row per adherent {dispositif, siret_adherent, nom, type_adherent, code_insee, publie, simule, ecart};
    `dispositifs` {dispositif, cout_publie, cout_simule, base_publie, base_simule, du_publie, du_simule}; `adherents`
    {siret_adherent, nom, type_adherent, code_insee, population}."""

    def __init__(
        self, bilan: Bilan, dus: DataFrame, dispositifs: DataFrame, adherents: DataFrame, changements: list[Changement]
    ) -> None:
        self.bilan, self.changements, self.exercice = bilan, changements, bilan.exercice
        communes = adherents[(adherents["type_adherent"] == "commune") & adherents["code_insee"].notna()]
        noms = dict(zip(communes["code_insee"], communes["nom"], strict=True))
        rattaches = dus["type_adherent"].isin(COMMUNAUX) & dus["code_insee"].isin(noms)
        insee = dus["code_insee"].where(rattaches)
        self.dus = dus.assign(insee=insee, commune=insee.map(noms).fillna(HORS))
        self.total = {c: ZERO + self.dus[c].sum() for c in MONTANTS}
        sommes = self.dus.groupby("insee")[MONTANTS].sum().reset_index()
        # {code_insee, nom, population, publie, simule, ecart}, by name
        lues = communes.merge(sommes, how="left", left_on="code_insee", right_on="insee")
        lues = lues.fillna(dict.fromkeys(MONTANTS, ZERO)).sort_values("nom", key=lambda s: s.map(ordre))
        self.communes = lignes_de(lues)
        self.dispositifs = [
            r | {"libelle": bilan.libelle(r["dispositif"])} | _restes_avant_apres(r) for r in lignes_de(dispositifs)
        ]

    def sens(self, signe: int) -> list[Ligne]:
        """Return the communes that would pay more (1) or less (−1), largest change first."""
        return sorted((c for c in self.communes if c["ecart"] * signe > 0), key=lambda c: -abs(c["ecart"]))

    @property
    def communes_inchangees(self) -> list[Ligne]:
        return [c for c in self.communes if not c["ecart"]]


def dire(essai: Essai) -> m.Document:
    """Make the document of one exercice: `simulation_AAAA`, page and PDF."""
    contexte, e = essai.bilan.contexte, essai.exercice
    sections = [
        m.Section("essai", "Ce qui est simulé", "Ce qui est simulé", _essai(essai)),
        m.Section("epci", "Ce que cela change pour l'intercommunalité", "Intercommunalité", _epci(essai)),
        m.Section("communes", "Commune par commune", "Communes", _blocs_des_communes(essai)),
        m.Section("detail", "Dispositif par dispositif", "Détail", _detail(essai)),
        m.Section("lecture", "Comment lire cette simulation", "Lecture", [m.Liste(lire_points("simulation.methode"))]),
    ]
    publie = contexte.construction.publication_sha256 or formats.NON_RENSEIGNE
    return ouverture.document(
        essai.bilan,
        f"simulation_{e}",
        f"Simulation sur l'exercice {e}",
        sous_titre="Ce que devrait chaque commune, avant et après",
        etats=[(MENTION, True), *([(ouverture.SYNTHETIQUES, True)] if contexte.est_synthetique else [])],
        avis=[(MENTION, ("document de travail : rien n'est publié ni voté. Seule une délibération change un tarif.",))],
        resume=_resume(essai),
        chiffres=_chiffres(essai),
        sections=[s for s in sections if s.blocs],
        identite=[
            ("Comparée à", (f"l'exercice {e} publié, version {contexte.construction.version}",)),
            ("Publication", (m.Code(publie),)),
        ],
        forme="dossier",
    )


# ---------------------------------------------------------------- in short
def _resume(essai: Essai) -> str:
    total, e = essai.total, essai.exercice
    plus, moins, autant = map(len, (essai.sens(1), essai.sens(-1), essai.communes_inchangees))
    paieraient = formats.plusieurs(plus, "commune paierait", "communes paieraient")
    if not essai.dus["ecart"].any():
        return f"Aucun montant dû en {e} ne change avec les fichiers essayés."
    return (
        f"Avec les fichiers essayés, les adhérents devraient {formats.euros(total['simule'])} en {e} au lieu de "
        f"{formats.euros(total['publie'])}, soit {en_francais(total['ecart'], 'variation')}. "
        f"{paieraient if plus else 'Aucune commune ne paierait'} plus, {moins or 'aucune'} moins, "
        f"{autant or 'aucune'} autant."
    )


def _chiffres(essai: Essai) -> list[m.Chiffre]:
    total, (avant, apres) = essai.total, (somme(essai.dispositifs, f"reste_{x}") for x in ("publie", "simule"))
    change = formats.evolution(total["publie"], total["simule"])
    return [
        m.Chiffre("Dû par les adhérents", formats.euros(total["simule"]), _dire_ecart(total["ecart"], change)),
        m.Chiffre("Part de l'EPCI", formats.euros(apres), _dire_ecart(apres - avant, "")),
        m.Chiffre("Communes qui paieraient plus", formats.nombre(len(essai.sens(1))), _bornes(essai.sens(1))),
        m.Chiffre("Communes qui paieraient moins", formats.nombre(len(essai.sens(-1))), _bornes(essai.sens(-1))),
        m.Chiffre("Communes inchangées", formats.nombre(len(essai.communes_inchangees))),
    ]


def _dire_ecart(ecart: Decimal, change: str | None) -> str:
    return en_francais(ecart, "variation") + (f" ({change})" if change else "") if ecart else "inchangé"


def _bornes(communes: list[Ligne]) -> str:
    montants = list(dict.fromkeys(en_francais(c["ecart"], "variation") for c in (communes[-1:] + communes[:1])))
    return f"de {' à '.join(montants)}" if len(montants) > 1 else "".join(montants)


def _restes_avant_apres(r: Ligne) -> Ligne:
    """Return net cost less what is due, before and after, €; nothing for a dispositif without a cost."""
    couts = {cote: r[f"cout_{cote}"] for cote in ("publie", "simule")}
    return {f"reste_{x}": ZERO if cout is None else cout - r[f"du_{x}"] for x, cout in couts.items()}


# ---------------------------------------------------------------- what is tried
def _essai(essai: Essai) -> list[m.Bloc]:
    if not essai.changements:
        return [m.p("Les fichiers essayés disent la même chose que ceux qui sont en vigueur.")]
    tableau = lire_tableau("simulation.changements", [vars(c) for c in essai.changements])
    debut, fin = date(essai.exercice, 1, 1), date(essai.exercice, 12, 31)
    depuis = [c.depuis for c in essai.changements if c.depuis]
    notes = {
        "simulation.partielle": any(debut < x <= fin for x in depuis),
        "simulation.apres": any(x > fin for x in depuis),
    }
    return [tableau, *(m.p(lire_phrase(note)) for note, vaut in notes.items() if vaut)]


# ---------------------------------------------------------------- the EPCI
def _epci(essai: Essai) -> list[m.Bloc]:
    """Show cost, due and what is left, both sides, for the dispositifs that change; the others in one row."""
    changes = essai.bilan.dans_l_ordre(r for r in essai.dispositifs if _a_change(r))
    autres = [r for r in essai.dispositifs if not _a_change(r)]
    lignes = [_ligne_de_sommes(r["libelle"], [r]) for r in changes]
    if autres:
        nom = formats.plusieurs(len(autres), "autre dispositif, inchangé", "autres dispositifs, inchangés")
        lignes.append(_ligne_de_sommes(nom, autres))
    couts = any(r["cout_publie"] != r["cout_simule"] for r in changes)
    tableau = lire_tableau(
        "simulation.dispositifs",
        lignes,
        total=_ligne_de_sommes("Total", essai.dispositifs),
        sans=() if couts else ("cout_simule",),
        cout="Coût net avant" if couts else "Coût net",
        e=essai.exercice,
    )
    pont, total = "Du montant dû avant au montant dû après", essai.total
    etapes = [
        g.Etape("Dû avant", total["publie"], total=True),
        *(g.Etape(r["libelle"], r["ecart_du"]) for r in changes if r["ecart_du"]),
        g.Etape("Dû après", total["simule"], total=True),
    ]
    return [tableau, *([g.Cascade("c-pont", pont, pont, etapes)] if total["ecart"] else [])]


def _a_change(r: Ligne) -> bool:
    return bool(r["ecart_du"] or r["cout_publie"] != r["cout_simule"])


def _ligne_de_sommes(nom: str, rangees: list[Ligne]) -> Ligne:
    couverts = {f"couvert_{cote}": _couvert(rangees, cote) for cote in ("publie", "simule")}
    return {"libelle": nom, **{c: somme(rangees, c) for c in SOMMES}, **couverts}


def _couvert(rangees: list[Ligne], cote: str) -> Decimal | None:
    """Divide what is due by the base to cover; what has none is left out, and None where nothing has."""
    suivies = [r for r in rangees if r[f"base_{cote}"] and r[f"base_{cote}"] > 0]
    return somme(suivies, f"du_{cote}") / somme(suivies, f"base_{cote}") if suivies else None


# ---------------------------------------------------------------- communes
def _blocs_des_communes(essai: Essai) -> list[m.Bloc]:
    """Show who wins and who loses: map, extremes, then the table of those that change, by name."""
    changees = [c | {"habitant": _par_habitant(c)} for c in essai.communes if c["ecart"]]
    if not changees:
        return [m.p("Aucune commune ne paierait plus ni moins.")]
    lignes = list(changees)
    if inchangees := essai.communes_inchangees:
        nom = formats.plusieurs(len(inchangees), "commune inchangée", "communes inchangées")
        lignes.append({"nom": nom, "habitant": None, **{c: somme(inchangees, c) for c in MONTANTS}})
    hors = essai.dus[essai.dus["insee"].isna()]
    if (hors[MONTANTS] != 0).any(axis=None):
        lignes.append({"nom": HORS, "habitant": None, **{c: hors[c].sum() for c in MONTANTS}})
    tableau = lire_tableau("simulation.communes", lignes, e=essai.exercice)
    resume = f"Voir {formats.plusieurs(len(changees), 'commune qui change', 'communes qui changent')}"
    return [_carte(essai), _extremes(essai), m.Repli(resume, [tableau], len(changees) < LIGNES_OUVERTES)]


def _par_habitant(commune: Ligne) -> str | None:
    """Write an amount to the cent; a change that the cent does not show is no zero."""
    if not commune["population"]:
        return None
    montant = commune["ecart"] / commune["population"]
    if not formats.arrondi(montant, 2):
        return f"moins de 0,01{formats.INSECABLE}€"
    return f"{formats.signe(montant, 2)}{formats.INSECABLE}€"


def _extremes(essai: Essai) -> m.Liste:
    phrases = {
        titre: premieres(essai.sens(signe))
        for titre, signe in (("Les plus fortes hausses", 1), ("Les plus fortes baisses", -1))
    }
    return m.Liste([(titre, f"{phrase}.") for titre, phrase in phrases.items() if phrase])


def premieres(communes: list[Ligne]) -> str:
    """Name the first ones; those that tie with the last one named are counted."""
    ecarts = [en_francais(c["ecart"], "variation") for c in communes]
    nommees = ", ".join(f"{c['nom']} {ecart}" for c, ecart in zip(communes[:EXTREMES], ecarts, strict=False))
    egales = ecarts[EXTREMES:].count(ecarts[EXTREMES - 1]) if len(communes) > EXTREMES else 0
    return nommees + (f", et {formats.plusieurs(egales, 'commune')} à égalité avec la dernière" if egales else "")


def _carte(essai: Essai) -> g.Carte:
    """Put differences in five classes around zero; the step is the median change, to one figure."""
    ecarts = sorted(abs(c["ecart"]) for c in essai.communes if c["ecart"])
    median = ecarts[len(ecarts) // 2]
    rang = max(median.adjusted(), 0)
    pas = max(formats.arrondi(median.scaleb(-rang)), Decimal(1)).scaleb(rang)
    pas_dit = formats.euros(pas)
    classes = (f"{pas_dit} de plus ou davantage", f"moins de {pas_dit} de plus", "inchangé",
               f"moins de {pas_dit} de moins", f"{pas_dit} de moins ou davantage")  # fmt: skip
    tuiles = [
        g.Commune(c["code_insee"], c["nom"], formats.arrondi(c["ecart"]), _classe(c["ecart"], pas))
        for c in essai.communes
    ]
    titre = f"Ce que chaque commune paierait de plus ou de moins, {essai.exercice}"
    return g.Carte("c-ecarts", titre, titre, tuiles, classes, "€", signee=True)


def _classe(ecart: Decimal, pas: Decimal) -> int:
    loin = 2 if abs(ecart) >= pas else 1
    return 2 if not ecart else 2 - loin if ecart > 0 else 2 + loin


# ---------------------------------------------------------------- detail
def _detail(essai: Essai) -> list[m.Bloc]:
    """Show by commune and dispositif where several change; then the CCAS and satellites, by name."""
    rang = {code: i for i, code in enumerate(essai.bilan.trier(set(essai.dus["dispositif"])))}
    communes = [r | {"nom": r["commune"]} for r in _changements(essai, essai.dus, "insee", "commune")]
    communes.sort(key=lambda r: (r["insee"] is None, ordre(r["nom"]), rang[r["dispositif"]]))
    hors, types = essai.dus[essai.dus["type_adherent"] != "commune"], libelles.TYPE_ADHERENT
    autres = [
        r | {"nom": r["nom"] or r["siret_adherent"], "type": types.get(r["type_adherent"] or "", "")}
        for r in _changements(essai, hors, "siret_adherent", "nom", "type_adherent", "commune")
    ]
    autres.sort(key=lambda r: (ordre(r["commune"]), ordre(r["nom"]), rang[r["dispositif"]]))
    tableaux = [
        lire_tableau(nom, lignes, e=essai.exercice)
        for nom, lignes in (("simulation.detail_communes", communes), ("simulation.detail_adherents", autres))
        if lignes
    ]
    return [m.Repli(t.titre, [t], t.lignes is communes and len(communes) < LIGNES_OUVERTES) for t in tableaux]


def _changements(essai: Essai, dus: DataFrame, *cles: str) -> list[Ligne]:
    sommes = dus.groupby([*cles, "dispositif"], dropna=False)[MONTANTS].sum().reset_index()
    return [r | {"libelle": essai.bilan.libelle(r["dispositif"])} for r in lignes_de(sommes) if r["ecart"]]
