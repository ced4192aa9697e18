"""Categories of questions: what a group of questions is about, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from survey.questions.words import Words

CATEGORIES: Mapping[str, Words] = {
    "overall": Words("总体评价", "Overall"),
    "lawfulness": Words("依法行政", "Lawfulness"),
    "attitude": Words("服务态度", "Attitude"),
    "premises": Words("办公环境", "Premises"),
    "results": Words("办事实效", "Results"),
    "openness": Words("信息公开", "Openness"),
    "promises": Words("说到做到", "Keeping promises"),
    "integrity": Words("廉洁自律", "Integrity"),
    "cooperation": Words("工作配合", "Cooperation"),
    "efficiency": Words("办事效率", "Efficiency"),
    "burden": Words("减轻负担", "Burden on others"),
    "decisions": Words("落实决策", "Carrying out decisions"),
    "interests": Words("维护群众利益", "Protecting people's interests"),
    "conduct": Words("自身建设", "Own conduct"),
    "thought": Words("思想建设", "Thought"),
    "organisation": Words("组织建设", "Organisation"),
}
