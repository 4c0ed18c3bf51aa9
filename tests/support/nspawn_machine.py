"""A booted Debian 12 machine: systemd as init, sshd, a network of its own with nothing in it but itself.

`base()` makes its root once (debootstrap, with the packages that the roles install in apt's cache, for there is no
network inside) and keeps it under /var/tmp. A machine is an overlay over it in systemd-nspawn, in a control group of
its own: without one, services of the same name share one with every other machine's. Each command has a time limit; a
guard ends the machine, whatever becomes of the test.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CACHE = Path("/var/tmp/kiosk-fleet")  # noqa: S108 - a cache, of root alone; /tmp may be in memory
BLANK = (  # what Raspberry Pi OS Lite has, as far as it matters
    "systemd,systemd-sysv,dbus,libpam-systemd,systemd-timesyncd,python3,python3-apt,openssh-server,sudo,iproute2,tzdata"
)
CACHED = "python3-venv python3-systemd libzbar0 fonts-unifont fonts-nanum nftables unattended-upgrades curl"
CONFIG_TXT = "# For more options see http://rptl.io/configtxt\ndtparam=audio=on\n[cm4]\notg_mode=1\n[all]\n"
TREES = [Path("/sys/fs/cgroup") / tree / "kiosk-fleet" for tree in ("systemd", "unified")]
LIFE = 1500  # seconds after which the guard ends a machine
USER = "admin"
DOOR = Path(__file__).with_name("nspawn_door.py")


def why_not() -> str | None:
    """Why no machine can be booted here, in one line; None: it can."""
    if os.geteuid() != 0:
        return "it takes root"
    missing = [name for name in ("debootstrap", "systemd-nspawn", "ssh", "nsenter") if not shutil.which(name)]
    if missing:
        return f"{', '.join(missing)}: not installed (apt install debootstrap systemd-container openssh-client)"
    CACHE.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        for part in ("lower", "upper", "work", "root"):
            (Path(scratch) / part).mkdir()
        mount = f"mount -t overlay overlay -o lowerdir={scratch}/lower,upperdir={scratch}/upper,workdir={scratch}/work"
        group = next((tree for tree in TREES if tree.parent.is_dir()), Path("/nowhere"))
        for what, trial in (
            ("an overlay can't be mounted", f"{mount} {scratch}/root && umount {scratch}/root"),
            ("a network of its own can't be had", "unshare --net true"),
            ("no control group can be made", f"mkdir -p {group}/trial && rmdir {group}/trial"),
        ):
            done = subprocess.run(["sh", "-c", trial], check=False, timeout=20, capture_output=True)
            if done.returncode:
                return what
    return None


def base() -> Path:
    """The root that all machines are laid over; made the first time, which takes two minutes."""
    _sweep()
    root = CACHE / f"base-{hashlib.sha256((BLANK + CACHED + CONFIG_TXT).encode()).hexdigest()[:8]}"
    if root.is_dir():
        return root
    CACHE.mkdir(mode=0o700, exist_ok=True)
    making = CACHE / f"making-{os.getpid()}"
    try:
        _run("debootstrap", "--variant=minbase", f"--include={BLANK}", "bookworm", str(making), limit=600)
        for file in (Path("/etc/resolv.conf"), *Path("/etc/apt/apt.conf.d").iterdir()):
            if file.name == "resolv.conf" or "Acquire" in file.read_text():  # how this machine reaches the network
                shutil.copy(file, making / file.relative_to("/"))
        _run("chroot", str(making), "apt-get", "-q", "update", limit=200)
        install = ("apt-get", "-q", "-y", "--download-only", "--no-install-recommends", "install")
        _run("chroot", str(making), *install, *CACHED.split(), limit=300)
        _run("chroot", str(making), "useradd", "--create-home", "--shell=/bin/bash", USER, limit=20)
        (making / f"etc/sudoers.d/{USER}").write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
        (making / "boot/firmware").mkdir()
        (making / "boot/firmware/config.txt").write_text(CONFIG_TXT)
        making.rename(root)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return root


def _sweep() -> None:
    """Take away what a run that was killed has left."""
    for left in CACHE.glob("*-[0-9]*"):
        pid = left.name.rpartition("-")[2]
        if not left.name.startswith("base-") and pid.isdigit() and not Path(f"/proc/{pid}").exists():
            subprocess.run(["umount", "-l", str(left / "root")], check=False, timeout=20, capture_output=True)
            shutil.rmtree(left, ignore_errors=True)


def _run(*command: str, limit: float) -> None:
    done = subprocess.run(command, timeout=limit, check=False, text=True, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout[-500:]}{done.stderr[-500:]}")


class Machine:
    """One machine. Its folder holds the overlay, an ssh key and ssh's configuration."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._folder = folder
        self.root = folder / "root"
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        for part in ("upper", "work", "root"):
            (folder / part).mkdir(parents=True)
        where = f"lowerdir={base()},upperdir={folder}/upper,workdir={folder}/work"
        _run("mount", "-t", "overlay", "overlay", "-o", where, str(self.root), limit=20)
        (self.root / "etc/hostname").write_text(f"{name}\n")
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {name}\n")
        for fresh in ("var/lib/apt/lists", "var/lib/apt/lists/partial"):
            os.utime(self.root / fresh)  # as if it had just been asked for: there is no network to ask
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key"), limit=20)
        keys = self.root / f"home/{USER}/.ssh"
        keys.mkdir(mode=0o700)
        shutil.copy(folder / "key.pub", keys / "authorized_keys")
        owner = (self.root / f"home/{USER}").stat()
        for path in (keys, keys / "authorized_keys"):
            os.chown(path, owner.st_uid, owner.st_gid)

    @property
    def key(self) -> Path:
        """The file of the private key that lets `USER` in."""
        return self._folder / "key"

    @property
    def door(self) -> str:
        """Ssh's ProxyCommand: into the machine's network, and to its loopback port 22."""
        return f"{sys.executable} -I {DOOR} {self._folder / 'leader'}"

    def boot(self) -> None:
        """Power on; returns once systemd has started everything. TimeoutError after a minute."""
        groups = [tree / self.name for tree in TREES if tree.parent.is_dir()]
        for group in groups:
            group.mkdir(parents=True, exist_ok=True)
        enter = "".join(f"echo $$ > {group}/cgroup.procs; " for group in groups)
        command = (
            *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--boot"),
            *(f"--directory={self.root}", f"--machine={self.name}", "--console=pipe"),
        )
        with (self._folder / "console").open("ab") as console:
            self._nspawn = subprocess.Popen(
                ["sh", "-c", f'{enter}exec "$@"', "sh", *command],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            )
        self._guard = subprocess.Popen(
            ["sh", "-c", f"sleep {LIFE}; kill -KILL $(cat {self._folder}/leader) {self._nspawn.pid}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and self._nspawn.poll() is None:
            if self._find_leader() and self.run("systemctl", "is-system-running", limit=5).strip() in UP:
                return
            time.sleep(0.2)
        ends = (self._folder / "console").read_text(errors="replace").splitlines()[-8:]
        self.power_off()
        raise TimeoutError("the machine did not boot:\n" + "\n".join(ends))

    def run(self, *command: str, limit: float = 30) -> str:
        """What the command, run in the machine as root, printed on both streams, whatever its end."""
        with (self._folder / "said").open("w+") as said:  # a file: what the command leaves running may keep a pipe open
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(
                    ["nsenter", "-t", str(self._leader), *["-m", "-u", "-i", "-n", "-p", "-r", "-w", "--"], *command],
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    timeout=limit,
                    check=False,
                    env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
                )
            said.seek(0)
            return said.read()

    def sh(self, script: str, limit: float = 30) -> str:
        """What a script printed, as `run`."""
        return self.run("sh", "-c", script, limit=limit)

    def network(self, *command: str) -> list[str]:
        """A command of this machine's own, put into the other's network."""
        return ["nsenter", f"--net=/proc/{self._leader}/ns/net", "--", *command]

    def power_off(self, *, cut: bool = False) -> None:
        """Shut it down; `cut`: as if the plug were pulled."""
        if self._nspawn is None:
            return
        if not cut and self._nspawn.poll() is None and self._find_leader():
            os.kill(self._leader, signal.SIGRTMIN + 4)  # systemd(1): start poweroff.target
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._nspawn.wait(80)
        for pid in (self._leader, self._nspawn.pid):  # the init first: a container outlives an nspawn that is killed
            if pid and self._nspawn.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._nspawn.wait(20)
        self._nspawn = None
        if self._guard:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._guard.pid, signal.SIGKILL)
            self._guard.wait(10)

    def close(self) -> None:
        """Leave nothing of it behind."""
        self.power_off(cut=True)
        subprocess.run(["umount", "-l", str(self.root)], check=False, timeout=20, capture_output=True)
        for tree in TREES:
            subprocess.run(
                ["find", str(tree), "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"],
                check=False,
                timeout=20,
                capture_output=True,
            )
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _leader(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int((self._folder / "leader").read_text())
        return 0

    def _find_leader(self) -> bool:
        """The machine's init: the child of nspawn."""
        if self._nspawn is None:
            return False
        pid = self._nspawn.pid
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            (self._folder / "leader").write_text(children[0] if children else "")
            return bool(children)
        return False


UP = ("running", "degraded")


@contextlib.contextmanager
def machine(name: str) -> Iterator[Machine]:
    """A machine that is on, and gone afterwards."""
    one = Machine(CACHE / f"{name}-{os.getpid()}", name)
    try:
        one.boot()
        yield one
    finally:
        one.close()


if __name__ == "__main__":
    sys.exit(why_not())
