"""The process that checked a piece of the input came to an end before it was done.

Large archives and many files are checked by several processes (`--jobs`). One of them was killed, most often by an
operating system that was short of memory, or crashed. The finding stands at the file, or at the first line of the
piece of it, that the process was at: what is wrong there is not known, so the exit code is 2 whatever `--fail-on` is.
Everything else was checked as always. With `--jobs 1` and a smaller `--max-bytes` less memory is needed.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://www.kernel.org/doc/html/latest/admin-guide/mm/concepts.html#oom-killer",
    source_note="why processes are killed",
)
