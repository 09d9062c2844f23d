from datetime import date

from sclist_app.law.calendar import seed_calendar
from sclist_app.law.findings import render
from sclist_app.law.forecast import after_notice
from sclist_app.law.periods import Period

PERIODS = {
	"T01": Period(5, "workday"),
	"T02": Period(7, "workday"),
	"T03": Period(3, "workday"),
	"T04": Period(20, "workday"),
}
ARTICLES = {code: f"《某办法》第{code}条" for code in PERIODS}


def days(served_on, **options):
	rows = after_notice(served_on, PERIODS, ARTICLES, seed_calendar(), **options)
	return {row.key: row for row in rows}


def test_the_days_of_an_ordinary_week():
	rows = days(date(2024, 9, 2))
	assert rows["T01"].on == date(2024, 9, 9)
	assert rows["decision"].on == date(2024, 9, 10)
	assert rows["T03"].on == date(2024, 9, 13)
	assert rows["repair"].on == date(2025, 9, 11)
	assert rows["term"].on == date(2027, 9, 10)
	assert "T02" not in rows and not rows["T01"].provisional
	said = render(rows["T01"].explained)
	assert "Working day 5 after 2024年9月2日" in said and "2 rest days" in said and said.endswith("条）")


def test_holidays_and_make_up_days_are_counted_by_the_calendar():
	# 2024-09-30, then 10-01 to 10-07 off, 10-08 … 10-11, and 10-12 is worked
	rows = days(date(2024, 9, 29))
	assert rows["T01"].on == date(2024, 10, 11)
	assert rows["decision"].on == date(2024, 10, 12)


def test_a_hearing_keeps_the_decision_waiting():
	rows = days(date(2024, 9, 2), hearing=True)
	assert rows["T02"].on == date(2024, 9, 11)
	assert rows["decision"].on == date(2024, 9, 12)


def test_a_year_without_an_announcement_is_marked():
	rows = days(date(2026, 12, 28))
	assert rows["T01"].provisional and rows["decision"].provisional and rows["T04"].provisional
