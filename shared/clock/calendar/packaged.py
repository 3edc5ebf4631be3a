"""The calendar tables that come with the package (loaded notices: notices.py).

A process holds one `Calendars`. It gives the Calendar of a place, and a new `Calendars` when a
notice is loaded.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.layers import DaysOff, Layer, parse_layer
from shared.clock.calendar.moments import local_day

PACKAGED_LAYERS = ("national", "xinjiang", "chongqing")


class Announced(msgspec.Struct, frozen=True):
    """An outside event that opens a window (R-047), its time, and the source that reports it."""

    event: str
    at: datetime
    source: str = ""


class Calendars:
    """All layers and their calendars, each built at its first use.

    `announced` are the recorded outside events. `loaded` counts the notices that were loaded over
    the packaged tables. Notices are only ever added, so the higher count is the newer state.
    """

    def __init__(
        self, layers: Mapping[str, Layer], announced: Sequence[Announced] = (), *, loaded: int = 0
    ) -> None:
        if "national" not in layers:
            raise ClockError("The national layer is missing.")
        self.layers = dict(layers)
        self.announced = tuple(announced)
        self.loaded = loaded
        self._made: dict[str | None, Calendar] = {}

    @property
    def version(self) -> str:
        """A hash of all layers (16 hex digits): equal versions give equal dates everywhere."""
        told = "+".join(self.layers[name].version for name in sorted(self.layers))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def of(self, province: str | None = None) -> Calendar:
        """The calendar of a province ("xinjiang", "chongqing"); of the nation alone for None."""
        if province not in self._made:
            self._made[province] = Calendar(self._combination(province))
        return self._made[province]

    def _combination(self, province: str | None) -> list[Layer]:
        layers = [self.layers["national"]]
        if province is None or province == "national":
            return layers
        if province not in self.layers:
            known = ", ".join(sorted(self.layers))
            raise ClockError(f"There is no calendar layer {province!r}; there are {known}.")
        return [*layers, self.layers[province]]

    def with_notice(self, layer: str, notice: DaysOff) -> "Calendars":
        """A new `Calendars` in which `layer` has this notice (caseledger calendar load)."""
        if layer not in self.layers:
            known = ", ".join(sorted(self.layers))
            raise ClockError(f"There is no calendar layer {layer!r}; there are {known}.")
        changed = self.layers[layer].with_notice(notice)
        layers = {**self.layers, layer: changed}
        return Calendars(layers, self.announced, loaded=self.loaded + 1)

    def happened(self, at: datetime) -> dict[str, datetime]:
        """The outside events of the year of `at`, up to `at`: event code to its latest time.

        `window_state` takes this mapping. An event of an earlier year opens no window: the average
        wage, for example, is published anew each year.
        """
        year = local_day(at).year
        return {
            one.event: one.at
            for one in sorted(self.announced, key=lambda one: one.at)
            if one.at <= at and local_day(one.at).year == year
        }


def packaged_calendars() -> Calendars:
    """Read the packaged tables. Call once at the start of a process and pass the result on."""
    folder = resources.files("shared.clock.data")
    layers = {}
    for name in PACKAGED_LAYERS:
        text = folder.joinpath(f"{name}.json").read_text(encoding="utf-8")
        layers[name] = parse_layer(json.loads(text))
    return Calendars(layers)
