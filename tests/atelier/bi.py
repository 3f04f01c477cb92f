"""What the schema `bi` (S17) must hold in any warehouse: keys, sums equal to those of `publication`, whole joins."""

from __future__ import annotations

from typing import Any

import psycopg

from mutualisation.publication.relations import relations_analyse

# {what is compared: (query on `bi`, query on `publication`)}, the same rows
SOMMES = {
    "fait_cout": (
        "select exercice, dispositif, sum(montant) from bi.fait_cout group by 1, 2",
        "select exercice, dispositif, cout_net from publication.synthese_financiere where not est_total",
    ),
    "fait_cout, base D5211-16": (
        "select exercice, dispositif, sum(montant) from bi.fait_cout where composante <> 'structure' group by 1, 2",
        "select exercice, dispositif, cout_d5211 from publication.passage_d5211",
    ),
    "fait_cout, total": (
        "select exercice, coalesce(sum(montant), 0) from bi.dim_exercice left join bi.fait_cout using (exercice)"
        " group by 1",
        "select exercice, cout_net from publication.synthese_financiere where est_total",
    ),
    "fait_etp": (
        "select exercice, dispositif, sum(etp) from bi.fait_etp group by 1, 2",
        "select exercice, dispositif, sum(etp) from publication.etp_categorie group by 1, 2",
    ),
    "fait_recette": (
        "select exercice, dispositif, sum(montant) from bi.fait_recette group by 1, 2",
        "select exercice, dispositif, recettes from publication.synthese_financiere"
        " where recettes is not null and not est_total",
    ),
    "fait_recette, types": (
        "select exercice, dispositif, type_adherent, sum(montant) from bi.fait_recette group by 1, 2, 3",
        "select exercice, dispositif, case origine when 'communes' then 'commune' when 'satellites' then 'satellite'"
        " when 'autres' then 'autre' else origine end, montant from publication.recettes_origine",
    ),
    "fait_recouvrement": (
        "select exercice, semestre, dispositif, siret, montant_du, montant_titre, ecart from bi.fait_recouvrement",
        "select exercice, semestre, dispositif, siret_adherent, montant_du, montant_titre, ecart"
        " from publication.recouvrement",
    ),
    "fait_encaissement": (
        "select exercice, dispositif, siret, montant_titre, encaisse, reste_a_recouvrer, au from bi.fait_encaissement",
        "select exercice, dispositif, siret_adherent, montant_titre, encaisse, reste_a_recouvrer, au"
        " from publication.encaissement",
    ),
    "fait_usage": (
        "select exercice, dispositif, siret, cout_usage, montant_du, reste_a_charge, poids from bi.fait_usage"
        " where cout_usage <> 0 or montant_du <> 0 or poids <> 0 or siret is null",
        "select exercice, dispositif, siret_adherent, cout_usage, montant_du, reste_a_charge, poids"
        " from publication.cout_adherent"
        " where cout_usage <> 0 or montant_du <> 0 or poids <> 0 or siret_adherent is null",
    ),
    "fait_usage, coût net": (
        "select exercice, dispositif, sum(cout_usage) from bi.fait_usage group by 1, 2",
        "select exercice, dispositif, cout_net from publication.synthese_financiere where not est_total",
    ),
    "fait_usage, unités": (
        "select exercice, dispositif, coalesce(sum(unites), 0) from bi.fait_usage group by 1, 2",
        "select exercice, dispositif, unites from publication.cout_unitaire",
    ),
    "fait_unite": (
        "select exercice, semestre, dispositif, siret, type_unite, quantite, quantite_ponderee from bi.fait_unite",
        "select exercice, semestre, dispositif, siret_adherent, type_unite, sum(quantite), sum(unites)"
        " from publication.recours group by 1, 2, 3, 4, 5",
    ),
    "fait_adhesion": (
        "select exercice, dispositif, count(*)::int from bi.fait_adhesion where active_31_12 group by 1, 2",
        "select exercice, dispositif, adherents from publication.etat_valorisation where adherents > 0",
    ),
    "fait_depense": (
        "select exercice, dispositif, sum(montant) from bi.fait_depense group by 1, 2 having sum(montant) <> 0",
        "select exercice, dispositif, cout_fonctionnement from publication.synthese_financiere"
        " where cout_fonctionnement <> 0 and not est_total",
    ),
    "fait_achat": (
        "select exercice, numero_marche, siret, thematique, sum(commandes)::int, sum(achats_ht), sum(gain)"
        " from bi.fait_achat group by 1, 2, 3, 4",
        "select exercice, numero_marche, siret_adherent, thematique, commandes, achats_ht, gain"
        " from publication.cam_achats",
    ),
    "fait_cee": (
        "select depot, siren_beneficiaire, sum(produit), sum(frais), sum(reversement) from bi.fait_cee group by 1, 2",
        "select depot, siren_beneficiaire, produit, frais, reversement from publication.cee_valorisation"
        " where kwhc_classique + kwhc_precarite > 0 and (depot, siren_beneficiaire) in"
        " (select depot, siren_beneficiaire from bi.fait_cee)",
    ),
    "fait_cee, volumes": (
        "select depot, siren_beneficiaire, type, kwhc from bi.fait_cee",
        "select depot, siren_beneficiaire, t.type, t.kwhc from publication.cee_valorisation"
        " cross join lateral (values ('C', kwhc_classique), ('P', kwhc_precarite)) as t (type, kwhc)"
        " where t.kwhc > 0 and (depot, t.type) in (select depot, type from bi.fait_cee)",
    ),
    "fait_cee, indicateurs": (
        "select exercice, sum(produit), sum(reversement) from bi.fait_cee group by 1",
        "select p.exercice, p.valeur, r.valeur from publication.indicateurs_cles as p"
        " join publication.indicateurs_cles as r on p.exercice = r.exercice and r.indicateur = 'cee_reverse'"
        " where p.indicateur = 'cee_produit' and p.valeur <> 0",
    ),
    "fait_variation": (
        "select exercice, dispositif, effet, montant from bi.fait_variation",
        "select exercice, dispositif, effet, montant from publication.variation",
    ),
    "fait_version": (
        "select exercice, dispositif, cout_net, recettes, etp from bi.fait_version"
        " join bi.dim_exercice using (exercice, version)",
        "select exercice, dispositif, cout_net, recettes, etp from publication.synthese_financiere where not est_total",
    ),
    "fait_prevision": (
        "select exercice_base, exercice, scenario, dispositif, etp, cout_net, recettes"
        " from bi.fait_prevision where retenu",
        "select exercice_base, exercice, scenario, dispositif, etp, cout_net, recettes from publication.prevision",
    ),
    "fait_controle": (
        "select exercice, controle, cle, statut, valeur_attendue, valeur_constatee, justification"
        " from bi.fait_controle",
        "select exercice, controle, cle, statut, valeur_attendue, valeur_constatee, justification"
        " from publication.controles",
    ),
    "dim_adherent": (
        "select a.exercice, a.siret, a.nom, a.type_adherent, a.code_insee from bi.dim_adherent as a"
        " where (a.exercice, a.siret) in (select exercice, siret_adherent from publication.adherent)",
        "select exercice, siret_adherent, nom, type_adherent, code_insee from publication.adherent",
    ),
    "dim_commune": (
        "select exercice, code_insee, population from bi.dim_commune"
        " where (exercice, code_insee) in (select exercice, code_insee from publication.adherent)",
        "select distinct exercice, code_insee, population from publication.adherent where code_insee is not null",
    ),
    "dim_dispositif": (
        "select exercice, dispositif, libelle, thematique, valorisation from bi.dim_dispositif"
        " where valorisation is not null",
        "select exercice, dispositif, libelle, thematique, valorisation from publication.etat_valorisation",
    ),
    "dim_exercice": (
        "select exercice, version, publiee_le, publication_sha256 from bi.dim_exercice",
        "select p.exercice, p.version, p.publie_le, c.publication_sha256"
        " from journal.publications as p join journal.constructions as c using (version)",
    ),
    "dim_version": (
        "select version, exercice from bi.dim_version",
        "select version, unnest(exercices) from journal.constructions where statut = 'publiee'",
    ),
}
DIMENSIONS = {
    "dim_exercice": ("exercice",),
    "dim_dispositif": ("exercice", "dispositif"),
    "dim_adherent": ("exercice", "siret"),
    "dim_commune": ("exercice", "code_insee"),
}
# its exercice is one that nobody knows yet
PREVU = "fait_prevision"


def cles_repetees(conn: psycopg.Connection[Any]) -> list[str]:
    """Relations in which two rows have one key, NULL being a value of it; of a declared key that is empty too."""
    return [
        nom
        for nom, r in relations_analyse().items()
        if not r.cle
        or conn.execute(
            f"select 1 from bi.{nom} group by {', '.join(r.cle)} having count(*) > 1 limit 1".encode()
        ).fetchone()
    ]


def sommes_fausses(conn: psycopg.Connection[Any]) -> dict[str, list[tuple[Any, ...]]]:
    """{what is compared: rows that are on one side only}, empty where every sum is that of `publication`."""
    faux = {}
    for nom, (vue, publiee) in SOMMES.items():
        ecarts = f"(({vue}) except all ({publiee})) union all (({publiee}) except all ({vue})) limit 5"
        if lues := conn.execute(ecarts.encode()).fetchall():
            faux[nom] = lues
    return faux


def lignes_perdues(conn: psycopg.Connection[Any]) -> list[str]:
    """Where an inner join by the keys of the same name does not give each row once; what has no siret apart."""
    perdus = []
    for nom, r in relations_analyse().items():
        for dimension, cle in DIMENSIONS.items():
            if nom in (dimension, PREVU) or not set(cle) <= set(r.noms_colonnes):
                continue
            renseignees = " and ".join(f"{c} is not null" for c in cle)
            requete = (
                f"select (select count(*) from bi.{nom} where {renseignees}),"
                f" (select count(*) from bi.{nom} join bi.{dimension} using ({', '.join(cle)}))"
            )
            avant, apres = conn.execute(requete.encode()).fetchone() or (0, 0)
            if avant != apres:
                perdus.append(f"{nom} par {dimension} : {apres} lignes sur {avant}")
    return perdus
