"""The page of a simulation for the council: what is tried, then before, after and the difference by commune."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.francais.typographie import ordre
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import ouverture
from mutualisation.rapport.publie import Bilan
from mutualisation.simulation.changements import Changement

ZERO = Decimal(0)
MENTION = "Simulation : ne vaut pas décision"
COMMUNAUX = ("commune", "ccas", "satellite")
HORS = "Hors commune"
EXTREMES = 5
NOTE_COMMUNES = "CCAS et satellites sont comptés avec leur commune."
# rows that a reader goes through without folding
LIGNES_OUVERTES = 40
METHODE = (
    ("Avant", "le montant dû de l'exercice publié, calculé par les tarifs, adhésions et paramètres en vigueur."),
    ("Après", "le même calcul, sur les mêmes données, avec les fichiers essayés à la place des fichiers en vigueur."),
    (
        "À la charge de l'intercommunalité",
        "le coût net moins ce qui est dû. Les titres déjà émis ne changent pas : les recettes du bilan restent ce "
        "qu'elles sont.",
    ),
    (
        "Comportements",
        "le nombre d'adhérents et les volumes sont ceux de l'exercice : personne n'est censé partir ou venir.",
    ),
    (
        "Rien n'est publié",
        "ni le bilan, ni les factures, ni les tarifs en vigueur ne sont modifiés par cette simulation.",
    ),
)
PARTIELLE = (
    "Attention : un changement daté en cours d'année ne joue ici que sur une partie de l'exercice (un tarif, à partir "
    "du semestre qui suit sa date). Sur une année pleine, son effet n'est pas celui de cette page : pour le voir, "
    "essayez le même changement au 1er janvier."
)
APRES = "Attention : un changement daté d'après l'exercice ne joue pas ici."
Ligne = dict[str, Any]


class Essai:
    """The rows of one exercice: `dus` {dispositif, siret_adherent, nom, type_adherent, code_insee, population, publie,
    simule} in €, every adherent; `dispositifs` {dispositif, cout_publie, cout_simule, du_publie, du_simule}.
    """

    def __init__(
        self,
        bilan: Bilan,
        dus: Sequence[Ligne],
        dispositifs: Sequence[Ligne],
        communes: Sequence[Ligne],
        changements: Sequence[Changement],
    ) -> None:
        self.bilan, self.dus, self.dispositifs, self.changements = bilan, dus, dispositifs, changements
        self.communes = {c["code_insee"]: c for c in communes}
        self.exercice = bilan.exercice

    def commune(self, ligne: Ligne) -> str:
        """INSEE of the commune that an adherent stands under; empty where there is none."""
        insee = ligne["code_insee"] or ""
        return insee if ligne["type_adherent"] in COMMUNAUX and insee in self.communes else ""

    def nom(self, insee: str) -> str:
        """Name of a commune."""
        return str(self.communes[insee]["nom"]) if insee else HORS

    def libelle(self, dispositif: str) -> str:
        """Label of a dispositif."""
        return self.bilan.libelle(dispositif)

    def par(self, cle: Any) -> dict[Any, Ligne]:
        """{key: {publie, simule, ecart}} summed, € ."""
        sommes: dict[Any, Ligne] = defaultdict(lambda: {"publie": ZERO, "simule": ZERO, "ecart": ZERO})
        for r in self.dus:
            somme = sommes[cle(r)]
            somme["publie"] += r["publie"]
            somme["simule"] += r["simule"]
            somme["ecart"] = somme["simule"] - somme["publie"]
        return sommes


def dire(essai: Essai) -> m.Document:
    """The document of one exercice: `simulation_AAAA`, page and PDF."""
    contexte, e, sommes = essai.bilan.contexte, essai.exercice, essai.par(essai.commune)
    communes = {insee: sommes.get(insee) or _rien() for insee in essai.communes}
    sections = [
        m.Section("essai", "Ce qui est simulé", "Ce qui est simulé", _essai(essai)),
        m.Section("epci", "Ce que cela change pour l'intercommunalité", "Intercommunalité", _epci(essai)),
        m.Section("communes", "Commune par commune", "Communes", _communes(essai, communes)),
        m.Section("detail", "Dispositif par dispositif", "Détail", _detail(essai)),
        m.Section("lecture", "Comment lire cette simulation", "Lecture", [m.Liste(METHODE)]),
    ]
    publie = contexte.construction.publication_sha256 or formats.NON_RENSEIGNE
    return ouverture.document(
        essai.bilan,
        f"simulation_{e}",
        f"Simulation sur l'exercice {e}",
        sous_titre="Ce que devrait chaque commune, avant et après",
        etats=[(MENTION, True), *([(ouverture.SYNTHETIQUES, True)] if contexte.est_synthetique else [])],
        avis=[(MENTION, ("document de travail : rien n'est publié ni voté. Seule une délibération change un tarif.",))],
        resume=_resume(essai, communes),
        chiffres=_chiffres(essai, communes),
        sections=[s for s in sections if s.blocs],
        identite=[
            ("Comparée à", (f"l'exercice {e} publié, version {contexte.construction.version}",)),
            ("Publication", (m.Code(publie),)),
        ],
        forme="dossier",
    )


def _rien() -> Ligne:
    return {"publie": ZERO, "simule": ZERO, "ecart": ZERO}


# ---------------------------------------------------------------- in short
def _total(essai: Essai) -> Ligne:
    return essai.par(lambda _: "").get("") or _rien()


def _resume(essai: Essai, communes: dict[str, Ligne]) -> str:
    total, e = _total(essai), essai.exercice
    if not any(r["publie"] != r["simule"] for r in essai.dus):
        return f"Aucun montant dû en {e} ne change avec les fichiers essayés."
    plus, moins = _sens(communes)
    return (
        f"Avec les fichiers essayés, les adhérents devraient {formats.euros(total['simule'])} en {e} au lieu de "
        f"{formats.euros(total['publie'])}, soit {_signe(total['ecart'])}. "
        f"{formats.plusieurs(len(plus), 'commune paierait', 'communes paieraient')} plus, {len(moins)} moins, "
        f"{len(communes) - len(plus) - len(moins)} autant."
    )


def _sens(communes: dict[str, Ligne]) -> tuple[list[str], list[str]]:
    """(communes that would pay more, less), largest change first."""
    ordre = sorted(communes, key=lambda insee: (-abs(communes[insee]["ecart"]), insee))
    return [i for i in ordre if communes[i]["ecart"] > 0], [i for i in ordre if communes[i]["ecart"] < 0]


def _signe(montant: Decimal) -> str:
    return f"{formats.signe(montant)}{formats.INSECABLE}€"


def _chiffres(essai: Essai, communes: dict[str, Ligne]) -> list[m.Chiffre]:
    total, (plus, moins) = _total(essai), _sens(communes)
    avant, apres = _reste(essai.dispositifs, "publie"), _reste(essai.dispositifs, "simule")
    change = formats.evolution(total["publie"], total["simule"])
    return [
        m.Chiffre("Dû par les adhérents", formats.euros(total["simule"]), _suite(total["ecart"], change)),
        m.Chiffre("À la charge de l'intercommunalité", formats.euros(apres), _suite(apres - avant, "")),
        m.Chiffre("Communes qui paieraient plus", formats.nombre(len(plus)), _bornes(communes, plus)),
        m.Chiffre("Communes qui paieraient moins", formats.nombre(len(moins)), _bornes(communes, moins)),
        m.Chiffre("Communes inchangées", formats.nombre(len(communes) - len(plus) - len(moins))),
    ]


def _suite(ecart: Decimal, change: str | None) -> str:
    return f"{_signe(ecart)}" + (f" ({change})" if change else "") if ecart else "inchangé"


def _bornes(communes: dict[str, Ligne], insees: list[str]) -> str:
    """From the smallest change to the largest."""
    if not insees:
        return ""
    grand, petit = communes[insees[0]]["ecart"], communes[insees[-1]]["ecart"]
    return _signe(grand) if grand == petit else f"de {_signe(petit)} à {_signe(grand)}"


def _reste(dispositifs: Iterable[Ligne], cote: str) -> Decimal:
    """Net cost less what is due, valued dispositifs, €."""
    return sum((r[f"cout_{cote}"] - r[f"du_{cote}"] for r in dispositifs if r[f"cout_{cote}"] is not None), ZERO)


# ---------------------------------------------------------------- what is tried
def _essai(essai: Essai) -> list[m.Bloc]:
    if not essai.changements:
        return [m.p("Les fichiers essayés disent la même chose que ceux qui sont en vigueur.")]
    colonnes = (
        m.Colonne("objet", "Ce qui change", part=4),
        m.Colonne("nature", "Nature", part=2),
        m.Colonne("avant", "En vigueur", part=3),
        m.Colonne("apres", "Essayé", part=3),
    )
    lignes = [vars(c) for c in essai.changements]
    reste = ("autre changement", "autres changements", ", dans les fichiers essayés.")
    tableau = m.Tableau("Ce que les fichiers essayés changent", colonnes, lignes, limite=LIGNES_OUVERTES, reste=reste)
    debuts = [c.depuis for c in essai.changements if c.depuis]
    notes = [PARTIELLE] if any(date(essai.exercice, 1, 1) < x <= date(essai.exercice, 12, 31) for x in debuts) else []
    notes += [APRES] if any(x > date(essai.exercice, 12, 31) for x in debuts) else []
    return [tableau, *(m.p(note) for note in notes)]


# ---------------------------------------------------------------- the EPCI
def _epci(essai: Essai) -> list[m.Bloc]:
    """Cost, due and what is left, both sides, for the dispositifs that change; the others in one row."""
    changes = [r for r in essai.dispositifs if _change(r)]
    couts = any(r["cout_publie"] != r["cout_simule"] for r in changes)
    lignes = [_ligne(essai.libelle(r["dispositif"]), [r]) for r in essai.bilan.dans_l_ordre(changes)]
    autres = [r for r in essai.dispositifs if not _change(r)]
    if autres:
        nom = formats.plusieurs(len(autres), "autre dispositif, inchangé", "autres dispositifs, inchangés")
        lignes.append(_ligne(nom, autres))
    colonnes = (
        m.Colonne("libelle", "Dispositif", part=3),
        m.Colonne("cout_publie", "Coût net avant" if couts else "Coût net", "euros"),
        *((m.Colonne("cout_simule", "Coût net après", "euros"),) if couts else ()),
        m.Colonne("du_publie", "Dû avant", "euros"),
        m.Colonne("du_simule", "Dû après", "euros"),
        m.Colonne("ecart_du", "Différence de dû", "variation", fort=True),
        m.Colonne("reste_publie", "À la charge de l'EPCI avant", "euros"),
        m.Colonne("reste_simule", "À la charge de l'EPCI après", "euros"),
    )
    total = _ligne("Total", essai.dispositifs)
    blocs: list[m.Bloc] = [
        m.Tableau(
            f"Coût, dû et reste à la charge de l'intercommunalité, {essai.exercice}",
            colonnes,
            lignes,
            total,
            "À la charge de l'EPCI : coût net moins ce qui est dû.",
        )
    ]
    if total["ecart_du"]:
        blocs.append(_pont(essai, changes))
    return blocs


def _change(r: Ligne) -> bool:
    return bool(r["du_publie"] != r["du_simule"] or r["cout_publie"] != r["cout_simule"])


def _ligne(nom: str, rangees: Iterable[Ligne]) -> Ligne:
    toutes = list(rangees)
    sommes = {
        c: sum((r[c] or ZERO for r in toutes), ZERO) for c in ("cout_publie", "cout_simule", "du_publie", "du_simule")
    }
    return {
        "libelle": nom,
        **sommes,
        "ecart_du": sommes["du_simule"] - sommes["du_publie"],
        "reste_publie": _reste(toutes, "publie"),
        "reste_simule": _reste(toutes, "simule"),
    }


def _pont(essai: Essai, changes: list[Ligne]) -> g.Cascade:
    total = _total(essai)
    etapes = [
        g.Etape(essai.libelle(r["dispositif"]), r["du_simule"] - r["du_publie"])
        for r in essai.bilan.dans_l_ordre(changes)
        if r["du_simule"] != r["du_publie"]
    ]
    titre = "Du montant dû avant au montant dû après"
    return g.Cascade(
        "c-pont",
        titre,
        titre,
        [g.Etape("Dû avant", total["publie"], total=True), *etapes, g.Etape("Dû après", total["simule"], total=True)],
    )


# ---------------------------------------------------------------- communes
def _communes(essai: Essai, communes: dict[str, Ligne]) -> list[m.Bloc]:
    """Who wins and who loses: map, extremes, then the table of those that change, by name."""
    changees = [i for i in communes if communes[i]["ecart"]]
    if not changees:
        return [m.p("Aucune commune ne paierait plus ni moins.")]
    lignes = [_commune(essai, i, communes[i]) for i in sorted(changees, key=lambda i: (ordre(essai.nom(i)), i))]
    if inchangees := [communes[i] for i in communes if not communes[i]["ecart"]]:
        nom = formats.plusieurs(len(inchangees), "commune inchangée", "communes inchangées")
        sommes = {c: sum((x[c] for x in inchangees), ZERO) for c in ("publie", "simule", "ecart")}
        lignes.append({"nom": nom, **sommes, "habitant": None})
    hors = essai.par(essai.commune).get("")
    if hors and (hors["publie"] or hors["simule"]):
        lignes.append({"nom": HORS, **hors, "habitant": None})
    colonnes = (
        m.Colonne("nom", "Commune", part=3),
        m.Colonne("publie", "Dû avant", "euros", somme=True),
        m.Colonne("simule", "Dû après", "euros", somme=True),
        m.Colonne("ecart", "Différence", "variation", somme=True, fort=True),
        m.Colonne("habitant", "Par habitant", "lu"),
    )
    tableau = m.tableau(f"Ce que devrait chaque commune, {essai.exercice}", colonnes, lignes, NOTE_COMMUNES)
    dit = f"Voir {formats.plusieurs(len(changees), 'commune qui change', 'communes qui changent')}"
    repli = m.Repli(dit, [tableau], len(changees) < LIGNES_OUVERTES)
    return [_carte(essai, communes), _extremes(essai, communes), repli]


def _commune(essai: Essai, insee: str, somme: Ligne) -> Ligne:
    population = essai.communes[insee]["population"]
    habitant = somme["ecart"] / population if population else None
    dit = None if habitant is None else _par_habitant(habitant)
    return {"nom": essai.nom(insee), **somme, "habitant": dit}


def _par_habitant(montant: Decimal) -> str:
    """To the cent; a change that the cent does not show is no zero."""
    if montant and not formats.arrondi(montant, 2):
        return f"moins de 0,01{formats.INSECABLE}€"
    return f"{formats.signe(montant, 2)}{formats.INSECABLE}€"


def _extremes(essai: Essai, communes: dict[str, Ligne]) -> m.Liste:
    points = []
    for titre, insees in zip(("Les plus fortes hausses", "Les plus fortes baisses"), _sens(communes), strict=True):
        dits = [f"{essai.nom(i)} {_signe(communes[i]['ecart'])}" for i in insees[:EXTREMES]]
        if dits:
            points.append((titre, ", ".join(dits) + "."))
    return m.Liste(points)


def _carte(essai: Essai, communes: dict[str, Ligne]) -> g.Carte:
    """Differences in five classes around zero; the step is the median change, to one figure."""
    pas = _pas([abs(c["ecart"]) for c in communes.values() if c["ecart"]])
    dit = formats.euros(pas)
    classes = (f"{dit} de plus ou davantage", f"moins de {dit} de plus", "inchangé", f"moins de {dit} de moins",
               f"{dit} de moins ou davantage")  # fmt: skip
    tuiles = [
        g.Commune(i, essai.nom(i), formats.arrondi(c["ecart"]), _classe(c["ecart"], pas))
        for i, c in sorted(communes.items(), key=lambda x: ordre(essai.nom(x[0])))
    ]
    titre = f"Ce que chaque commune paierait de plus ou de moins, {essai.exercice}"
    return g.Carte("c-ecarts", titre, titre, tuiles, classes, "€", signee=True)


def _pas(ecarts: Sequence[Decimal]) -> Decimal:
    median = sorted(ecarts)[len(ecarts) // 2]
    rang = max(median.adjusted(), 0)
    return max(formats.arrondi(median.scaleb(-rang)), Decimal(1)).scaleb(rang)


def _classe(ecart: Decimal, pas: Decimal) -> int:
    if ecart == 0:
        return 2
    loin = abs(ecart) >= pas
    return (0 if loin else 1) if ecart > 0 else (4 if loin else 3)


# ---------------------------------------------------------------- detail
def _detail(essai: Essai) -> list[m.Bloc]:
    """By commune and dispositif where several change; then the CCAS and satellites, by name."""
    paires = essai.par(lambda r: (essai.commune(r), r["dispositif"]))
    montants = (
        m.Colonne("publie", "Dû avant", "centimes", somme=True),
        m.Colonne("simule", "Dû après", "centimes", somme=True),
        m.Colonne("ecart", "Différence", "variation", somme=True, fort=True),
    )
    rangs = {code: i for i, code in enumerate(essai.bilan.trier({d for _, d in paires}))}
    par_commune = [
        {"nom": essai.nom(insee), "libelle": essai.libelle(d), **somme}
        for (insee, d), somme in sorted(
            paires.items(), key=lambda x: (not x[0][0], ordre(essai.nom(x[0][0])), rangs[x[0][1]])
        )
        if somme["ecart"]
    ]
    colonnes = (m.Colonne("nom", "Commune", part=3), m.Colonne("libelle", "Dispositif", part=4), *montants)
    titre = f"Par commune et par dispositif, {essai.exercice}"
    blocs: list[m.Bloc] = [
        m.Repli(titre, [m.tableau(titre, colonnes, par_commune)], len(par_commune) < LIGNES_OUVERTES)
    ]
    rattaches = _rattaches(essai)
    if rattaches:
        rattaches.sort(key=lambda r: (ordre(r["commune"]), ordre(r["nom"] or ""), rangs[r["dispositif"]]))
        siennes = (
            m.Colonne("nom", "Adhérent", part=3),
            m.Colonne("type", "Type"),
            m.Colonne("commune", "Commune", part=3),
            m.Colonne("libelle", "Dispositif", part=4),
            *montants,
        )
        titre = f"CCAS, satellites et autres adhérents, {essai.exercice}"
        blocs.append(m.Repli(titre, [m.tableau(titre, siennes, rattaches)]))
    return blocs if par_commune or rattaches else []


def _rattaches(essai: Essai) -> list[Ligne]:
    """{nom, type, commune, libelle, dispositif, publie, simule, ecart} of adherents that are no commune and change."""
    fiches = {r["siret_adherent"]: r for r in essai.dus if r["type_adherent"] != "commune"}
    sommes = essai.par(lambda r: (r["siret_adherent"], r["dispositif"]))
    return [
        {
            "nom": fiches[siret]["nom"] or siret,
            "type": libelles.TYPE_ADHERENT.get(fiches[siret]["type_adherent"] or "", ""),
            "commune": essai.nom(essai.commune(fiches[siret])),
            "libelle": essai.libelle(dispositif),
            "dispositif": dispositif,
            **somme,
        }
        for (siret, dispositif), somme in sommes.items()
        if siret in fiches and somme["ecart"]
    ]
