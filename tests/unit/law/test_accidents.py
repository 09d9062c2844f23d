from decimal import Decimal

import pytest

from sclist_app.law.accidents import AccidentLevel, accident_level

G, L, M, X = AccidentLevel

WAN = 10_000


@pytest.mark.parametrize(
	("deaths", "injuries", "loss", "level"),
	[
		(0, 0, 0, G),
		(2, 9, 1000 * WAN - Decimal("0.01"), G),
		(3, 0, 0, L),
		(9, 0, 0, L),
		(10, 0, 0, M),
		(29, 0, 0, M),
		(30, 0, 0, X),
		(0, 10, 0, L),
		(0, 49, 0, L),
		(0, 50, 0, M),
		(0, 99, 0, M),
		(0, 100, 0, X),
		(0, 0, 1000 * WAN, L),
		(0, 0, 5000 * WAN - 1, L),
		(0, 0, 5000 * WAN, M),
		(0, 0, Decimal("99999999.99"), M),
		(0, 0, 10000 * WAN, X),
		(3, 50, 0, M),
		(1, 0, 10000 * WAN, X),
	],
)
def test_heaviest_of_three_counts_with_the_figure_included(deaths, injuries, loss, level):
	assert accident_level(deaths, injuries, loss) is level


def test_levels_are_ordered_and_named():
	assert G < L < M < X
	assert [x.code for x in AccidentLevel] == ["general", "larger", "major", "extraordinary"]
	assert [x.label for x in AccidentLevel] == ["一般", "较大", "重大", "特别重大"]
	assert all(AccidentLevel.from_code(x.code) is x for x in AccidentLevel)
	with pytest.raises(KeyError):
		AccidentLevel.from_code("huge")


@pytest.mark.parametrize("figures", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
def test_negative_figures_are_refused(figures):
	with pytest.raises(ValueError):
		accident_level(*figures)
