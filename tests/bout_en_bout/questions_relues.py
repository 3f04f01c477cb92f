"""What docs/questions.md answers, asked of the files: by its number, a row of questions_relues.toml or a function."""

from datetime import date
from typing import Any

import pandas as pd

from .depot_relu import ECRIT, ED, IDENTITE, Depot, arrondi, jour, nombre

AN = 2021
Table = pd.DataFrame


def repondre(d: Depot, numero: int) -> Table:
    """The rows of an answer, in any order."""
    q = ECRIT["questions"].get(str(numero))
    return _lire(d, q) if q else globals()[f"_question_{numero}"](d)


def _lire(d: Depot, q: dict[str, Any]) -> Table:
    df = getattr(d, q["de"])
    for dimension in q.get("avec", ()):
        df = _avec(d, df, dimension)
    df = df.query(q["ou"]) if "ou" in q else df
    groupes, par = df.groupby(q["par"].split(), as_index=False, dropna=False), q["par"].split()
    lue = groupes[q["somme"].split()].sum()
    if "distincts" in q:
        lue.insert(len(par), "distincts", groupes[q["distincts"]].nunique()[q["distincts"]])
    for nom, dit in q.get("quotients", {}).items():
        haut, bas, fois, decimales = dit.split()
        lue[nom] = quotient(lue, haut, bas, int(fois), int(decimales))
    lue = lue.query(q["puis"]) if "puis" in q else lue
    if "premiers" in q:
        colonne, n = q["premiers"].split()
        lue = premiers(lue, colonne, int(n))
    return lue[q["donne"].split()] if "donne" in q else lue


def _avec(d: Depot, df: Table, dimension: str) -> Table:
    if dimension == "dispositif":
        return df.merge(d.dim_dispositif[[*ED, "libelle", "thematique", "unite", "cle_usage"]], on=ED)
    adherents = d.dim_adherent
    return df.drop(columns=set(df) & set(adherents) - {"exercice", "siret"}).merge(adherents, how="left")


def quotient(df: Table, haut: str, bas: str, fois: int = 1, decimales: int = 2) -> list[Any]:
    return [arrondi(fois * h / b, decimales) for h, b in df[[haut, bas]].to_numpy()]


def premiers(df: Table, colonne: str, n: int = 10) -> Table:
    return df.sort_values([colonne, df.columns[0]], ascending=[False, True]).head(n)


def _somme(df: Table, par: str, mesure: str) -> Table:
    return df.groupby(par, as_index=False)[mesure].sum()


def _an(df: Table, condition: str = "exercice > 0") -> Table:
    return df[df["exercice"] == AN].query(condition)


def _communes(d: Depot, *types: str) -> Table:
    """Use by commune, of its adherents of these types; 0 where there is none."""
    df = _avec(d, _an(d.fait_usage), "adherent").query(f"type_adherent in {types}")
    df = df.groupby("code_insee", as_index=False)[["cout_usage", "montant_du", "reste_a_charge", "poids"]].sum()
    df = _an(d.dim_commune).merge(df, how="left").fillna(0)
    return df.assign(classe=[next(c for c, borne in ECRIT["classes"].items() if p < borne) for p in df["population"]])


def _question_1(d: Depot) -> Table:
    return _somme(d.fait_cout, "exercice", "montant").merge(
        _somme(d.fait_recette, "exercice", "montant"), on="exercice"
    )


def _question_4(d: Depot) -> Table:
    etp = Table([(e, x, arrondi(v, 6)) for (e, x, _), v in d.etp.items()], columns=[*ED, "etp"])
    return etp.pivot_table(index="dispositif", columns="exercice", values="etp", aggfunc="sum").reset_index()


def _question_5(d: Depot) -> Table:
    deux = [_somme(_an(f), "dispositif", "montant") for f in (d.fait_cout, d.fait_recette)]
    df = deux[0].merge(deux[1], on="dispositif")
    return df.assign(pct=quotient(df, "montant_y", "montant_x", 100, 1))[["dispositif", "pct"]]


def _question_19(d: Depot) -> Table:
    df = _communes(d, "commune", "ccas", "satellite").groupby("classe", as_index=False)
    df = df.agg(n=("nom", "count"), cout=("cout_usage", "sum"), habitants=("population", "sum"))
    return df.assign(un=quotient(df, "cout", "habitants"))[["classe", "n", "un"]]


def _question_20(d: Depot) -> Table:
    return _communes(d, "commune", "ccas", "satellite").query("poids == 0")[["nom", "population"]]


def _question_21(d: Depot) -> Table:
    df = _avec(d, _an(d.fait_adhesion, "active_31_12"), "adherent").query("type_adherent == 'commune'")
    return df.groupby("code_insee")["dispositif"].nunique().value_counts().reset_index()


def _question_22(d: Depot) -> Table:
    df = _communes(d, "commune", "ccas")
    return premiers(df.assign(un=quotient(df, "cout_usage", "population"))[["nom", "un"]], "un")


def _question_23(d: Depot) -> Table:
    return premiers(
        _communes(d, "commune", "ccas")[["nom", "cout_usage", "montant_du", "reste_a_charge"]], "reste_a_charge"
    )


def _question_24(d: Depot) -> Table:
    df = d.fait_adhesion.query("active_31_12 and dispositif == 'SIM_ADS'").merge(d.dim_commune)
    return df.groupby("exercice", as_index=False).agg(n=("code_insee", "nunique"), p=("population", "sum"))


def _question_25(d: Depot) -> Table:
    df = _an(d.fait_adhesion)
    df = df.assign(**{c: [int(pd.notna(x) and x.year == AN) for x in df[c]] for c in ("entree", "sortie")})
    return df.groupby("dispositif", as_index=False)[["entree", "sortie"]].sum()


def _question_27(d: Depot) -> Table:
    couts, unites = (f.query("dispositif == 'SIM_ADS'") for f in (d.fait_cout, d.fait_unite))
    df = _somme(couts, "exercice", "montant").merge(_somme(unites, "exercice", "quantite"))
    return df.assign(un=quotient(df, "montant", "quantite"))


def _question_29(d: Depot) -> Table:
    df = _avec(d, _avec(d, _an(d.fait_usage, "poids > 0"), "adherent"), "dispositif")
    df = df.sort_values(["poids", "nom"], ascending=[False, True]).drop_duplicates("dispositif")
    return df[["dispositif", "nom", "poids", "cle_usage", "unite"]]


def _question_34(d: Depot) -> Table:
    df = _avec(d, _an(d.fait_adhesion, "dispositif == 'CAM'"), "adherent")
    return df[~df["siret"].isin(_an(d.fait_achat)["siret"])][["nom", "type_adherent"]]


def _question_35(d: Depot) -> Table:
    df = d.jeu("ventes").merge(_somme(d.fait_cee, "exercice", "produit"))
    return df.assign(un=quotient(df, "produit", "kwhc", 1000))[["exercice", "type_adherent", "kwhc", "un"]]


def _question_37(d: Depot) -> Table:
    df = _somme(d.fait_cout, "exercice", "montant").assign(version=1, statut="a_approuver")
    return df[["exercice", "version", "statut", "montant"]]


def _question_39(d: Depot) -> Table:
    df = _somme(d.fait_prevision.query("exercice - exercice_base == 1"), "exercice", "cout_net")
    df = df.merge(_somme(d.fait_cout, "exercice", "montant"))
    return df.assign(ecart=df["montant"] - df["cout_net"])


def _question_40(d: Depot) -> Table:
    dit = d.jeu("justifications").set_index("Contrôle")["Justification"]
    membres = _avec(d, _an(d.fait_adhesion, "active_31_12"), "adherent").query("type_adherent == 'commune'")
    membres = membres.groupby("dispositif")["siret"].nunique()
    df = _an(d.jeu("indicateurs")).query("Indicateur == 'communes_adherentes' and dispositif.notna()")
    dus = _an(d.fait_recouvrement)
    sans_tarif = sorted(set(dus[dus["mode"].isna()]["dispositif"]))
    declares = {s: int(nombre(n)) for s, n in df[["dispositif", "Valeur"]].to_numpy() if nombre(n) != membres.get(s, 0)}
    return Table(
        [("a_affecter", "", "0 ligne", f"{len(_retenues(d))} lignes retenues ou à affecter", dit["a_affecter"])]
        + [("communes_declarees", s, f"{membres.get(s, 0)} communes adhérentes au 31 décembre", f"{n} déclarées",
            dit["communes_declarees"]) for s, n in declares.items()]
        + [("sans_tarif", s, "un tarif", "aucun tarif en vigueur", dit["sans_tarif"].iloc[0]) for s in sans_tarif]
    )  # fmt: skip


def _question_42(d: Depot) -> Table:
    doubles = d.lignes_livrees[d.lignes_livrees.duplicated(IDENTITE)]
    dits = {"saisie non validée, retenue (R1g)": ("retenu", _retenues(d)),
            "ligne déjà présente, même identité et même montant (R3f)": ("doublon", doubles)}  # fmt: skip
    return Table([(f, s, m, n) for m, (s, df) in dits.items() for f, n in df.groupby("fichier").size().items()])


def _question_48(d: Depot) -> Table:
    autres = d.jeu("dispositifs").query("valorisation != 'valorisé'")["Code"]
    df = _an(d.jeu("indicateurs")).assign(valeur=lambda x: x["Valeur"].map(nombre))
    return df[df["dispositif"].isin(autres)][["dispositif", "libelle", "valeur", "Unité"]]


def _retenues(d: Depot) -> Table:
    return d.jeu("temps").query("Validé == 'N'")


def _question_47(d: Depot) -> Table:
    df = d.fait_prevision_adherent.query("exercice_base == 2021 and exercice == 2022 and dispositif == 'CEP'")
    df = df.assign(exercice=AN).merge(d.dim_adherent, on=["exercice", "siret"])
    return premiers(df[["nom", "montant_du"]], "montant_du")


def _question_49(d: Depot) -> Table:
    return _an(d.agents)[["dispositif", "agents"]]


def _question_50(d: Depot) -> Table:
    fin = date(AN, 12, 31)
    df = d._entre(d.jeu("actions"), fin, fin).query("Statut not in ('réalisée', 'abandonnée')")
    echeances = df["Échéance"].map(jour)
    return df.assign(le=echeances)[["Code", "Action", "Responsable", "le"]]


def _question_51(d: Depot) -> Table:
    df = _an(d.fait_achat)
    df = df[[pd.notna(x) and x <= date(AN + 1, 12, 31) for x in df["Date fin"]]]
    df = df.groupby(["numero_marche", "Objet", "siret_titulaire", "Date fin"], as_index=False)["achats_ht"].sum()
    return premiers(df, "achats_ht")


def _question_52(d: Depot) -> Table:
    df = d._entre(d.jeu("tarifs"), date(AN, 1, 1), date(AN, 12, 31)).query("`Mode recouvrement` != 'gratuit'")
    return df[["dispositif", "Règle", "Tranche min", "Tranche max", "Montant", "Mode recouvrement", "Début"]]


def _question_53(d: Depot) -> Table:
    """An opinion counts until three months after its transmission; three months without one are a yes (R14)."""
    lus = [(jour(t), jour(x), s) for t, x, s in _an(d.jeu("avis"))[["Transmission", "Délibération", "Sens"]].to_numpy()]
    le = max(x for avis in lus for x in avis[:2] if x)
    limites = [(t + pd.DateOffset(months=3)).date() for t, *_ in lus]
    rendus = [x is not None and x <= limite for (_, x, _), limite in zip(lus, limites, strict=True)]
    reputes = sum(limite < le and not r for limite, r in zip(limites, rendus, strict=True))
    oui = [s == "favorable" for *_, s in lus]
    return Table([(sum(o and r for o, r in zip(oui, rendus, strict=True)) + reputes, reputes, sum(oui))])


def _question_54(d: Depot) -> Table:
    df = _avec(d, _an(d.fait_recouvrement), "adherent").assign(statut="a_approuver")
    return premiers(df.groupby(["nom", "statut"], as_index=False)["montant_du"].sum(), "montant_du")


def _question_55(d: Depot) -> Table:
    """Of the reference drop nothing is closed."""
    return Table()


def _question_57(d: Depot) -> Table:
    df = d.fait_situation.groupby(["exercice", "mois"], as_index=False)[["etp", "cout_net"]].sum()
    avant = df.groupby("exercice")[["etp", "cout_net"]].shift(fill_value=0)
    return df.assign(etp=df["etp"] - avant["etp"], cout_net=df["cout_net"] - avant["cout_net"])


def _question_58(d: Depot) -> Table:
    df = d.fait_situation.groupby(["exercice", "mois"])["cout_net"].sum()
    prevu = d.fait_prevision.query("exercice_base == @AN - 1 and exercice == @AN")["cout_net"].sum()
    return Table([(m, df[AN, m], df[AN - 1, m], prevu) for m in range(1, 13)])


def _question_60(d: Depot) -> Table:
    df = _communes(d, "commune", "ccas")
    milieu = sorted(c / int(p) for c, p in df[["cout_usage", "population"]].to_numpy())[len(df) // 2]
    return Table([(AN, arrondi(df["cout_usage"].sum() / int(df["population"].sum()), 2), arrondi(milieu, 2))])
