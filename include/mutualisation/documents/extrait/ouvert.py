"""Give the public what it may have of a closed extract: `ouvert_AAAA/`, beside it, under contracts that machines read.

All of it is read from the extract, whose `datapackage.json` says the relations as that version published them: a year
closed long ago opens too, and none of its bytes moves. `ouvert.toml` names what is opened, and why the rest is not."""

import csv
import json
import shutil
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from mutualisation.documents.composition.dossier import remplacer_dossier
from mutualisation.documents.rapport.contenu.ouverture import SEUIL_PROTECTEUR
from mutualisation.publication.versions.extraits import ExtraitLu
from mutualisation.publication.versions.manifeste import CLOS, ecrire, poser
from mutualisation.socle.chemins import OUVERT
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.libelles import en_mots
from mutualisation.socle.poste import Poste

PROFILS = "https://datapackage.org/profiles/2.0"
CSV = "http://publications.europa.eu/resource/authority/file-type/CSV"
Dit = dict[str, Any]


def ouvrir_au_public(extrait: Path, poste: Poste) -> Path:
    """Write what is opened of an extract, signed, and return its folder. Raises `ErreurMutualisation` when the year is
    not closed, when its diffusion is restricted, or when something else is in its place."""
    lu, paquet = ExtraitLu.lire(extrait), json.loads((extrait / "datapackage.json").read_bytes())
    if lu is None or lu.statut != CLOS:
        raise ErreurMutualisation(f"Rien n'est ouvert de {extrait}, qui n'est pas clos : clôturez l'exercice.")
    # a year closed by a former version may have been diffused under a lower threshold
    moyens = csv.DictReader((extrait / "cout_moyen.csv").read_text(encoding="utf-8").splitlines(), delimiter=";")
    petits = (r["etpt_groupe"] and Decimal(r["etpt_groupe"]) < SEUIL_PROTECTEUR for r in moyens)
    if not paquet["licenses"] or any(petits):
        raise ErreurMutualisation(
            f"Rien n'est ouvert de {extrait}, dont la diffusion est restreinte : publiez l'exercice de nouveau, sous "
            "un seuil d'effectif qui protège, puis clôturez-le."
        )
    declare = tomllib.loads(OUVERT.read_text(encoding="utf-8"))
    tues = {r["name"]: declare["fermees"].get(r["name"], "inconnue de ce logiciel") for r in paquet["resources"]}
    tues = {nom: raison for nom, raison in tues.items() if nom not in declare["ouvertes"]}
    # a former version wrote titles without their accents
    paquet["resources"] = [r | {"title": en_mots(r["name"])} for r in paquet["resources"] if r["name"] not in tues]
    dit = {c: lu.manifeste[c] for c in ("exercice", "version", "epci", "publication_sha256")} | {"fermees": tues}
    contrat = yaml.safe_dump(declare["odcs"] | odcs(paquet, dit), allow_unicode=True, sort_keys=False)
    place = extrait.with_name(extrait.name.replace("bilan_", "ouvert_", 1))
    with remplacer_dossier(place, "Ce qui s'ouvre ne peut pas être écrit") as dossier:
        for ressource in paquet["resources"]:
            shutil.copyfile(extrait / ressource["path"], dossier / ressource["path"])
        (dossier / "contrat.odcs.yaml").write_text(contrat, encoding="utf-8")
        (dossier / "catalogue.jsonld").write_bytes(ecrire(declare["dcat"] | dcat(paquet, dit)))
        (dossier / "datapackage.json").write_bytes(ecrire(paquet_2(paquet, dit)))
        poser(dossier, dit | {"extrait": extrait.name, "manifeste_sha256": lu.sha256}, poste)
    return place


def paquet_2(paquet: Dit, dit: Dit) -> Dit:
    """Return the Data Package 2.0, each resource with its Table Schema."""

    def sous(profil: str, contenu: Dit) -> Dit:
        return {"$schema": f"{PROFILS}/{profil}.json"} | {c: v for c, v in contenu.items() if c != "profile"}

    tables = [
        sous("dataresource", r)
        | {"type": "table", "dialect": sous("tabledialect", r["dialect"]), "schema": sous("tableschema", r["schema"])}
        for r in paquet["resources"]
    ]
    editeur = {"title": dit["epci"]["nom"], "roles": ["publisher"]}
    ajouts = {"version": str(dit["version"]), "contributors": [editeur], "resources": tables}
    return sous("datapackage", paquet | ajouts)


def odcs(paquet: Dit, dit: Dit) -> Dit:
    """Return what the Open Data Contract (ODCS 3.1) says of this extract."""

    def propriete(champ: Dit, cle: list[str]) -> Dit:
        dite = {"name": champ["name"], "logicalType": champ["type"], "description": champ["description"]}
        dite["required"] = champ.get("constraints", {}).get("required", False)
        est_cle = champ["name"] in cle
        return dite | ({"primaryKey": True, "primaryKeyPosition": cle.index(champ["name"]) + 1} if est_cle else {})

    def objet(r: Dit) -> Dit:
        champs = [propriete(c, r["schema"].get("primaryKey", [])) for c in r["schema"]["fields"]]
        dit_de = {"name": r["name"], "physicalName": r["path"], "description": r["description"]}
        return dit_de | {"logicalType": "object", "physicalType": "file", "properties": champs}

    tues = " ; ".join(f"{nom} ({raison})" for nom, raison in dit["fermees"].items())
    description = {"purpose": paquet["description"], "usage": f"Réutilisation : {paquet['licenses'][0]['title']}."}
    return {
        "id": f"{paquet['name']}-{dit['epci']['siren']}",
        "name": paquet["title"],
        "version": str(dit["version"]),
        "description": description | {"limitations": f"Ne sont pas ouvertes : {tues}."},
        "schema": [objet(r) for r in paquet["resources"]],
    }


def dcat(paquet: Dit, dit: Dit) -> Dit:
    """Return what the record of a portal (DCAT-AP 3) says of it; addresses begin where the folder is put."""
    an, licence = dit["exercice"], paquet["licenses"][0]["path"]

    def nomme(contenu: Dit, genre: str) -> Dit:
        return {"@type": genre, "dct:title": contenu["title"], "dct:description": contenu["description"]}

    return nomme(paquet, "dcat:Dataset") | {
        "dct:identifier": f"{dit['epci']['siren']}-{an}",
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": dit["epci"]["nom"]},
        "dcat:keyword": paquet["keywords"],
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": f"{an}-01-01",
            "dcat:endDate": f"{an}-12-31",
        },
        "dcat:distribution": [
            nomme(r, "dcat:Distribution") | {"dcat:accessURL": r["path"], "dct:license": licence, "dct:format": CSV}
            for r in paquet["resources"]
        ],
    }
