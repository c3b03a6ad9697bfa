"""What in a single visit does not fit: one small pure function a flag (detection.md, section 2).

Each takes the log's columns and returns yes or no for each visit. A flag says nothing about guilt;
`signals` has the sentence, the weight and the innocent explanation of each.
"""

import numpy as np

from domain.detection.visit_log import (
    AGENT_STEP,
    DAY,
    NEW,
    OTHER,
    UNKNOWN,
    Flags,
    VisitLog,
    Whole,
)

SLACK = 15  # minutes; times are rounded to half hours
NO_WAY = 5  # minutes in which nobody gets from one customer to the next
HOLE = 120  # minutes between two visits of a day
LONG_DAY = 10 * 60  # minutes of visits in one day
SITTING = 45  # minutes without typing end a sitting
EARLY, LATE = 8 * 60, 21 * 60  # hours of signal 16


def visits_on_leave(log: VisitLog) -> Flags:
    """Flag visits on a day of absence (signal 3, +++).

    A single entry of such a day is taken for a mistyped date and left alone.
    """
    away = np.isin(log.agent_day, log.absent)
    _, inverse, count = np.unique(log.agent_day, return_inverse=True, return_counts=True)
    return np.asarray(away & (count[inverse] >= 2))


def shared_phones(log: VisitLog) -> Flags:
    """Flag phones already used for somebody of another surname or by another agent (signal 5, ++).

    Only the later user is flagged. Same agent and same surname, or the same customer handed over
    to a colleague (surname equal), are innocent.
    """
    known = (log.phone != UNKNOWN) & (log.surname != UNKNOWN)
    first = _first_row(log.phone)
    other_agent = log.agent != log.agent[first]
    return np.asarray(known & other_agent & (log.surname != log.surname[first]))


def renamed_phones(log: VisitLog) -> Flags:
    """Flag phones that the same agent used before under another surname (signal 5)."""
    key = log.agent * AGENT_STEP + log.phone
    first = _first_row(key)
    known = (log.phone != UNKNOWN) & (log.surname != UNKNOWN)
    return np.asarray(known & (log.surname != log.surname[first]))


def impossible_times(log: VisitLog) -> Flags:
    """Flag visits that overlap another customer's by more than 15 minutes (signal 6, ++).

    end_i > start_(i+1) + 15 min; also entries typed before the visit began, and days with more
    than 10 hours of visits.
    """
    flags = np.zeros(len(log.day), dtype=np.bool_)
    order = np.lexsort((log.start, log.agent_day))
    day, start, customer = log.agent_day[order], log.start[order], log.customer[order]
    end = start + np.maximum(log.minutes[order], 0)
    for step in (1, 2, 3):
        overlaps = (day[:-step] == day[step:]) & (customer[:-step] != customer[step:])
        overlaps &= end[:-step] > start[step:] + SLACK
        flags[order[:-step][overlaps]] = True
        flags[order[step:][overlaps]] = True
    return flags | (log.recorded + SLACK < log.start) | _too_long_days(log)


def near_copies(log: VisitLog) -> Flags:
    """Flag remarks that nearly copy one of the own last 60 (signal 7, ++).

    Jaccard of character bigrams >= 0.85, remarks of 8 characters and more.
    """
    return log.near_copy


def typed_in_batches(log: VisitLog) -> Flags:
    """Flag visits typed 2 days late or more in a sitting that covers 3 dates or more (signal 8)."""
    late = log.recorded // DAY - log.day >= 2
    order = np.lexsort((log.recorded, log.agent))
    gap = np.diff(log.recorded[order], prepend=log.recorded[order][:1]) > SITTING
    gap |= np.diff(log.agent[order], prepend=log.agent[order][:1]) != 0
    sitting = np.empty(len(order), dtype=np.int64)
    sitting[order] = np.cumsum(gap)
    dates = np.unique(np.stack((sitting, log.day)), axis=1)[0] if len(order) else sitting
    return np.asarray(late & (np.bincount(dates, minlength=1)[sitting] >= 3))


def new_again(log: VisitLog) -> Flags:
    """Flag 'new prospect' visits to somebody the agent had met on an earlier day (signal 9).

    Nobody is new twice: the log contradicts itself, as in 5-3-1 reached with old names.
    """
    key = log.agent * AGENT_STEP + log.customer
    order = np.lexsort((log.start, key))
    first = np.empty(len(order), dtype=np.int64)
    _, starts, inverse = np.unique(key[order], return_index=True, return_inverse=True)
    first[order] = log.day[order][starts][inverse]
    return np.asarray((log.kind == NEW) & (log.day > first))


def met_only_once(log: VisitLog) -> Flags:
    """Flag meetings and closings with somebody never new, never seen before and never again.

    Signal 9 turned round: an invented customer leaves no trace. Customers from before the log
    began look alike, for every colleague in the same measure.
    """
    key = log.agent * AGENT_STEP + log.customer
    _, inverse, count = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray((count[inverse] == 1) & (log.kind != NEW) & (log.kind != OTHER))


def malformed_phones(log: VisitLog) -> Flags:
    """Flag numbers that cannot exist (not 11 digits): signal 4 without a call; ask to correct."""
    return log.malformed_phone


def incomplete_names(log: VisitLog) -> Flags:
    """Flag names without a given name, 王先生 (signal 10, R-83): train first."""
    return log.incomplete_name


def even_times(log: VisitLog) -> Flags:
    """Flag visits that start on the half hour and last 30, 45 or 60 minutes (signal 11)."""
    return np.asarray((log.start % 30 == 0) & np.isin(log.minutes, (30, 45, 60)))


def _first_row(key: Whole) -> Whole:
    """Return for each row the first row with the same key."""
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return np.asarray(first[inverse])


def _too_long_days(log: VisitLog) -> Flags:
    days, inverse = np.unique(log.agent_day, return_inverse=True)
    minutes = np.bincount(inverse, np.maximum(log.minutes, 0), len(days))
    return np.asarray(minutes[inverse] > LONG_DAY)


def no_travel_time(log: VisitLog) -> Flags:
    """Flag visits that begin less than 5 minutes after another customer's ended (signal 6, ++).

    start_(i+1) - end_i from -15 to 5 minutes: no overlap beyond rounding, but no way either.
    """
    free = _free_before(log)
    return np.asarray((free >= -SLACK) & (free < NO_WAY))


def holes_in_the_day(log: VisitLog) -> Flags:
    """Flag visits two hours or more after the one before (signal 11 turned round).

    Invented hours do not join on to the day's round. Meals, trainings and long ways do the same,
    so it only counts beside colleagues, and weighs little.
    """
    free = _free_before(log)
    return np.asarray((free >= HOLE) & (free < DAY))


def same_subject_again(log: VisitLog) -> Flags:
    """Flag visits to a customer seen within 7 days before, in nearly the same words (signal 9)."""
    key = log.agent * AGENT_STEP + log.customer
    order = np.lexsort((log.start, key))
    again = np.zeros(len(order), dtype=np.bool_)
    soon = np.diff(log.day[order]) <= 7
    again[order[1:]] = (np.diff(key[order]) == 0) & soon
    return np.asarray(again & log.near_copy)


def odd_hours(log: VisitLog) -> Flags:
    """Flag visits before 08:00 or after 21:00 (signal 16): context only, shops close late."""
    minute = log.start % DAY
    return np.asarray((minute < EARLY) | (minute >= LATE))


def _free_before(log: VisitLog) -> Whole:
    """Return the minutes between a visit and the end of the one before it that day, to another.

    A day (or more) where there is none.
    """
    order = np.lexsort((log.start, log.agent_day))
    day, start, customer = log.agent_day[order], log.start[order], log.customer[order]
    end = start + np.maximum(log.minutes[order], 0)
    follows = (day[1:] == day[:-1]) & (customer[1:] != customer[:-1])
    free = np.full(len(order), DAY, dtype=np.int64)
    free[order[1:]] = np.where(follows, start[1:] - end[:-1], DAY)
    return free
