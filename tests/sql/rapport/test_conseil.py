"""What the council reads: signed words, five figures, who pays, one order of dispositifs, no code."""

import re
from dataclasses import replace

import pytest

from mutualisation.documents import audit
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.graphiques import Cascade, CoutsCouverts, Flux
from mutualisation.documents.mise_en_forme.html import rendre
from mutualisation.documents.rapport.contenu import actes, communes, conseil, elus, passage, recettes
from mutualisation.documents.rapport.contenu.conseil import dispositifs, evolution, methode, reserves, synthese
from mutualisation.documents.rapport.publie import Bilan

from .conftest import Lignes, Republier


def _texte(dispositif: str, rubrique: str, texte: str, auteur: str) -> dict[str, object]:
    return {"exercice": 2021, "dispositif": dispositif, "rubrique": rubrique, "rang": 1, "texte": texte,
            "auteur": auteur}  # fmt: skip


def _volet(bilan: Bilan, code: str) -> m.Volet:
    return next(
        v
        for v in dispositifs.section_dispositifs(bilan).blocs
        if isinstance(v, m.Volet) and v.ancre.endswith(code.lower())
    )


def _points(volet: m.Volet) -> dict[str, str]:
    cotes = next(b for b in volet.blocs if isinstance(b, m.CoteACote))
    return dict(cotes.blocs[1].points)  # type: ignore[union-attr]


def test_cinq_chiffres_et_ce_qui_est_demande(bilan: Bilan) -> None:
    document = conseil.bilan_etape(bilan)
    assert len(document.chiffres) == 5 - (not bilan["indicateurs_cles"])
    deux = elus.document(bilan, document)
    assert (deux.chemin, deux.forme, deux.sorties) == ("synthese_2021", "deux_pages", ("pdf",))
    # the rest of the council's document in one page, none of its charts of pages 2 and 4 again
    assert deux.sections[0] == document.sections[0]
    (services,) = deux.sections[1:]
    assert {x["dispositif"] for x in services.blocs[0].lignes} == {*bilan.synthese[2021]}  # type: ignore[union-attr]
    assert not [b for b in services.blocs if isinstance(b, Flux | Cascade | CoutsCouverts)]
    assert "Ce qui vous est demandé" in [b.texte for b in deux.sections[0].blocs if isinstance(b, m.SousTitre)]


def test_une_colonne_que_rien_ne_remplit_n_est_pas_imprimee(republier: Republier) -> None:
    """« Ce que le service prévoit » was empty in 2019 and 2020."""
    dit = [_texte("CAM", "perspectives", "Des marchés à venir.", "DCP")]
    for textes, prevoit in (([], False), (dit, True)):
        bilan = republier(lambda lignes, textes=textes: lignes.update(textes=textes))
        services = elus.document(bilan, conseil.bilan_etape(bilan)).sections[1].blocs[0]
        assert ("suite" in [c.cle for c in services.colonnes]) is prevoit  # type: ignore[union-attr]


def test_un_territoire_qui_change_se_lit_a_cote_des_annees(republier: Republier) -> None:
    """Five communes joined between the years of one table, which said nothing of it."""

    def changer(lignes: Lignes) -> None:
        autres = [r for r in lignes["indicateurs_cles"] if r["indicateur"] != "communes"]
        annees = ((2020, "90"), (2021, nombre))
        communes = [{"exercice": e, "indicateur": "communes", "valeur": n, "unite": "nombre"} for e, n in annees]
        fusion = _texte("", "ecart", "Cinq communes nous ont rejoints.", "DGS") | {"dispositif": None}
        lignes.update(indicateurs_cles=autres + communes, textes=[fusion])

    for nombre in ("95", "90"):
        tableau, pourquoi, *_ = synthese.section_synthese(republier(changer)).blocs
        noms = [x["libelle"] for x in tableau.lignes]  # type: ignore[union-attr]
        assert ("Communes membres" in noms) is (nombre == "95")
        assert m.mots(*pourquoi.morceaux) == "Cinq communes nous ont rejoints. — DGS"  # type: ignore[union-attr]


def test_un_ecart_a_ses_effets_et_son_commentaire_ou_dit_qu_il_n_en_a_pas(republier: Republier) -> None:
    textes = [_texte("CAM", "ecart", "Équipe complète.", "DCP"), _texte("CAM", "risque", "Prix.", "DAF")]
    bilan = republier(lambda lignes: lignes.update(textes=textes))
    assert _points(_volet(bilan, "CAM"))["Commentaire"] == "Équipe complète. — DCP."
    assert _points(_volet(bilan, "ARCHIVES"))["Commentaire"] == "Aucun commentaire n'a été donné."
    assert sum(evolution.effets(bilan, "CAM").values()) == evolution.ecart(bilan, "CAM")


def test_un_compte_et_une_empreinte_sont_pour_l_auditeur(bilan: Bilan, monkeypatch: pytest.MonkeyPatch) -> None:
    """« root » and the hash stood where the council signs and on the page of each commune."""
    construction = replace(bilan.contexte.construction, prepare_par="root")
    monkeypatch.setattr(bilan, "contexte", replace(bilan.contexte, construction=construction))
    for document in (*conseil.documents(bilan), *communes.documents(bilan), *actes.documents(bilan)):
        dits = "\n".join(m.textes(document))
        assert not re.search(rf"\broot\b|{bilan.empreinte}", dits), document.chemin
    for document in audit.documents(bilan):
        dits = "\n".join(m.textes(document))
        assert all(x in dits for x in ("root (identité déclarée)", bilan.empreinte, "Bilan d'étape")), document.chemin
        assert "voté" not in dits.lower()


def test_les_visas_sont_ceux_d_un_acte(republier: Republier) -> None:
    textes = [_texte("", "visa", "Vu le code", "DAJ") | {"dispositif": None, "rang": r} for r in (1, 2)]
    section = methode.section_signatures(republier(lambda lignes: lignes.update(textes=textes)))
    dits = [m.mots(*b.morceaux) for b in section.blocs if isinstance(b, m.Paragraphe)]
    assert dits[:3] == ["Vu le code ;", "Vu le code ;", "Visas : DAJ."]


def test_les_services_sans_cout_qui_parlent_se_lisent_une_fois_par_theme(republier: Republier) -> None:
    def changer(lignes: Lignes) -> None:
        lignes["textes"].append(_texte("CARRIERES", "presentation", "Des puits sont comblés.", "Urbanisme"))
        lignes["textes"].append(_texte("CARRIERES", "qualite", "Deux visites par an.", "Urbanisme"))

    lu, sans = republier(changer), republier(lambda _: None)
    themes = {"CAM": "Achat", "CARRIERES": None}
    for x in (lu, sans):
        noms = {"CARRIERES": "Carrières souterraines"} | {c: x.libelle(c) for c in x.dispositifs}
        dits = [{"code": c, "libelle": nom, "thematique": themes.get(c)} for c, nom in noms.items()]
        x.contexte = replace(x.contexte, dispositifs=dits)
    blocs = dispositifs.section_dispositifs(lu).blocs
    titres = [b.texte for b in blocs if isinstance(b, m.SousTitre)]
    assert (titres[0], titres[-1], len(titres)) == ("Achat", dispositifs.SANS_THEME, 2)
    assert {b.niveau for b in blocs if isinstance(b, m.Volet)} == {3}
    assert _volet(lu, "CARRIERES").resume == "Coût non mesuré"
    assert ["Thématique" in _points(_volet(x, "CAM")) for x in (lu, sans)] == [False, True]
    assert {type(b) for b in dispositifs.section_dispositifs(sans).blocs} == {m.Volet}
    # what a sheet presents is not presented again among those out of the totals
    ailleurs = "\n".join(m.textes([reserves.section_hors_totaux(lu)]))
    assert "Des puits" not in ailleurs
    assert lu.libelle("CARRIERES") in ailleurs


def test_un_auteur_seul_signe_une_fois(republier: Republier) -> None:
    textes = [_texte("CAM", r, f"{r} dit", "DCP") for r in ("ecart", "risque", "presentation")]
    volet = _volet(republier(lambda lignes: lignes.update(textes=textes)), "CAM")
    dits = [m.mots(*b.morceaux) for b in volet.blocs if isinstance(b, m.Paragraphe)]
    assert dits[0] == "presentation dit"
    assert dits[-2:] == ["Textes : DCP.", "Vérifier : d'où vient chaque chiffre."]
    assert _points(volet)["Commentaire"] == "Ecart dit."


def test_les_deux_cotes_de_l_argent_sont_egaux(republier: Republier) -> None:
    def changer(lignes: Lignes) -> None:
        for r in lignes["synthese_financiere"]:
            if r["exercice"] == 2021 and r["dispositif"] != "TOTAL":
                r["amortissements"] = abs(r["amortissements"])

    bilan = republier(changer)
    flux, total = synthese.flux(bilan), bilan.total
    assert isinstance(flux, Flux)
    assert sum(v for _, v in flux.sources) == sum(v for _, v in flux.cibles)
    assert sum(v for _, v in flux.cibles) == total["cout_net"] + total["subventions"] + total["reprises"]
    assert sum(v for _, v in recettes.redevables(bilan)) == total["recettes"]


def _tableaux(blocs: list[m.Bloc]) -> list[m.Tableau]:
    trouves: list[m.Tableau] = []
    for bloc in blocs:
        if isinstance(bloc, m.Tableau):
            trouves.append(bloc)
        elif isinstance(bloc, m.Repli | m.CoteACote | m.Volet):
            trouves += _tableaux(list(bloc.blocs))
    return trouves


def test_un_seul_ordre_des_dispositifs_partout(bilan: Bilan) -> None:
    ordre = [bilan.libelle(c) for c in bilan.dispositifs]
    for section in conseil.bilan_etape(bilan).sections:
        for tableau in _tableaux(section.lus):
            noms = [x["libelle"] for x in tableau.lignes if x.get("libelle") in ordre]
            assert noms == [n for n in ordre if n in noms], tableau.titre


def test_aucun_code_n_est_montre(bilan: Bilan) -> None:
    page = re.sub(r"<style>.*?</style>", "", rendre(conseil.bilan_etape(bilan)), flags=re.DOTALL)
    visible = re.sub(r"<code>.*?</code>|<[^>]+>", " ", page)
    assert re.findall(r"\b[a-z0-9]+_[a-z0-9_]+\b", visible) == []
    assert "adherent actif" not in visible


def test_une_base_opposable_non_atteinte_est_commentee_ou_le_manque_se_dit(republier: Republier) -> None:
    textes = [_texte("CAM", "ecart", "Tarif voté avant la base.", "DAF")]
    for lus, dit in ((textes, "Tarif voté avant la base. — DAF."), ([], "Aucun commentaire n'a été donné.")):
        bilan = republier(lambda lignes, lus=lus: lignes.update(textes=lus))
        enonces = passage.a_commenter(bilan)
        assert enonces["CAM"].startswith("Le coût à rembourser est de ")
        section = passage.section_base_legale(bilan)
        conseil_ = dict(next(b.points for b in section.blocs if isinstance(b, m.Liste)))[bilan.libelle("CAM")]
        # a comment that was given is read with the dispositif
        assert conseil_ == (enonces["CAM"] if lus else f"{enonces['CAM']} {dit}")
        assert _points(_volet(bilan, "CAM"))["Commentaire"] == dit.replace(" — DAF.", "")
        assert _points(_volet(bilan, "CAM"))["Couverture"] == enonces["CAM"]
    demandes = dict(next(b.points for b in reversed(elus.sections(bilan)[0].blocs) if isinstance(b, m.Liste)))
    assert "Demander des explications" in demandes
    # what a binding base leaves to the EPCI was read, and nothing asked
    assert demandes["Décider du tarif"].startswith(f"{bilan.libelle('CAM')}. {enonces['CAM']} Quand le tarif")
