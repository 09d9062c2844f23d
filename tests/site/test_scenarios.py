"""The same kind of case under the standard procedure and three local ones, side by side on one site (办法第四条).

The local ones come in as packages, by their bureau's own rule administrator and approver; no line of code knows them.
"""

import frappe
import pytest

from tests.site import scenario

LOCAL = ("zhejiang", "shenzhen", "shanxi")


@pytest.fixture(scope="module")
def places(people):
	"""The bureaus with their people and rules, committed; a second run finds them."""
	for name in LOCAL:
		story = scenario.read(name)
		for place in filter(None, (story.get("above"), story["bureau"])):
			scenario.found(place)
		frappe.db.commit()
		if not scenario.introduced(story["bureau"], story["package"]):
			scenario.introduce(story["bureau"], story["package"])
		frappe.db.commit()
	frappe.clear_cache()


@pytest.mark.parametrize("name", ("standard", *LOCAL))
def test_scenario(places, name):
	scenario.play(name)
