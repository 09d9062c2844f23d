"""Settings and number rules that would let a document go wrong are refused."""

import frappe
import pytest

from tests.site.support import CITY, DISTRICT


def rule(bureau: str, kind: str, prefix: str):
	doc = frappe.new_doc("SC Number Rule")
	doc.update({"bureau": bureau, "document_kind": kind, "prefix": prefix})
	return doc


def test_one_prefix_belongs_to_one_rule(site):
	rule(DISTRICT, "D01", "试应急失信告").insert()
	with pytest.raises(frappe.ValidationError, match="试应急失信告"):
		rule(CITY, "D01", " 试应急失信 告").insert()
	rule(CITY, "D01", "并试失信告").insert()


def test_a_prefix_is_not_that_of_another_kind_of_paper(site):
	own = frappe.db.get_value("SC Bureau", DISTRICT, "document_prefix")
	word = frappe.db.get_value("SC Document Kind", "D05", "number_word")
	title = frappe.db.get_value("SC Document Kind", "D05", "title")
	with pytest.raises(frappe.ValidationError, match=title):
		rule(DISTRICT, "D01", own + word).insert()
	rule(DISTRICT, "D05", "另用的失信决").insert()
	rule(DISTRICT, "D01", own + word).insert()
	with pytest.raises(frappe.ValidationError):
		rule(DISTRICT, "D09", "另用的失信决").insert()


def test_joint_service_is_switched_off_with_a_reason_only(site):
	settings = frappe.get_doc("SC Settings")
	settings.joint_service, settings.joint_service_off_reason = 0, "  "
	with pytest.raises(frappe.ValidationError):
		settings.save()
	settings = frappe.get_doc("SC Settings")
	settings.joint_service, settings.joint_service_off_reason = 0, "省信用信息平台已同步送达"
	settings.save()
	assert not frappe.db.get_single_value("SC Settings", "joint_service")
