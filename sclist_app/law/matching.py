"""Which grounds of article 6 or 7 a penalty may come under, by the words of its decision (应列未列).

A hint for whoever compares, never a decision: what is named here is to be looked at, and may be set aside with
reasons. Read wide rather than narrow; a plain denial (未瞒报) is not taken for the act.
"""

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Final

from sclist_app.law.grounds import rests_on_114_2

__all__ = ["GRAVE", "grounds_of"]

# Kinds of penalties (words of the forms) that by themselves speak for a grave case.
GRAVE: Final = ("Revocation of Licence", "Closure", "Restriction of Practice", "Detention")

_NOT: Final = r"(?<!未)(?<!没有)(?<!不存在)(?<!无)"
_WORDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
	(code, re.compile(pattern))
	for code, pattern in (
		("6-1", r"特别重大(?:生产安全)?事故|(?<!特别)重大(?:生产安全|安全)?(?:责任)?事故(?!隐患)"),
		("6-4", _NOT + r"(?:瞒报|谎报)"),
		(
			"6-5",
			r"(?:未|不)(?:立即|及时)组织(?:事故)?(?:抢救|救援)|擅离职守|" + _NOT + r"逃匿|" + _NOT + r"逃逸",
		),
		(
			"7-1",
			r"(?:未(?:依法)?(?:取得|办理|申领|经)[^，。；]{0,24}(?:许可|批准|资质|登记))"
			r"|(?:许可证?|证照?|资质)[^，。；]{0,12}(?:被暂扣|被吊销|暂扣期间|吊销期间|有效期届满|过期|到期)|无证(?:生产|经营|从事)",
		),
		(
			"7-2",
			r"(?:租借|出租|出借|转让)[^，。；]{0,6}资质|"
			+ _NOT
			+ r"挂靠|虚假[^，。；]{0,8}(?:报告|证明|证书)",
		),
		("7-3", r"(?:拒不|拒绝|逃避)(?:执行|履行)"),
	)
)
_DECEIT: Final = re.compile(
	r"拒不整改|拒不改正|仍(?:然|继续|未)|屡|多次|关闭、?破坏|篡改|隐瞒、?销毁|抗拒|阻碍"
)


def grounds_of(
	violation: str,
	basis: str,
	kinds: Collection[str] = (),
	multiplier: Decimal | float | None = None,
) -> tuple[str, ...]:
	"""Codes of grounds to compare the penalty with, most telling first; empty if nothing speaks for one.

	violation, basis: text of the decision. kinds: of the penalties imposed. multiplier: of the fine, if any.
	"""
	return tuple(dict.fromkeys(_grounds(violation or "", basis or "", kinds, multiplier)))


def _grounds(
	violation: str, basis: str, kinds: Collection[str], multiplier: Decimal | float | None
) -> Iterator[str]:
	text = "".join(violation.split())
	if rests_on_114_2(basis) or (multiplier and 2 <= multiplier <= 5):
		yield "6-3"
	for code, pattern in _WORDS:
		if pattern.search(text):
			yield code
	if any(kind in GRAVE for kind in kinds) or _DECEIT.search(text):
		yield "7-4"
