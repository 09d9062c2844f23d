"""The closed list of placeholders a document template may use, and the facts that fill them.

A placeholder is a path: `bureau.name`, or `penalties[].number` inside a loop over `penalties`. Labels are the
Chinese names a template author sees; samples make a preview without a case. No frappe here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

Kind = Literal["text", "multiline", "date", "money", "int", "bool", "choice"]

# A list longer than this is no document any more; it also bounds the work of nested loops.
MAX_LIST = 200
MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Placeholder:
	"""One name a template may use.

	name: its path. label: Chinese name. sample: a value of its kind, as the facts would carry it.
	kind: text · multiline (paragraphs by line breaks) · date (datetime.date) · money (yuan, Decimal) · int ·
	bool · choice (one of `choices`).
	"""

	name: str
	label: str
	sample: Any
	kind: Kind = "text"
	choices: tuple[str, ...] = ()


class FactsError(ValueError):
	"""The facts do not have the published shape. `path` names the place."""

	def __init__(self, path: str, reason: str):
		super().__init__(f"{path}: {reason}")
		self.path = path
		self.reason = reason


# Groups that are one thing, and groups that are rows. Labels for the picker of the template form.
GROUPS: dict[str, str] = {
	"bureau": "本机关",
	"document": "本文书",
	"addressee": "受送达人（当事人）",
	"case": "列入案件",
	"notice": "事先告知",
	"listing": "列入记录",
	"rights": "陈述申辩与听证",
	"remedy": "救济途径",
	"repair": "信用修复",
	"application": "提前移出申请",
	"report": "向上一级报告",
	"removal": "移出、撤销与恢复",
	"objection": "异议",
	"legacy": "新旧衔接",
	"service": "送达",
	"blocks": "文字段落",
	"terms": "本级用语",
	"hearing": "听证",
	"letter": "函",
	"visit": "回访",
	"confirmation": "送达地址确认",
	"defence": "陈述申辩记录",
	"discussion": "集体讨论",
	"entry": "系统录入",
	"publicity": "公示",
}
LISTS: dict[str, str] = {
	"penalties": "行政处罚",
	"accidents": "生产安全事故",
	"measures": "管理措施",
	"persons": "有关人员",
	"marked": "标明的人员",
	"conditions": "提前移出的三项条件",
	"handed_in": "收到的申请材料",
	"supplements": "需要补正的材料",
	"served": "送达的文书",
	"servers": "送达人",
	"officers": "承办人",
	"subjects": "案件当事人",
	"evidence": "证据",
	"answers": "各当事人的陈述申辩",
	"opinions": "审批意见",
	"votes": "集体讨论意见",
	"channels": "公示渠道",
	"proofs": "申请所附证明材料",
}

_FACTS_SAMPLE = (
	"2026年1月12日至2月10日，你单位在《危险化学品安全生产许可证》（编号：（晋）WH安许证字〔2022〕00318号）"
	"有效期届满、未依法办理延期手续的情况下，擅自组织粗苯加氢装置生产，累计生产纯苯1260吨，违法所得713.4万元。\n"
	"以上事实有现场检查记录、询问笔录、生产台账和产品销售发票等证据证实。"
)
_REASONS_SAMPLE = (
	"你单位在执法人员责令停止生产后仍继续组织生产，重大危险源安全监测监控系统处于停用状态，主观故意明显，"
	"现实危险性大，性质恶劣、情节严重。"
)
_MEASURES = (
	(
		"M1",
		"在国家有关信用信息共享平台、国家企业信用信息公示系统和部门政府网站等公示相关信息",
		"《安全生产严重失信主体名单管理办法》第八条第（一）项",
	),
	(
		"M2",
		"加大执法检查频次、暂停项目审批、实施行业或者职业禁入",
		"《安全生产严重失信主体名单管理办法》第八条第（二）项",
	),
	(
		"M3",
		"不适用告知承诺制等基于诚信的管理措施",
		"《安全生产严重失信主体名单管理办法》第八条第（三）项",
	),
	(
		"M4",
		"取消参加应急管理部门组织的评先评优资格",
		"《安全生产严重失信主体名单管理办法》第八条第（四）项",
	),
	(
		"M5",
		"在政府资金项目申请、财政支持等方面予以限制",
		"《安全生产严重失信主体名单管理办法》第八条第（五）项",
	),
)

_SINGLE: tuple[Placeholder, ...] = (
	Placeholder("bureau.name", "机关名称", "晋源市应急管理局"),
	Placeholder("bureau.prefix", "机关代字", "晋源应急失信"),
	Placeholder("bureau.address", "机关地址", "晋源市滨河东路18号"),
	Placeholder("bureau.postcode", "邮政编码", "030025"),
	Placeholder("bureau.phone", "联系电话", "0351-5550118"),
	Placeholder("bureau.contact", "联系人", "王立新、赵敏"),
	Placeholder("bureau.review_body", "行政复议机关", "晋源市人民政府"),
	Placeholder("bureau.court", "管辖法院", "晋源市人民法院"),
	Placeholder("bureau.seal_name", "印章名称（署名）", "晋源市应急管理局"),
	Placeholder("document.kind", "文书种类", "D01"),
	Placeholder("document.title", "文书标题", "列入安全生产严重失信主体名单告知书"),
	Placeholder("document.number", "发文字号", "晋源应急失信告〔2026〕1号"),
	Placeholder("document.date", "成文日期", date(2026, 3, 5), "date"),
	Placeholder("document.date_style", "日期写法", "arabic", "choice", ("arabic", "chinese")),
	Placeholder("document.copies", "文书份数", 2, "int"),
	Placeholder("addressee.name", "名称（姓名）", "晋源市恒泰化工有限公司"),
	Placeholder("addressee.kind", "类别", "unit", "choice", ("unit", "institution", "person")),
	Placeholder("addressee.code_label", "代码（证件）名称", "统一社会信用代码"),
	Placeholder("addressee.code", "代码（证件号码）", "91140100MA0H1A2B8E"),
	Placeholder("addressee.address", "登记注册地址（住址）", "晋源市化工园区安康路6号"),
	Placeholder("addressee.legal_representative", "法定代表人（负责人）", "李建国"),
	Placeholder("addressee.role", "人员身份", "主要负责人"),
	Placeholder("addressee.unit_name", "所在单位", "晋源市恒泰化工有限公司"),
	Placeholder("addressee.unit_code", "所在单位统一社会信用代码", "91140100MA0H1A2B8E"),
	Placeholder("case.number", "案件编号", "晋源失信〔2026〕3"),
	Placeholder("case.ground_code", "列入情形代码", "7-1"),
	Placeholder(
		"case.ground_text",
		"列入情形",
		"未依法取得安全生产相关许可或者许可被暂扣、吊销期间从事相关生产经营活动的生产经营单位及其主要负责人",
	),
	Placeholder("case.ground_article", "列入情形条款", "第七条第（一）项"),
	Placeholder("case.ground_label", "列入情形编号（按本级写法）", "第七条第（一）项"),
	Placeholder("case.facts", "违法事实和证据", _FACTS_SAMPLE, "multiline"),
	Placeholder("case.reasons", "性质恶劣、情节严重的理由", _REASONS_SAMPLE, "multiline"),
	Placeholder("case.industry", "行业领域", "危险化学品"),
	Placeholder("notice.title", "事先告知书名称", "列入安全生产严重失信主体名单告知书"),
	Placeholder("notice.number", "告知书文号", "晋源应急失信告〔2026〕1号"),
	Placeholder("notice.served_on", "告知书送达日期", date(2026, 3, 6), "date"),
	Placeholder(
		"notice.defence_statement",
		"陈述申辩和复核情况",
		"你单位于2026年3月12日提交书面陈述申辩意见，提出延期申请已经递交、应当从轻处理。经复核，许可证有效期届满前"
		"你单位未提出延期申请，上述意见缺乏事实依据，本机关不予采纳。",
		"multiline",
	),
	Placeholder("listing.decision_number", "列入决定书文号", "晋源应急失信决〔2026〕1号"),
	Placeholder("listing.decision_title", "列入所依据的决定书名称", "列入安全生产严重失信主体名单决定书"),
	Placeholder("listing.decision_date", "列入决定日期", date(2026, 3, 20), "date"),
	Placeholder("listing.start_text", "列入时间的起算", "作出列入决定之日"),
	Placeholder("listing.listed_on", "列入日期", date(2026, 3, 20), "date"),
	Placeholder("listing.term_start", "管理期限起", date(2026, 3, 20), "date"),
	Placeholder("listing.term_end", "管理期限止", date(2029, 3, 20), "date"),
	Placeholder("listing.earliest_application", "可以申请提前移出的最早日期", date(2027, 3, 21), "date"),
	Placeholder("rights.defence_days", "陈述申辩工作日数", 5, "int"),
	Placeholder("rights.defence_until_text", "陈述申辩期限（文字）", "自收到本告知书之日起5个工作日内"),
	Placeholder("rights.hearing_offered", "是否告知听证权", True, "bool"),
	Placeholder("remedy.review_body", "行政复议机关", "晋源市人民政府"),
	Placeholder("remedy.court", "管辖法院", "晋源市人民法院"),
	Placeholder("remedy.review_days", "行政复议期限（日）", 60, "int"),
	Placeholder("remedy.litigation_months", "行政诉讼期限（月）", 6, "int"),
	Placeholder("repair.accept_days", "受理期限（工作日）", 5, "int"),
	Placeholder("repair.decide_days", "审查决定期限（工作日）", 20, "int"),
	Placeholder("repair.forwarded_accept_days", "“信用中国”转来的申请的受理期限（工作日）", 3, "int"),
	Placeholder("repair.forwarded_decide_days", "“信用中国”转来的申请的决定期限（工作日）", 10, "int"),
	Placeholder("repair.supplement_days", "补正期限（工作日）", 5, "int"),
	Placeholder("repair.update_days", "移出后修改系统信息期限（工作日）", 3, "int"),
	Placeholder("repair.stop_days", "停止公示、解除措施期限（工作日）", 10, "int"),
	Placeholder("repair.query_code", "查询码", "7KQM-2XRD-V9TB-H4CP"),
	Placeholder("repair.online_address", "网上办理地址", "https://yjj.example.invalid/sclist-repair"),
	Placeholder("application.number", "申请编号", "SCX-2027-00003"),
	Placeholder("application.received_on", "收到申请日期", date(2027, 4, 6), "date"),
	Placeholder("application.accepted_on", "受理日期", date(2027, 4, 8), "date"),
	Placeholder("application.channel_text", "申请渠道", "直接向本机关提出"),
	Placeholder("application.applied_by", "申请办理人", "李建国"),
	Placeholder("application.decide_until", "作出决定的期限（截止日）", date(2027, 5, 10), "date"),
	Placeholder(
		"application.reasons",
		"不予受理（不予移出）的理由",
		"你单位罚款尚有15万元未缴纳，行政处罚决定规定的义务未履行完毕。",
		"multiline",
	),
	Placeholder(
		"application.promise_text",
		"容缺受理的说明",
		"主要申请材料齐全，其余材料已书面承诺于2027年4月20日前补交",
	),
	Placeholder("application.barred_text", "不符合受理条件之处", "自列入之日起未满12个月"),
	Placeholder("application.ban_text", "职业或者行业禁入核查", "不存在尚未届满的职业或者行业禁入"),
	Placeholder("application.repeat_text", "再次失信比对结果", "经全系统比对，同一主体没有其他列入记录"),
	Placeholder("application.verified_on", "核实日期", date(2027, 4, 16), "date"),
	Placeholder("report.superior", "上一级机关", "山西省应急管理厅"),
	Placeholder("report.granted_number", "准予提前移出决定书文号（报告）", "晋源应急失信修〔2027〕2号"),
	Placeholder("report.granted_on", "准予提前移出日期（报告）", date(2027, 4, 20), "date"),
	Placeholder("removal.basis_text", "依据变化的情形", "作为列入依据的行政处罚决定已被撤销"),
	Placeholder("removal.basis_authority", "改变依据的机关", "晋源市人民政府"),
	Placeholder("removal.basis_number", "改变依据的文书文号", "晋源政复决〔2026〕12号"),
	Placeholder("removal.basis_date", "改变依据的文书日期", date(2026, 8, 14), "date"),
	Placeholder(
		"removal.reasons",
		"撤销（恢复）的理由",
		"原行政处罚决定认定的主要事实不清，已被依法撤销。列入所依据的行政处罚不复存在，不再符合列入情形。",
		"multiline",
	),
	Placeholder(
		"removal.fraud",
		"隐瞒、造假的事实",
		"你单位申请提前移出时提交的《隐患整改验收报告》系伪造，报告所列整改项目经现场核查均未完成。",
		"multiline",
	),
	Placeholder("removal.evidence", "证据", "现场核查记录、出具单位的书面说明"),
	Placeholder("removal.granted_number", "准予提前移出决定书文号", "晋源应急失信修〔2027〕2号"),
	Placeholder("removal.granted_on", "提前移出日期", date(2027, 4, 20), "date"),
	Placeholder("removal.restored_on", "恢复列入日期", date(2027, 9, 6), "date"),
	Placeholder("removal.new_term_end", "重新计算的管理期限止", date(2030, 9, 6), "date"),
	Placeholder("removal.new_earliest", "重新计算的可申请提前移出之日", date(2028, 9, 7), "date"),
	Placeholder("removal.revoked_number", "撤销提前移出决定书文号", "晋源应急失信撤修〔2027〕1号"),
	Placeholder("objection.number", "异议编号", "SCO-2026-00001"),
	Placeholder("objection.applicant", "异议人", "晋源市恒泰化工有限公司"),
	Placeholder("objection.received_on", "收到异议日期", date(2026, 5, 11), "date"),
	Placeholder("objection.marked_on", "标注日期", date(2026, 5, 11), "date"),
	Placeholder("objection.due_on", "答复期限", date(2026, 5, 18), "date"),
	Placeholder("objection.item", "异议事项", "公示内容与事实不符"),
	Placeholder(
		"objection.content", "异议内容", "公示的登记注册地址与营业执照载明的住所不一致。", "multiline"
	),
	Placeholder(
		"objection.findings",
		"核查情况",
		"经核对市场监督管理部门登记信息，你单位住所已于2026年4月变更，公示信息未同步更新。",
		"multiline",
	),
	Placeholder("objection.result", "处理结果", "异议成立"),
	Placeholder("objection.reasons", "答复理由", "公示的登记注册地址与现行登记信息不一致。", "multiline"),
	Placeholder("objection.consequence", "后续处理", "更正公示信息"),
	Placeholder("objection.body", "受理机构", "省公共信用工作机构"),
	Placeholder("legacy.source_number", "原系统编号", "HMD-2022-0001"),
	Placeholder("legacy.listed_on", "原列入日期", date(2022, 5, 10), "date"),
	Placeholder(
		"legacy.old_ground", "原列入情形", "（二）未按规定取得安全生产许可，擅自开展生产经营建设活动"
	),
	Placeholder("legacy.re_entered", "是否重新录入", True, "bool"),
	Placeholder("legacy.over", "管理期限是否已届满", True, "bool"),
	Placeholder(
		"legacy.reasons",
		"衔接处理的理由",
		"未依法取得安全生产许可从事生产，已受到行政处罚，与现行列入情形一致。",
		"multiline",
	),
	Placeholder("service.attempt", "第几次送达", 1, "int"),
	Placeholder("service.place", "送达地点", "晋源市化工园区安康路6号"),
	Placeholder("service.method", "送达方式", "直接送达"),
	Placeholder("service.result", "送达结果", "已送达"),
	Placeholder("service.receiver", "收件人（签收人）", "李建国"),
	Placeholder("service.relationship", "收件人与受送达人的关系", "法定代表人"),
	Placeholder("service.received_text", "收到时间", "2026年3月6日10时20分"),
	Placeholder("service.substitute", "代收人", "王敏"),
	Placeholder("service.substitute_reason", "代收理由", "受送达人书面授权代收"),
	Placeholder("service.refusal_reason", "拒收（未能送达）事由", "拒绝在送达回证上签名"),
	Placeholder("service.witness", "见证人", "张志强"),
	Placeholder("service.witness_unit", "见证人单位或者职务", "晋源市化工园区管理委员会"),
	Placeholder("service.recording", "照片、录像的存放位置或者编号", "执法记录仪文件20260306-0012"),
	Placeholder("service.tracking_number", "邮件号码", "EMS1098765432109"),
	Placeholder("service.returned_on", "邮寄回执收件日期", date(2026, 3, 6), "date"),
	Placeholder("service.electronic_address", "电子送达接收地址", "hengtai@example.invalid"),
	Placeholder("service.arrived_text", "到达对方系统的时间", "2026年3月6日9时30分"),
	Placeholder("service.agent_unit", "委托（转交）单位", "晋源市新城区应急管理局"),
	Placeholder("service.handed_on", "委托（转交）单位交付受送达人的日期", date(2026, 3, 6), "date"),
	Placeholder("service.medium", "公告载体", "晋源市应急管理局门户网站"),
	Placeholder("service.announced_on", "公告日期", date(2026, 3, 6), "date"),
	Placeholder("service.announced_until", "公告期届满日", date(2026, 4, 5), "date"),
	Placeholder("service.served_on", "送达日期", date(2026, 3, 6), "date"),
	Placeholder("service.remark", "送达备注", "送达过程有执法记录仪录像"),
	Placeholder("confirmation.address", "确认的送达地址", "晋源市化工园区安康路6号"),
	Placeholder("confirmation.postcode", "送达地址邮政编码", "030032"),
	Placeholder("confirmation.receiver", "确认的收件人", "李建国"),
	Placeholder("confirmation.relationship", "收件人与受送达人的关系（确认书）", "法定代表人"),
	Placeholder("confirmation.phone", "收件人联系电话", "13800000001"),
	Placeholder("confirmation.email", "电子邮箱", "hengtai@example.invalid"),
	Placeholder("confirmation.electronic_consent", "是否同意电子送达", "yes", "choice", ("yes", "no")),
	Placeholder("confirmation.electronic_address", "同意的电子送达接收地址", "hengtai@example.invalid"),
	Placeholder(
		"confirmation.consent_text",
		"同意电子送达的约定",
		"同意采用电子邮件方式送达列入、修复、移出等文书，以文书到达上述电子邮箱的日期为送达日期。",
		"multiline",
	),
	Placeholder("confirmation.confirmed_by", "确认人", "李建国"),
	Placeholder("confirmation.confirmed_on", "确认日期", date(2026, 3, 2), "date"),
	Placeholder(
		"blocks.rights",
		"文字段落：依法享有的权利",
		"你单位有权进行陈述和申辩。如有异议，请自收到本告知书之日起5个工作日内向本机关提出书面意见及相关证据；"
		"逾期未提出的，视为放弃陈述、申辩权利。",
		"multiline",
	),
	Placeholder(
		"blocks.remedies",
		"文字段落：救济途径",
		"如不服本决定，可以自收到本决定书之日起60日内向晋源市人民政府申请行政复议，也可以自收到本决定书之日起"
		"六个月内依法向晋源市人民法院提起行政诉讼。",
		"multiline",
	),
	Placeholder(
		"blocks.measures",
		"文字段落：管理措施提示",
		"列入安全生产严重失信主体名单后，本机关将依据《安全生产严重失信主体名单管理办法》第八条的规定，"
		"对你单位采取公示相关信息、加大执法检查频次、不适用告知承诺制等管理措施。",
		"multiline",
	),
	Placeholder(
		"blocks.repair_conditions",
		"文字段落：信用修复条件",
		"（一）已经履行行政处罚决定中规定的义务；\n（二）已经主动消除危害后果或者不良影响；\n"
		"（三）未再发生《安全生产严重失信主体名单管理办法》第六条、第七条规定的严重失信行为。",
		"multiline",
	),
	Placeholder(
		"blocks.contacts",
		"文字段落：联系方式",
		"联系人：王立新、赵敏；联系电话：0351-5550118；地址：晋源市滨河东路18号；邮政编码：030025。",
		"multiline",
	),
	Placeholder("terms.list_name", "名单名称", "严重失信主体名单"),
	Placeholder("terms.subject_word", "主体称谓", "严重失信主体"),
	Placeholder("terms.party_word", "当事人称谓", "当事人"),
	Placeholder("hearing.requested_on", "听证申请日期", date(2026, 3, 9), "date"),
	Placeholder("hearing.time_text", "听证时间", "2026年3月23日9时30分"),
	Placeholder("hearing.place", "听证地点", "晋源市滨河东路18号303会议室"),
	Placeholder("hearing.host", "听证主持人", "周敏"),
	Placeholder("hearing.recorder", "听证记录人", "何静"),
	Placeholder("hearing.closed_reason", "不公开听证的理由", "涉及商业秘密"),
	Placeholder("letter.recipient", "主送部门", "晋源市市场监督管理局"),
	Placeholder(
		"letter.request",
		"请其配合事项",
		"请依法在职责范围内对上述主体实施联合惩戒，并反馈办理情况。",
		"multiline",
	),
	Placeholder("visit.date", "回访日期", date(2027, 9, 22), "date"),
	Placeholder("visit.visitors", "回访人员", "王立新、赵敏"),
	Placeholder("visit.persons_met", "被访人员", "李建国"),
	Placeholder(
		"visit.findings", "发现的情况", "企业已取得安全生产许可证，安全管理制度运行正常。", "multiline"
	),
	Placeholder("visit.outcome", "处理意见", "未发现问题"),
	Placeholder("defence.form", "陈述申辩形式", "oral", "choice", ("oral", "written")),
	Placeholder("defence.received_on", "陈述申辩日期（收到书面意见日期）", date(2026, 3, 12), "date"),
	Placeholder("defence.time_text", "陈述申辩起止时间", "2026年3月12日9时30分至10时40分"),
	Placeholder("defence.place", "陈述申辩地点", "晋源市滨河东路18号205室"),
	Placeholder("defence.agent", "代理人", "刘洋"),
	Placeholder("defence.agent_code", "代理人证件号码", "140105199203040019"),
	Placeholder("defence.agent_position", "陈述申辩人（代理人）职务", "副总经理"),
	Placeholder("defence.agent_phone", "陈述申辩人（代理人）联系电话", "13800000002"),
	Placeholder("defence.authority", "代理权限", "一般授权，授权委托书附后"),
	Placeholder(
		"defence.content",
		"陈述申辩的事实、理由和证据",
		"我单位在许可证有效期届满前已经准备延期材料，因负责人员离职未能按时递交。生产期间没有发生事故，请求从轻处理。",
		"multiline",
	),
	Placeholder("defence.evidence_text", "当事人提交的证据", "延期申请材料复印件一份，共12页"),
	Placeholder("defence.reviewer", "复核人", "王立新"),
	Placeholder("defence.reviewed_on", "复核日期", date(2026, 3, 13), "date"),
	Placeholder("defence.conclusion", "复核结论", "不予采纳"),
	Placeholder(
		"defence.review_reasons",
		"复核的事实、理由和证据",
		"经向发证机关核实，许可证有效期届满前未收到延期申请。当事人提出的意见缺乏事实依据。",
		"multiline",
	),
	Placeholder(
		"discussion.topic", "集体讨论事项", "拟将晋源市恒泰化工有限公司等列入安全生产严重失信主体名单"
	),
	Placeholder("discussion.time_text", "集体讨论时间", "2026年3月18日14时30分至15时40分"),
	Placeholder("discussion.place", "集体讨论地点", "晋源市应急管理局三楼会议室"),
	Placeholder("discussion.host", "集体讨论主持人", "郑国栋"),
	Placeholder("discussion.recorder", "集体讨论记录人", "何静"),
	Placeholder("discussion.reporter", "集体讨论汇报人", "王立新"),
	Placeholder("discussion.present", "集体讨论出席人员", "郑国栋、陈志刚、周敏"),
	Placeholder("discussion.absent", "集体讨论缺席人员及原因", "无"),
	Placeholder("discussion.rule", "集体讨论通过规则", "过半数同意通过"),
	Placeholder("discussion.conclusion", "集体讨论结论", "同意3人，不同意0人。讨论通过。"),
	Placeholder("entry.system", "录入的系统", "安全生产信用信息管理系统"),
	Placeholder("entry.serial", "系统编号", "AQXY-2026-014001-0007"),
	Placeholder("entry.entered_on", "录入日期", date(2026, 3, 23), "date"),
	Placeholder("entry.operator", "录入人", "孙倩"),
	Placeholder("entry.evidence", "录入凭证", "系统录入页面截图1张（存本系统）"),
	Placeholder("entry.due_on", "录入期限", date(2026, 3, 25), "date"),
	Placeholder("entry.update_serial", "移出后修改的系统流水号", "AQXY-2029-014001-0002"),
	Placeholder("entry.updated_on", "移出后修改日期", date(2029, 3, 22), "date"),
	Placeholder("entry.update_operator", "移出后修改人", "孙倩"),
	Placeholder("publicity.name", "公示的名称（姓名）", "晋源市恒泰化工有限公司"),
	Placeholder("publicity.code", "公示的代码（脱敏后的证件号码）", "91140100MA0H1A2B8E"),
	Placeholder("publicity.summary", "公示的列入事由摘要", "未依法取得安全生产相关许可从事生产经营活动"),
	Placeholder("publicity.state", "列入状态", "管理中（公示中）"),
	Placeholder("publicity.due_on", "公示时限", date(2026, 4, 17), "date"),
	Placeholder("application.phone", "申请人联系电话", "13800000001"),
	Placeholder("application.capacity", "办理人身份", "法定代表人"),
	Placeholder("application.delivery_address", "申请人的送达地址", "晋源市化工园区安康路6号"),
	Placeholder("application.email", "申请人电子邮箱", "hengtai@example.invalid"),
	Placeholder("application.electronic", "申请人是否同意电子送达", "yes", "choice", ("yes", "no")),
	Placeholder(
		"application.obligations",
		"关于履行处罚义务的说明",
		"罚款40万元和违法所得713.4万元已于2026年4月10日全部缴清。",
		"multiline",
	),
	Placeholder(
		"application.effects",
		"关于消除危害后果或者不良影响的说明",
		"粗苯加氢装置已停用并完成安全评价，安全生产许可证已重新取得。",
		"multiline",
	),
	Placeholder(
		"application.no_repeat",
		"关于未再发生严重失信行为的说明",
		"已建立安全生产责任制度，通过2027年第一季度执法检查。",
		"multiline",
	),
	Placeholder("case.opened_on", "立案（登记）日期", date(2026, 3, 2), "date"),
	Placeholder(
		"case.source", "案件来源", "晋源市应急管理局作出的行政处罚决定（（晋源）应急罚〔2026〕17号）"
	),
	Placeholder("case.officer", "案件承办人", "王立新"),
	Placeholder("case.hearing_text", "听证情况", "当事人未要求听证"),
	Placeholder(
		"case.conclusion",
		"不予列入的理由",
		"经复核，当事人的陈述、申辩成立，现有证据不足以认定性质恶劣、情节严重。",
		"multiline",
	),
)

# One or more sample rows per list; the kind of a column is that of its first sample unless named here.
_COLUMNS: dict[str, tuple[tuple[str, str, Kind], ...]] = {
	"penalties": (
		("number", "处罚决定书文号", "text"),
		("date", "处罚决定日期", "date"),
		("authority", "处罚机关", "text"),
		("content", "处罚内容", "text"),
		("basis", "处罚依据", "text"),
	),
	"accidents": (
		("name", "事故名称", "text"),
		("date", "事故发生日期", "date"),
		("place", "事故地点", "text"),
		("level", "事故等级", "text"),
		("deaths", "死亡人数", "int"),
		("injuries", "重伤人数", "int"),
		("loss", "直接经济损失（元）", "money"),
		("report", "事故调查报告及批复", "text"),
	),
	"measures": (
		("code", "管理措施代码", "text"),
		("text", "管理措施", "text"),
		("basis", "管理措施依据", "text"),
	),
	"persons": (
		("name", "姓名", "text"),
		("role", "身份", "text"),
		("id_label", "证件名称", "text"),
		("id_number", "证件号码", "text"),
	),
	"marked": (
		("name", "标明人员姓名", "text"),
		("role", "标明人员身份", "text"),
	),
	"conditions": (
		("text", "条件内容", "text"),
		("ordinal", "条件的条款项", "text"),
		("method", "核实方式", "text"),
		("finding", "核实情况", "multiline"),
		("result", "核实结果", "text"),
		("verifiers", "核实人", "text"),
	),
	"handed_in": (("title", "收到的材料名称", "text"),),
	"supplements": (("item", "需要补正的材料名称", "text"),),
	"served": (
		("title", "文书名称", "text"),
		("number", "文书文号", "text"),
		("copies", "份数", "int"),
	),
	"servers": (
		("name", "送达人姓名", "text"),
		("badge", "执法证号", "text"),
	),
	"officers": (
		("name", "承办人姓名", "text"),
		("badge", "承办人执法证号", "text"),
	),
	"subjects": (
		("name", "当事人名称（姓名）", "text"),
		("kind", "当事人类别", "text"),
		("code_label", "当事人代码（证件）名称", "text"),
		("code", "当事人代码（证件号码）", "text"),
		("address", "当事人地址", "text"),
		("legal_representative", "当事人的法定代表人（负责人）", "text"),
		("role", "当事人身份", "text"),
		("unit_name", "当事人所在单位", "text"),
	),
	"evidence": (
		("title", "证据名称", "text"),
		("kind", "证据种类", "text"),
	),
	"answers": (
		("name", "陈述申辩的当事人", "text"),
		("text", "陈述申辩和复核情况（该当事人）", "text"),
	),
	"opinions": (
		("stage", "审批环节", "text"),
		("result", "审批结果", "text"),
		("text", "审批意见", "multiline"),
		("name", "审批人", "text"),
		("date", "审批日期", "date"),
	),
	"votes": (
		("name", "讨论人员姓名", "text"),
		("post", "讨论人员职务", "text"),
		("vote", "表决", "text"),
		("opinion", "讨论人员意见", "multiline"),
		("date", "表决日期", "date"),
	),
	"channels": (
		("name", "公示渠道名称", "text"),
		("address", "公示网址", "text"),
		("time_text", "公示时间", "text"),
		("state", "公示状态", "text"),
		("recorder", "发布人", "text"),
		("reviewer", "审核人", "text"),
	),
	"proofs": (
		("condition", "证明的条件", "text"),
		("title", "证明材料名称", "text"),
	),
}
_ROWS: dict[str, tuple[tuple[Any, ...], ...]] = {
	"penalties": (
		(
			"（晋源）应急罚〔2026〕17号",
			date(2026, 2, 26),
			"晋源市应急管理局",
			"责令停止生产，没收违法所得713.4万元，并处罚款40万元",
			"《安全生产许可证条例》第十九条、第二十条",
		),
	),
	"accidents": (
		(
			"晋源市恒泰化工有限公司“1·15”较大爆炸事故",
			date(2026, 1, 15),
			"晋源市化工园区安康路6号",
			"较大",
			3,
			5,
			Decimal("12600000"),
			"《关于晋源市恒泰化工有限公司“1·15”较大爆炸事故调查报告的批复》（晋源政函〔2026〕21号）",
		),
	),
	"measures": _MEASURES,
	"persons": (("李建国", "主要负责人", "居民身份证", "140106198001010018"),),
	"marked": (("李建国", "法定代表人"),),
	"conditions": (
		(
			"已经履行行政处罚决定中规定的义务",
			"第（一）项",
			"资料核实",
			"核对非税收入缴款凭证，罚款40万元和违法所得713.4万元已于2026年4月10日全部缴清。",
			"符合",
			"王立新、赵敏",
		),
		(
			"已经主动消除危害后果或者不良影响",
			"第（二）项",
			"现场核实",
			"粗苯加氢装置已停用并完成安全评价，安全生产许可证于2026年9月重新取得，重大危险源监测监控系统运行正常。",
			"符合",
			"王立新、赵敏",
		),
		(
			"未再发生本办法第六条、第七条规定的严重失信行为",
			"第（三）项",
			"系统比对",
			"以统一社会信用代码在全系统比对，没有其他列入记录和在办案件。",
			"符合",
			"王立新、赵敏",
		),
	),
	"handed_in": (
		("提前移出申请书",),
		("信用承诺书",),
		("罚款缴纳凭证",),
		("隐患整改验收报告",),
	),
	"supplements": (("罚款缴纳凭证",), ("消除危害后果的证明材料",)),
	"served": (("列入安全生产严重失信主体名单告知书", "晋源应急失信告〔2026〕1号", 1),),
	"servers": (("王立新", "04010021007"), ("赵敏", "04010021012")),
	"officers": (("王立新", "04010021007"), ("赵敏", "04010021012")),
	"subjects": (
		(
			"晋源市恒泰化工有限公司",
			"生产经营单位",
			"统一社会信用代码",
			"91140100MA0H1A2B8E",
			"晋源市化工园区安康路6号",
			"李建国",
			None,
			None,
		),
		(
			"李建国",
			"个人",
			"居民身份证",
			"140106198001010018",
			"晋源市迎春街3号楼2单元401室",
			None,
			"主要负责人",
			"晋源市恒泰化工有限公司",
		),
	),
	"evidence": (
		("（晋源）应急罚〔2026〕17号行政处罚决定书", "处罚决定"),
		("现场检查记录", "笔录"),
		("生产台账和产品销售发票", "其他"),
	),
	"answers": (
		(
			"晋源市恒泰化工有限公司",
			"在规定期限内提出了陈述、申辩意见。经复核，不予采纳。许可证有效期届满前未提出延期申请。",
		),
		("李建国", "书面声明放弃陈述、申辩的权利。"),
	),
	"opinions": (
		("承办审查", "同意", "事实清楚，证据确凿，建议列入。", "李晓东", date(2026, 3, 3)),
		("告知书审批", "同意", "同意告知。", "郑国栋", date(2026, 3, 5)),
		("法制审核", "同意", "程序合法，适用依据正确。", "周敏", date(2026, 3, 17)),
		("集体讨论", "通过", "同意3人，不同意0人。", "郑国栋、陈志刚、周敏", date(2026, 3, 18)),
		("负责人审批", "同意", "同意列入。", "郑国栋", date(2026, 3, 19)),
	),
	"votes": (
		("郑国栋", "主要负责人", "同意", "事实清楚，同意列入。", date(2026, 3, 18)),
		("陈志刚", "分管负责人", "同意", "同意承办处室意见。", date(2026, 3, 18)),
		("周敏", "法制审核员", "同意", "依据正确，程序合法。", date(2026, 3, 18)),
	),
	"channels": (
		(
			"“信用中国”网站",
			"https://creditchina.example.invalid/item/20260001",
			"2026年3月27日10时05分",
			"已公示",
			"孙倩",
			"何静",
		),
		(
			"国家企业信用信息公示系统",
			"https://gsxt.example.invalid/20260001",
			"2026年3月27日10时30分",
			"已公示",
			"孙倩",
			"何静",
		),
		(
			"部门政府网站",
			"https://yjj.example.invalid/sclist",
			"2026年3月27日11时00分",
			"已公示",
			"孙倩",
			"何静",
		),
	),
	"proofs": (
		("已经履行行政处罚决定中规定的义务", "罚款缴纳凭证"),
		("已经主动消除危害后果或者不良影响", "隐患整改验收报告"),
	),
}


def _first(samples: Iterable[Any]) -> Any:
	return next(value for value in samples if value is not None)


def _placeholders() -> dict[str, Placeholder]:
	rows = (
		Placeholder(f"{group}[].{column}", label, _first(row[i] for row in _ROWS[group]), kind)
		for group, columns in _COLUMNS.items()
		for i, (column, label, kind) in enumerate(columns)
	)
	return {p.name: p for p in (*_SINGLE, *rows)}


PLACEHOLDERS: dict[str, Placeholder] = _placeholders()


def sample_facts(**groups: Any) -> dict[str, Any]:
	"""Facts made of the samples, for a preview without a case. `groups` replaces whole groups or lists,
	a mapping given for a group is laid over its samples.

	The text blocks are left empty, so that a template shows its own wording; ask for them with `blocks={...}`.
	"""
	facts: dict[str, Any] = {group: {} for group in GROUPS} | {group: [] for group in LISTS}
	for p in _SINGLE:
		group, key = p.name.split(".")
		facts[group][key] = p.sample if group != "blocks" else None
	for group, rows in _ROWS.items():
		facts[group] = [dict(zip((c[0] for c in _COLUMNS[group]), row, strict=True)) for row in rows]
	for group, value in groups.items():
		facts[group] = {**facts[group], **value} if group in GROUPS else value
	return facts


class Missing:
	"""Stands for a fact that is not there: false in a condition, and remembered as soon as it is printed."""

	__slots__ = ("_label", "_name", "_seen")

	def __init__(self, name: str, seen: list[str] | None = None):
		self._name = name
		self._label = PLACEHOLDERS[name].label
		self._seen = seen

	@property
	def name(self) -> str:
		return self._name

	def note(self) -> str:
		"""The text printed in its place: 【label】."""
		if self._seen is not None and self._name not in self._seen:
			self._seen.append(self._name)
		return f"【{self._label}】"

	def __bool__(self) -> bool:
		return False

	def __eq__(self, other: object) -> bool:
		return other is None or isinstance(other, Missing)

	__hash__ = None  # type: ignore[assignment]

	def __str__(self) -> str:
		return self.note()

	def __html__(self) -> str:
		return f'<span class="missing">{self.note()}</span>'


def closed(facts: Mapping[str, Any], seen: list[str] | None = None) -> dict[str, Any]:
	"""Plain copies of `facts` with every placeholder present: only dict, list, str, int, bool, Decimal, date.

	A fact that is None, empty or absent becomes `Missing` (which writes its name into `seen` when printed).
	Raises FactsError on a name outside the closed list, a value of the wrong kind, or a list beyond MAX_LIST rows.
	"""
	if not isinstance(facts, Mapping):
		raise FactsError("facts", "a mapping is needed")
	_no_strangers("facts", facts, (*GROUPS, *LISTS))
	result: dict[str, Any] = {}
	for group in GROUPS:
		keys = [n.partition(".")[2] for n in PLACEHOLDERS if n.startswith(f"{group}.")]
		result[group] = _row(group, f"{group}.", keys, facts.get(group) or {}, seen)
	for group, columns in _COLUMNS.items():
		rows = facts.get(group) or []
		if not isinstance(rows, (list, tuple)):
			raise FactsError(group, "a list of rows is needed")
		if len(rows) > MAX_LIST:
			raise FactsError(group, f"more than {MAX_LIST} rows")
		keys = [c[0] for c in columns]
		result[group] = [_row(f"{group}[{i}]", f"{group}[].", keys, row, seen) for i, row in enumerate(rows)]
	return result


def _no_strangers(path: str, given: Mapping[str, Any], allowed: Iterable[str]) -> None:
	strangers = [str(k) for k in given if k not in set(allowed)]
	if strangers:
		raise FactsError(f"{path}.{strangers[0]}", "not a placeholder")


def _row(path: str, prefix: str, keys: list[str], given: Any, seen: list[str] | None) -> dict[str, Any]:
	if not isinstance(given, Mapping):
		raise FactsError(path, "a mapping is needed")
	_no_strangers(path, given, keys)
	return {key: _value(f"{path}.{key}", PLACEHOLDERS[prefix + key], given.get(key), seen) for key in keys}


def _value(path: str, placeholder: Placeholder, value: Any, seen: list[str] | None) -> Any:
	kind = placeholder.kind
	if kind == "bool":
		return bool(value)
	if value is None or value == "":
		return Missing(placeholder.name, seen)
	if kind in ("text", "multiline", "choice"):
		if not isinstance(value, str):
			raise FactsError(path, "text is needed")
		if len(value) > MAX_TEXT:
			raise FactsError(path, f"longer than {MAX_TEXT} letters")
		if kind == "choice" and value not in placeholder.choices:
			raise FactsError(path, f"one of {', '.join(placeholder.choices)} is needed")
		# str() also sheds subclasses such as Markup, whose text would pass unescaped
		text = "".join(c for c in str.__str__(value) if c in "\n\t" or c >= " ")
		return text if text.strip() else Missing(placeholder.name, seen)
	if kind == "date":
		if isinstance(value, datetime):
			return value.date()
		if not isinstance(value, date):
			raise FactsError(path, "a date is needed")
		return value
	if isinstance(value, bool):
		raise FactsError(path, "a number is needed")
	if kind == "int":
		if not isinstance(value, int):
			raise FactsError(path, "a whole number is needed")
		return value
	try:
		amount = value if isinstance(value, Decimal) else Decimal(str(value))
	except InvalidOperation:
		raise FactsError(path, "an amount is needed") from None
	if not amount.is_finite():
		raise FactsError(path, "an amount is needed")
	return amount
