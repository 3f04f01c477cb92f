"""The documentation page of the sources, generated from the registry: docs/sources.md can't lie."""

from __future__ import annotations

from mutualisation.sources.jeux import TYPES, Colonne, Jeu
from mutualisation.sources.registre import registre

# what the door does of a file, whatever its jeu; the figures are those of `ingestion.limites`
_PORTE = """
## La porte

Un fichier est copié une fois dans un dossier privé, condensé pendant la copie, et seule cette copie est lue. Il
est refusé (3), avec sa règle et son remède, quand il n'est pas un fichier ordinaire du dépôt (tube,
périphérique, lien qui mène dehors ou tourne en rond), ou quand il dépasse un de ces réglages,
`MUTUALISATION_<NOM>_MAX` :

| réglage | borne | par défaut |
|---|---|---|
| `CELLULE` | caractères d'une cellule (la ligne seule est rejetée) | 32 767 |
| `COLONNES` | cellules d'une ligne | 1 000 |
| `DEPLOYE`, `RAPPORT` | octets d'un classeur déployé, fois sa taille | 200 Mo, 100 |
| `FEUILLES`, `CHAINES` | feuilles et textes partagés d'un classeur | 255, 1 000 000 |
| `NOEUDS`, `PROFONDEUR` | éléments d'un XML ou valeurs d'un JSON, l'un dans l'autre | 3 000 000, 100 |
| `JETON` | octets d'une balise et de ses attributs, d'un texte de JSON | 1 Mo |
| `MEMOIRE`, `DUREE` | Mo et secondes de calcul pour lire un classeur, un XML ou un JSON | 450, 8 |

La durée s'allonge avec la taille du fichier et avec ses lignes ; ces fichiers sont lus par un processus à part,
sans la clé ni l'adresse de l'entrepôt. Un CSV est lu au fil de l'eau, ses cellules comptées avant d'être
coupées.

| dans un classeur ou un JSON | ce qu'il en advient | pourquoi |
|---|---|---|
| macros (`vbaProject`, .xlsm) | refusé | un programme, dont un tableau n'a pas besoin |
| clé donnée deux fois, texte après la fin d'un JSON | refusé | rien ne dit laquelle vaut |
| lignes dont les numéros ne croissent pas, deux cellules d'une même place | refusé | l'une serait perdue sans un mot |
| formule sans valeur enregistrée | ligne rejetée | rien à lire |
| formule avec sa valeur | lue, comptée en avertissement | sa valeur est celle du dernier enregistrement |
| liens vers d'autres classeurs | avertissement | mêmes valeurs anciennes, ailleurs |
| lignes masquées ou filtrées, colonnes masquées | lues, comptées en avertissement | masquer n'est pas supprimer |
| feuille masquée, autre feuille de même en-tête | la première est lue, avertissement | des lignes pourraient manquer |
| cellules fusionnées sous l'en-tête | avertissement | seule la première a une valeur |

### Ce qui pourrait nommer une personne (K9)

Dans `rh` et `compta`, une cellule n'entre que dans une forme que sa colonne permet ; hors de là : `?` pour un
montant, une date, une durée, un compte ou une valeur de liste (la ligne est rejetée comme avant), une empreinte
`~…` pour un code, un numéro ou un SIRET (deux cellules égales ont la même). Un code que nomme une clé ou un
paramètre entre en clair ; s'il était inconnu quand son fichier fut chargé, il est reconnu dès que la clé
arrive. Statut et Grade ne sont qu'une empreinte, Tiers n'est gardé qu'avec un SIRET valide et sans compte
bancaire, Objet et Désignation restent dans `brut`. Un fichier de temps dont plus de la moitié des codes n'ont ni
clé ni forme de code est refusé. Les en-têtes de colonnes ignorées ou mal écrites, les noms de feuilles (`rh`,
`compta`) et, dans toute source, les noms de fichiers et de dossiers refusés ne sont répétés que par leurs mots
connus ; « … » tient la place des autres, et le rang dans le dossier, par ordre alphabétique, dit alors de quel
fichier il s'agit.

Ce qu'aucune clé ne nomme n'entre en clair que si rien n'y peut désigner quelqu'un :

- codes des temps : capitales, chiffres, `_ - . /`, jamais des lettres seules, ni le nom ou le matricule d'un agent
  connu, même écrit autrement (casse, accents, tirets, zéros, nom seul) ; aucun, si le fichier a l'en-tête d'une
  personne sur des codes, ou pas un code qui ait une clé ;
- codes des affectations (`agents`) : aucun ;
- codes de `compta` : des chiffres, et trois lettres de suite au plus (`2024 M 03`, `Bat-12`), aucun agent connu ;
- Budget, Bordereau, Pièce et Ligne, publiés dans `tracabilite` : des chiffres, et moins de lettres que de chiffres
  ou deux au plus (`L1204`, `BP`) ;
- nulle part un IBAN, un RIB ou un numéro de sécurité sociale (Corse comprise), quoi qu'il y ait autour.

Une quotité ou une affectation de plus de 100 % entre comme `101` : la règle la rejette ou la bloque comme avant.
Le référentiel est chargé d'abord, puis `rh`, puis les autres sources : le grand livre est lu quand les agents sont
connus.
""".rstrip("\n").split("\n")


def page_sources() -> str:
    """Markdown page: one section per source, one table per jeu (colonne, obligatoire, lecture, unité)."""
    lignes = [
        "# Sources",
        "",
        "Page générée par `python -m mutualisation.sources.generation` depuis les déclarations : ne pas la modifier.",
        "`*` : jamais vide. Une colonne de plus est notée et ignorée ; l'ordre est libre.",
    ]
    lignes += _PORTE
    for source in registre():
        lignes += ["", f"## {source.nom}/ — {source.libelle}", "", source.description]
        for jeu in source.jeux:
            lignes += _section(jeu)
    return "\n".join(lignes) + "\n"


def _section(jeu: Jeu) -> list[str]:
    formats = ", ".join(f".{e}" for e in jeu.extensions)
    attendu = {"annuel": " Attendu chaque année.", "mensuel": " Attendu chaque mois."}.get(jeu.attendu or "", "")
    titre = ["", f"### {jeu.forme_du_nom} ({formats})", "", f"{jeu.libelle}.{attendu}"]
    if jeu.format != "tabulaire":
        return titre
    return [*titre, "", "| colonne | lecture | unité |", "|---|---|---|", *(_ligne(c) for c in jeu.colonnes)]


def _ligne(colonne: Colonne) -> str:
    lecture = TYPES[colonne.type]
    if colonne.valeurs:
        lecture = ", ".join(f"`{v}`" for v in colonne.valeurs)
    return f"| {colonne.entete}{'*' if colonne.obligatoire else ''} | {lecture} | {colonne.unite or ''} |"
