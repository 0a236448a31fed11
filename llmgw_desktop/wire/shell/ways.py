"""How programs name the ones that they start."""

from llmgw_desktop.domain.values import value


@value(kw_only=False)
class StartWay:
    """How a program names the one that it starts."""

    plain: str = ""
    """Options without a value."""
    valued: str = ""
    skipped: int = 0
    """Words of its own before the other program's name."""
    does_no_more: bool = False
    takes_env: bool = False
    adds_words: bool = False


WAYS = {
    "timeout": StartWay(
        "--preserve-status --foreground -v --verbose", "-k --kill-after -s --signal", 1, True
    ),
    "nice": StartWay("", "-n --adjustment", 0, True),
    "ionice": StartWay("-t --ignore", "-c --class -n --classdata", 0, True),
    "nohup": StartWay(does_no_more=True),
    "setsid": StartWay("-c -f -w --ctty --fork --wait", "", 0, True),
    "stdbuf": StartWay("", "-i -o -e --input --output --error", 0, True),
    "time": StartWay("-p -v --portability --verbose", "", 0, True, True),
    "!": StartWay(does_no_more=True),
    "{": StartWay(does_no_more=True),
    "command": StartWay("-p", "", 0, True),
    "builtin": StartWay(does_no_more=True),
    "env": StartWay("-i --ignore-environment -v", "-u --unset", 0, True, True),
    "caffeinate": StartWay("-d -i -m -s -u", "-t -w", 0, True),
    "xargs": StartWay(
        "-0 --null -r --no-run-if-empty -t --verbose -x",
        "-I -n -P -L -s -d -a -E --max-args --max-procs --delimiter --replace --arg-file",
        0,
        True,
        False,
        True,
    ),
    "sudo": StartWay(
        "-E -H -n -S -i -s -b -k -A -P -v --preserve-env --non-interactive --stdin --login --shell",
        "-u -g -h -p -C -D -R -T -r -t -U --user --group --host --prompt --chdir --chroot",
        0,
        False,
        True,
    ),
    "doas": StartWay("-n -s", "-u -C", 0),
    "pkexec": StartWay("--disable-internal-agent", "--user"),
    "exec": StartWay("-c -l", "-a", 0),
    "chroot": StartWay("--skip-chdir", "", 1),
    "unshare": StartWay("-m -u -i -n -p -U -C -r -f --fork --map-root-user"),
    "strace": StartWay("-f -ff -q -c -t -tt -T -v", "-e -o -p -s"),
    "ltrace": StartWay("-f -c -S", "-e -o -p -s"),
    "faketime": StartWay("", "", 1),
    "flock": StartWay("-n -x -s --nonblock --exclusive --shared", "-w -E --timeout", 1),
    "npx": StartWay("-y --yes --no -q --quiet --prefer-offline", "-p --package"),
    "pnpx": StartWay("-y --yes"),
    "bunx": StartWay("--bun -y"),
    "uvx": StartWay("-q --quiet --isolated --offline", "--from --with --python -p"),
    "busybox": StartWay(),
    "toybox": StartWay(),
    "dotenv": StartWay("", "-f -e"),
    "xvfb-run": StartWay("-a --auto-servernum"),
    "ccache": StartWay(),
    "watch": StartWay("-d -t -b -e -g -c -x", "-n --interval"),
    "rtk": StartWay(),
    "gtimeout": StartWay("", "-k -s", 1),
    "chrt": StartWay("-b -f -i -o -r -R -a -m", "-p -T -P -D", 1),
    "taskset": StartWay("-a -c --cpu-list", "", 1),
    "cross-env": StartWay(takes_env=True),
    "cross-env-shell": StartWay(takes_env=True),
}
SECOND = {
    "pnpm": ("dlx", "exec"),
    "yarn": ("dlx", "exec"),
    "npm": ("exec", "x"),
    "bun": ("x",),
    "uv": ("run",),
    "poetry": ("run",),
    "pipenv": ("run",),
    "pdm": ("run",),
    "rye": ("run",),
    "hatch": ("run",),
    "pipx": ("run",),
    "bundle": ("exec",),
    "mise": ("exec", "x"),
    "conda": ("run",),
    "mamba": ("run",),
    "nix": ("run", "shell", "develop"),
    "docker": ("run", "exec"),
    "podman": ("run", "exec"),
    "kubectl": ("exec", "run", "debug"),
}
LOOSE_SECOND = {
    "docker-compose": ("run", "exec"),
    "nerdctl": ("run", "exec"),
    "lxc": ("exec",),
    "incus": ("exec",),
    "flatpak": ("run",),
    "vagrant": ("ssh",),
    "adb": ("shell",),
    "asdf": ("exec",),
    "pyenv": ("exec",),
    "rbenv": ("exec",),
    "nodenv": ("exec",),
    "nvm": ("exec", "run"),
    "fnm": ("exec",),
    "volta": ("run",),
    "direnv": ("exec",),
    "op": ("run",),
    "aws-vault": ("exec",),
    "doppler": ("run",),
    "dotenvx": ("run",),
    "infisical": ("run",),
    "chamber": ("exec",),
    "guix": ("shell", "environment"),
    "perf": ("stat", "record", "trace", "bench"),
    "devbox": ("run",),
    "pixi": ("run", "exec"),
    "rustup": ("run",),
    "ip": ("exec",),
    "machinectl": ("shell",),
}
"""Whose options nobody knows; a rule that names them allows what they start."""

LOOSE = frozenset(
    str.split(
        "numactl cpulimit prlimit setpriv firejail bwrap proot fakeroot fakechroot unbuffer "
        "catchsegv valgrind hyperfine entr torsocks torify proxychains proxychains4 tsocks "
        "dbus-run-session dbus-launch linux32 linux64 setarch i386 x86_64 arch ssh-agent gosu "
        "su-exec chpst softlimit setuidgid envuidgid envdir tini dumb-init pidproxy with-contenv "
        "s6-setuidgid mosh nix-shell capsh runcon cgexec aa-exec newgrp eatmydata rlwrap reptyr "
        "daemonize nodemon watchexec concurrently run-parts run-one tsp bsub srun sbatch "
        "mpirun mpiexec gtime gnice genv gstdbuf gxargs wine pee ifne "
        "corepack chronic lckdo sem winpty systemd-inhibit systemd-cat"
    )
)
"""They start what one of their words names, whichever that is: looked through for denials."""
UNSURE = frozenset(str.split("docker podman kubectl nix conda mamba"))
"""What they start stands behind options that nobody knows all of."""
