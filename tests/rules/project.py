"""Where the sources are; for the rules beside this file."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE = ROOT / "include"
SINGLE_HEADER = ROOT / "single_include/notifier/notifier.hpp"
GENERATED = {SINGLE_HEADER, *SINGLE_HEADER.parent.glob("adapters/*.hpp")}
FOLDERS_OF_OTHERS = {"node_modules", "build", "dist", "__pycache__", ".git", ".cache"}
CXX = os.environ.get("CXX", "g++")


def files(*suffixes, below="."):
    """Our own files with one of these suffixes, sorted; "" takes those without a suffix."""
    found = []
    for folder, folders, names in os.walk(ROOT / below):
        folders[:] = sorted(set(folders) - FOLDERS_OF_OTHERS)
        found += [pathlib.Path(folder) / name for name in names if pathlib.PurePath(name).suffix in suffixes]
    return sorted(found)


def headers():
    return files(".hpp", below="include")


def compile_text(text, *flags, compiler=CXX):
    """Runs the compiler on a text; returns its standard output. Ends the test with the compiler's words if it fails."""
    done = subprocess.run([compiler, "-std=c++17", "-x", "c++", *flags, "-"], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{compiler} {' '.join(flags)}:\n{done.stderr}")
    return done.stdout


def report(problems):
    """Ends the test: each problem on its line and exit status 1, or nothing and 0."""
    for problem in problems:
        print(problem)
    raise SystemExit(1 if problems else 0)
