"""Fixtures that several test modules share."""

import gc
import importlib
import os
import pkgutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

import validator
from tests.support.paths import ROOT
from tests.support.surroundings import nothing_obeyed
from tests.support.tools import TOOLS
from tests.support.watch import WATCH
from validator.batch import paths
from validator.contract import loader as contract
from validator.jsontext import parse

pytest_plugins = ["pytester"]

_UNHURRIED = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)
settings.register_profile("quick", max_examples=30, derandomize=True, deadline=None, suppress_health_check=_UNHURRIED)
settings.register_profile("ci", max_examples=200, derandomize=True, deadline=None, suppress_health_check=_UNHURRIED)
settings.register_profile("long", max_examples=20_000, deadline=None, suppress_health_check=_UNHURRIED)
settings.load_profile("quick")

for found in pkgutil.walk_packages(validator.__path__, "validator."):
    if found.name not in ("validator.__main__", "validator.dask"):  # the latter needs a package that takes a second
        importlib.import_module(found.name)  # now, or a session in a test imports it anew and has each class twice

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would compile the same modules
sys.dont_write_bytecode = False
gc.set_threshold(50_000)  # what is parsed is many objects and no garbage: looking for it takes an eighth of the time
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell gives that to what it starts with &
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the gate ask for every tool."""
    what = "fetch the tools of the tests from npm and PyPI; fail where one is missing (see tests/support/tools.py)"
    parser.addoption("--tools", action="store_true", help=what)


def pytest_configure(config: pytest.Config) -> None:
    """Tell `tools.py`, which modules ask before their tests run."""
    TOOLS.required = config.getoption("--tools")


@pytest.fixture(autouse=True)
def nothing_foreign_is_reached() -> Iterator[None]:
    """The network, other programs and foreign files: see `watch.py`."""
    yield
    reached, WATCH.reached = WATCH.reached, []
    assert reached == []


@pytest.fixture(autouse=True)
def a_process_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The command as if each test were one: see `surroundings.py`."""
    with nothing_obeyed((ROOT, tmp_path_factory.getbasetemp())):
        yield


@pytest.fixture
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `--jobs` start processes for little work, and split it into small tasks."""
    monkeypatch.setattr(paths, "PARALLELISM", paths.PARALLELISM._replace(min_bytes=1, task_bytes=9_000))


@pytest.fixture
def renew(pytestconfig: pytest.Config) -> Callable[[Path, str], None]:
    """Write a file of the project that follows from the code, if `--snapshot-update` is given."""

    def write(path: Path, text: str) -> None:
        if pytestconfig.option.update_snapshots:
            path.write_text(text, "utf-8")

    return write


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of the example's server."""
    from tests.support.example_server import serving  # a server takes a while to import

    with serving() as address:
        yield address


@pytest.fixture
def without_fast_engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Go on as on a machine where neither jsonschema-rs nor jiter has a wheel."""

    is_switched = False

    def switch() -> None:
        nonlocal is_switched
        is_switched = True
        monkeypatch.setattr(parse, "parse_fast", parse.parse_with_json)
        for module in _modules():
            if hasattr(module, "jsonschema_rs"):
                monkeypatch.setattr(module, "jsonschema_rs", None)
        _forget()

    yield switch
    if is_switched:
        _forget()


@pytest.fixture
def with_schemas(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Go on with the schemas of another folder."""

    def switch(folder: Path) -> None:
        monkeypatch.setattr(contract, "FOLDER", str(folder))
        _forget()

    yield switch
    monkeypatch.undo()
    _forget()


def _modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.partition(".")[0] == "validator"]


def _forget() -> None:
    """Empty every cache: some hold the verdicts of an engine."""
    for module in _modules():
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
