"""One module names devices; everything else is handed one."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gdviz.device import CHOICES, device_name, far_device, has_float64, pick_device
from gdviz.errors import GdvizError

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("cuda", "mps")


@pytest.fixture(autouse=True)
def no_setting(monkeypatch):
    monkeypatch.delenv("GDVIZ_DEVICE", raising=False)


def test_auto_is_cuda_where_there_is_one_and_the_cpu_elsewhere(monkeypatch):
    for present, expected in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda present=present: present)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
        assert pick_device().type == expected, "an mps device lacks float64, so it is never taken unasked"
    assert pick_device("mps").type == "mps"


def test_the_setting_says_what_auto_means_and_nothing_else(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("GDVIZ_DEVICE", "cpu")
    assert (pick_device().type, pick_device("cuda").type) == ("cpu", "cuda")
    monkeypatch.setenv("GDVIZ_DEVICE", "")
    assert pick_device().type == "cuda"
    monkeypatch.setenv("GDVIZ_DEVICE", "gpu")
    with pytest.raises(GdvizError, match=r"^GDVIZ_DEVICE: found 'gpu'; allowed: auto, cpu, cuda, mps\.$"):
        pick_device()


def test_a_device_that_is_not_there_is_refused_and_what_is_there_named(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(GdvizError, match=r"^device: found 'cuda', which this machine does not have; here: cpu\.$"):
        pick_device("cuda")
    with pytest.raises(GdvizError, match=r"^device: found 'tpu'; allowed:"):
        pick_device("tpu")


def test_other_machines_get_a_name_and_auto_is_what_all_of_them_have(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert [far_device(choice) for choice in CHOICES] == ["cpu", "cpu", "cuda", "mps"], "not looked for here"
    monkeypatch.setenv("GDVIZ_DEVICE", "cuda")
    assert far_device() == "cuda"
    with pytest.raises(GdvizError, match="found 'tpu'"):
        far_device("tpu")


def test_every_device_has_a_name_for_the_page_and_only_mps_lacks_float64(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert [device_name(choice) for choice in CHOICES[1:]] == ["CPU", "GPU (CUDA)", "GPU (mps)"]
    assert [has_float64(torch.device(choice)) for choice in CHOICES[1:]] == [True, True, False]


def test_a_result_says_what_it_was_computed_on(monkeypatch):
    from experiments import SMALL

    from gdviz.result import run

    monkeypatch.setenv("GDVIZ_DEVICE", "cpu")
    assert run(SMALL).versions["device"] == "cpu"


def test_naming_devices_does_not_wait_for_torch():
    code = "import sys, gdviz.device, gdviz.cli; print('torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True).stdout == "False\n"


# --- one module alone ----------------------------------------------------------------------------


def named(source: str) -> list[str]:
    """Every mention of a device that a program makes: names, attributes, texts; not what its docstrings say."""
    tree = ast.parse(source)
    says = {
        id(body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (body := node.body) and isinstance(body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        texts = [getattr(node, field, None) for field in ("id", "attr", "name", "module", "arg")]
        if isinstance(node, ast.Constant) and id(node) not in says:
            texts.append(node.value)
        found += [text for text in texts if isinstance(text, str) and any(name in text.lower().split(".") for name in NAMES)]
        found += [text for text in texts if isinstance(text, str) and "cuda" in text.lower() and text not in found]
    return found


@pytest.mark.slow
def test_no_other_module_names_a_device():
    strangers = {
        str(path.relative_to(ROOT)): found
        for path in [*(ROOT / "gdviz").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]
        if path != ROOT / "gdviz" / "device.py" and (found := named(path.read_text(encoding="utf-8")))
    }
    assert strangers == {}


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("x.to('cuda')", True),
        ("x.to('cuda:0')", True),
        ("x.cuda()", True),
        ("torch.backends.mps.is_available()", True),
        ("if x.device.type == 'mps': pass", True),
        ("import torch.cuda", True),
        ("from torch import cuda", True),
        ("from torch.cuda import amp", True),
        ("f'on {name} or cuda'", True),
        ("def f():\n    '''On cuda it is faster.'''", False),
        ("# cuda\nx.to(device)", False),
        ("bumps = stamps = 'bumps and stamps'", False),
    ],
)
def test_the_reader_of_names_sees_them(source, caught):
    assert bool(named(source)) is caught
