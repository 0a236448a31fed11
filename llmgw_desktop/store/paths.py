"""Where things lie: every file and folder of the program, decided in one place.

Who reads or writes them is left to the modules that own the files.
"""

from collections.abc import Mapping
from pathlib import Path

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.private_files import keep_file, keep_folder, keep_parent

APP_NAME = "llmgw-desktop"


@value
class Places:
    """Absolute paths. `make` makes the folders; the files come when they are first needed."""

    config_folder: Path
    data_folder: Path
    cache_folder: Path
    log_folder: Path
    run_folder: Path
    home: Path | None = None
    """LLMGW_HOME."""

    @classmethod
    def of(cls, env: Mapping[str, str]) -> "Places":
        """Below LLMGW_HOME where it is set, else where the system keeps such things."""
        home = env.get("LLMGW_HOME", "")
        if home:
            return cls._below(Path(home).expanduser().absolute())
        import platformdirs  # slow to read in

        dirs = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
        return cls(
            config_folder=dirs.user_config_path,
            data_folder=dirs.user_data_path,
            cache_folder=dirs.user_cache_path,
            log_folder=dirs.user_log_path,
            # Not the session's runtime folder: it is emptied at logout and programs started
            # elsewhere (cron, ssh, an editor) see another one, but the access key must stay and
            # everyone of this person must find the running gateway.
            run_folder=dirs.user_state_path / "run",
        )

    @classmethod
    def _below(cls, home: Path) -> "Places":
        return cls(
            config_folder=home / "config",
            data_folder=home / "data",
            cache_folder=home / "cache",
            log_folder=home / "log",
            run_folder=home / "run",
            home=home,
        )

    @property
    def config_file(self) -> Path:
        return self.config_folder / "config.toml"

    @property
    def skills_folder(self) -> Path:
        """The person's own skills, a folder each; theirs to make."""
        return self.config_folder / "skills"

    @property
    def gateway_db(self) -> Path:
        return self.data_folder / "gateway.db"

    @property
    def flights_db(self) -> Path:
        return self.data_folder / "flights.db"

    @property
    def backups_folder(self) -> Path:
        """Automatic backups of `gateway.db`; made with the first."""
        return self.data_folder / "backups"

    @property
    def aside_folder(self) -> Path:
        """What a person had replaced, to be brought back; made with the first."""
        return self.data_folder / "set-aside"

    @property
    def jobs_folder(self) -> Path:
        """One folder a job; made with the first."""
        return self.data_folder / "jobs"

    @property
    def worktrees_folder(self) -> Path:
        """Checkouts that jobs have for themselves; made with the first."""
        return self.data_folder / "worktrees"

    @property
    def homes_folder(self) -> Path:
        """Private HOMEs of runs; made with the first."""
        return self.data_folder / "homes"

    @property
    def connections_folder(self) -> Path:
        """One folder a program that was set up; made with the first."""
        return self.data_folder / "connections"

    @property
    def run_file(self) -> Path:
        return self.run_folder / "gateway.json"

    @property
    def access_key_file(self) -> Path:
        return self.run_folder / "access.key"

    @property
    def instance_lock(self) -> Path:
        return self.run_folder / "instance.lock"

    @property
    def editors_lock(self) -> Path:
        """Held by each `llmgw mcp` while it needs an engine."""
        return self.run_folder / "editors.lock"

    @property
    def folders(self) -> tuple[Path, ...]:
        """All of them, and the one that holds them all where there is one."""
        each = (
            self.config_folder,
            self.data_folder,
            self.cache_folder,
            self.log_folder,
            self.run_folder,
        )
        return each if self.home is None else (self.home, *each)

    def make(self) -> None:
        """Make what is missing, for this person alone, and narrow what others could use. Raises
        StoreUnavailable."""
        for folder in self.folders:
            _make(folder)
            try:
                (keep_parent if folder == self.home else keep_folder)(folder)
            except OSError as error:
                raise StoreUnavailable(
                    f"The folder {folder} cannot be used for secrets: {error.strerror}. "
                    "Make it yours, and readable by you alone."
                ) from error
        try:
            # servers' variables in it may be secrets; an editor writes it as it likes, and again
            keep_file(self.config_file, tells=False)
        except OSError as error:
            raise StoreUnavailable(
                f"The settings {self.config_file} cannot be used: {error.strerror}."
            ) from error


def _make(folder: Path) -> None:
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder == folder.parent:
            break
        folder = folder.parent
    for each in reversed(missing):
        try:
            each.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"Cannot make the folder {each}: {error.strerror}.") from error
