"""Access: keys and addresses, accounts, and what the protocol says about itself."""

import pytest

from docferry.engine import current_engine
from docferry.errors import AuthenticationError, MissingCredentialError
from docferry.model import Ability, AccountStatus
from docferry.provider import JobSettings, read_options
from docferry.provider.faults import Fault, TransportFault
from docferry.testing.contracts.evidence import check_error
from docferry.testing.contracts.job_foundation import JobContract, Workshop
from docferry.testing.contracts.secrecy import MARKER, secret_fields
from docferry.testing.jobs import JobBench, RequestKind, Trouble
from docferry.testing.trial import Trial

__all__ = ["AccessContract"]

NOWHERE = Trouble(answer=TransportFault(Fault.IMPOSSIBLE, "UnsupportedProtocol"))


class AccessContract(JobContract):
    """Who may ask the service, and what is said when nobody may."""

    def test_missing_key_is_named_before_anything_is_sent(self, workshop: Workshop) -> None:
        """Without options and variables: a MissingCredentialError with the name of the variable to set."""
        bench = workshop.bench()
        for kind in (RequestKind.SUBMIT, RequestKind.PREPARE):
            bench.wire.plan(kind, NOWHERE)  # should the key not be missed, nothing must reach the vendor
        trial = workshop.trial(bench, {})
        error = trial.error(self.samples[0])
        assert isinstance(error, MissingCredentialError), (
            f"{type(error).__name__} is no MissingCredentialError"
        )
        assert any(name in str(error) for name in trial.info.environment), "name the variable to set"
        assert bench.wire.visits == []
        check_error(error, source=self.samples[0].name)

    def test_key_in_the_environment_is_enough(
        self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first variable on the card holds the key, and is read when the key is needed."""
        bench = workshop.bench()
        given = workshop.service.options
        secret = secret_fields(workshop.trial(bench).info)
        trial = workshop.trial(bench, {name: given[name] for name in given if name not in secret})
        monkeypatch.setenv(trial.info.environment[0], workshop.secrets()[0])
        trial.document(self.samples[0])

    def test_protocol_describes_itself(self, workshop: Workshop) -> None:
        """What the ledger needs to know, without a request and without a key in sight."""
        bench = workshop.bench()
        api = workshop.trial(bench).provider.job_api(workshop.options())
        identity = api.identity
        assert identity.provider == self.provider
        assert identity.protocol_version, "the payload's key needs the version of the protocol"
        assert identity.operation, "the payload's key needs the operation"
        assert "@" not in identity.endpoint, "no credentials in the endpoint"
        assert "?" not in identity.endpoint, "no query in the endpoint"
        assert identity.account, "accounts are told apart"
        assert api.batch_limit >= 1
        assert bench.wire.visits == []
        for secret in workshop.secrets():
            assert secret not in f"{api!r} {identity!r}"

    def test_account_is_told_and_a_wrong_key_is_noticed(self, workshop: Workshop, trial: Trial) -> None:
        """`docferry account` validates the key."""
        if Ability.ACCOUNT not in trial.info.abilities:
            pytest.skip("the provider cannot say what is left of a quota")
        right = current_engine().run(_account(workshop, workshop.bench(), key=None))
        assert right.is_valid
        try:
            wrong = current_engine().run(_account(workshop, workshop.bench(), key=MARKER))
        except AuthenticationError:
            return
        assert not wrong.is_valid

    def test_cancelling_is_answered(self, workshop: Workshop) -> None:
        """A service without cancelling says False; nothing breaks."""
        bench = workshop.bench()
        with self._killed_at(RequestKind.POLL, bench=bench, workshop=workshop, reaches=False):
            after = workshop.bench(after=bench)
            assert current_engine().run(_cancel(workshop, after)) in (True, False)


async def _account(workshop: Workshop, bench: JobBench, *, key: str | None) -> AccountStatus:
    info = workshop.trial(bench).info
    given = dict(workshop.service.options)
    if key is not None:
        given |= {name: key for name in secret_fields(info) if name in given}
    options = read_options(info.options_type, given, provider=info.name)
    api = bench.watched(workshop.trial(bench).provider.job_api(options))
    return await bench.runner.account(api, settings=JobSettings())


async def _cancel(workshop: Workshop, bench: JobBench) -> bool:
    runner = bench.runner
    (record,) = await runner.books.do(runner.books.ledger.jobs)
    return await runner.register.cancel(workshop.api(bench), record, settings=JobSettings())
