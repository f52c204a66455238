"""Prints the lowest versions that pyproject.toml admits, as constraints for pip."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
for requirement in (*project["dependencies"], *project["optional-dependencies"]["test"]):
    name, lowest = re.match(r"([a-z-]+)>=([0-9.]+)", requirement).groups()
    print(f"{name}=={lowest}")
