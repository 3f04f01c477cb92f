"""`facturer` end to end: why there is no PES, then a PES that comes back into the ledger as what was due."""

import shutil
from decimal import Decimal
from pathlib import Path

from tests.atelier.bases import lire
from tests.atelier.commande import appeler
from tests.atelier.partage import defauts_de_schema
from tests.atelier.petit_depot import EXERCICE, ajouter
from tests.bout_en_bout.entrepots import Publie, publier

from mutualisation.usage import operations as op

TITRES = """
select semestre, siret_adherent, montant_du, montant_titre from publication.recouvrement where dispositif = 'CEP'
"""


def test_sans_les_codes_du_poste_une_phrase_et_les_factures(publie: Publie, tmp_path: Path) -> None:
    sortie = appeler(publie.contexte, "facturer", "--exercice", EXERCICE, "--semestre", 1, "--sortie", tmp_path)
    assert sortie.code == 0, sortie.erreurs
    (phrase,) = [x for x in sortie.erreurs.splitlines() if "PES" in x]
    for attendu in ("referentiel/parametres", "pes_poste", "pes_collectivite", "pes_budget", "pes_produit:CEP"):
        assert attendu in phrase
    dossier = tmp_path / f"factures_{EXERCICE}-S1"
    assert list(dossier.glob("facture_*.pdf"))
    assert not list(dossier.glob("*.xml"))


def test_le_pes_revient_au_grand_livre_comme_ce_qui_est_du(neuf: op.Session, depot: Path, tmp_path: Path) -> None:
    """Both drafts are dropped among the ledger: each due is then titled, what was titled before included, by the
    key of its product (R3i, R7i)."""
    ref = depot / "referentiel"
    ajouter(ref / "cles_analytiques.csv", "produit;CEP1;CEP;100;2018-01-01;;Produits locaux")
    codes = (("pes_poste", "059001"), ("pes_collectivite", "100"), ("pes_budget", "00"))
    ajouter(ref / "parametres.csv", *(f"{nom};{valeur};2019-01-01;;Trésorerie" for nom, valeur in codes))
    adherents = (ref / "adherents.csv").read_text(encoding="utf-8").splitlines()
    (ref / "adherents.csv").write_text(
        "\n".join(f"{x};{'Adresse;Code postal;Ville' if not n else '1 place de la Mairie;59000;Lille'}"
                  for n, x in enumerate(adherents)) + "\n",
        encoding="utf-8",
    )  # fmt: skip
    publier(neuf, depot)
    dus = {(s, siret): du for s, siret, du, _ in lire(neuf.dsn, TITRES)}
    for semestre in (1, 2):
        dossier = Path(op.facturer(neuf, EXERCICE, semestre, str(tmp_path / "factures")).dossier)
        (projet,) = dossier.glob("projet_pes_*.xml")
        assert defauts_de_schema(projet.read_bytes()) == []
        assert op.verifier(neuf, extraits=[dossier])[0] == []
        touche = Path(shutil.copytree(dossier, tmp_path / f"touche_{semestre}")) / projet.name
        touche.write_bytes(projet.read_bytes().replace(b"100", b"101", 1))
        (ecart,) = op.verifier(neuf, extraits=[touche.parent])[0]
        assert f"le fichier {projet.name} n'est plus celui qui a été écrit" in ecart
        shutil.copy(projet, depot / "compta" / f"PES_R_{semestre}.xml")
    publier(neuf, depot)
    assert {(s, siret): titre for s, siret, _, titre in lire(neuf.dsn, TITRES)} == dus
    assert sum(dus.values()) > Decimal(1000)
