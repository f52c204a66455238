"""Other validators on the same data: stock jsonschema, the models of the openai package, ajv under node."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from validator.contract.inline import inline
from validator.contract.loader import URN, load_contract

AJV = "ajv@8.17.1"
_COUNT_REJECTED = """
const Ajv = require("ajv/dist/2020");
const accepts = new Ajv({strict: false, validateFormats: false}).compile(JSON.parse(process.argv[2]));
const lines = require("readline").createInterface({input: require("fs").createReadStream(process.argv[3])});
let rejected = 0;
lines.on("line", line => { rejected += !accepts(JSON.parse(line)); });
lines.on("close", () => console.log(rejected));
"""


def stock_jsonschema() -> Draft202012Validator:
    """Return the schemas of a page and its runs, as anybody would use them with jsonschema and a registry."""
    plain = load_contract("observed", "wire")
    resources = [(urn, DRAFT202012.create_resource(schema)) for urn, schema in plain.schemas.items()]
    return Draft202012Validator(plain.page_with_runs, registry=Registry().with_resources(resources))


def schema_bundle() -> dict[str, Any]:
    """Return the schemas of a page and its runs in one document."""
    plain = load_contract("observed", "wire")
    return {**plain.page_with_runs, "$defs": dict(plain.schemas)}


def openai_page() -> Callable[[bytes], Any]:
    """Return the page model of the openai package, which reads a page from bytes."""
    from openai.pagination import SyncCursorPage
    from openai.types.beta.threads import Run

    return SyncCursorPage[Run].model_validate_json


def ajv_command(file: Path, *, of_pages: bool = False) -> tuple[list[str] | None, str]:
    """Return the command that counts the lines that ajv rejects; or None and the reason, if ajv cannot be installed.

    ajv is installed from npm, once, into a folder of its own among the temporary files.
    """
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        return None, f"ajv is not measured: {' and '.join(missing)} not installed"
    folder = Path(tempfile.gettempdir(), f"validate-runs-benchmarks-{AJV.replace('@', '-')}")
    if not (folder / "node_modules" / "ajv").exists():
        words = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), AJV]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            return None, f"ajv is not measured: npm cannot install {AJV}: {done.stderr.strip().splitlines()[-1:]}"
    schemas = load_contract("observed", "wire").schemas
    schema = inline(schemas[f"{URN}run"], schemas)
    if of_pages:
        page = inline(schemas[f"{URN}list_runs_response"], schemas)
        data = {**page["properties"]["data"], "items": schema}
        schema = {**page, "properties": {**page["properties"], "data": data}}
    script = folder / "count_rejected.js"
    script.write_text(_COUNT_REJECTED, "utf-8")
    return ["node", str(script), json.dumps(schema), str(file)], ""
