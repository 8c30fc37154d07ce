"""The command line: what it prints and writes, its exit codes, and one sentence for every mistake."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from experiments import SMALL, changed

import gdviz
from gdviz import cli, presets
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.server import free_port

posix = pytest.mark.skipif(os.name == "nt", reason="signals and terminals as POSIX has them")
COMMAND = [sys.executable, "-m", "gdviz"]
ROOT = str(Path(gdviz.__file__).parents[1])


@pytest.fixture
def call(capsys):
    """Run the command line in this process: (exit code, stdout, stderr)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


@pytest.fixture
def small(tmp_path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(SMALL))
    return path


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("PYTHONPATH", ROOT)  # for processes that run elsewhere


def refused(answer: tuple[int, str, str]) -> str:
    """The one sentence of a refusal."""
    code, out, err = answer
    assert (code, out) == (2, "")
    assert err.startswith("gdviz: ") and err.count("\n") == 1 and "Traceback" not in err
    return err.removeprefix("gdviz: ").strip()


# --- run -----------------------------------------------------------------------------------------


def test_run_prints_a_table_and_writes_what_python_gives(call, small, tmp_path):
    out, samples = tmp_path / "result.json", tmp_path / "samples.npz"
    code, printed, said = call("run", small, "--out", out, "--samples", samples)
    assert code == 0
    assert said == f"Wrote {out}.\nWrote {samples}.\n"
    expected = gdviz.run(SMALL, frame_particles=100)
    written = json.loads(out.read_text(), parse_constant=pytest.fail)
    timing = {"seconds"}
    assert {k: v for k, v in written.items() if k not in timing} == {
        k: v for k, v in json.loads(expected.to_json()).items() if k not in timing
    }
    lines = [line.split() for line in printed.splitlines()]
    assert [line[0] for line in lines if line and re.fullmatch(r"[\d.]+", line[0])] == ["0", "1"]
    assert "mean p(b | x)" in printed and "w = 0 is no guidance" in printed
    assert f"{expected.rows[1].mean_reward:.2f}"[:4] in printed


def test_samples_hold_end_points_and_paths_at_the_listed_w(call, tmp_path):
    path, samples = tmp_path / "e.json", tmp_path / "s.npz"
    path.write_text(json.dumps(changed("w", [2, 0.5])))  # w = 0 is run but not listed
    assert call("run", path, "--samples", samples)[0] == 0
    with np.load(samples) as arrays:
        x, paths, w, t = (arrays[name] for name in ("x", "paths", "w", "t"))
    assert (x.dtype, x.shape) == (np.float32, (2, 100, 2))
    assert (paths.dtype, paths.shape) == (np.float32, (2, 100, 5, 2))
    assert w.tolist() == [2, 0.5]
    assert np.array_equal(paths[:, :, -1], x), "a path ends where the particle is"
    assert np.array_equal(paths[0, :, 0], paths[1, :, 0]), "every w starts from the same noise"
    assert t.shape == (5,) and np.all(np.diff(t) < 0) and 0 < t[-1] < t[0] < 1
    levels = Experiment.parse(SMALL).build().levels.t
    assert set(t) <= set(levels) and (t[0], t[-1]) == (levels[0], levels[-1])
    both = gdviz.run(changed("w", [0.5]))
    assert np.array_equal(both.samples[-1], x[1]), "the same paths whatever the other w"


@pytest.mark.slow
def test_out_may_be_printed_and_the_experiment_read_from_stdin():
    answer = subprocess.run(
        [*COMMAND, "run", "-", "--out", "-"], input=json.dumps(SMALL).encode(), capture_output=True, timeout=120
    )
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert json.loads(answer.stdout, parse_constant=pytest.fail)["experiment"] == Experiment.parse(SMALL).model_dump(mode="json")


def test_a_written_result_can_be_run_again(call, small, tmp_path):
    out, again = tmp_path / "a.json", tmp_path / "b.json"
    assert call("run", small, "--out", out)[0] == 0
    (tmp_path / "e.json").write_text(json.dumps(json.loads(out.read_text())["experiment"]))
    assert call("run", tmp_path / "e.json", "--out", again)[0] == 0
    assert json.loads(out.read_text())["rows"] == json.loads(again.read_text())["rows"]


def test_a_preset_runs_by_name(call, monkeypatch):
    fewer = Experiment.parse(SMALL)
    monkeypatch.setattr(presets, "load", lambda name: presets.Preset(name, "", "", "", fewer))
    code, printed, _ = call("run", "preset:figure-1")
    assert code == 0 and "mean p(b | x)" in printed


def test_overflow_is_told_and_the_run_succeeds(call, tmp_path):
    path = tmp_path / "e.json"
    path.write_text(json.dumps(changed("w", [0, 1e6])))
    code, printed, _ = call("run", path)
    assert code == 0
    assert "w = 1e+06: 100 of 100 particles became non-finite and are left out." in printed


def test_labels_are_shown_as_they_are(call, tmp_path):
    """Neither rich's markup nor a terminal's commands."""
    path = tmp_path / "e.json"
    path.write_text(json.dumps(SMALL).replace('"b"', json.dumps("[/red]\x1b[31m")))
    code, printed, _ = call("run", path)
    assert code == 0
    assert "p([/red]\\x1b[31m | x)" in printed and "\x1b" not in printed


# --- the other commands --------------------------------------------------------------------------


def test_presets_lists_names_and_titles_without_torch():
    answer = subprocess.run([*COMMAND, "presets"], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0
    lines = answer.stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(presets.names())
    assert all(title in line for line, title in zip(lines, presets.titles().values(), strict=True)), "nothing is cut off"


def test_presets_as_json(call):
    assert json.loads(call("presets", "--json")[1]) == presets.titles()


def test_schema_prints_the_schema(call):
    from gdviz.schema import experiment_schema

    code, out, err = call("schema")
    assert (code, err) == (0, "")
    assert json.loads(out) == experiment_schema()


def test_doctor_says_what_is_there(call):
    code, out, _ = call("doctor")
    assert code == 0
    for subject in ("gdviz", "Python", "torch", "streamlit", "device", "pages and presets", "store", "port"):
        assert re.search(rf"^{subject} ", out, flags=re.MULTILINE), subject
    assert gdviz.__version__ in out


def test_doctor_finds_a_store_that_cannot_be_written(call, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "file" / "store"))
    code, out, _ = call("doctor")
    assert code == 1
    assert "set GDVIZ_STORE to a folder that can be written" in out


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_every_command(call, arguments):
    code, out, _ = call(*arguments)
    assert code == 0
    listed = set(re.findall(r"^  (\w+)  ", out, flags=re.MULTILINE))
    assert listed >= {"run", "presets", "schema", "app", "doctor", "train", "store", "check", "score"}
    assert len(listed) == len([path for path in Path(cli.__path__[0]).glob("*.py") if not path.name.startswith("_")])
    assert "w = 0 always means no" in out


def test_version(call):
    assert call("--version")[:2] == (0, f"gdviz {gdviz.__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["presets"],
        ["run"],
        ["run", "none"],
        ["run", "preset:none"],
        ["app", "--port=0"],
    ],
)
def test_what_computes_nothing_does_not_wait_for_torch(arguments):
    code = (
        "import sys\n"
        "from gdviz.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'streamlit', 'numpy') if name in sys.modules])\n"
    )
    answer = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
    assert answer.stdout.splitlines()[-1] == "[]"


# --- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu"], r"no such command 'rnu'\..* See .* --help\."),
        (["run"], r"missing argument 'FILE\|preset:NAME'\. See .* run --help\."),
        (["run", "a.json", "b.json"], r"got unexpected extra argument.* See .* run --help\."),
        (["run", "a.json", "--otu", "b"], r"no such option: --otu.*--out.* See .* run --help\."),
        (["run", "a.json", "--out"], r".*'--out' requires an argument.* See .*--help\."),
        (["presets", "--nosuch"], r"no such option: --nosuch.* See .* presets --help\."),
        (["--nosuch"], r"no such option: --nosuch.* See .*--help\."),
    ],
)
def test_wrong_options(call, arguments, said):
    assert re.fullmatch(said, refused(call(*arguments)))


def test_a_missing_file(call, tmp_path):
    said = refused(call("run", tmp_path / "none.json"))
    assert said == f"{tmp_path}/none.json: No such file or directory; give an Experiment file or preset:NAME."


def test_a_preset_without_its_prefix_is_recognised(call):
    assert "(did you mean preset:figure-1?)" in refused(call("run", "figure-1"))


def test_a_folder_in_place_of_a_file(call, tmp_path):
    assert refused(call("run", tmp_path)) == f"{tmp_path}: Is a directory; give an Experiment file or preset:NAME."


def test_a_preset_that_there_is_not(call):
    said = refused(call("run", "preset:figure1"))
    assert said.startswith("preset: found 'figure1' (did you mean 'figure-1'?); allowed: ")
    assert all(name in said for name in presets.names())
    assert refused(call("run", "preset:")).startswith("preset: found ''; allowed: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"format": 1,', "not JSON: Expecting property name enclosed in double quotes at line 1, column 14."),
        (bytes(range(256)) * 100, "not JSON: found bytes or escapes that are not text; an Experiment is JSON in UTF-8."),
        (b"", "not JSON: Expecting value at line 1, column 1."),
        (
            json.dumps(changed("particles", 10**12)).encode(),
            "particles: found 1000000000000; it should be less than or equal to 1000000.",
        ),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong_in_it(call, tmp_path, content, said):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    assert refused(call("run", path)) == f"{path}: {said}"


def test_a_huge_file_is_not_read(call, tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(10 << 30)  # sparse: takes no space
    assert refused(call("run", path)) == f"{path}: found more than 67,108,864 bytes; an Experiment file has at most so many."


@posix
def test_an_endless_device_is_not_read_for_ever(call):
    assert refused(call("run", "/dev/zero")).startswith("/dev/zero: found more than 67,108,864 bytes")


def test_a_wrong_device(call, small):
    assert refused(call("run", small, "--device", "tpu")) == "device: found 'tpu'; allowed: auto, cpu, cuda, mps."


@posix
@pytest.mark.parametrize("option", ["--out", "--samples"])
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("{}/none/x", "{}/none/x: found no folder {}/none; make it first."),
        ("{}", "{}: found a folder; name a file."),
        ("/dev/null", "/dev/null: found a device; name a file."),
        ("/proc/x", "/proc/x: found a folder that cannot be written (No such file or directory); name another."),
        ("{}/small.json", "{}/small.json: found for both the Experiment and what is written; name another file."),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_the_run(call, small, tmp_path, monkeypatch, option, place, said):
    monkeypatch.setattr("gdviz.cli.run.read_experiment", lambda source: pytest.fail("it ran"))
    assert refused(call("run", small, option, place.format(tmp_path))) == said.format(tmp_path, tmp_path)


def test_out_and_samples_are_two_files(call, small, tmp_path):
    both = tmp_path / "x"
    assert (
        refused(call("run", small, "--out", both, "--samples", both))
        == f"{both}: found for both --out and --samples; name two files."
    )
    assert refused(call("run", small, "--samples", "-")).startswith("--samples: found '-'")


def test_a_disk_that_fills_up_is_one_sentence(call, small, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", str(tmp_path / "x"))

    monkeypatch.setattr(os, "replace", full)
    said = refused(call("run", small, "--out", tmp_path / "x"))
    assert said == f"{tmp_path}/x: found that it cannot be written (No space left on device); name another place."
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["small.json"], "nothing half-written stays"


def test_paths_too_large_to_keep(call, tmp_path):
    path = tmp_path / "e.json"
    path.write_text(json.dumps({**SMALL, "w": list(range(50)), "particles": 200_000, "frames": 21}))
    assert refused(call("run", path, "--samples", tmp_path / "s.npz")).startswith("frames: found 50 w x 200000 particles x ")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", "", "8501.5", "9" * 5000, "٣"])
def test_a_wrong_port(call, port):
    said = refused(call("app", f"--port={port}"))
    assert said.startswith("port: found ") and said.endswith("; allowed: 1 to 65535.")
    assert len(said) < 120


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("192.0.2.1", "which is not an address of this machine."),  # set aside for examples: nobody's
        ("no.such.host.invalid", "which this machine cannot look up; 127.0.0.1 always works."),
        ("a..b", "which this machine cannot look up; 127.0.0.1 always works."),
        ("", "which this machine cannot look up; 127.0.0.1 always works."),
    ],
)
def test_a_host_that_is_not_ours(call, host, said):
    assert refused(call("app", "--host", host)) == f"host: found {host!r}, {said}"


def test_a_used_port_moves_on_to_the_next():
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        port = used.getsockname()[1]
        assert port < free_port("127.0.0.1", port) <= port + 50
        assert free_port("127.0.0.1", free_port("127.0.0.1", port)) != port


def test_a_machine_without_a_free_port(monkeypatch):
    def refuse(*_):
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(GdvizError, match=r"^port: found 9000 to 9049 all in use; free one or name another\.$"):
        free_port("127.0.0.1", 9000)
    with pytest.raises(GdvizError, match=r"^port: found 65530 to 65535 all in use"):
        free_port("127.0.0.1", 65530)


# --- as a process --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "none.json"], "none.json: No such file or directory"),
        (["run", "bad.json"], "bad.json: w.0: found inf; it should be a finite number."),
        (["run", "label.json"], "guidance.label: found 'c'; allowed: a, b."),
        (["run", "preset:nosuch"], "preset: found 'nosuch'"),
        (["app", "--port", "99999"], "port: found 99999; allowed: 1 to 65535."),
    ],
)
def test_a_mistake_is_exit_code_2_one_sentence_and_no_traceback(tmp_path, arguments, said):
    (tmp_path / "bad.json").write_text(json.dumps(SMALL).replace('"w": [0, 1]', '"w": [1e999]'))
    (tmp_path / "label.json").write_text(json.dumps(changed("guidance.label", "c")))
    answer = subprocess.run([*COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith(f"gdviz: {said}") and answer.stderr.count("\n") == 1


LONG = {**changed("sampler.steps", 2_000), "particles": 1_000_000, "w": [0, 1, 2, 3]}


@pytest.mark.slow
@posix
def test_ctrl_c_stops_with_130_and_writes_nothing(tmp_path):
    """Pressed when the bar says that particles move, which is past the imports however slow the machine is."""
    import pty

    (tmp_path / "long.json").write_text(json.dumps(LONG))
    ours, theirs = pty.openpty()
    command = [*COMMAND, "run", "long.json", "--out", "out.json"]
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs inherit that it is ignored
    )
    os.close(theirs)
    try:
        read_terminal(ours, until=b"Sampling")
        process.send_signal(signal.SIGINT)
        said = read_terminal(ours)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, b"")
    assert b"gdviz: stopped." in said
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["long.json"]


def read_terminal(end: int, until: bytes | None = None) -> bytes:
    """What is shown on a terminal, to its end or to a word."""
    seen = b""
    while until is None or until not in seen:
        try:
            more = os.read(end, 4096)
        except OSError:  # the terminal's other end is closed
            break
        if not more:
            break
        seen += more
    return seen


@posix
@pytest.mark.parametrize("arguments", [["presets"], ["schema"], ["--help"]])
def test_a_reader_who_has_seen_enough_is_no_error(arguments):
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(60)


@pytest.mark.slow
@posix
def test_a_long_run_shows_a_bar_on_a_terminal_and_leaves_none(tmp_path):
    """stderr is a terminal, stdout a file: the bar goes to the reader and the table to the file."""
    import pty

    (tmp_path / "e.json").write_text(json.dumps({**changed("sampler.steps", 400), "particles": 20_000}))
    ours, theirs = pty.openpty()
    with (tmp_path / "table").open("w") as table:
        process = subprocess.Popen(
            [*COMMAND, "run", "e.json"], cwd=tmp_path, stdout=table, stderr=theirs, env={**os.environ, "TERM": "xterm"}
        )
        os.close(theirs)
        seen = read_terminal(ours)
    os.close(ours)
    assert process.wait(60) == 0
    shown = [int(number) for number in re.findall(rb"(\d+) %", seen)]
    assert b"Sampling" in seen and len(set(shown)) > 2
    assert shown == sorted(shown), "it never runs back"
    assert "Sampling" not in (tmp_path / "table").read_text()
    assert seen.rstrip().endswith(b"\x1b[2K") or b"\x1b[2K" in seen[-40:], "the bar is wiped away"


def test_a_terminal_that_knows_ascii_only_is_no_error(small, monkeypatch):
    bytes_out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_out, encoding="ascii", errors="strict"))
    with pytest.raises(SystemExit) as left:
        cli.main(["run", str(small)])
    assert not left.value.code
    assert b" ? " in bytes_out.getvalue(), "in place of the sign for plus or minus"


@pytest.mark.slow
@posix
def test_app_takes_the_next_port_answers_and_stops_quietly():
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        port = used.getsockname()[1]
        command = [*COMMAND, "app", "--no-browser", "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            line = process.stdout.readline()
            found = re.fullmatch(r"gdviz is at (http://localhost:(\d+))  \(Ctrl-C stops it\)\n", line)
            assert found and int(found[2]) > port
            assert "<title>" in fetch(found[1])
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def fetch(address: str) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    return ""


@pytest.mark.parametrize(
    "words",
    [
        ("run", "LOOP"),
        ("run", "preset:figure-1", "--samples", "LONG.npz"),
        ("run", "preset:figure-1", "--score", "LONG.py:f"),
        ("score", "LOOP", "--preset", "figure-1"),
        ("score", "LONG.csv", "--preset", "figure-1"),
        ("store", "import", "LONG.zip"),
    ],
)
def test_a_link_to_itself_and_a_name_too_long_are_one_sentence(call, tmp_path, words):
    loop = tmp_path / "loop.npy"
    loop.symlink_to(loop)
    code, _, said = call(*(word.replace("LOOP", str(loop)).replace("LONG", "a" * 300) for word in words))
    assert code == 2 and said.startswith("gdviz: ") and "Traceback" not in said


@pytest.mark.parametrize(
    "words",
    [("store", "list"), ("store", "gc"), ("store", "export", "abc", "x.zip"), ("app", "--no-browser"), ("doctor",)],
)
def test_a_store_whose_name_is_too_long_is_one_sentence(call, tmp_path, monkeypatch, words):
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / ("a" * 300)))
    code, out, said = call(*words)
    assert code == (1 if words == ("doctor",) else 2) and "File name too long" in out + said
