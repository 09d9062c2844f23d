"""Letters a server cannot print are named, not printed as empty boxes; rare ones that it can are."""

import subprocess
import sys

import pytest

from sclist_app.documents import fonts
from sclist_app.documents.rendering import Unprintable, render_html, render_pdf
from tests.unit.documents import cases

WITHOUT_FONTS = """
from sclist_app.documents.rendering import Unprintable, render_pdf
try:
	render_pdf("<p>太原市应急管理局</p>")
except Unprintable as error:
	print(error.letters)
"""


@pytest.fixture(autouse=True)
def _weasyprint():
	pytest.importorskip("weasyprint")


def html(name: str) -> str:
	return render_html(cases.body("D01"), cases.facts("D01", addressee={"name": name}))


@pytest.mark.parametrize(
	"name", ["山西𠮷祥䶮煤业有限公司", "晋源Möller·Иванов（中国）有限公司", "阿依古丽·买买提"]
)
def test_rare_letters_and_mixed_scripts_are_printed(name):
	pdf = pytest.importorskip("pypdf")
	import io

	text = pdf.PdfReader(io.BytesIO(render_pdf(html(name)).pdf)).pages[0].extract_text()
	assert name in "".join(text.split())


@pytest.mark.parametrize("letter", ["\ue123", "\U000f1234"], ids=["old code of a rare name", "plane 15"])
def test_letters_of_private_use_are_refused_by_name(letter):
	with pytest.raises(Unprintable) as refusal:
		render_pdf(html(f"张{letter}{letter}"))
	assert refusal.value.letters == letter


def test_a_letter_that_no_face_has_is_refused(monkeypatch):
	monkeypatch.setattr(fonts, "_somewhere", lambda letter: False)
	assert fonts.unprintable([], "太原abc太") == "太原"


def test_a_machine_without_any_font_says_so(tmp_path):
	config = tmp_path / "fonts.conf"
	config.write_text("<?xml version='1.0'?><fontconfig></fontconfig>")
	child = subprocess.run(
		[sys.executable, "-c", WITHOUT_FONTS],
		capture_output=True,
		text=True,
		timeout=120,
		env={"FONTCONFIG_FILE": str(config), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
	)
	assert child.stdout.startswith("太原市应急管理局"), child.stderr
