"""The words of the trail: for each action that somebody of an office can do, and for each thing it can be about."""

from __future__ import annotations

from domain.certificate_moves import MOVES
from domain.verification import RELEASE, TRANSITIONS

ACTIONS = {
    "sign_in": "登录", "sign_out": "退出登录", "fail_sign_in": "登录失败", "fail_password": "核对密码失败", "change_password": "修改自己的密码",
    "view_id_number": "查看完整身份证号", "view_limit": "查看身份证号过多", "view_picture": "查看证件或审验照片",
    "set_up_second_factor": "设置二次验证", "take_off_second_factor": "取消二次验证", "renew_recovery_codes": "重新生成恢复码",
    "use_recovery_code": "用恢复码登录", "fail_second_factor": "二次验证没有通过", "new_device": "从新设备登录",
    "disable_dormant": "长期未登录停用", "tell_dormant": "提醒长期未登录",
    "open_account": "新建账户", "disable_account": "停用账户", "enable_account": "启用账户",
    "reset_password": "重置密码", "give_role": "给予或收回管理员", "rename_account": "账户改姓名",
    "create_office": "新建机构", "change_office": "修改机构", "rename_office": "机构改名", "move_office": "机构换上级",
    "close_office": "停用机构", "add_awarding_body": "新增授予单位", "change_awarding_body": "修改授予单位",
    "add_title": "职称目录新增", "change_title": "职称目录修改", "remove_title": "职称目录删除",
    "add_reading": "获取方式新增写法", "change_reading": "获取方式修改写法", "remove_reading": "获取方式删除写法",
    "add_reply_text": "新增回复模板", "change_reply_text": "修改回复模板", "remove_reply_text": "删除回复模板",
    "add_calendar_days": "填工作日历", "change_calendar_day": "修改工作日历", "remove_calendar_day": "删除工作日历",
    "create_certificate": "新建证书记录", "change_certificate": "更新证书记录", "restore_certificate": "还原证书记录",
    "remove_certificate": "撤去证书记录", "import_certificates": "导入批次", "abandon_import": "放弃批次",
    "undo_import": "撤销导入", "detach_case": "草稿与撤下的记录脱开",
    "submit_batch": "报送批次", "send_back_batch": "退回批次", "attach_approval": "上传批文", "remove_approval": "删去批文",
    "download_errors": "下载错误行", "export": "导出列表", "remove_reference_record": "删除待核查数据", "add_campaign": "新增归集任务",
    "change_campaign": "修改归集任务", "remove_campaign": "删除归集任务", "receive_blanks": "空白证书入库",
    "write_notice": "发布通知", "change_notice": "修改通知", "withdraw_notice": "撤下通知", "show_notice_again": "重新发布通知",
    "open_employer": "开通单位", "close_employer": "停用单位", "reopen_employer": "重新启用单位",
    "change_settings": "修改个人设置", "end_sessions": "退出其他登录", "decide_request": "办理身份申请", "correct_identity": "更正身份信息",
    "forget_pictures": "证件照片到期删除", "forget_photos": "审验照片到期删除", "lapse_draft": "草稿到期删除",
    "forget_messages": "消息到期删除", "forget_feedback": "意见反馈到期删除",
    "rotate_keys": "更换密钥", "trail_broken": "操作记录没有通过核对", "trail_accepted": "重新开始核对操作记录",
    "release_id_number": "解除占用", "release_mobile": "手机号解除占用",
    "note_release": "解除占用没有撤回", "release_certificate": "解除占用撤回公开", RELEASE.name: f"审验：{RELEASE.label}",
    "answer_feedback": "回复反馈", "list_person": "列入问题人员", "lift_person": "解除问题人员",
    **{one.name: f"证书：{one.label}" for one in MOVES},
    **{one.name: f"审验：{one.label}" for one in TRANSITIONS if one.by_office},
}  # fmt: skip

SUBJECTS = {
    "system": "系统",
    "certificate": "证书",
    "case": "审验",
    "holder": "持证人",
    "problem_person": "问题人员",
    "identity_request": "身份申请",
    "import_batch": "导入批次",
    "reference_record": "待核查数据",
    "blank_range": "空白证书",
    "calendar_day": "工作日历",
    "feedback": "反馈",
    "campaign": "归集任务",
    "notice": "业务通知",
    "staff_user": "账户",
    "office": "机构",
    "employer": "单位",
    "employer_user": "单位账户",
    "awarding_body": "授予单位",
    "title_entry": "职称目录",
    "obtained_by_reading": "获取方式",
    "reply_text": "回复模板",
}
