"""Citations of legal articles in the form Chinese official papers use.

Citations are data, not user-interface text: they stay Chinese in every language.
"""

ORDER_11 = "安全生产严重失信主体名单管理办法"
WORK_SAFETY_LAW = "安全生产法"
PENALTY_LAW = "行政处罚法"
CIVIL_CODE = "民法典"
CIVIL_PROCEDURE_LAW = "民事诉讼法"
REVIEW_LAW = "行政复议法"
LITIGATION_LAW = "行政诉讼法"
PRIVACY_LAW = "个人信息保护法"
ACCIDENT_REGULATION = "生产安全事故报告和调查处理条例"
REPAIR_PLAN_2025 = "关于进一步完善信用修复制度的实施方案"

GB_USCC = "GB 32100-2015《法人和其他组织统一社会信用代码编码规则》"
GB_ID = "GB 11643-1999《公民身份号码》"
GB_ORG_CODE = "GB 11714-1997《全国组织机构代码编制规则》"
GB_DIVISION = "GB/T 2260《中华人民共和国行政区划代码》"
GB_LAYOUT = "GB/T 9704-2012《党政机关公文格式》"

_DIGITS = "零一二三四五六七八九"


def chinese_number(n: int) -> str:
	"""Write 1 … 999 in Chinese numerals as articles are numbered: 14 → 十四, 114 → 一百一十四, 62 → 六十二.

	Raises ValueError outside that range.
	"""
	if not 1 <= n <= 999:
		raise ValueError(n)
	hundreds, rest = divmod(n, 100)
	tens, ones = divmod(rest, 10)
	out = _DIGITS[hundreds] + "百" if hundreds else ""
	if tens:
		out += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
	elif hundreds and ones:
		out += "零"
	return out + (_DIGITS[ones] if ones else "")


def cite(law: str, *articles: int, paragraph: int | None = None, item: int | None = None) -> str:
	"""Cite one or more articles of a law: cite("行政处罚法", 44, 45) → 《行政处罚法》第四十四条、第四十五条.

	`paragraph` (款) and `item` (项) belong to the last article named.
	"""
	text = "《" + law + "》" + "、".join(f"第{chinese_number(a)}条" for a in articles)
	if paragraph:
		text += f"第{chinese_number(paragraph)}款"
	if item:
		text += f"第（{chinese_number(item)}）项"
	return text
