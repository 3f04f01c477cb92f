"""Use cases, called alike by the command line and by the Airflow tasks: load, build, check, publish, extract."""

from mutualisation.ingestion.travail import muet
from mutualisation.operations.candidate import clore, construire, controler, ouvrir_construction
from mutualisation.operations.cloture import AClore, ExerciceClos, cloturer, verifier_cloture
from mutualisation.operations.conservation import GARDER, effacer, purger
from mutualisation.operations.ecarts import Candidate, candidate
from mutualisation.operations.echeance import exiger_bilan
from mutualisation.operations.enchainement import BilanPublie, bilan, charger, porte_fichier
from mutualisation.operations.etat import etat
from mutualisation.operations.executions import Demande
from mutualisation.operations.laisse_de_cote import laisse_de_cote, laisse_de_cote_par_la_lecture
from mutualisation.operations.livraison import extraire, extraire_ensemble, facturer, publier, verifier_extraits
from mutualisation.operations.ouverture_en_lecture import ouvrir
from mutualisation.operations.sauvegarde import restaurer, sauvegarder
from mutualisation.operations.session import Session, migrer_l_entrepot, verifier_exercices, verifier_sortie
from mutualisation.operations.verification_sceau import exiger_publication, verifier
