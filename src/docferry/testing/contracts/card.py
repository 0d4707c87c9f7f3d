"""The card: what a plugin says about its provider before anything is parsed."""

import re
from importlib.metadata import EntryPoint

import pydantic

from docferry.errors import DocferryError, MissingCredentialError
from docferry.model import Ability
from docferry.plugin import PluginManager, Provider
from docferry.provider import ProviderOptions, WebhookSettings
from docferry.sources.media_types import media_type_of_suffix
from docferry.testing.contracts.foundation import Contract
from docferry.testing.trial import Trial

__all__ = ["CardContract"]

SUFFIX = re.compile(r"(\.[a-z0-9_-]+)+")
MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
NAME = re.compile(r"[a-z][a-z0-9_-]*")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


class CardContract(Contract):
    """The plugin loads, and its card is true."""

    def test_plugin_loads_like_a_strangers(self, manager: PluginManager, entry_point: EntryPoint) -> None:
        """The plugin manager finds it by its entry point and has nothing to complain about."""
        problems = {status.name: status.problem for status in manager.statuses()}
        assert problems == {self.provider: ""}
        assert manager.provider(self.provider).info.name == self.provider == entry_point.name

    def test_card_is_complete(self, trial: Trial) -> None:
        """A name for programs and one for people, formats, and limits that let something through."""
        info = trial.info
        assert NAME.fullmatch(info.name), "a provider's name is lower case"
        assert info.title.strip(), "a provider has a name for people"
        assert info.formats, "a provider reads some kind of file"
        limits = info.limits
        for bound in (
            limits.max_size_bytes,
            limits.max_pages,
            limits.concurrency,
            limits.requests_per_second,
        ):
            assert bound is None or bound > 0, "a limit is above zero; None stands for none"

    def test_formats_have_lower_case_suffixes_with_a_dot(self, trial: Trial) -> None:
        """Files are found in folders by their suffix, so a wrong one hides them."""
        suffixes = [suffix for file_format in trial.info.formats for suffix in file_format.suffixes]
        for suffix in suffixes:
            assert SUFFIX.fullmatch(suffix), f"{suffix!r} is no suffix such as .pdf"
        assert len(suffixes) == len(set(suffixes)), "a suffix belongs to one format"

    def test_formats_call_files_what_docferry_calls_them(self, trial: Trial) -> None:
        """Files are let through by media type: one that docferry never says lets nothing through."""
        for file_format in trial.info.formats:
            assert file_format.name.strip(), "a format has a name for people"
            for media_type in file_format.media_types:
                assert MEDIA_TYPE.fullmatch(media_type), f"{media_type!r} is no media type"
            for suffix in file_format.suffixes:
                known = media_type_of_suffix(suffix)
                assert not known or known in file_format.media_types, (
                    f"docferry calls {suffix} files {known}, which is not among the format's media types"
                )

    def test_abilities_fit_the_hooks(
        self, trial: Trial, entry_point: EntryPoint, manager: PluginManager
    ) -> None:
        """Jobs and accounts are reached through `docferry_job_api`, and only of a service.

        A service that calls back does so through `docferry_webhook`, which asks for its secrets first.
        """
        abilities, plugin = trial.info.abilities, entry_point.load()
        has_hook = hasattr(plugin, "docferry_job_api")
        assert (Ability.JOBS in abilities) == has_hook, "the ability jobs and docferry_job_api go together"
        if Ability.JOBS in abilities:
            assert Ability.REMOTE in abilities, "jobs are at a service"
        if Ability.ACCOUNT in abilities:
            assert Ability.JOBS in abilities, "accounts are asked about through docferry_job_api"
        has_hook = hasattr(plugin, "docferry_webhook")
        assert (Ability.WEBHOOK in abilities) == has_hook, "the ability webhook and its hook go together"
        if has_hook:
            assert _asks_for_its_secret(manager.provider(self.provider)), (
                "docferry_webhook needs a secret first"
            )

    def test_options_are_documented(self, trial: Trial) -> None:
        """Every option has a sentence that says what it does; the class has one too."""
        options_type: type[ProviderOptions] = trial.info.options_type
        if options_type is ProviderOptions:
            return
        assert (options_type.__doc__ or "") != ProviderOptions.__doc__, "document the class of the options"
        undocumented = [name for name, field in options_type.model_fields.items() if not field.description]
        assert undocumented == [], "give every option a docstring below it"

    def test_options_have_defaults(self, trial: Trial) -> None:
        """A reader without arguments works, or says which key is missing when it comes to parsing."""
        options_type: type[ProviderOptions] = trial.info.options_type
        required = [name for name, field in options_type.model_fields.items() if field.is_required()]
        assert required == [], "give every option a default; a key is looked for in the environment later"
        try:
            options_type()
        except (pydantic.ValidationError, MissingCredentialError) as error:
            raise AssertionError("the defaults of the options are not valid options") from error

    def test_environment_variables_have_the_usual_form(self, trial: Trial) -> None:
        """Upper case, without doubles."""
        names = trial.info.environment
        for name in names:
            assert VARIABLE.fullmatch(name), f"{name!r} is no name of an environment variable"
        assert len(names) == len(set(names))


def _asks_for_its_secret(provider: Provider) -> bool:
    """Whether an empty call, with no secret to be had, is answered with the name of the secret."""
    try:
        provider.webhook_events({}, b"", WebhookSettings(now=0.0, environment={}))
    except MissingCredentialError:
        return True
    except DocferryError:
        return False
    return False
