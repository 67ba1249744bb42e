"""``jwtdoctor triage``: files in, chunks to workers, counts together, the summary out; to be stopped and gone on with at any time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import signal
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from .. import catalog
from .._version import __version__
from ..keys import Material
from ..render import SHARED
from ..render import triage as render
from ..sharing import base_name, look_alikes
from ..triage import Example, Found, Group, Read, Shown, Skipped, Summary, Tally, summarize
from ..triage.examiner import Piece, Settings
from ..triage.example import shown
from . import resume
from .failure import COULD_NOT, Failure, complain, echo
from .inputs import Finder, Input
from .output import Target, files_in, plan, read_files, write_all
from .progress import Bar
from .results import Results
from .screen import is_terminal, look
from .streams import Chunk, Stream
from .values import moment, whole
from .workers import Crew, Done, Fault, Job, alone, cores

STOPPED = 130
ENDINGS = (".md", ".html", ".json", ".csv", ".txt")
"""Endings of the reports of this command."""
SMALL = 3 << 20
"""Bytes of input up to which further processes would cost more than they bring."""
MOST_TOLD = 20
"""Inputs that are told one by one on standard error."""
MOST_SKIPPED = 10_000
"""Inputs that were not read, kept by name."""
SAVED_EVERY = 60.0
"""Seconds between two states."""


class Options(NamedTuple):
    """The options of one call."""

    certs: tuple[str, ...] = ()
    endpoint: str | None = None
    profile: str | None = None
    now: str | None = None
    since: str | None = None
    cause: str | None = None
    limit: str | None = None
    results: str | None = None
    resume: str | None = None
    jobs: str | None = None
    formats: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    fail_on: str = "error"
    passphrase_file: str | None = None
    redact: bool = False
    no_redact: bool = False
    hosts: bool = False
    rules: tuple[str, ...] = ()

    def is_shared(self, format: str) -> bool:
        """Whether what goes out in this format is redacted."""
        return self.redact or (format in SHARED and not self.no_redact)


def run(words: Sequence[str], options: Options) -> int:
    """Triage every input; one that cannot be read is told and the others go on."""
    _refuse(options)
    _refuse_to_write_over(words, options)
    targets = _targets(words, options)
    for target in targets:
        _refuse_a_strangers_file(target, words)
    written = [each for each in (options.results, options.resume, *(target.file for target in targets)) if each is not None]
    twice = next((each for at, each in enumerate(written) if os.path.realpath(each) in map(os.path.realpath, written[:at])), None)
    if twice is not None:
        raise Failure(
            f"{echo(twice)}: written twice in the same call; accepted: a file of its own for --results, --resume and each --output"
        )
    given = list(Finder(_written(options, targets)).find(words))
    triage = Triage(options, given)
    with _interrupts(triage), triage:
        triage.work()
    summary = triage.summary()
    code = write_all(targets, lambda target: render.render(triage.summary(target.format), target.format, look()))
    if triage.stopped:
        return STOPPED
    return code or (COULD_NOT if triage.failed else summary.exit_code(options.fail_on))


def _refuse(options: Options) -> None:
    """What can be seen to be wrong before anything is read. Raises Failure."""
    known = catalog.load()
    strange = next((each for each in options.formats if each not in render.FORMATS), None)
    if strange is not None:
        raise Failure(f"--format {echo(strange)}: no such format; known are {', '.join(render.FORMATS)}")
    if options.profile is not None and options.profile not in known.profiles:
        raise Failure(f"--profile {echo(options.profile)}: no such profile; known are {', '.join(sorted(known.profiles))}")
    if options.cause is not None and options.cause not in known.rules and options.cause not in known.unseen:
        from difflib import get_close_matches

        near = get_close_matches(options.cause, [*known.rules, *known.unseen], 3, 0.5)
        raise Failure(
            f"--cause {echo(options.cause)}: no such cause; {'near are ' + ', '.join(near) if near else '`jwtdoctor rules` lists them'}"
        )
    if options.redact and options.no_redact:
        raise Failure("--redact and --no-redact contradict each other; give one of them")
    if whole(options.jobs, "--jobs", "processes") == 0 or whole(options.limit, "--limit", "groups") == 0:
        raise Failure("--jobs and --limit begin with 1")
    moment(options.now)
    moment(options.since, "--since")


def _refuse_to_write_over(words: Sequence[str], options: Options) -> None:
    """Results and state take the place of a file: never that of a device, a pipe, a folder, or of what is to be read."""
    for option, path in (("--results", options.results), ("--resume", options.resume)):
        if path is None:
            continue
        with contextlib.suppress(OSError, ValueError):
            mode = os.stat(path).st_mode
            if not stat.S_ISREG(mode):
                raise Failure(
                    f"{option} {echo(path)}: a directory, a device or a pipe; accepted: a file that is new or may be replaced"
                )
            if any(os.path.exists(each) and os.path.samefile(each, path) for each in _read(words, options)):
                raise Failure(f"{option} {echo(path)}: this file is read in the same call, and would be written over")


def _refuse_a_strangers_file(target: Target, words: Sequence[str]) -> None:
    """In a folder that is read only what bears the ending of a report is taken for one of an earlier run."""
    if target.file is None or not os.path.isfile(target.file) or target.file.endswith(ENDINGS):
        return
    real = os.path.realpath(target.file)
    if any(os.path.isdir(each) and real.startswith(os.path.join(os.path.realpath(each), "")) for each in words):
        raise Failure(f"--output {echo(target.file)}: this file lies in a folder that is read, and would be written over")


def _targets(words: Sequence[str], options: Options) -> list[Target]:
    default = "terminal" if is_terminal() else "plain"
    return plan(options.formats, options.outputs, default, tuple(render.FORMATS), _read(words, options))


def _read(words: Sequence[str], options: Options) -> list[str]:
    """Names of files that this call reads."""
    return read_files(words, options.certs, others=[options.passphrase_file, *files_in(options.rules)])


def _written(options: Options, targets: Sequence[Target]) -> list[str]:
    """Files of this very call, which are not to be read even if they lie in a folder that is."""
    own = [each.file for each in targets if each.file is not None]
    for path in (options.results, options.resume):
        if path is not None:
            own += [path, f"{path}.part", f"{path}.whole"]
    return own


class Step(NamedTuple):
    """What comes back beside a chunk's counts: which input, and the chunk, or the input's end."""

    number: int
    stream: Stream
    chunk: Chunk | None
    begin: resume.Progress | None


class Triage:
    """One run, with all that was counted so far."""

    def __init__(self, options: Options, given: Sequence[Input | Skipped]) -> None:
        self.options = options
        self.inputs = [each for each in given if isinstance(each, Input)]
        self.stopped = self.failed = False
        self._now = None if options.now is None else moment(options.now)
        self._clock = moment(None)
        self._materials = self._certificates()
        self.tally = Tally()
        self.examples: dict[Group, Shown] = {}
        self._shown_by: dict[int, Group] = {}
        """Numbers of the tokens that are examples."""
        self.files: dict[str, resume.Progress] = {}
        self.skipped: list[Skipped] = []
        self._read = [0, 0, 0]
        self._lines: dict[int, int] = {}
        """Lines of each input, by its number, that were examined already; while it is read."""
        self._salt, self._key = secrets.token_bytes(16), secrets.token_bytes(32)
        self._keep: int | None = None
        self._refuse_what_cannot_resume()
        self._restore()
        for each in given:
            if isinstance(each, Skipped):
                self._skip(each)
        self._results = None if options.results is None else Results(options.results, self._keep)
        self._saved = time.monotonic()
        self._bar = Bar(sum(each.size or 0 for each in self.inputs) if all(each.is_file for each in self.inputs) else None)

    def _certificates(self) -> tuple[Material, ...]:
        if not self.options.certs:
            return ()
        from .diagnose import certificates

        materials, _, failed = certificates(self.options.certs, self.options.passphrase_file)
        self.failed = failed
        return materials

    def _refuse_what_cannot_resume(self) -> None:
        if (
            self.options.resume is not None
            and (other := next((each for each in self.inputs if not each.is_file), None)) is not None
        ):
            raise Failure(f"--resume: {other.name} cannot be gone on with; accepted: files, folders, patterns")

    def _restore(self) -> None:
        path = self.options.resume
        kept = None if path is None else resume.load(path, self._fingerprint())
        if path is None or kept is None:
            return
        names = {each.name for each in self.inputs}
        gone = next((name for name in kept.files if name not in names), None)
        if gone is not None:
            raise Failure(f"--resume {echo(path)}: {echo(gone)} was read before and is gone; begin anew with another state file")
        for each in self.inputs:
            resume.begin(each, kept.files.get(each.name), path)
        self.tally, self.files, self.examples, self.skipped = kept.tally, kept.files, kept.examples, kept.skipped
        self._shown_by = kept.shown_by
        self._read = list(kept.read)
        self._salt, self._key, self._keep = kept.salt, kept.key, kept.results

    def _fingerprint(self) -> str:
        """The options that decide what is counted, as a digest."""
        options = self.options
        deciding = (
            [each.sha256 or each.spki_sha256 for each in self._materials], options.endpoint, options.profile, options.now, options.since,
            options.results and (os.path.realpath(options.results), options.cause), options.redact, options.hosts,
            [os.path.realpath(each) for each in options.rules],
        )  # fmt: skip
        return hashlib.sha256(repr(deciding).encode("utf-8", "surrogatepass")).hexdigest()

    def __enter__(self) -> Triage:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._bar.stop()
        if kind is not None and self._results is not None and self.options.resume is None:
            self._results.discard()

    def work(self) -> None:
        """Read and count everything, or as much as there is time for."""
        settings = self._settings()
        size = sum(each.size or 0 for each in self.inputs)
        jobs = whole(self.options.jobs, "--jobs", "processes") or cores()
        small = all(each.is_file for each in self.inputs) and size < SMALL and self.options.jobs is None
        with contextlib.ExitStack() as stack:
            if jobs == 1 or small:
                self._merge_all(alone(self._jobs(), settings))
                self._finish(lambda jobs: alone(jobs, settings))
            else:
                crew = stack.enter_context(Crew(jobs, settings))
                self._merge_all(crew.work(self._jobs(), self._bar.beat))
                self._finish(lambda jobs: crew.work(jobs, self._bar.beat))

    def _settings(self) -> Settings:
        since = None if self.options.since is None else moment(self.options.since, "--since")
        return Settings(
            self._materials, self.options.endpoint, self.options.profile, since, self._salt, self.options.results is not None, self.options.cause,
            self._key if self.options.redact else b"", self.options.hosts, self.options.rules,
        )  # fmt: skip

    def _finish(self, work: Any) -> None:
        """Store the state; then count the last records too, which the state leaves out because they may not be finished yet."""
        if self.options.resume is not None:
            self._save()
            if not self.stopped:
                self._merge_all(work(self._last_records()), count=False)
        if self._results is not None:
            self._results.finish(self.tally.seen, keep=self.options.resume is not None)
            self.failed = self.failed or self._results.failed

    def _jobs(self) -> Iterator[tuple[Step, Job | None]]:
        """Every chunk, in order, and the end of each input."""
        for number, given in enumerate(self.inputs):
            if self.stopped:
                return
            known = self.files.get(given.name) if self.options.resume is not None else None
            if known is not None and known.done and (not known.continues or known.place.offset == given.size):
                self._bar.add(given.size or 0)
                continue
            stream = Stream(given, self._is_stopped, apart=self.options.resume is not None)
            self._lines[number] = known.line - 1 if known is not None else 0
            yield from self._chunks(number, stream, known)

    def _chunks(self, number: int, stream: Stream, known: resume.Progress | None) -> Iterator[tuple[Step, Job | None]]:
        begin = None
        if self.options.resume is not None:
            given = stream.given
            begin = known or resume.Progress(
                given.name, given.device, given.inode, given.size or 0, resume.head(given), stream.place
            )
        taken = 0
        for chunk in stream.chunks(known.place if known is not None else None):
            if self.stopped and stream.given.is_file:
                return
            self._bar.add((stream.raw.taken if stream.raw is not None else 0) - taken)
            taken = stream.raw.taken if stream.raw is not None else 0
            if chunk.last and self._comes_last(stream):
                continue
            yield Step(number, stream, chunk, begin), self._job(stream, chunk)
        if not self.stopped or not stream.given.is_file:
            yield Step(number, stream, None, begin), None

    def _comes_last(self, stream: Stream) -> bool:
        return self.options.resume is not None and stream.is_plain and not stream.is_document

    def _last_records(self) -> Iterator[tuple[Step, Job | None]]:
        for number, given in enumerate(self.inputs):
            known = self.files.get(given.name)
            if known is not None and known.done and known.continues and known.place.offset < (given.size or 0):
                stream = Stream(given, self._is_stopped)
                self._lines[number] = known.line - 1
                for chunk in stream.chunks(known.place):
                    yield Step(number, stream, chunk, None), self._job(stream, chunk)
                stream.close()

    def _job(self, stream: Stream, chunk: Chunk) -> Job:
        given = stream.given
        now, clock = (
            (self._now, "now") if self._now is not None else (given.modified, "file") if given.modified else (self._clock, "now")
        )
        name = given.name
        return Job(
            chunk.data, Piece("", name, now or self._clock, clock, chunk.whole, chunk.begin.column), not chunk.begin.offset
        )

    def _is_stopped(self) -> bool:
        return self.stopped

    def _merge_all(self, steps: Iterator[tuple[Step, Done | None]], *, count: bool = True) -> None:
        for step, done in steps:
            if step.chunk is None:
                self._end(step)
            elif isinstance(done, Fault):
                self._fail(step, step.chunk, done, count)
            elif done is not None:
                self._merge(step, done)
                self._advance(step, step.chunk, done.lines, count)
            self._bar.show(self.tally.records)
            if self.options.resume is not None and count and time.monotonic() - self._saved > SAVED_EVERY:
                self._save()
            # What a pipe has brought is lost if it is not counted now.
            if self.stopped and step.stream.given.is_file:
                return

    def _fail(self, step: Step, chunk: Chunk, fault: Fault, count: bool) -> None:
        """Tell which lines could not be examined."""
        lines = fault.lines
        if lines is None:
            with contextlib.suppress(OSError):
                lines = (chunk.data if isinstance(chunk.data, bytes) else chunk.data.read()).count(b"\n")
        first = self._lines.get(step.number, 0) + 1
        last = first + (lines or 0)
        told = (
            f"lines {first:,} to {last:,}"
            if lines is not None
            else f"from line {first:,} on, {chunk.end.offset - chunk.begin.offset:,} bytes"
        )
        self._skip(Skipped(step.stream.given.name, f"{told} could not be examined: {fault.why}", last))
        self._advance(step, chunk, lines or 0, count)

    def _merge(self, step: Step, found: Found) -> None:
        news, before = self.tally.merge(found), self._lines.get(step.number, 0)
        for _, number in news:
            group = self._shown_by.pop(number, None)
            if group is not None and self.tally.group(number) != group:
                # It got its answer since, and is counted elsewhere.
                del self.examples[group]
        for kind, place, example in found.examples:
            group, number = found.traits[kind].group, self.tally.number(found, place)
            if group not in self.examples and (number < 0 or self.tally.group(number) == group):
                self._show(group, number, example._replace(line=example.line + before), step.stream.given.name)
        if self._results is not None:
            self._write(self._results, found, news, before)

    def _show(self, group: Group, number: int, example: Example, name: str) -> None:
        """Take a record as the example of its group, redacted."""
        options = self.options
        self.examples[group] = shown(
            example, name, certificates=self._materials, profile=options.profile, key=self._key, hosts=options.hosts
        )
        if number >= 0:
            self._shown_by[number] = group

    def _write(self, results: Results, found: Found, news: Sequence[tuple[int, int]], before: int) -> None:
        """The diagnoses of tokens that are new, and of records that hold none."""
        lines, places = dict(found.results), self.tally.seen.places
        for place, number in news:
            known = places[number] if 0 <= number < len(places) else -1
            at = results.add(lines[place].at(before), known) if place in lines else -1
            if 0 <= number < len(places):
                places[number] = at
            elif number >= 0:
                places.append(at)
        for place, line in found.results:
            if place < 0:
                results.add(line.at(before))

    def _advance(self, step: Step, chunk: Chunk, lines: int, count: bool) -> None:
        self._read[1] += chunk.end.offset - chunk.begin.offset
        self._read[2] += lines
        self._lines[step.number] = self._lines.get(step.number, 0) + lines
        if step.begin is not None and count:
            stream = step.stream
            self.files[stream.given.name] = step.begin._replace(
                place=chunk.end,
                line=self._lines[step.number] + 1,
                size=stream.given.size or 0,
                continues=stream.is_plain and not chunk.whole,
            )

    def _end(self, step: Step) -> None:
        stream, given = step.stream, step.stream.given
        stream.close()
        line = self._lines.pop(step.number, 0) + 1
        for note in stream.notes:
            complain(f"{echo(given.name)}: {note}")
        if stream.failed:
            self._skip(Skipped(given.name, stream.failed, line if stream.began else None))
        self._read[0] += stream.began
        if step.begin is not None:
            known = self.files.get(given.name, step.begin)
            self.files[given.name] = known._replace(
                done=True, size=given.size or 0, continues=known.continues and stream.is_plain
            )

    def _skip(self, skipped: Skipped) -> None:
        if len(self.skipped) < MOST_SKIPPED:
            self.skipped.append(skipped)
        if len(self.skipped) <= MOST_TOLD:
            far = "" if skipped.line is None else f" (read up to line {skipped.line:,})"
            complain(f"{echo(skipped.file)}: {skipped.why}{far}")
        elif len(self.skipped) == MOST_TOLD + 1:
            complain("further inputs that cannot be read are listed in the summary")

    def _save(self) -> None:
        if self.options.resume is None:
            return
        self._saved = time.monotonic()
        if self._results is not None:
            self._results.flush()
        files, size, lines = self._read
        kept = resume.Kept(
            self.tally, self.files, self.examples, self.skipped, (files, size, lines), 0 if self._results is None else self._results.size,
            self._salt, self._key, self._shown_by,
        )  # fmt: skip
        resume.store(self.options.resume, self._fingerprint(), kept)

    def summary(self, format: str = "") -> Summary:
        """What was found, as it may be shown in a format."""
        limit = whole(self.options.limit, "--limit", "groups")
        rename = self._rename() if self.options.is_shared(format) else None
        found = summarize(
            self.tally.counts(), self.examples, catalog.load(), cause=self.options.cause, limit=limit, rename=rename
        )
        files, size, lines = self._read
        skipped = [each if rename is None else each._replace(file=rename("file", each.file)) for each in self.skipped]
        return found._replace(
            passed=self.tally.passed, read=Read(files, size, lines), skipped=tuple(skipped), complete=not self.stopped,
            exact=not self.tally.forgotten, version=__version__,
        )  # fmt: skip

    def _rename(self) -> Callable[[str, str], str]:
        """What names are shown as, where they are redacted: as in the examples, and files without their folders."""
        redactor = look_alikes(self._key, hosts=self.options.hosts)

        def rename(kind: str, name: str) -> str:
            if kind == "file":
                return base_name(name)
            if kind == "host":
                return redactor.value(f"https://{name}").removeprefix("https://")
            return redactor.value(name) if kind == "app" else redactor.prose(name)

        return rename


@contextlib.contextmanager
def _interrupts(triage: Triage) -> Iterator[None]:
    """The first Ctrl-C ends the reading, and the summary follows; the second one ends everything."""

    def stop(*_: object) -> None:
        if triage.stopped:
            raise KeyboardInterrupt
        triage.stopped = True

    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:
        # Not in the main thread: nobody presses Ctrl-C here.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
