"""Pairs of dated rows of every referentiel, in both orders of the file: which share a day (F12, R1f, R7b)."""

from echantillon.siret import siren_fictif, siret
from tests.atelier.atelier import Atelier
from tests.atelier.attaque import Attaque
from tests.atelier.depots import Feuille

TOT, TARD = ("01/01/2020", "30/06/2023"), ("30/06/2023", "")
VEILLE = ("01/01/2020", "29/06/2023")
TOUJOURS, UN_AN = ("01/01/2020", ""), ("01/01/2021", "31/12/2021")
# the two that follow each other share no day, each other pair shares one
PAIRES = {
    "BORD": (TOT, TARD), "BORDI": (TARD, TOT), "SUITE": (VEILLE, TARD), "SUITEI": (TARD, VEILLE),
    "LONG": (TOUJOURS, UN_AN), "LONGI": (UN_AN, TOUJOURS),
}  # fmt: skip
EPCI = "20000000800017"
SIRETS = [siret(siren_fictif(f"2159900{rang}")) for rang in range(len(PAIRES))]
# product of CEE: each pair of dispositifs in years of its own
CEE = (
    ("CEE1", "01/01/2000", "30/06/2000"), ("CEE2", "30/06/2000", "31/12/2000"),
    ("CEE1", "01/01/2001", "29/06/2001"), ("CEE2", "30/06/2001", "31/12/2001"),
    ("CEE2", "01/01/2002", "29/06/2002"), ("CEE1", "30/06/2002", "31/12/2002"),
    ("CEE3", "01/01/2003", ""), ("CEE4", "01/01/2004", "31/12/2004"), ("CEE4", "31/12/2004", "31/12/2004"),
)  # fmt: skip


def _paires(entete: str, modele: str, cles: list[str]) -> Feuille:
    """The pairs of a referentiel, a key each; `modele` is a row where {k} is the key, {d} and {f} the period."""
    feuille = Feuille(entete)
    for cle, paire in zip(cles, PAIRES.values(), strict=True):
        for rang, (debut, fin) in enumerate(paire):
            feuille.ligne(modele.format(k=cle, d=debut, f=fin, rang=rang))
    return feuille


def _codes(lettre: str) -> list[str]:
    return [f"{lettre}{cle}" for cle in PAIRES]


def _dispositifs() -> Feuille:
    f = _paires(
        "Code;Libellé;Thématique;Véhicule juridique;Valorisation;Début;Fin", "{k};d;t;;en attente;{d};{f}", _codes("D")
    )
    for code in (
        "ADS",
        "CONSEIL",
        *_codes("M"),
        *_codes("T"),
        *_codes("P"),
        "TRANCHE",
        "BASES",
        "CEE5",
        *sorted({c for c, *_ in CEE}),
    ):
        f.ligne(f"{code};d;t;;en attente;01/01/1999;")
    return f


def _tarifs() -> Feuille:
    entete = "Dispositif;Règle;Tranche min;Tranche max;Montant;Base;Mode recouvrement;Début;Fin;Référence"
    f = Feuille(entete)
    modes = (("forfait", "titre"), ("par_unite", "gratuit"))
    for code, paire in zip(_codes("M"), PAIRES.values(), strict=True):
        for (regle, mode), (debut, fin) in zip(modes, paire, strict=True):
            f.ligne(f"{code};{regle};;;1;;{mode};{debut};{fin};x")
    f.rangees += _paires(entete, "{k};forfait;;;{rang};;titre;{d};{f};x", _codes("T")).rangees
    for rang in range(2):  # two brackets, and two bases, are no overlap
        f.ligne(f"TRANCHE;par_tranche;{rang};{rang + 1};1;;titre;01/01/2020;;x")
    f.ligne("BASES;pourcentage;;;1;achats_ht;titre;01/01/1999;31/12/1999;x")
    f.ligne("BASES;pourcentage;;;1;produit_cee;titre;01/01/1999;31/12/1999;x")
    f.ligne("BASES;pourcentage;;;1;produit_cee;titre;01/01/1998;31/12/1998;x")
    f.ligne("CEE5;forfait;;;1;produit_cee;titre;01/01/1998;31/12/1998;x")  # a fixed sum shares no product
    for code, debut, fin in CEE:
        f.ligne(f"{code};pourcentage;;;1;produit_cee;titre;{debut};{fin};x")
    return f


ATTAQUE = Attaque(
    "chevauchements",
    {
        "referentiel/dispositifs.csv": _dispositifs(),
        "referentiel/tarifs.csv": _tarifs(),
        "referentiel/adherents.csv": _paires(
            "SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin", "{k};{k:.9};commune;c;59001;{d};{f}", SIRETS
        ).ligne(f"{EPCI};200000008;epci;Métropole;;01/01/2015;"),
        "referentiel/cles_analytiques.csv": _paires(
            "Origine;Code;Dispositif;Part communes %;Début;Fin;Référence", "axe;{k};HORS;9{rang};{d};{f};x", _codes("K")
        ),
        "referentiel/parametres.csv": _paires(
            "Paramètre;Valeur;Début;Fin;Référence", "{k};{rang};{d};{f};x", _codes("libre")
        ),
        "referentiel/roles_comptes.csv": _paires(
            "Préfixe;Rôle;Début;Fin;Référence",
            "{k};exclu;{d};{f};x",
            [str(60611 + rang) for rang in range(len(PAIRES))],
        ),
        "referentiel/ponderations.csv": _paires(
            "Dispositif;Type unité;Poids;Début;Fin;Référence", "{k};PC;{rang};{d};{f};x", _codes("P")
        ),
    },
    [
        f"{controle} {prefixe}{cle}"
        for controle, prefixe, cles in (
            ("cles_chevauchantes", "axe/", _codes("K")),
            ("periodes_chevauchantes", "dispositifs/", _codes("D")),
            ("periodes_chevauchantes", "adherents/", SIRETS),
            ("periodes_chevauchantes", "parametres/", _codes("libre")),
            ("periodes_chevauchantes", "roles_comptes/", [str(60611 + rang) for rang in range(len(PAIRES))]),
            ("ponderations_chevauchantes", "", _codes("P")),
            ("modes_melanges", "", _codes("M")),
            ("tarifs_chevauchants", "", _codes("T")),
        )
        for cle, nom in zip(cles, PAIRES, strict=True)
        if "SUITE" not in nom
    ]
    + [f"tarifs_chevauchants CEE{n}" for n in range(1, 5)],
)


def test_deux_lignes_d_un_meme_jour(atelier: Atelier) -> None:
    with atelier.raconte(ATTAQUE) as construction:
        assert ATTAQUE.defauts(construction) == []
        # CEE4: its two rows share 31/12/2004, and each shares a day with that of CEE3
        requete = "select cle, valeur_constatee from controles where controle = 'tarifs_chevauchants' order by 1"
        assert construction.lire(requete)[:4] == [
            ("CEE1", "1 chevauchement"),
            ("CEE2", "1 chevauchement"),
            ("CEE3", "2 chevauchements"),
            ("CEE4", "3 chevauchements"),
        ]
