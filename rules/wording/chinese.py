"""Chinese (simplified).  Titles stand in quotes; what is counted takes the measure word of its measure."""
# ruff: noqa: RUF001  # full-width punctuation is meant

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rules.wording.language import Language

if TYPE_CHECKING:
    from rules.wording.language import Number


def _form(_: Number) -> int:
    return 0


def _date(day: int) -> str:
    at = date.fromordinal(day)
    return f"{at.year}年{at.month}月{at.day}日"


def _title(text: str) -> str:
    return f"“{text}”"


CHINESE = Language(
    code="zh",
    quotes=("“", "”"),
    group=",",
    point=".",
    comma="、",
    clause="，",
    either="或",
    both="和",
    truth=("是", "否"),
    form=_form,
    date=_date,
    title=_title,
    gift=_title,
    phrases=MappingProxyType(
        {
            # incentives
            "incentive": "{target}，即可获得{reward}{limit}。",
            "every.one": "{quoted}{within}每增加1{unit}",
            "every": "{quoted}{within}每满{n}{unit}",
            "reach.one": "{quoted}{within}达到1{unit}",
            "reach": "{quoted}{within}达到{n}{unit}",
            "in_a_row": "每连续{n}个工作日{met}",
            "in_a_row.one": "每个工作日{met}",
            "met.count": "{quoted}至少1个",
            "met.distinct": "{quoted}至少1个",
            "met.days": "计入{quoted}",
            "met.sum": "{quoted}至少为1",
            "unit.count": "个",
            "unit.distinct": "个",
            "unit.days": "天",
            "unit.sum": "",
            "within.day": "一天内",
            "within.week": "一周内",
            "within.month": "一个月内",
            "within.quarter": "一个季度内",
            "within.year": "一年内",
            "within.ever": "累计",
            "each.day": "每天",
            "each.week": "每周",
            "each.month": "每月",
            "each.quarter": "每季度",
            "each.year": "每年",
            "each.ever": "总共",
            "limit": "，{each}最多{n}次",
            "once": "，{each}一次",
            "once.ever": "，仅限一次",
            "reward.one": "{gift}",
            "reward.several": "{gifts}（任选其一）",
            "reward.points": "{n}积分",
            "reward.badge": "徽章{quoted}",
            "team": "团队目标：",
            "who": "适用于：{asked}。",
            "who.join": "；",
            "who.team": "团队{names}",
            "who.role": "角色{names}",
            "who.wave": "批次{names}",
            "role.employee": "员工",
            "role.manager": "主管",
            "role.hr": "人力资源",
            "role.approver": "审批人",
            "role.lead": "推广负责人",
            "role.cashier": "收银员",
            "role.admin": "管理员",
            "from": "自{starts}起生效。",
            "to": "有效至{ends}（含当日）。",
            "from.to": "自{starts}起至{ends}（含当日）有效。",
            # metrics
            "metric": "{quoted}：{measured}，统计{kinds}{where}。",
            "measure.count": "活动次数",
            "measure.days": "有活动的天数",
            "measure.sum": "{of}的总和",
            "measure.distinct": "不同{of}的数量",
            "of.subject": "记录",
            "of.actor": "人员",
            "of.source": "来源",
            "of.type": "类型",
            "of.id": "编号",
            "of": "{field}值",
            "kinds.activities": "{kinds}",
            "kinds.milestones": "里程碑{kinds}",
            "where": "，条件：{condition}",
            # milestones
            "milestone": "{quoted}：当一条{record}记录具备{needs}时计入。{credit}{undone}",
            "credit.last": "计给完成最后一步的人。",
            "credit.owner": "计给当时的记录负责人。",
            "credit.creator": "计给创建该记录的人。",
            "undone": "若之后发生{kinds}，则不计入。",
            "undone.within": "若之后{n}天内发生{kinds}，则不计入。",
            # rewards
            "reward": "{quoted}：{parts}。",
            "kind.voucher": "兑换券",
            "kind.time_off": "休息时间",
            "kind.points": "积分",
            "kind.badge": "徽章",
            "kind.money": "奖金",
            "has.points": "{n}积分",
            "has.minutes": "{n}分钟休息",
            "has.money": "{money}",
            "has.costs": "价值{money}",
            "has.valid_days": "有效期{n}天",
            "has.budget.money": "{each}预算{money}",
            "has.budget.pieces": "{each}限量{n}份",
            "has.stock": "总共限量{n}份",
            "spent.stop": "用完后，其余的{until}再发放。",
            "spent.ask": "用完后由人力资源决定，其余的等待答复。",
            "spent.continue": "用完后照常发放，计为超支。",
            "until.day": "等到第二天",
            "until.week": "等到下一周",
            "until.month": "等到下个月",
            "until.quarter": "等到下个季度",
            "until.year": "等到下一年",
            "until.ever": "等到补充后",
            # boards
            "board": "{quoted}：按{within}的{title}为{holders}排名，显示前{n}名。",
            "holders.participant": "参与者",
            "holders.team": "团队",
            # conditions
            "not": "并非（{part}）",
            "group": "（{part}）",
            "empty": "未填写{field}",
            "never": "不匹配任何活动",
            "always": "不限",
            # what is missing
            "missing": "还缺：{needs}。",
            "missing.nothing": "已全部具备。",
            "more": "还差{more}：{now}{have}/{target}。",
            "more.days": "还差{n}个工作日：已连续{have}/{target}天。",
            "done": "{now}已全部获得：{have}/{most}。",
            "now.day": "今天",
            "now.week": "本周",
            "now.month": "本月",
            "now.quarter": "本季度",
            "now.year": "今年",
            "now.ever": "",
        }
    ),
)
