"""This room is the command line `mutualisation`."""

import os
import sys

from mutualisation.socle.erreurs import INTERROMPU


def main() -> None:
    """Run the command line; Ctrl-C is told in a sentence even while commands are still imported."""
    if sys.getfilesystemencoding() == "ascii" and os.environ.get("PYTHONUTF8") != "1":
        # ASCII can name no accented path: this process and its children take UTF-8, whatever the locale
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
    _tenir_les_flux()
    try:
        from mutualisation.usage.cli.commandes import main as lancer
    except KeyboardInterrupt:
        sys.exit(INTERROMPU)
    lancer()


def _tenir_les_flux() -> None:
    """Send to nowhere a stream that was closed before us (`>&-`): a file of ours would else take its number."""
    for numero, (nom, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, nom) is None:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
            setattr(sys, nom, os.fdopen(numero, mode, closefd=False))
