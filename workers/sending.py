"""The way out of the house: one message to one address, by Apprise.

Only 企业微信, 钉钉, 飞书 and e-mail: their hosts are fixed by Apprise, or by the installation's own
mail server, so nobody can make this machine speak to any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from domain.notices import ChannelKind


class CannotSend(Exception):
    """The message did not go out; it is tried again later."""


class NoMailServer(CannotSend):
    """E-mail is wished for, and SHILU_MAIL_URL names no server."""


def send(kind: str, address: Mapping[str, str], title: str, body: str, mail_url: str) -> None:
    """Send a plain text. Raises CannotSend."""
    import apprise  # 60 MB of plug-ins, needed only when there is something to tell

    channel = apprise.Apprise()
    if not channel.add(url_of(kind, address, mail_url)):
        raise CannotSend(f"no {kind} can have this address")
    sent = channel.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    if not sent:
        raise CannotSend(f"{kind} did not take the message")


def url_of(kind: str, address: Mapping[str, str], mail_url: str) -> str:
    """Return the address as Apprise writes it. Raises NoMailServer."""
    key = quote(address["key"], safe="")
    if kind == ChannelKind.WECOM:
        return f"wecombot://{key}/"
    if kind == ChannelKind.DINGTALK:
        secret = quote(address.get("secret", ""), safe="")
        return f"dingtalk://{secret}@{key}/" if secret else f"dingtalk://{key}/"
    if kind == ChannelKind.FEISHU:
        return f"feishu://{key}/"
    if not mail_url:
        raise NoMailServer("SHILU_MAIL_URL is not set")
    return f"{mail_url}{'&' if '?' in mail_url else '?'}to={key}"
