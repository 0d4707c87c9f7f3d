"""Work in forked children of a test."""

import os
import sys
import traceback
import warnings

__all__ = ["forked", "has_ended_well", "in_child"]


def in_child(work):
    """Runs `work` in a forked child and returns whether it ended well."""
    return has_ended_well(forked(work))


def forked(work):
    """Begins `work` in a forked child and returns the child's process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of forks beside threads
        child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:  # a child must not go on with its parent's tests, whatever happens
            if code:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(code)
    return child


def has_ended_well(child):
    """Waits for the end of a forked child."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
