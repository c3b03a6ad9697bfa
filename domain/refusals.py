"""Every reason for which a command is refused, one class each.

::

    Refusal
    ├── NotFound                 the thing does not exist
    │   ├── UnknownTeam · UnknownMember · UnknownCustomer · UnknownLog
    │   ├── UnknownActivity · UnknownCallback · UnknownCase · UnknownScript · UnknownComplaint
    │   ├── UnknownGrant · UnknownAlert
    │   ├── UnknownTrackingCall · UnknownCoaching · UnknownQuestion
    │   ├── UnknownPlan · UnknownSheet
    │   ├── UnknownGrant · UnknownAlert
    │   ├── UnknownReview · UnknownFillingCase · UnknownSuggestion · UnknownContest · UnknownRoleModel
    │   ├── UnknownFeed · UnknownWebhook
    │   ├── UnknownBacktest
    ├── Conflict                 the thing is not in a state for this
    │   ├── Stale · AlreadyExists · LooksRepeated · AlreadyWithdrawn · AlreadySubmitted
    │   ├── HoldsNumbers · CustomerErased · OnLegalHold · NoLegalHold
    │   ├── RetentionRunning · ProcessingRestricted · NotRestricted
    │   ├── BacktestMissing
    │   ├── SecondAttemptMissing · NotDrawn · AgentNotHeard · NoteUnclear
    │   ├── NotPrepared · AlreadyDecided · NotDecided · AlreadyAppealed · AlreadyAnswered
    │   ├── AlreadyReviewed · ThinRemark · CopiedRemark · UndoTooLate
    │   ├── CallEnded · GateNotPassed · CoachingClosed · NotHeldYet · QuietHours · DoNotCall
    │   ├── PlanSettled · TargetsFixed
    │   ├── JournalSubmitted · ScriptHasFlaws
    │   ├── MediationNotOpen · NotHeard · StepsMissing
    │   ├── FillingCaseClosed · WillNotSet · TooFewTalks · AppealOpen · PraiseFirst
    │   ├── LadderUnfinished · CriticismNotAsked · CriticismNotSigned
    │   ├── NotApproved · GrantExpired · ViewsUsedUp · QuotaReached · CommandUsed · PasswordTooOld
    │   ├── NoChannel
    │   └── RulebookMissing
    ├── NotYours                 somebody else's log, customer, call or case
    └── Invalid                  the facts cannot be as told
        ├── ActivityInFuture · LateReasonMissing · WithdrawalTooLate · EmptyText
        ├── NotAMember · WrongOrder · StepOutOfOrder · OutcomeBeforeAnswer · PreparationIncomplete
        └── DayIsPast · SheetIncomplete · WeeksDontFit · BadValue

The page turns a refusal into one sentence in the reader's language; ``facts`` has what it needs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any


class Refusal(Exception):
    """A command that the rules do not allow; ``facts`` are plain values for the sentence."""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(
            f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in facts.items())})"
        )


class NotFound(Refusal):
    """Something named in the command does not exist."""


class UnknownTeam(NotFound):
    """No such team; ``team_id``."""


class UnknownMember(NotFound):
    """No such person; ``person_id``."""


class UnknownCustomer(NotFound):
    """No such customer; ``customer_id``."""


class UnknownLog(NotFound):
    """The agent has written nothing on that day; ``agent_id``, ``day``."""


class UnknownActivity(NotFound):
    """The day's log has no such entry; ``activity_id``."""


class UnknownCallback(NotFound):
    """No such callback; ``callback_id``."""


class UnknownCase(NotFound):
    """No such case; ``agent_id``, ``case_no``."""


class UnknownBacktest(NotFound):
    """No such backtest on record; ``backtest_id``."""


class UnknownComplaint(NotFound):
    """No such complaint, or none for this person; ``complaint_id``."""


class UnknownReview(NotFound):
    """That day was not reviewed; ``agent_id``, ``day``."""


class UnknownFillingCase(NotFound):
    """No such filling case, or none for this person; ``case_id``."""


class UnknownTrackingCall(NotFound):
    """No such tracking call; ``call_id``."""


class UnknownCoaching(NotFound):
    """No such coaching; ``coaching_id``."""


class UnknownQuestion(NotFound):
    """The journal of that day asks no such question; ``question``."""


class UnknownContest(NotFound):
    """No such contest, or none of this person's team; ``contest_id``."""


class UnknownRoleModel(NotFound):
    """No such role model, or not this person; ``model_id``."""


class UnknownSuggestion(NotFound):
    """No such suggestion, or none for this person; ``suggestion_id``."""


class UnknownSheet(NotFound):
    """That week or month was not handed in; ``agent_id``, ``period``."""


class UnknownPlan(NotFound):
    """No such plan item; ``item_id``."""


class UnknownScript(NotFound):
    """No such script; ``script_id``."""


class UnknownGrant(NotFound):
    """No such request or broken glass; ``ticket``."""


class UnknownFeed(NotFound):
    """No such calendar feed; ``feed_id``."""


class UnknownWebhook(NotFound):
    """No such webhook; ``webhook_id``."""


class UnknownAlert(NotFound):
    """No such alert; ``alert_id``."""


class Conflict(Refusal):
    """The thing has moved on, or is not yet where the command needs it."""


class Stale(Conflict):
    """Somebody changed it since it was read; ``expected``, ``actual`` versions."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(expected=expected, actual=actual)


class AlreadyExists(Conflict):
    """A thing with this id exists; ``what``, ``id``."""


class LooksRepeated(Conflict):
    """The same customer and kind within 15 minutes; ``activity_id``. Say so to save it all the same."""


class HoldsNumbers(Conflict):
    """A text holds a phone or identity number; ``field``, ``kinds``. Say so to save it all the same."""


class CustomerErased(Conflict):
    """The customer's data was erased for good; ``customer_id``."""


class OnLegalHold(Conflict):
    """A legal hold stands above the erasure; ``customer_id``, ``holds``."""


class RetentionRunning(Conflict):
    """The law wants the data kept longer: restrict it instead; ``customer_id``, ``until``."""


class NoLegalHold(Conflict):
    """No such hold stands; ``customer_id``, ``hold_id``."""


class NotRestricted(Conflict):
    """The customer's data is not restricted; ``customer_id``."""


class ProcessingRestricted(Conflict):
    """The customer's data may only be stored (PIPL 47); ``customer_id``."""


class AlreadyReviewed(Conflict):
    """The day has its review; ``agent_id``, ``day``."""


class UndoTooLate(Conflict):
    """A review can be taken back for ``minutes``, until its agent has read it."""


class ThinRemark(Conflict):
    """A remark too short to help (R-14); ``field``. Say so to save it all the same."""


class CopiedRemark(Conflict):
    """The remark of another log, word for word (R-14); ``field``. Say so to save it all the same."""


class CallEnded(Conflict):
    """The tracking call is over; ``call_id``."""


class GateNotPassed(Conflict):
    """The five wrong moments were not ruled out today (R-72); ``wrong`` are those that hold."""


class CoachingClosed(Conflict):
    """The coaching has its evaluation, or was dropped; ``coaching_id``."""


class NotHeldYet(Conflict):
    """The session has not taken place yet; ``coaching_id``."""


class QuietHours(Conflict):
    """Customers are not called at this hour, ``wall``; a reason on record lifts that."""


class DoNotCall(Conflict):
    """The customer does not want to be called; ``customer_id``."""


class ScriptHasFlaws(Conflict):
    """The script says or lacks what it must not; ``flaws``. Say so to publish it all the same."""


class JournalSubmitted(Conflict):
    """The journal of the day is handed in and filed; ``day``."""


class ContestFinal(Conflict):
    """The season's table is final; ``contest_id``."""


class ParticipationUnchanged(Conflict):
    """The agent is ranked, or stays out, already; ``contest_id``."""


class PlanSettled(Conflict):
    """The planned thing was done or given up; ``item_id``."""


class TargetsFixed(Conflict):
    """The week runs already: its targets are not moved any more (R-11); ``monday``."""


class AlreadyWithdrawn(Conflict):
    """The entry was withdrawn; ``activity_id``."""


class AlreadySubmitted(Conflict):
    """The day was submitted before; ``day``."""


class AgentNotHeard(Conflict):
    """Nobody is found unable or unwilling before they were heard; ``case_no``."""


class NoteUnclear(Conflict):
    """It is not clear which visit a note is about: a person chooses; ``candidates``."""


class BacktestMissing(Conflict):
    """No backtest on record looked at this alert line; ``line``."""


class NotDrawn(Conflict):
    """Only a drawn call is set aside; one that was chosen is simply not made; ``callback_id``."""


class SecondAttemptMissing(Conflict):
    """A drawn call is unreachable after two attempts, ``hours`` apart; ``callback_id``."""


class NotPrepared(Conflict):
    """The call was not prepared (R-50 to R-55); ``callback_id``."""


class AlreadyAnswered(Conflict):
    """The callback has its outcome; ``callback_id``."""


class AlreadyDecided(Conflict):
    """The case is decided; ``case_no``."""


class NotDecided(Conflict):
    """The case is not decided yet; ``case_no``."""


class AlreadyAppealed(Conflict):
    """An appeal is on record; ``case_no``."""


class MediationNotOpen(Conflict):
    """Nobody has taken the complaint up yet; ``complaint_id``."""


class NotHeard(Conflict):
    """Who is complained about was not heard yet (R-34); ``complaint_id``."""


class StepsMissing(Conflict):
    """A complaint found true asks for these first (R-34); ``steps``."""


class FillingCaseClosed(Conflict):
    """The filling case has ended; ``case_id``."""


class WillNotSet(Conflict):
    """不愿还是不会 comes before anything else (R-33); ``case_id``."""


class TooFewTalks(Conflict):
    """Criticism before the team asks for private talks on two days first (R-33); ``talks``."""


class AppealOpen(Conflict):
    """Nobody is criticised while their appeal waits (R-33); ``case_no``."""


class PraiseFirst(Conflict):
    """Who corrected themselves is praised before the case ends (R-33); ``case_id``."""


class LadderUnfinished(Conflict):
    """That nothing changed can be said at the end of the ladder only; ``expected`` is next."""


class CriticismNotAsked(Conflict):
    """No criticism waits for a signature; ``case_id``."""


class CriticismNotSigned(Conflict):
    """A second person above has not signed the criticism (R-33); ``case_id``."""


class RulebookMissing(Conflict):
    """The branch has adopted no rulebook yet."""


class NotApproved(Conflict):
    """The upper supervisor has not opened this number; ``ticket``."""


class GrantExpired(Conflict):
    """The number was open until ``until``."""


class ViewsUsedUp(Conflict):
    """The number was shown as often as one grant allows; ``views``."""


class QuotaReached(Conflict):
    """So many customers were seen already; ``limit`` in a ``period`` (day, week)."""


class NoChannel(Conflict):
    """There is no channel through which to tell anything; ``person_id``."""


class CommandUsed(Conflict):
    """The command id belongs to something else that was done."""


class PasswordTooOld(Conflict):
    """The password must have been given within the last ``minutes``."""


class NotYours(Refusal):
    """It belongs to somebody else; ``what``."""


class Invalid(Refusal):
    """The facts of the command cannot be so."""


class ActivityInFuture(Invalid):
    """It is said to start after it is put on record; ``started_at``, ``recorded_at``."""

    def __init__(self, started_at: datetime, recorded_at: datetime) -> None:
        super().__init__(started_at=started_at, recorded_at=recorded_at)


class LateReasonMissing(Invalid):
    """An entry this late needs a reason (补录原因); ``hours`` is the limit."""


class WithdrawalTooLate(Invalid):
    """An entry can be withdrawn for ``hours``; then correct it."""


class EmptyText(Invalid):
    """A text that must be there is empty; ``field``."""


class NotAMember(Invalid):
    """The person does not work in a team on that day; ``person_id``, ``day``."""


class WrongOrder(Invalid):
    """Steps go in order (R-56); ``step``, ``expected``."""


class StepOutOfOrder(Invalid):
    """The steps of a ladder go in order (R-30 to R-33); ``step``, ``expected``."""


class OutcomeBeforeAnswer(Invalid):
    """No attempt was answered, so the customer cannot have said this; ``outcome``."""


class PreparationIncomplete(Invalid):
    """A tick of the call sheet is missing and has no reason (R-50 to R-55); ``ticks``."""


class SheetIncomplete(Invalid):
    """Columns are still empty (R-10, R-21); ``parts``."""


class WeeksDontFit(Invalid):
    """A month's work weeks have a gap, an overlap or no work in them (R-24); ``problem``, ``day``."""


class DayIsPast(Invalid):
    """What is planned lies today or later; ``day``."""


class BadValue(Invalid):
    """A value makes no sense; ``field``, ``value``."""
