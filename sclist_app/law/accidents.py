"""Levels of production-safety accidents (国务院令第493号《生产安全事故报告和调查处理条例》第三条)."""

from decimal import Decimal
from enum import IntEnum
from typing import Final

from sclist_app.law.citations import ACCIDENT_REGULATION, cite

ARTICLE: Final = cite(ACCIDENT_REGULATION, 3)


class AccidentLevel(IntEnum):
	"""Ordered from light to heavy, so levels compare with < and >=."""

	GENERAL = 1
	LARGER = 2
	MAJOR = 3
	EXTRAORDINARY = 4

	@property
	def code(self) -> str:
		"""Stable key: general, larger, major, extraordinary."""
		return self.name.lower()

	@property
	def label(self) -> str:
		"""Legal term: 一般, 较大, 重大, 特别重大."""
		return LEVEL_LABELS[self.code]

	@classmethod
	def from_code(cls, code: str) -> "AccidentLevel":
		"""The level of a code. Raises KeyError if there is none."""
		return cls[code.upper()]


LEVEL_LABELS: Final = {"general": "一般", "larger": "较大", "major": "重大", "extraordinary": "特别重大"}

# lowest deaths, serious injuries and direct loss in yuan of each level; 以上 includes the figure
_THRESHOLDS: Final = (
	(AccidentLevel.EXTRAORDINARY, 30, 100, Decimal(100_000_000)),
	(AccidentLevel.MAJOR, 10, 50, Decimal(50_000_000)),
	(AccidentLevel.LARGER, 3, 10, Decimal(10_000_000)),
)


def accident_level(deaths: int = 0, injuries: int = 0, loss_yuan: Decimal | int | float = 0) -> AccidentLevel:
	"""The level from deaths, serious injuries and direct economic loss in yuan: the heaviest of the three counts.

	Raises ValueError on a negative figure.
	"""
	if deaths < 0 or injuries < 0 or loss_yuan < 0:
		raise ValueError("accident figures are not negative")
	for level, least_deaths, least_injuries, least_loss in _THRESHOLDS:
		if deaths >= least_deaths or injuries >= least_injuries or loss_yuan >= least_loss:
			return level
	return AccidentLevel.GENERAL
