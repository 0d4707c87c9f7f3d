import pytest

from docferry.emulation import Account, Accounts, Quota, RateLimit


def test_a_rate_limit_lets_so_many_pass_in_a_period(clock):
    limit = RateLimit(count=2, period_seconds=60, clock=clock)
    assert [limit.take(), limit.take()] == [0, 0]
    assert limit.take() == pytest.approx(54)
    clock.advance(54)
    assert limit.take() == 0


def test_a_request_that_is_refused_does_not_count(clock):
    limit = RateLimit(count=1, period_seconds=1, clock=clock)
    limit.take()
    for _ in range(5):
        clock.advance(0.1)
        assert limit.take() > 0
    clock.advance(0.4)
    assert limit.take() == 0


def test_a_client_that_keeps_the_pace_is_never_refused_for_the_networks_unevenness(clock):
    limit = RateLimit(count=1, period_seconds=1, clock=clock)
    for late in (0.0, 0.05, -0.05, 0.05, -0.05):
        assert limit.take() == 0
        clock.advance(1 + late)


@pytest.mark.parametrize("count", [None, 0])
def test_without_a_count_all_requests_pass(clock, count):
    limit = RateLimit(count=count, period_seconds=1, clock=clock)
    assert [limit.take() for _ in range(100)] == [0] * 100


def test_less_than_one_request_in_a_period_is_one_in_a_longer_period(clock):
    limit = RateLimit(count=0.5, period_seconds=1, clock=clock)
    limit.take()
    clock.advance(1)
    assert limit.take() == pytest.approx(0.8)


def test_a_quota_gives_all_pages_or_none(clock):
    quota = Quota(pages=10, clock=clock)
    assert quota.take(8)
    assert not quota.take(3)
    assert quota.left == 2


def test_a_quota_is_full_again_in_the_next_period(clock):
    quota = Quota(pages=10, clock=clock, period_seconds=86_400)
    quota.take(10)
    clock.advance(86_400)
    assert quota.left == 10


def test_no_more_comes_back_than_was_taken(clock):
    quota = Quota(pages=10, clock=clock)
    quota.take(4)
    assert quota.give_back(6) == 4
    assert quota.left == 10


def test_a_quota_without_pages_has_no_end(clock):
    quota = Quota(pages=None, clock=clock)
    assert quota.take(10**9)
    assert quota.left is None


def test_only_known_keys_have_accounts():
    accounts = Accounts(("sk-a", "sk-b"), make=lambda key: Account(key=key))
    assert accounts.find("sk-b").key == "sk-b"
    assert accounts.find("") is None


def test_a_key_is_not_in_the_repr_of_its_account():
    assert "sk-secret" not in repr(Account(key="sk-secret"))
