"""R1 to R6 and R8 on the reference drop, in exact rationals: the figures the printed annex must show."""

from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

from tests.unit.depot_reference.lecture_depot import Ligne, ecritures, heures, jour, lignes, nombre, texte

COUTS = ("60", "61", "62", "6581", "635", "637")
SUBVENTIONS = ("7471", "7472", "7473", "74771", "74772", "74788")
RECETTES = ("70845", "70875", "70873", "70878", "70688", "74741")
Montants = dict[str, Fraction]


def cents(valeur: Fraction) -> Fraction:
    """Cents, half away from zero."""
    return Fraction(entier(valeur * 100), 100)


def entier(valeur: Fraction) -> int:
    """Whole number, half away from zero."""
    signe = -1 if valeur < 0 else 1
    return signe * int(abs(valeur) + Fraction(1, 2))


class Oracle:
    """Figures of one exercice of the drop."""

    def __init__(self, depot: Path, exercice: int) -> None:
        self.depot, self.exercice = depot, exercice
        self.debut, self.fin = date(exercice, 1, 1), date(exercice, 12, 31)
        self.jours = (self.fin - self.debut).days + 1
        self.cles: dict[tuple[str, str], list[tuple[date, date, str, Fraction]]] = defaultdict(list)
        for r in lignes(depot, "referentiel", "cles_analytiques"):
            debut, fin = jour(r["Début"]), jour(r["Fin"]) or date.max
            assert debut is not None
            cle = (debut, fin, texte(r["Dispositif"]), nombre(r["Part communes %"]) / 100)
            self.cles[texte(r["Origine"]), texte(r["Code"])].append(cle)
        self.ledger = {sens: ecritures(depot, sens) for sens in ("mandat", "titre")}
        self.segments = self._segments()

    def cle(self, origine: str, code: str, quand: date) -> tuple[str, Fraction]:
        """(dispositif, communes' part) of a code on a day."""
        for debut, fin, dispositif, part in self.cles[origine, code]:
            if debut <= quand <= fin:
                return dispositif, part
        raise LookupError(code)

    def _segments(self) -> dict[tuple[str, str, date], Ligne]:
        segments: dict[tuple[str, str, date], Ligne] = {}
        for r in lignes(self.depot, "rh", "agents", str(self.exercice)):
            debut, fin = max(jour(r["Date entrée"]) or self.debut, self.debut), jour(r["Date sortie"]) or self.fin
            fin = min(fin, self.fin)
            cle = (texte(r["Matricule"]), texte(r["Catégorie"]), debut)
            etpt = nombre(r["Quotité"]) / 100 * ((fin - debut).days + 1) / self.jours
            segment = segments.setdefault(cle, {"etpt": etpt, "fin": fin, "h": defaultdict(Fraction), "q": {}})
            if texte(r["Code activité"]):
                segment["q"][texte(r["Code activité"])] = nombre(r["% affectation"]) / 100  # type: ignore[index]
        return segments

    def etp(self) -> dict[tuple[str, str], Fraction]:
        """R1, method R with its fallback Q: ETP by (dispositif, catégorie); and who works for whom in `agents`."""
        contrats: dict[str, list[tuple[date, Ligne]]] = defaultdict(list)
        for (matricule, _, debut), s in self.segments.items():
            contrats[matricule].append((debut, s))
        for r in lignes(self.depot, "rh", "temps", str(self.exercice)):
            quand = jour(r["Date"])
            assert quand is not None
            if (r["Type jour"], r["Validé"]) != ("T", "O"):
                continue
            for debut, s in contrats[texte(r["Matricule"])]:
                if debut <= quand <= s["fin"]:  # type: ignore[operator]
                    s["h"][texte(r["Code activité"]), quand] += heures(r["Durée"])  # type: ignore[index]
        total: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self.agents: dict[str, set[str]] = defaultdict(set)
        for (matricule, categorie, debut), s in self.segments.items():
            poids = s["h"] or {(code, debut): part for code, part in s["q"].items()}  # type: ignore[attr-defined]
            somme = sum(s["h"].values()) or 1  # type: ignore[attr-defined]
            for (code, quand), h in poids.items():  # type: ignore[attr-defined]
                dispositif, part = self.cle("activite", code, quand)
                total[dispositif, categorie] += s["etpt"] * h / somme * part
                self.agents[dispositif].add(matricule)
        return total

    def _bien(self, r: Ligne) -> tuple[Fraction, Fraction]:
        """R4, R5: (depreciation, release) of E before quote-part."""
        valeur, duree, service = nombre(r["Valeur brute"]), int(nombre(r["Durée"])), jour(r["Date mise en service"])
        assert service is not None
        sortie, annee = jour(r["Date sortie"]), service.year
        if r["Mode"] == "FV":
            plan = {annee: valeur}
        elif r["Mode"] == "M14":
            plan = {annee + n: cents(valeur / duree) for n in range(1, duree)}
            plan[annee + duree] = valeur - sum(plan.values())
        else:
            entiere = service == date(annee, 1, 1)
            reste = (date(annee, 12, 31) - service).days + 1
            longueur = (date(annee, 12, 31) - date(annee, 1, 1)).days + 1
            plan = {annee: cents(valeur / duree * reste / longueur)}
            plan |= {annee + n: cents(valeur / duree) for n in range(1, duree - 1 if entiere else duree)}
            plan[max(plan) + 1] = valeur - sum(plan.values())
        montant = plan.get(self.exercice, Fraction(0))
        if sortie and sortie.year == self.exercice:
            assert r["Mode"] == "L"
            montant = cents(valeur / duree * ((sortie - max(service, self.debut)).days + 1) / self.jours)
        assert max(plan) > self.exercice or not nombre(r["Montant subvention"])
        return montant, cents(nombre(r["Montant subvention"]) * montant / valeur)

    def actif(self) -> tuple[Montants, Montants]:
        """(depreciation, releases) by dispositif or STRUCTURE."""
        dotations: Montants = defaultdict(Fraction)
        reprises: Montants = defaultdict(Fraction)
        for r in lignes(self.depot, "compta", "etat_actif", str(self.exercice)):
            dispositif, _ = self.cle("axe", texte(r["Axe analytique"]), jour(r["Date sortie"]) or self.fin)
            montant, reprise = self._bien(r)
            part = nombre(r["Quote-part %"]) / 100
            dotations[dispositif] += cents(montant * part)
            reprises[dispositif] += cents(reprise * part)
        return dotations, reprises

    def _lignes(self, sens: str, prefixes: tuple[str, ...]) -> list[tuple[str, Fraction, Fraction, Ligne]]:
        """(dispositif, part, amount, line) of the counted lines on these accounts."""
        sortie = []
        for r in self.ledger[sens]:
            compte = texte(r["Statut"]) in ("Émis", "Pris en charge", "Payé") and texte(r["Type pièce"]) != "03"
            if compte and texte(r["Nature"]).startswith(prefixes):
                dispositif, part = self._cle_ecriture(r)
                sortie.append((dispositif, part, nombre(r["Montant TTC"]), r))
        return sortie

    def _cle_ecriture(self, r: Ligne) -> tuple[str, Fraction]:
        """R3i: the axis where it is stated, else the service, else the product, else nobody's."""
        if axe := texte(r["Axe analytique"]):
            return self.cle("axe", axe, self.fin)
        for cle in (("service", texte(r["Service gestionnaire"])), ("produit", texte(r.get("Produit")))):
            if cle in self.cles:
                return self.cle(*cle, self.fin)
        return "HORS", Fraction(0)

    def couts_nets(self) -> tuple[Montants, Montants]:
        """(ETP, net cost) by dispositif."""
        dotations, reprises = self.actif()
        direct: Montants = defaultdict(Fraction)
        pool = dotations["STRUCTURE"]
        for dispositif, part, montant, r in self._lignes("mandat", COUTS):
            if texte(r["Exercice"]) == str(self.exercice):
                pool += montant if dispositif == "STRUCTURE" else 0
                direct[dispositif] += cents(montant * part)
        for dispositif, part, montant, r in self._lignes("titre", ("609", "619", "629")):
            if texte(r["Exercice"]) == str(self.exercice):
                direct[dispositif] -= cents(montant * part)
        for dispositif, part, montant, r in self._lignes("titre", SUBVENTIONS):
            if texte(r["Exercice"]) == str(self.exercice):
                direct[dispositif] -= cents(montant * part)
        masse = {texte(r["Catégorie"]): r for r in lignes(self.depot, "rh", "masse_salariale", str(self.exercice))}
        cs = pool / sum(nombre(r["ETPT"]) for r in masse.values())
        moyens = self._couts_moyens(masse)
        etp: Montants = defaultdict(Fraction)
        net: Montants = defaultdict(Fraction)
        for (dispositif, categorie), valeur in self.etp().items():
            etp[dispositif] += valeur
            net[dispositif] += cents(valeur * (moyens[categorie] + cs))
        for dispositif in etp:
            net[dispositif] += direct[dispositif] + dotations[dispositif] - reprises[dispositif]
        return etp, net

    def _couts_moyens(self, masse: dict[str, Ligne]) -> Montants:
        """R2 and R2c: those under 5 ETPT share one average cost, with as many of the smallest others as it takes."""
        etpt = {c: nombre(r["ETPT"]) for c, r in masse.items()}
        net = {c: nombre(r["Masse salariale"]) - nombre(r["Atténuations"]) for c, r in masse.items()}
        ordre = sorted(masse, key=lambda c: (etpt[c], c))
        taille = sum(etpt[c] < 5 for c in ordre)
        while 0 < taille < len(ordre) and sum(etpt[c] for c in ordre[:taille]) < 5:
            taille += 1
        commun = ordre[:taille]
        return {
            c: sum(net[d] for d in commun) / sum(etpt[d] for d in commun) if c in commun else net[c] / etpt[c]
            for c in masse
        }

    def recettes(self) -> Montants:
        """R6: receipts by dispositif, those without a line left out; fees of R8 for the CEE."""
        total: Montants = {}
        for dispositif, _, montant, r in self._lignes("titre", RECETTES):
            if texte(r["Exercice"]) == str(self.exercice):
                total[dispositif] = total.get(dispositif, Fraction(0)) + montant
        for dispositif, _, montant, r in self._lignes("mandat", ("673",)):
            if texte(r["Exercice origine"]) == str(self.exercice):
                total[dispositif] = total.get(dispositif, Fraction(0)) - montant
        return total | {"CEE": self.cee()[1]}

    def cee(self) -> tuple[Fraction, Fraction, Fraction, int]:
        """R8: (proceeds, fees, paid on, delivered operations) of the sales of E."""
        (vente,) = lignes(self.depot, "cee", "ventes", str(self.exercice))
        quand = jour(vente["Date vente"])
        assert quand is not None
        (taux,) = (
            nombre(r["Montant"]) / 100
            for r in lignes(self.depot, "referentiel", "tarifs")
            if texte(r["Base"]) == "produit_cee" and jour(r["Début"]) <= quand <= (jour(r["Fin"]) or date.max)  # type: ignore[operator]
        )
        epci = {texte(r["SIREN"]) for r in lignes(self.depot, "referentiel", "adherents") if r["Type"] == "epci"}
        toutes = lignes(self.depot, "cee", "operations", f"depot-{texte(vente['N° dépôt'])}")
        livrees = sorted(
            (o for o in toutes if o["Statut"] == "délivrée"), key=lambda o: texte(o["Référence opération"])
        )
        volumes = [nombre(o["Volume classique (kWhc)"]) for o in livrees]
        produit = cents(nombre(vente["Volume vendu (kWhc)"]) / 1000 * nombre(vente["Prix (€/MWhc)"]))
        volume = sum(volumes)
        exactes = [produit * 100 * v / volume for v in volumes]
        parts = [int(e) for e in exactes]
        ordre = sorted(range(len(parts)), key=lambda i: parts[i] - exactes[i])
        for i in ordre[: int(produit * 100) - sum(parts)]:
            parts[i] += 1
        autres = [
            Fraction(p, 100) for p, o in zip(parts, livrees, strict=True) if texte(o["SIREN bénéficiaire"]) not in epci
        ]
        frais = sum((cents(p * taux) for p in autres), Fraction(0))
        return produit, frais, sum(autres, Fraction(0)) - frais, len(livrees)
