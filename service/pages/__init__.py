"""The pages: each file is one page's schema, GET and POST."""

from service.pages import (
    entry,
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
    people.pages,
    time_machine.pages,
)
