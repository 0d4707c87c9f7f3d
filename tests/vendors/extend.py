"""What the scripts for both versions of Extend have in common."""

from recording import differences, without_ids

QUICK = ("--queue-seconds", "0", "--work-seconds", "0.2", "--requests-per-second", "0")
IDS_IN_COMMON = ("file_",)

# Where our requests differ from the vendor's, and stay so; the plugin's README gives the reasons.
OF_THE_CLIENT = {
    "headers.user-agent",
    "headers.x-fern-language",
    "headers.x-fern-platform",
    "headers.x-fern-runtime",
    "headers.x-fern-sdk-name",
    "headers.x-fern-sdk-version",
}
OF_THE_MACHINE = {"headers.accept-encoding"}  # what can be unpacked here


def check_same(theirs, ours, *, ids):
    """See that a request of ours differs from the vendor's only where it is explained."""
    places = set(differences(without_ids(theirs, ids), without_ids(ours, ids)))
    assert places - OF_THE_MACHINE == OF_THE_CLIENT, (sorted(places), theirs, ours)
