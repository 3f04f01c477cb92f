"""A letter to an adherent goes by the Connection `remise_courriel` (smtp), its envelope attached."""

import html
import smtplib
from hashlib import sha256

from mutualisation.socle.erreurs import PannePassagere
from mutualisation.usage.operations import LettreRefusee
from mutualisation.usage.operations.envois import Envoi

REMISE = "remise_courriel"
SUJET = "Services mutualisés : vos documents de l'exercice {exercice}"
CORPS = """<p>Bonjour,</p>
<p>Vous trouverez ci-joint les documents de l'exercice {exercice} qui concernent {nom}, et eux seuls : {pieces}.</p>"""


def poster(envoi: Envoi, exercice: int, connexion: str) -> None:
    """Send one letter. Raises `LettreRefusee` where the server answers no, `PannePassagere` where none is reached; what
    else is raised leaves in doubt whether it went."""
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    pieces = "une pièce" if envoi.pieces == 1 else f"{envoi.pieces} pièces"
    numero = sha256("|".join((envoi.siret, envoi.sha256, envoi.destination)).encode()).hexdigest()
    courrier = SmtpHook(smtp_conn_id=connexion)
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
            courrier.send_email_smtp(
                to=envoi.destination,
                subject=SUJET.format(exercice=exercice),
                html_content=CORPS.format(exercice=exercice, nom=html.escape(envoi.nom), pieces=pieces),
                files=[str(envoi.archive)],
                # the same letter keeps its number: a server may drop the second
                custom_headers={"Message-ID": f"<{numero}@mutualisation>"},
            )
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as erreur:
            raise LettreRefusee(f"Le serveur de courriel refuse la lettre ({type(erreur).__name__}).") from None
