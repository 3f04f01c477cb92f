"""The command line and the Airflow tasks call the same use cases: load, build, check, publish, extract."""

from mutualisation.documents.extrait.ouvert import ouvrir_au_public
from mutualisation.documents.situation.atterrissages import dire_realises
from mutualisation.entree.ingestion.travail import muet
from mutualisation.usage.operations.candidate import clore, construire, controler, ouvrir_construction
from mutualisation.usage.operations.cloture import AClore, ExerciceClos, cloturer, verifier_cloture
from mutualisation.usage.operations.conservation import GARDER, effacer, purger
from mutualisation.usage.operations.ecarts import Candidate, candidate
from mutualisation.usage.operations.echeance import exiger_bilan, fichiers_tardifs, mois_a_situer
from mutualisation.usage.operations.enchainement import BilanPublie, bilan, charger, porte_fichier
from mutualisation.usage.operations.envois import LettreRefusee, Presentees, envoyer_remises, presenter_remises
from mutualisation.usage.operations.etat import dire_etat, etat, serveur_depasse
from mutualisation.usage.operations.executions import Demande, mesures
from mutualisation.usage.operations.laisse_de_cote import laisse_de_cote, laisse_de_cote_par_la_lecture
from mutualisation.usage.operations.livraison import (
    SituationEcrite,
    extraire,
    extraire_ensemble,
    facturer,
    remettre,
    situer,
    verifier_extraits,
)
from mutualisation.usage.operations.ouverture_en_lecture import ouvrir, rien_de_publie
from mutualisation.usage.operations.publication_candidate import accorder, composer, publier
from mutualisation.usage.operations.sauvegarde import migrer_l_entrepot, restaurer, sauvegarder
from mutualisation.usage.operations.session import Session, verifier_exercices, verifier_sortie
from mutualisation.usage.operations.verification_sceau import exiger_publication, verifier
