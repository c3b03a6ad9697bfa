"""The pages: each file is one page's schema, GET and POST."""

from service.pages import (
    agent_day,
    board,
    callback,
    callbacks,
    cases,
    customers,
    entry,
    events,
    mine,
    people,
    sign_in,
    submit,
    time_machine,
    today,
)

ALL_PAGES = (
    sign_in.pages,
    today.pages,
    entry.pages,
    submit.pages,
    customers.pages,
    mine.pages,
    board.pages,
    agent_day.pages,
    callbacks.pages,
    callback.pages,
    cases.pages,
    events.pages,
    time_machine.pages,
    people.pages,
)
