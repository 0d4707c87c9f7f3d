"""`docferry cache`: the paid results that are kept."""

from collections.abc import Callable
from typing import Annotated

import typer

from docferry.cli.exit_code import ExitCode
from docferry.cli.job_flags import CacheFolder, JobFlags
from docferry.cli.output.terminal import Terminal

__all__ = ["app"]

app = typer.Typer(help="The results of services that are kept, so that nothing is paid twice.")

JsonFlag = Annotated[bool, typer.Option("--json", help="Write a JSON object.")]


@app.command()
def info(*, cache: CacheFolder = "", is_json: JsonFlag = False) -> Callable[[Terminal], int]:
    """Tell where the cache is and how full."""

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.job_rows import cache_row  # noqa: PLC0415
        from docferry.cli.output.job_tables import cache_table  # noqa: PLC0415
        from docferry.cli.output.rows import write_json_line  # noqa: PLC0415
        from docferry.ingest import JobDesk  # noqa: PLC0415

        found = JobDesk(jobs=JobFlags(cache=cache).settings()).cache_info()
        if is_json:
            terminal.put(write_json_line(cache_row(found)))
        else:
            terminal.show(cache_table(found))
        return ExitCode.OK

    return action


@app.command()
def clear(*, cache: CacheFolder = "", is_json: JsonFlag = False) -> Callable[[Terminal], int]:
    """Remove every result that is not in use.

    What a killed run was using counts as in use for six hours.

    Services keep results for some days: until then a result that is wanted again is fetched again, and not
    paid again.
    """

    def action(terminal: Terminal) -> int:
        # Imported here: the rooms below are heavy, and --help needs none of them.
        from docferry.cli.output.rows import write_json_line  # noqa: PLC0415
        from docferry.cli.output.wording import plural  # noqa: PLC0415
        from docferry.ingest import JobDesk  # noqa: PLC0415

        desk = JobDesk(jobs=JobFlags(cache=cache).settings())
        count = desk.clear_cache()
        n_left = desk.cache_info().payload_count
        if is_json:
            terminal.put(write_json_line({"removed": count, "in_use": n_left}))
        elif n_left:
            stays = f"{plural(n_left, 'result')} in use {'stays' if n_left == 1 else 'stay'}"
            terminal.put(
                f"removed {plural(count, 'result')}; {stays} (what a killed run used, for six hours)\n"
            )
        else:
            terminal.put(f"removed {plural(count, 'result')}\n")
        return ExitCode.OK

    return action
