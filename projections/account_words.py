"""The sentences about accounts: who came in, who was turned away, what changed about the ways in."""

from __future__ import annotations

from collections.abc import Mapping

ACCOUNT_SENTENCES: Mapping[str, tuple[str, str]] = {
    "account.day_opened.v1": (
        "{day} 第一次有人用 {person_id} 的账号",
        "opened the record of the account of {person_id} for {day}",
    ),
    "account.signed_in.v1": (
        "{person_id} 登录，凭{proof}",
        "{person_id} signed in with {proof}",
    ),
    "account.turned_away.v1": (
        "有人用 {person_id} 的账号登录没有成功：{reason}，当天第 {count} 次",
        "somebody with the login of {person_id} was turned away: {reason}, no. {count} that day",
    ),
    "account.login_given.v1": (
        "给 {person_id} 开通账号，第一次登录须改密码",
        "gave {person_id} a login, with a first password to be changed",
    ),
    "account.login_ended.v1": ("停用 {person_id} 的账号", "ended the login of {person_id}"),
    "account.password_changed.v1": (
        "{person_id} 改了自己的密码",
        "{person_id} chose a new password",
    ),
    "account.password_reset.v1": (
        "给 {person_id} 重设初始密码，下次登录须改",
        "set a first password for {person_id} anew, to be changed at the next sign-in",
    ),
    "account.second_factor_set.v1": (
        "{person_id} 设置了两步验证",
        "{person_id} set up a second factor",
    ),
    "account.second_factor_removed.v1": (
        "取消 {person_id} 的两步验证，核对身份：{checked}",
        "removed the second factor of {person_id}, recognised by: {checked}",
    ),
    "account.recovery_codes_made.v1": (
        "{person_id} 换了一套恢复码",
        "{person_id} had new recovery codes made",
    ),
    "account.sessions_ended.v1": (
        "结束 {person_id} 在别处的登录，共 {count} 处",
        "ended {count} sessions of {person_id}",
    ),
}
ACCOUNT_WORDS: Mapping[str, tuple[str, str]] = {
    "password": ("密码", "a password"),
    "password_and_code": ("密码和验证码", "password and code"),
    "password_and_recovery_code": ("密码和恢复码", "password and recovery code"),
    "in_person": ("当面", "being there in person"),
    "video": ("视频", "a video call"),
    "supervisor_vouched": ("主管当面确认", "their supervisor, in person"),
    "wrong_password": ("密码不对", "wrong password"),
    "wrong_code": ("验证码不对", "wrong code"),
    "too_many_attempts": ("试错次数太多", "too many attempts"),
    "initial_password_expired": ("初始密码过期", "first password expired"),
}
