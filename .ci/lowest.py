"""Prints the lowest versions that pyproject.toml admits, as constraints for pip."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
extras = project["optional-dependencies"]
for requirement in (*project["dependencies"], *extras["zstd"], *extras["test"]):
    if found := re.match(r"([a-z.-]+)>=([0-9.]+)", requirement):  # all but the project itself with its extras
        print(f"{found[1]}=={found[2]}")
