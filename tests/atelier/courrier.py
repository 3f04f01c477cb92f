"""A local mail server: what it is sent is kept, and goes nowhere."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# what answers to a letter for each of these addresses, before it is sent
REPONSES = {b"refus@": "550 inconnue", b"attente@": "450 plus tard", b"ferme@": "421 trop", b"raccroche@": ""}


class _Reception(socketserver.StreamRequestHandler):
    """The few words of SMTP that a client needs (RFC 5321): an address of `REPONSES` is refused so, and where nothing
    is said, or 421, the line is cut; a letter to `coupe@` is kept and not answered."""

    def handle(self) -> None:
        self._dire("220 local")
        while ligne := self.rfile.readline():
            match ligne.strip().upper().partition(b" ")[0]:
                case b"RCPT" if dites := [x for debut, x in REPONSES.items() if b"<" + debut in ligne]:
                    self.server.refusees.append(ligne)  # type: ignore[attr-defined]
                    self._dire(dites[0])
                    if dites[0][:3] in ("", "421"):
                        return
                case b"DATA":
                    self._dire("354 ")
                    lues = iter(self.rfile.readline, b".\r\n")
                    self.server.lettres.append(b"".join(x.removeprefix(b".") for x in lues))  # type: ignore[attr-defined]
                    if b"To: coupe@" in self.server.lettres[-1]:  # type: ignore[attr-defined]
                        return
                    self._dire("250 OK")
                case b"QUIT":
                    self._dire("221 ")
                    return
                case _:
                    self._dire("250 OK")

    def _dire(self, reponse: str) -> None:
        self.wfile.write(f"{reponse}\r\n".encode() if reponse else b"")


@contextmanager
def boite_aux_lettres(refusees: list[bytes] | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and the letters that it was sent; `refusees` gets the address of each that it refused."""
    lettres: list[bytes] = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Reception) as serveur:
        serveur.daemon_threads = True
        serveur.lettres, serveur.refusees = lettres, [] if refusees is None else refusees  # type: ignore[attr-defined]
        threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield serveur.server_address[1], lettres
        serveur.shutdown()
