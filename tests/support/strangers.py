"""A folder of a stranger, full of files that Python, pip and other tools run or obey if they are let."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.paths import INVALID

FAULTY = next(path for path in INVALID if path.stem == "token-total-mismatch")
CHECKER = ("validator", "click", "jiter", "jsonschema", "jsonschema_rs", "referencing", "yaml", "httpx", "httpx2")
PACKAGES = ("pip", "hatchling", *CHECKER)
FOUND = {*sys.stdlib_module_names, *PACKAGES, "backports", "sitecustomize", "usercustomize", "conftest", "setup"}
MODULES = FOUND - {"encodings"}
"""Names under which Python, pip and the command look for code; without `encodings` no module can note anything."""
OTHERS = {
    "evil.pth": "import ran_from_pth\n",
    "pip.conf": "[global]\nindex-url = http://127.0.0.1:1/\n",
    "setup.cfg": "[global]\ncommand_packages = ran_from_setup_cfg\n",
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "ran_from_pyproject"\nbackend-path = ["."]\n',
    ".env": "PIP_INDEX_URL=http://127.0.0.1:1/\nPYTHONPATH=.\n",
}
"""Files that some tools obey."""


class Stranger:
    """A folder to check, of a stranger: its modules note that they were run."""

    def __init__(self, top: Path) -> None:
        self.folder = top / "checked"
        self._notes = top / "ran.txt"
        (self.folder / "recorded").mkdir(parents=True)
        shutil.copy(FAULTY, self.folder / "recorded" / "faulty.json")
        code = f"open({str(self._notes)!r}, 'a').write(__name__ + '\\n')\n"
        for name in MODULES:
            (self.folder / f"{name}.py").write_text(code)
        for name in PACKAGES:
            (self.folder / name).mkdir()
            for module in ("__init__", "__main__"):
                (self.folder / name / f"{module}.py").write_text(code)
        for name, text in OTHERS.items():
            (self.folder / name).write_text(text)
        for name in ("python", "python3", "pip", "validate-runs", "git"):
            (self.folder / f"bin/{name}").parent.mkdir(exist_ok=True)
            (self.folder / f"bin/{name}").write_text(f"#!/bin/sh\necho {name} >> {shlex.quote(str(self._notes))}\n")
            (self.folder / f"bin/{name}").chmod(0o755)

    @property
    def ran(self) -> list[str]:
        """The modules that were run."""
        return self._notes.read_text().split() if self._notes.exists() else []

    def forget(self) -> None:
        """Forget which modules were run."""
        self._notes.unlink(missing_ok=True)

    def starts(
        self, *words: object, env: dict[str, str] | None = None, timeout: int = 60
    ) -> subprocess.CompletedProcess[str]:
        """Start a program in the folder."""
        left_out = ("GITHUB_ACTIONS", "PYTHONSAFEPATH")
        environment = {name: value for name, value in os.environ.items() if name not in left_out} | (env or {})
        return subprocess.run(
            [*map(str, words)],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
