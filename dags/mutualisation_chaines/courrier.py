"""A letter to an adherent goes by the Connection `remise_courriel` (smtp), its envelope attached."""

import html
import smtplib
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256

from airflow.providers.smtp.hooks.smtp import SmtpHook

from mutualisation.socle.erreurs import PannePassagere
from mutualisation.usage.operations.envois import Envoi, LettreDifferee, LettreRefusee

REMISE = "remise_courriel"
SUJET = "Services mutualisés : vos documents de l'exercice {exercice}"
CORPS = """<p>Bonjour,</p>
<p>Vous trouverez ci-joint les documents de l'exercice {exercice} qui concernent {nom}, et eux seuls : {pieces}.</p>"""
ENVOYEZ = 354


class Echange(smtplib.SMTP):
    """A session knows whether the server has begun to take a letter: only its answer then says what became of it."""

    engagee = False

    def getreply(self) -> tuple[int, bytes]:
        code, dit = super().getreply()
        self.engagee = self.engagee or code == ENVOYEZ
        return code, dit


class EchangeChiffre(Echange, smtplib.SMTP_SSL):
    """The same, under TLS from its first byte."""


class Courrier(SmtpHook):
    """The connection of Airflow opens one session, and each letter is tried once."""

    smtp_retry_limit = 0

    def _build_client(self) -> Echange:
        genre = EchangeChiffre if self.use_ssl else Echange
        self.echange = genre(**self._build_client_kwargs(is_async=False))
        return self.echange


def poster(envoi: Envoi, octets: bytes, exercice: int, connexion: str) -> None:
    """Send the bytes of one envelope. Raises `LettreRefusee` where the server answers no for good, `LettreDifferee`
    where it does for now, or is lost before it takes the letter, `PannePassagere` where none is reached; what else is
    raised leaves in doubt whether it went."""
    courrier = Courrier(smtp_conn_id=connexion)
    try:
        courrier.get_conn()
    except Exception as erreur:  # noqa: BLE001 - its text may hold the address of the server
        raise PannePassagere(
            f"Le serveur de courriel ne répond pas ({type(erreur).__name__}) : vérifiez la connexion Airflow "
            f"« {connexion} ». Ce qui est parti ne repartira pas."
        ) from None
    if not courrier.from_email:
        raise PannePassagere(
            f"La connexion Airflow « {connexion} » n'a pas d'expéditeur : donnez « from_email » (extra)."
        )
    with courrier:
        try:
            courrier.echange.send_message(_lettre(envoi, octets, exercice, courrier.from_email))
        except (OSError, ValueError) as erreur:
            if isinstance(erreur, smtplib.SMTPRecipientsRefused):
                code = max(code for code, _ in erreur.recipients.values())
            else:
                code = getattr(erreur, "smtp_code", 0)
            if code >= 500 or isinstance(erreur, (smtplib.SMTPNotSupportedError, ValueError)):
                raise LettreRefusee(f"Le serveur de courriel refuse la lettre ({type(erreur).__name__}).") from None
            if code or not courrier.echange.engagee:
                raise LettreDifferee(f"Le serveur de courriel diffère la lettre ({type(erreur).__name__}).") from None
            raise


def _lettre(envoi: Envoi, octets: bytes, exercice: int, expediteur: str) -> EmailMessage:
    pieces = "une pièce" if envoi.pieces == 1 else f"{envoi.pieces} pièces"
    numero = sha256("|".join((envoi.siret, envoi.sha256, envoi.destination)).encode()).hexdigest()
    lettre = EmailMessage()
    lettre["Subject"], lettre["From"], lettre["To"] = SUJET.format(exercice=exercice), expediteur, envoi.destination
    lettre["Date"] = formatdate(localtime=True)
    # the same letter keeps its number: a server may drop the second
    lettre["Message-ID"] = f"<{numero}@mutualisation>"
    corps = CORPS.format(exercice=exercice, nom=html.escape(envoi.nom), pieces=pieces)
    lettre.set_content(corps, subtype="html", cte="quoted-printable")
    lettre.add_attachment(octets, maintype="application", subtype="zip", filename=envoi.archive.name)
    return lettre
