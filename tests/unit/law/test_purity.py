"""The legal floor stands alone: it knows neither the platform nor the floors above."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LAW = Path(__file__).resolve().parents[3] / "sclist_app" / "law"
ALLOWED = {"sclist_app.law", "stdnum.cn"} | set(sys.stdlib_module_names)
MODULES = sorted(LAW.rglob("*.py"))


def imported(path: Path) -> set[str]:
	names = set()
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Import):
			names |= {a.name for a in node.names}
		elif isinstance(node, ast.ImportFrom):
			assert not node.level, f"{path.name}: relative import"
			names.add(node.module)
	return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_imports_only_itself_and_the_standard_library(path):
	for name in imported(path):
		root = name.split(".")[0]
		assert root != "frappe"
		assert name in ALLOWED or root in sys.stdlib_module_names or name.startswith("sclist_app.law."), name


def test_loading_every_module_leaves_frappe_unloaded():
	names = [f"sclist_app.law.{p.stem}" for p in MODULES if p.stem != "__init__"]
	code = f"import sys, {', '.join(names)}; sys.exit('frappe' in sys.modules)"
	assert subprocess.run([sys.executable, "-c", code], cwd=LAW.parents[1]).returncode == 0


def test_messages_are_english_sentences():
	marked = [
		node.args[0]
		for path in MODULES
		for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
		if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_"
	]
	assert len(marked) > 50
	for arg in marked:
		text = ast.literal_eval(arg)
		assert text == text.strip() and text.endswith("."), text
		assert text.isascii() or "〔" in text or "“" in text or "–" in text, text
