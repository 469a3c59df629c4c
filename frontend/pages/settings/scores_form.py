"""The form of how scores are computed: a preset, a method, and the constants that are to differ from the preset's."""

from collections.abc import Mapping
from typing import Any

from backend.pipeline.configuration import preset_names, preset_values
from frontend.pages.config_form import ConfigForm


class ScoresForm(ConfigForm):
    """What a poll's runs take; an empty constant is the preset's."""

    def __init__(self, config: Mapping[str, object], data: Mapping[str, Any] | None = None) -> None:
        # A preset that the library has no more is shown as the usual one, so that the page can mend it.
        preset = config.get("preset") if config.get("preset") in preset_names() else preset_names()[0]
        usual = preset_values(str(preset))
        initial = {"method": usual.get("method"), **config, "preset": preset}
        super().__init__(data, usual=usual, below={}, is_required=True, initial=initial)
