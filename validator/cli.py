"""The command `validate-runs`: reads what the user gave, chooses the output, sets the exit code."""

from __future__ import annotations

import gc
import math
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

import click

from validator import __version__
from validator.formats import FORMATS, STATISTICS
from validator.settings import MAX_BYTES, MAX_FINDINGS, Settings
from validator.severity import Severity

if TYPE_CHECKING:
    from validator.finding import Checked
    from validator.passes import Checks
    from validator.reporters import Look

CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130

SEVERITIES = [severity.value for severity in Severity]


def main() -> NoReturn:
    """Run the command and exit: 0 clean, 1 findings, 2 something could not be used, 130 on Ctrl-C."""
    if sys.stdout is None:  # the shell can close it: >&-
        sys.exit(_told("the report is lost: standard output is closed"))
    gc.set_threshold(100_000)  # what is imported and parsed makes many objects and no garbage
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files
    code = _flushed(_code())
    gc.freeze()  # or the interpreter looks through everything once more before it ends: a sixth of a short run
    sys.exit(code)


def _code() -> int:
    """Run the command for its exit code; not by `command.main`, which answers a closed pipe in its own way."""
    try:
        with command.make_context("validate-runs", sys.argv[1:]) as context:
            code: int = command.invoke(context)
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        return _misused(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _unheard(CLEAN)
    except OSError as error:
        return _lost(error)
    return code


def _misused(error: click.ClickException) -> int:
    """Say what is wrong with the call, without letting the terminal obey what the call holds."""
    from validator.wording import escape

    context = getattr(error, "ctx", None)
    hint = f"\nTry '{context.command_path} --help'." if context else ""
    return _told(f"{escape(error.format_message())}{hint}")


def _told(message: str) -> int:
    """Say on standard error what could not be used, if anybody can be told."""
    with suppress(OSError):
        click.echo(f"validate-runs: {message}", err=True)
    return FAILED


def _flushed(code: int) -> int:
    """What is left in the buffer is part of the report: a full disk shows only here."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _unheard(code)
    except OSError as error:
        return _lost(error)
    return code


def _lost(error: OSError) -> int:
    _discard()
    return _told(f"the report is lost: {error.strerror}")


def _unheard(code: int) -> int:
    """Nobody reads on: not a fault of ours or theirs."""
    _discard()
    return code


def _discard() -> None:
    """Let what is still to be written go nowhere, so that nobody fails at it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class RuleWords(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """Names, groups or globs of rules, separated by commas."""

    name = "RULE[,RULE]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at the commas; every word names a rule."""
        words = tuple(word.strip() for word in value.split(",") if word.strip())
        for word in words:
            _known(word, self, param, ctx)
        return words


class Remap(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """`RULE=LEVEL`."""

    name = "RULE=LEVEL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the equals sign; both sides are known words."""
        word, equals, level = value.partition("=")
        if not equals:
            self.fail(f"{value!r} is not of the form RULE=LEVEL.", param, ctx)
        _known(word, self, param, ctx)
        return word, click.Choice([*SEVERITIES, "off"]).convert(level, param, ctx)


def _known(word: str, kind: click.ParamType[Any], param: click.Parameter | None, ctx: click.Context | None) -> None:
    from validator.selection import UnknownRule, matching

    try:
        matching(word)
    except UnknownRule as error:
        kind.fail(f"{error}.", param, ctx)


class Timestamp(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """Unix seconds or an ISO 8601 date-time."""

    name = "TIMESTAMP"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Unix seconds of the moment; without an offset it is UTC."""
        import datetime

        with suppress(ValueError):
            if math.isfinite(seconds := float(value)):
                return seconds
        try:
            moment = datetime.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither Unix seconds nor an ISO 8601 date-time.", param, ctx)
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def _explain(context: click.Context, _: click.Parameter, word: str | None) -> None:
    if word is None:
        return
    from validator.selection import UnknownRule, matching

    try:
        rules = matching(word)
    except UnknownRule as error:
        raise click.BadParameter(f"{error}.") from error
    click.echo("\n\n".join(rule.page for rule in rules))
    context.exit()


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("files", nargs=-1, metavar="[FILES]...", type=click.Path(allow_dash=True))
@click.option(
    "--contract",
    type=click.Choice(["observed", "published"]),
    default="observed",
    show_default=True,
    help="Which schemas apply: what genuine servers send, or what the documentation states.",
)
@click.option(
    "--form",
    type=click.Choice(["auto", "wire", "sdk"]),
    default="auto",
    show_default=True,
    help="Key naming: snake_case (wire) or camelCase (sdk).",
)
@click.option(
    "--expect",
    type=click.Choice(["auto", "page", "run"]),
    default="auto",
    show_default=True,
    help="What a document must be.",
)
@click.option("--order", type=click.Choice(["asc", "desc"]), help="The order that the request asked for.")
@click.option("--limit", type=click.IntRange(1, 100), metavar="N", help="The page size that the request asked for.")
@click.option("--now", type=Timestamp(), help="Fix the clock of the time rules: Unix seconds or ISO 8601.")
@click.option(
    "--max-bytes",
    type=click.IntRange(min=1),
    default=MAX_BYTES,
    show_default=True,
    metavar="N",
    help="The largest document to read.",
)
@click.option("--select", type=RuleWords(), multiple=True, help="Check only these rules: names, groups or globs.")
@click.option("--ignore", type=RuleWords(), multiple=True, help="Leave these rules out.")
@click.option("--severity", type=Remap(), multiple=True, help="Change a severity: error, warning, info or off.")
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="error",
    show_default=True,
    help="The lowest severity that makes the exit code 1.",
)
@click.option(
    "--show",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="The lowest severity that is printed.",
)
@click.option(
    "--output-format",
    "-f",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.option("--show-values", is_flag=True, help="Print free text from the documents too.")
@click.option(
    "--max-findings",
    type=click.IntRange(min=0),
    default=MAX_FINDINGS,
    show_default=True,
    metavar="N",
    help="Findings printed of one file; 0 for all.",
)
@click.option("--statistics", is_flag=True, help="Print counts by rule instead of findings.")
@click.option(
    "--explain", metavar="RULE", is_eager=True, expose_value=False, callback=_explain, help="Print the page of a rule."
)
@click.option("--list-rules", is_flag=True, help="Print all rules.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour the output; NO_COLOR and FORCE_COLOR are honoured.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print findings and nothing else.")
@click.option("--verbose", "-v", is_flag=True, help="Print what each document turned out to be.")
@click.option("--debug", is_flag=True, help="Print tracebacks of internal errors.")
@click.version_option(__version__, prog_name="validate-runs", message="%(prog)s %(version)s")
def command(files: tuple[str, ...], **options: Any) -> int:
    """Check OpenAI Assistants list-runs responses.

    FILES are files, folders (searched for *.json) or - for standard input. The exit code is 0 when nothing reaches
    --fail-on, 1 when something does, 2 when something could not be opened or used.
    """
    if options["debug"]:
        import logging

        logging.basicConfig(level=logging.DEBUG)
    if options["list_rules"]:
        return _list_rules(options)
    if not files:
        raise click.UsageError("nothing to check: name files, folders (searched for *.json) or - for standard input")
    return _check(files, options)


def _list_rules(options: dict[str, Any]) -> int:
    from validator.rules import RULES

    if options["output_format"] in ("json", "jsonl"):
        import json

        rows = [{"rule": r.name, "group": r.group, "severity": r.severity, "summary": r.summary} for r in RULES]
        whole = options["output_format"] == "json"
        click.echo(json.dumps(rows, indent=2) if whole else "\n".join(map(json.dumps, rows)))
        return CLEAN
    width = max(len(rule.name) for rule in RULES)
    for rule in RULES:
        click.echo(f"{rule.name:{width}}  {rule.group:8}  {rule.severity:7}  {rule.summary}")
    return CLEAN


def _check(files: Iterable[str], options: dict[str, Any]) -> int:
    from validator.passes import checks
    from validator.reporters import reporter

    codes = {CLEAN}
    ready = checks(_settings(options))
    report = reporter(_module(options))
    try:
        for text in report(_checked(files, ready, options, codes), _look(options)):
            sys.stdout.write(text)
    except BrokenPipeError:
        _discard()
    return max(codes)


def _module(options: dict[str, Any]) -> str:
    """The reporter that was asked for."""
    output_format: str = options["output_format"]
    if not options["statistics"]:
        return output_format
    if output_format not in STATISTICS:
        raise click.UsageError(f"--statistics has no {output_format} form, but {', '.join(STATISTICS)}")
    return STATISTICS[output_format]


def _checked(files: Iterable[str], ready: Checks, options: dict[str, Any], codes: set[int]) -> Iterator[Checked]:
    """The documents one by one; what each means for the exit code is added to `codes`."""
    from validator.pipeline import check
    from validator.sources import SourceError
    from validator.sources.files import documents
    from validator.wording import escape

    for document in documents(files, options["max_bytes"]):
        if isinstance(document, SourceError):
            codes.add(FAILED)
            _told(f"{escape(document.file)}: {document}")
            continue
        checked = check(document, ready)
        codes.update(_codes(checked, options["fail_on"]))
        yield checked


def _codes(checked: Checked, fail_on: str) -> Iterator[int]:
    for rule, severity in checked.totals:
        if rule == "internal-error":
            yield FAILED
        elif fail_on != "never" and severity.reaches(Severity(fail_on)):
            yield FOUND


def _settings(options: dict[str, Any]) -> Settings:
    from validator.selection import severities

    return Settings(
        severities=severities(
            (word for words in options["select"] for word in words),
            (word for words in options["ignore"] for word in words),
            dict(options["severity"]),
        ),
        now=time.time() if options["now"] is None else options["now"],
        contract=options["contract"],
        form=options["form"],
        expect=options["expect"],
        order=options["order"],
        limit=options["limit"],
        show=Severity(options["show"]),
        show_values=options["show_values"],
        max_findings=options["max_findings"] or None,
    )


def _look(options: dict[str, Any]) -> Look:
    from validator.reporters import Look

    return Look(
        contract=options["contract"],
        show=Severity(options["show"]),
        width=_width(),
        wrap=sys.stdout.isatty(),
        color=_wants_color(options["color"]),
        quiet=options["quiet"],
        verbose=options["verbose"],
    )


def _width() -> int:
    if not sys.stdout.isatty():
        return 80
    import shutil  # it brings all formats of archives with it: only a terminal pays for that

    return shutil.get_terminal_size((80, 24)).columns


def _wants_color(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()
