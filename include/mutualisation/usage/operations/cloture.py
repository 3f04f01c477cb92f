"""`cloturer` has another person approve the published version of an exercice, and writes its extract as closed."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg

from mutualisation.documents.composition.dossier import mise_en_place
from mutualisation.documents.extrait.annuel import REFUS, dossier_ecrit
from mutualisation.documents.extrait.remise import mettre_en_place
from mutualisation.entree.lecteurs.noms import plat
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.roles import APPROBATEUR, au_nom_de, peut_prendre, sous_le_role
from mutualisation.publication.signatures.cle_signature import cle_signature
from mutualisation.publication.versions.chaine import ancrer
from mutualisation.publication.versions.clotures import Cloture, approuver, lire_cloture
from mutualisation.publication.versions.extraits import ExtraitLu, dossiers_ecrits, ecarts_extrait
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.publication.versions.manifeste import A_APPROUVER
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.socle.francais.formats import enumerer, plusieurs
from mutualisation.usage.operations.ecarts import figures_a_clore
from mutualisation.usage.operations.en_attente import achever
from mutualisation.usage.operations.laisse_de_cote import laisse_de_cote
from mutualisation.usage.operations.livraison import composer_ensemble, ecrire_extraits
from mutualisation.usage.operations.session import Session, identite, verifier_exercices
from mutualisation.usage.operations.session import signataire as signataire_de
from mutualisation.usage.operations.verification_sceau import exiger_sceau

ECARTS = """
select controle, coalesce(cle, '')
  from versions.controles
 where exercice = %s and version = %s and statut = 'ecart' and justification is null
 order by 1, 2
"""
PREPARATEURS = """
select distinct unnest(array_append(array(select jsonb_array_elements_text(portes -> 'demande' -> 'par')), prepare_par))
  from journal.constructions where statut = 'publiee' and %s = any (exercices)
"""
LIMITE_NOMS = 10
DIT_PAR = ("--approuve-par", "l'approbateur")


@dataclass(frozen=True)
class ExerciceClos:
    """An exercice is closed: version, approver, folder of its closed extract (empty when it can't be written). `deja`
    says that it was closed before this command."""

    exercice: int
    version: int
    approuve_par: str
    dossier: str
    deja: bool

    @property
    def lignes(self) -> list[str]:
        """Say the same in French: what is closed, then its folder."""
        phrase = f"exercice {self.exercice} {'déjà clos' if self.deja else 'clos'}, version {self.version}"
        phrase += f", approuvé par {self.approuve_par}"
        return [phrase, *filter(None, [self.dossier])]


@dataclass(frozen=True)
class AClore:
    """This version would be closed: folder of its extract, sha256 of its manifest. `laisse_de_cote` says what its
    figures leave out, `phrase` their total; `tableau` is a Markdown table of them."""

    exercice: int
    version: int
    dossier: str
    manifeste_sha256: str
    laisse_de_cote: str
    phrase: str
    tableau: str


def verifier_cloture(session: Session, exercice: int, sortie: str | None = None) -> AClore:
    """Return what an approver is about to close, once everything but who approves is found right; nothing changes.
    Raises `ControleEchoue` (2) when K4 refuses, or when the version is closed already."""
    with _Ouverte.ouvrir(session, exercice, sortie) as ouverte:
        if ouverte.cloture is not None:
            raise _refus(f"l'exercice {ouverte.exercice}, version {ouverte.version}, est déjà clos")
        return ouverte.regarder()


def cloturer(
    session: Session,
    exercice: int,
    approuve_par: str | None = None,
    sortie: str | None = None,
    *,
    version: int | None = None,
    manifeste_sha256: str | None = None,
    compte: str | None = None,
) -> ExerciceClos:
    """Approve the published version of an exercice, then write its extract as closed; again, only what is missing.

    Its extract is in `sortie`, by default where it was last written; `version` and `manifeste_sha256` are the version
    and the extract that were looked at, by default those found; `compte` is the address of the warehouse under the
    approver's own login, by default that of the session. Raises `ControleEchoue` (2) when K4 refuses,
    `ErreurMutualisation` (1) when the login is no approver or the extract cannot be written."""
    with _Ouverte.ouvrir(session, exercice, sortie, version) as ouverte:
        deja = ouverte.cloture is not None
        if not deja:
            ouverte.approuver(ouverte.regarder(manifeste_sha256), approuve_par, compte)
        return ouverte.ecrire(deja=deja)


@dataclass(frozen=True)
class _Ouverte:
    """The closing of a published version is under way while the warehouse is held; its extract is in `dossier`."""

    session: Session
    conn: psycopg.Connection[Any]
    exercice: int
    version: int
    dossier: Path | None

    @classmethod
    @contextmanager
    def ouvrir(cls, session: Session, exercice: int, sortie: str | None, demandee: int | None = None) -> Iterator[Self]:
        """Hold the warehouse, once the published version is the one that is asked, and what was sealed (K10)."""
        (annee,) = verifier_exercices([exercice])
        with session.connexion() as conn, session.etape("clôture"):
            achever(conn, session.poste, session.suivi)
            version = exiger_publiee(conn, annee, demandee)
            exiger_sceau(session, conn, [annee], version)
            yield cls(session, conn, annee, version, _dossier(conn, annee, version, sortie))

    @property
    def cloture(self) -> Cloture | None:
        """Return who has approved it; None while it is to be approved."""
        return lire_cloture(self.conn, self.exercice, self.version)

    def regarder(self, manifeste_sha256: str | None = None) -> AClore:
        """Check first K4, but for who approves; `manifeste_sha256` is that of the extract that was looked at."""
        self._exiger_justifications()
        extrait = self._extrait_a_approuver()
        if manifeste_sha256 not in (None, extrait.sha256):
            raise _refus(
                f"l'extrait {extrait.dossier} a été réécrit depuis qu'il a été regardé (manifeste "
                f"{manifeste_sha256} alors, {extrait.sha256} maintenant) : regardez-le, puis approuvez-le de nouveau"
            )
        laisse = laisse_de_cote(self.session, [self.exercice], self.version, self.conn)
        figures = figures_a_clore(self.conn, self.exercice, self.version)
        return AClore(self.exercice, self.version, str(extrait.dossier), extrait.sha256, laisse, *figures)

    def approuver(self, vu: AClore, approuve_par: str | None, compte: str | None) -> None:
        """Compose next the closed extract, sign in the name of who approves the statement that holds it, then put it in
        place. Nothing of it takes place when somebody has closed meanwhile."""
        session, conn = self.session, self.conn
        signataire = approuve_par or "" if compte else signataire_de(session, conn, approuve_par, *DIT_PAR)
        if session.embarque:
            exiger_une_autre(conn, vu.exercice, signataire)
        conn.commit()
        session.suivi(f"Clôture de l'exercice {vu.exercice}, version {vu.version}")
        cle = cle_signature(session.poste)
        quoi = {c: getattr(vu, c) for c in ("exercice", "version", "manifeste_sha256")}
        quoi |= {"identite": identite(session)} | ({"repondant": signataire} if compte and signataire else {})
        with mise_en_place(Path(vu.dossier).parent, REFUS) as pose:
            with _en_son_nom(session, signataire, compte) as connexion_de_l_approbateur:
                cloture = Cloture.a_signer(conn, connexion_de_l_approbateur, quoi)
                manifestes = composer_ensemble(session, conn, {vu.exercice: vu.version}, pose, cloture)
                clos = approuver(conn, connexion_de_l_approbateur, cloture, manifestes.values(), cle)
            ancrer(conn, session.poste)
            mettre_en_place(conn, pose, manifestes if clos else {}, session.poste)

    def ecrire(self, *, deja: bool) -> ExerciceClos:
        """Write last what is missing of the closed extract, where its folder still stands."""
        cloture = self.cloture
        if cloture is None:
            raise _refus(f"l'exercice {self.exercice} n'a pas été clos")
        self.conn.commit()
        ecrit = ""
        # a closed extract whose folder was taken away is written again by `extraire`, where one wishes
        if self.dossier is not None and self.dossier.parent.is_dir():
            (ecrit,) = ecrire_extraits(self.session, self.conn, {self.exercice: self.version}, self.dossier.parent)
        return ExerciceClos(self.exercice, self.version, cloture.approuve_par, ecrit, deja)

    def _exiger_justifications(self) -> None:
        sans = self.conn.execute(ECARTS, (self.exercice, self.version)).fetchall()
        if sans:
            noms = [f"{controle} ({cle})" if cle else controle for controle, cle in sans]
            raise _refus(
                f"l'exercice {self.exercice} a {plusieurs(len(noms), 'écart')} sans justification : "
                f"{enumerer(noms, LIMITE_NOMS)} ; corrigez les fichiers ou ajoutez des lignes à "
                "referentiel/justifications, puis relancez « mutualisation bilan »"
            )

    def _extrait_a_approuver(self) -> ExtraitLu:
        """Return the extract to approve, once its manifest and each of its files are those that were written."""
        remede = "réécrivez-le par « mutualisation extraire », ou dites son dossier par --sortie"
        dossier, exercice, version = self.dossier, self.exercice, self.version
        extrait = ExtraitLu.lire(dossier) if dossier else None
        if dossier is None or extrait is None:
            lieu = f" dans {dossier}" if dossier else ""
            raise _refus(f"l'extrait de l'exercice {exercice}, version {version}, ne se trouve pas{lieu} : {remede}")
        trouve = (extrait.exercice, extrait.version, extrait.statut)
        if trouve != (exercice, version, A_APPROUVER):
            raise _refus(
                f"l'extrait {dossier} est de l'exercice {trouve[0]}, version {trouve[1]}, statut « {trouve[2]} », et "
                f"non celui à approuver de l'exercice {exercice}, version {version} : {remede}"
            )
        if ecarts := ecarts_extrait(self.conn, dossier, self.session.var):
            raise ControleEchoue([f"clôture : {ecart}" for ecart in ecarts[:LIMITE_NOMS]])
        return extrait


def exiger_publiee(conn: psycopg.Connection[Any], exercice: int, demandee: int | None = None) -> int:
    """Return the published version. Raises `ControleEchoue` when there is none, or another than the one asked."""
    publiee = lire_pointeurs(conn).get(exercice)
    if publiee is None:
        raise _refus(f"l'exercice {exercice} n'est pas publié : il n'a pas d'extrait à approuver")
    if demandee not in (None, publiee):
        raise _refus(
            f"l'exercice {exercice} publie la version {publiee}, et c'est la {demandee} qui est demandée : lancez "
            f"« cloture_exercice », qui demandera d'approuver la {publiee}"
        )
    return publiee


@contextmanager
def _en_son_nom(session: Session, signataire: str, compte: str | None) -> Iterator[psycopg.Connection[Any]]:
    """Open a transaction in the name of who approves: under a login of its own, or one made for it (K3). The role of
    the run approves nothing: only the login does, and it needs no other group."""
    with (
        connecter(compte or session.dsn, role=None) as connexion_de_l_approbateur,
        connexion_de_l_approbateur.transaction(),
        au_nom_de(connexion_de_l_approbateur, signataire, APPROBATEUR)
        if session.embarque and not compte
        else nullcontext(),
        # a member that inherits nothing puts its group on
        sous_le_role(connexion_de_l_approbateur, APPROBATEUR)
        if peut_prendre(connexion_de_l_approbateur, APPROBATEUR)
        else nullcontext(),
    ):
        yield connexion_de_l_approbateur


def exiger_une_autre(conn: psycopg.Connection[Any], exercice: int, nom: str) -> None:
    """Refuse a preparer of a version of this exercice as approver, but for case, accents and spaces (K4). The database
    refuses the same name, letter for letter."""
    for (prepare_par,) in conn.execute(PREPARATEURS, (exercice,)).fetchall():
        if prepare_par != nom and _personne(prepare_par) == _personne(nom):
            raise _refus(
                f"l'exercice {exercice} a été préparé par « {prepare_par} », et « {nom} » est le même nom : une autre "
                "personne doit l'approuver"
            )


def _personne(nom: str) -> str:
    return plat("".join(nom.split()))


def _dossier(conn: psycopg.Connection[Any], exercice: int, version: int, sortie: str | None) -> Path | None:
    """Return where the extract of the version is: in the folder given, else where it was last put."""
    if sortie is not None:
        return dossier_ecrit(Path(sortie), exercice, version)
    lieux = dossiers_ecrits(conn, exercice, version)
    return next((lieu for lieu in lieux if lieu.is_dir()), lieux[0] if lieux else None)


def _refus(phrase: str) -> ControleEchoue:
    return ControleEchoue([f"clôture : {phrase}."])
