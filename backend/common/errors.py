"""Every error that a person can cause or must be told. The class owns the words, its code and its HTTP status.

Services and selectors raise these; `backend.common.api.problems` turns them into problem+json, pages into text.
"""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ApplicationError(Exception):
    """Base of all expected errors.

    ``template`` is filled with ``details``; ``field`` is the name of the parameter that is at fault, if one is.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    retry_after: ClassVar[int | None] = None
    """Seconds after which the same request may do, where waiting is what helps."""
    template: ClassVar[str | Promise] = _("This cannot be done.")

    def __init__(self, *, field: str | None = None, **details: object) -> None:
        self.field = field
        self.details = details
        super().__init__(self.message)

    @property
    def message(self) -> str:
        return str(self.template) % self.details


class SwitchedOff(ApplicationError):
    """Those who run the site have turned something off for a while."""

    code = "switched_off"
    status = 503
    retry_after = 60


class ComparingPaused(SwitchedOff):
    code = "comparing_paused"
    template = _(
        "Everything can be read, but nothing can be saved for the moment. Nothing was changed; come back soon."
    )


class ApiWritesPaused(SwitchedOff):
    code = "api_writes_paused"
    template = _("The API only reads for the moment. Nothing was changed; send the same again later.")


class ExportsPaused(SwitchedOff):
    code = "exports_paused"
    template = _("Datasets cannot be downloaded for the moment. Try again later.")


class RecommendationsPaused(SwitchedOff):
    code = "recommendations_paused"
    template = _("Personal recommendations are paused for the moment. Try again later; your own scores are as ever.")


class NotFound(ApplicationError):
    code = "not_found"
    status = 404
    template = _("There is nothing here.")


class PollNotFound(NotFound):
    code = "poll_not_found"
    template = _("There is no poll “%(slug)s”.")


class PollNotManaged(ApplicationError):
    code = "poll_not_managed"
    status = 403
    template = _("Only the owner of this poll and the staff of this site may do this.")


class TokenScopeMissing(ApplicationError):
    code = "token_scope_missing"
    status = 403
    template = _("This token was not made for that: it needs “%(scope)s”. Make one that has it, on the pages.")


class TooManyTokens(ApplicationError):
    code = "too_many_tokens"
    status = 409
    template = _("You have %(most)s tokens that work, the most there can be. Revoke one that you no longer need first.")


class TokenNotFound(NotFound):
    code = "token_not_found"
    template = _("You have no such token. It may have been revoked already.")


class PollChangedMeanwhile(ApplicationError):
    code = "poll_changed_meanwhile"
    status = 409
    template = _("Somebody changed this poll while you were at it, so nothing was saved. Read it again, then decide.")


class CriterionJudged(ApplicationError):
    code = "criterion_judged"
    status = 409
    template = _("The criterion “%(name)s” was judged and stays. Make it optional to ask about it less often.")


class TooManyCriteria(ApplicationError):
    code = "too_many_criteria"
    template = _("A poll has at most %(most)s criteria.")


class InvalidItems(ApplicationError):
    code = "invalid_items"
    template = _("Nothing was read. %(reason)s")


class NothingToCalibrate(ApplicationError):
    code = "nothing_to_calibrate"
    status = 409
    template = _("There are no judgments of a run to learn from yet. Start a run, then come back when it is done.")


class TooFewJudgments(ApplicationError):
    code = "too_few_judgments"
    status = 409
    template = _("The main criterion has fewer than %(least)s judgments: too few to learn from. Ask for more first.")


class CalibrationAlreadyActive(ApplicationError):
    code = "calibration_already_active"
    status = 409
    template = _("A check of this poll is under way already. Wait until it ends.")


class CalibrationNotFound(NotFound):
    code = "calibration_not_found"
    template = _("This poll has no finished check of its constants.")


class EntityNotFound(NotFound):
    code = "entity_not_found"
    template = _("This poll has no item “%(uid)s”.")


class ComparisonNotFound(NotFound):
    code = "comparison_not_found"
    template = _("You have not compared these two items.")


class ComparisonChangedMeanwhile(ApplicationError):
    code = "comparison_changed_meanwhile"
    status = 409
    template = _("You changed your answer to this pair elsewhere since you loaded this page. Nothing was saved now.")


class ComparisonExists(ApplicationError):
    code = "comparison_exists"
    status = 409
    template = _("You have compared these two items. Delete that comparison before you set the pair aside.")


class UnknownReason(ApplicationError):
    code = "unknown_reason"
    template = _("Say why you cannot compare these two items: choose one of the reasons offered.")


class ComparedAgain(ApplicationError):
    code = "compared_again"
    status = 409
    template = _("You have compared these two items again meanwhile. What you said then stays.")


class NoPublicRanking(NotFound):
    code = "no_public_ranking"
    template = _("Nobody of the name “%(name)s” shows opinions in this poll.")


class NothingToProve(ApplicationError):
    code = "nothing_to_prove"
    status = 409
    template = _("You have not compared anything in this poll yet, so there is nothing to prove.")


class InvalidProof(ApplicationError):
    code = "invalid_proof"
    template = _("This site has not signed this text. Copy the whole proof, from its first to its last letter.")


class RunNotFound(NotFound):
    code = "run_not_found"
    template = _("This poll has no run %(run_id)s.")


class UnknownCriterion(ApplicationError):
    code = "unknown_criterion"
    template = _("This poll has no criterion “%(name)s”. Its criteria are: %(known)s.")


class NoCriterion(NotFound):
    code = "no_criterion"
    template = _("This poll has no criterion yet, hence no scores. Its owner adds one in the settings.")


class InvalidIdempotencyKey(ApplicationError):
    code = "invalid_idempotency_key"
    template = _("The header Idempotency-Key must hold 1 to %(longest)s printable ASCII characters.")


class IdempotencyKeyReused(ApplicationError):
    code = "idempotency_key_reused"
    status = 409
    template = _("This Idempotency-Key came with another request before. Give each write a key of its own.")


class WriteInProgress(ApplicationError):
    code = "write_in_progress"
    status = 409
    template = _("The first request with this Idempotency-Key is still being worked on. Try again in a moment.")


class InvalidText(ApplicationError):
    code = "invalid_text"
    template = _("The text is too long or holds characters that cannot be stored. Use at most %(longest)s characters.")


class SelfComparison(ApplicationError):
    code = "self_comparison"
    template = _("An item cannot be compared with itself. Choose two different items.")


class EntityNotInPoll(ApplicationError):
    code = "entity_not_in_poll"
    template = _("The item “%(uid)s” cannot be compared in this poll. Choose an item that the poll shows.")


class NoJudgment(ApplicationError):
    code = "no_judgment"
    template = _("Judge at least one criterion.")


class InvalidJudgment(ApplicationError):
    code = "invalid_judgment"
    template = _("The judgment on “%(name)s” must be a number from -%(maximum)g to %(maximum)g.")


class InvalidMaximum(ApplicationError):
    code = "invalid_maximum"
    template = _("The maximum of a judgment must be a number above 0.")


class PollClosed(ApplicationError):
    code = "poll_closed"
    status = 409
    template = _("This poll is closed: its judgments can be read but no longer changed.")


class ContributorSuspended(ApplicationError):
    code = "contributor_suspended"
    status = 403
    template = _("This account is suspended and cannot take part. Write to the people who run this site.")


class AddressTaken(ApplicationError):
    code = "address_taken"
    status = 409
    template = _("Another account has proved that this address is theirs.")


class SelfVouch(ApplicationError):
    code = "self_vouch"
    template = _("Nobody can vouch for themselves.")


class InvalidVouch(ApplicationError):
    code = "invalid_vouch"
    template = _("The value of a vouch must be a number from 0 to 1.")


class NobodyToVouchFor(NotFound):
    code = "nobody_to_vouch_for"
    template = _(
        "Nobody of the name “%(name)s” shows an opinion in a public poll. Check the spelling, or ask the person for a "
        "new code: it is on their own page of trust."
    )


class VouchLinkInvalid(NotFound):
    code = "vouch_link_invalid"
    template = _(
        "This link is not whole, or older than %(days)s days, or its account is closed. Ask the person for a new one:"
        " it is on their own page of trust."
    )


class VouchQuotaReached(ApplicationError):
    code = "vouch_quota_reached"
    status = 409
    template = _("You already vouch for %(quota)s people. Withdraw one of your vouches first.")


class RateLaterFull(ApplicationError):
    code = "rate_later_full"
    status = 409
    template = _("Your list for later is full: it holds %(quota)s items of this poll. Take some off it first.")


class RunAlreadyActive(ApplicationError):
    code = "run_already_active"
    status = 409
    template = _("Run %(run_id)s of this poll is %(status)s. Wait until it ends, or cancel it.")


class RunNotActive(ApplicationError):
    code = "run_not_active"
    status = 409
    template = _("Run %(run_id)s has ended and cannot be cancelled.")


class InvalidRunConfig(ApplicationError):
    code = "invalid_run_config"
    template = _("The configuration of the run is refused: %(reason)s")


class NothingToAttack(ApplicationError):
    code = "nothing_to_attack"
    status = 409
    template = _("There is no computation to try this on yet. It works after the poll's next run.")


class PollTooLargeToAttack(ApplicationError):
    code = "poll_too_large_to_attack"
    status = 409
    template = _("This poll has more than %(most)s judgments: too many to compute it on a copy here.")


class WhatIfAlreadyActive(ApplicationError):
    code = "what_if_already_active"
    status = 409
    template = _("Another attack on a copy of this poll is being computed. Try again when it is done.")


class WhatIfNotFound(NotFound):
    code = "what_if_not_found"
    template = _("This attempt is not kept any longer. Start it again.")


class InvalidImport(ApplicationError):
    code = "invalid_import"
    template = _("Nothing was imported. %(reason)s")


class LastSuperuser(ApplicationError):
    code = "last_superuser"
    status = 409
    template = _(
        "You are the only one left who can administer this site, so your account stays. Make somebody else a superuser"
        " first, then delete it."
    )
