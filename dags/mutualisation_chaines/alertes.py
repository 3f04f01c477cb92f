"""Alerts go by the connections of Airflow that exist: `alerte_courriel` (smtp), `alerte_webhook` (http). Their text is
a sentence, then its remedy; one that can't be sent is said in the log, and changes nothing."""

import html
import logging
from collections.abc import Callable
from typing import Any

from airflow.sdk import BaseNotifier

journal = logging.getLogger(__name__)
SUJET_MAX, DELAI_S = 150, 20.0
OU_REPONDRE = "répondez dans « Actions requises » d'Airflow"
# a request made again says so
RAPPEL = "{{ 'Rappel : ' if ti.try_number > 1 else '' }}"
COURRIEL, WEBHOOK = "alerte_courriel", "alerte_webhook"


class Alerte(BaseNotifier):
    """An alert is a sentence (a template) and its remedy, for who must answer."""

    template_fields = ("phrase",)

    def __init__(self, phrase: str, remede: str, **reglages: Any) -> None:
        super().__init__(**reglages)
        self.phrase, self.remede = phrase, remede

    def notify(self, context: Any) -> None:
        envoyer(self.phrase, self.remede, context)


def texte_de(phrase: str, remede: str) -> str:
    """Return what is sent: no alert goes without its remedy."""
    return f"{phrase} Remède : {remede}."


def envoyer(phrase: str, remede: str, contexte: Any) -> None:
    """Send a sentence and its remedy by each connection that exists. Raises nothing."""
    from mutualisation.usage.ordonnancement.connexions import connexion

    texte = texte_de(phrase, remede)
    if lien := getattr(contexte.get("ti"), "log_url", None):
        texte = f"{texte} Journal : {lien}"
    moyens: dict[str, Callable[[str, Any, Any], None]] = {COURRIEL: _courriel, WEBHOOK: _webhook}
    for nom, envoi in moyens.items():
        try:
            if (trouvee := connexion(nom)) is not None:
                envoi(texte, trouvee, contexte)
        except Exception as erreur:  # noqa: BLE001 - its text may hold an address that is a secret
            journal.error(
                "L'alerte n'a pas pu partir (%s) : vérifiez la connexion Airflow « %s ».", type(erreur).__name__, nom
            )


def _courriel(texte: str, trouvee: Any, contexte: Any) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    # we don't call the notifier but ask it to notify: a name of a file in the text is no template
    SmtpNotifier(
        to=trouvee.extra_dejson["to"],
        subject=texte[:SUJET_MAX],
        html_content=html.escape(texte, quote=False),
        smtp_conn_id=COURRIEL,
    ).notify(contexte)


def _webhook(texte: str, trouvee: Any, _: Any) -> None:
    import httpx

    # the password holds the part of the address that is a secret
    adresse = f"{trouvee.host}{trouvee.password or ''}"
    httpx.post(adresse, json={"text": texte}, timeout=DELAI_S).raise_for_status()
