"""The wheel carries the rules and the sample data: installed elsewhere, it screens from any folder."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest
from command_line import REPOSITORY


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, REPOSITORY]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    site = next((folder / "lib").glob("python*/site-packages"))
    unpack = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site, wheel]
    subprocess.run(unpack, check=True)
    # Of this environment only its packages come along: a path file would add the editable install of the source tree.
    names = [path.name for path in here.iterdir() if "screener" not in path.name and path.suffix != ".pth"]
    for name in names:
        if not (site / name).exists():
            (site / name).symlink_to(here / name)
    return python


def run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-I", "-m", "screener", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_wheel_is_used_and_not_the_source_tree(installed: Path, tmp_path: Path) -> None:
    found = subprocess.run(
        [installed, "-I", "-c", "import screener; print(screener.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(REPOSITORY) not in found.stdout


def test_the_demo_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, "demo")
    assert ran.returncode == 0, ran.stderr
    assert "P-001" in ran.stdout
    assert (tmp_path / "screener-demo.html").stat().st_size > 10_000


def test_an_own_table_is_screened_from_another_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("patient_id,who_performance_status\nA,2\n")
    ran = run(installed, tmp_path, "screen", "NCT06452485", "--patients", "mine.csv", "--format", "csv")
    assert ran.returncode == 0, ran.stderr
    assert "1,A,needs_information" in ran.stdout


def test_the_shipped_rules_pass_their_check(installed: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, "criteria", "check")
    assert ran.returncode == 0, ran.stdout + ran.stderr
