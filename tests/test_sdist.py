"""A source distribution holds all that its own tests need."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# of no use without the repository
LEFT_OUT = {".ci/run", ".gitignore", ".pre-commit-config.yaml"}
pytestmark = pytest.mark.slow


def run(*command, cwd):
    environment = {**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked_files():
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs the repository")
    listed = run(
        "git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT
    )
    return {name for name in listed.splitlines() if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """Build a source distribution of a copy of the repository, and unpack it."""
    pytest.importorskip("setuptools", "77")
    folder = tmp_path_factory.mktemp("sdist")
    for name in tracked_files():
        (folder / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "copy" / name)
    script = "from setuptools.build_meta import build_sdist; build_sdist('../dist')"
    run(sys.executable, "-c", script, cwd=folder / "copy")
    (archive,) = (folder / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def test_it_holds_every_file_of_the_repository(unpacked):
    held = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*")}
    assert tracked_files() - held == LEFT_OUT


def test_it_holds_nothing_that_was_built(unpacked):
    assert not [path for path in unpacked.rglob("*") if path.suffix == ".pyc"]
    assert not (unpacked / "docs" / "_build").exists()


def test_its_tests_are_found_and_run(unpacked):
    place = run(
        sys.executable, "-c", "import sknoisy; print(sknoisy.__file__)", cwd=unpacked
    )
    assert Path(place.strip()).is_relative_to(unpacked)
    pytest_of_it = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run(
        *pytest_of_it, "--collect-only", cwd=unpacked
    )  # an import that fails would end it
    some = ["tests/test_changes.py", "tests/test_public.py", "tests/test_cleaning.py"]
    assert " passed" in run(*pytest_of_it, *some, cwd=unpacked)
