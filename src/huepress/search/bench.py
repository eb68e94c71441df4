"""The bench: tries mappings of one picture, computing each plane only once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from huepress import _core
from huepress._threads import side_by_side
from huepress.limits import NEVER, Deadline
from huepress.palette.learn import LearnedPalettes, SharedPalette
from huepress.palette.small import SmallColors
from huepress.remap.given import COARSE, keep_gray
from huepress.remap.mixed import MixedMap, can_mix
from huepress.remap.rate import RateMap
from huepress.remap.strips import StripMap
from huepress.search.picture import Picture
from huepress.search.rivals import Rivals
from huepress.search.stand_in import stand_in
from huepress.search.trial import Setting, Trial
from huepress.types import IndexedImage, Palette, PaletteFit


@dataclass(frozen=True, eq=False)
class Bench:
    """One picture and its palettes, ready to map many times.

    Attributes
    ----------
    picture : Picture
        Facts about it.
    rivals : Rivals
        Chooses the palette for every number of colors.
    small : SmallColors or None
        Colors that no mapping may lose.
    find : bool
        Search for matches by context: smaller files, slower.
    container : {"png", "webp"}
        The format whose bits mappings pay for, and whose bytes trials are compared by.
    deadline : Deadline
        Checked before every mapping.
    written : Palette or None
        What the file has for the palette's entries, where a display shows others for them.
    """

    picture: Picture
    rivals: Rivals
    small: SmallColors | None = None
    find: bool = True
    container: str = "png"
    deadline: Deadline = NEVER
    written: Palette | None = None
    _maps: dict[tuple[bytes, bool, bool], RateMap] = field(default_factory=dict)
    _mixed: dict[str, MixedMap] = field(default_factory=dict)

    @property
    def colors(self) -> int:
        """Largest palette."""
        return self.picture.colors

    def for_goal(self, goal: float) -> Bench:
        """Return a bench that prefers palettes that reach a score; itself if it already does."""
        if self.rivals.goal == goal:
            return self
        return replace(self, rivals=self.rivals.for_goal(goal), _maps={})

    def for_colors(self, colors: int) -> Bench:
        """Return a bench for a smaller largest palette, where rivals compete again."""
        picture = replace(self.picture, colors=colors)
        rivals = self.rivals.for_picture(picture)
        return replace(self, picture=picture, rivals=rivals, _maps={})

    def for_container(self, container: str) -> Bench:
        """Return a bench that counts another container's bits; palettes and planes are shared."""
        return replace(self, container=container)

    def fit(self, colors: int) -> PaletteFit:
        """Return the palette of at most this many colors: the rival that scores best."""
        return self.nearest(colors).fit

    def nearest(self, colors: int) -> Trial:
        """Map every pixel to its nearest color."""
        return self.rivals.nearest(colors)

    def map(self, setting: Setting, rate_weight: float) -> IndexedImage:
        """Map by distortion and rate, without a score."""
        return self._map(self.fit(setting.colors), setting, rate_weight, hurry=False)

    def as_written(self, indexed: IndexedImage) -> IndexedImage:
        """Return the picture with the colors that the file has."""
        return indexed if self.written is None else replace(indexed, palette=self.written)

    def of_effort(self, effort: str) -> Bench:
        """Return a bench that learns palettes with another effort; itself if it learns none."""
        learn = self.rivals.learn
        if not isinstance(learn, LearnedPalettes):
            return self
        return replace(self, rivals=self.rivals.learned_by(learn.of_effort(effort)), _maps={})

    def sampled(self) -> Bench:
        """Return a bench for a sample of the picture, with the palette of the whole."""
        picture = self.picture.sample()
        rivals = Rivals(picture, SharedPalette(self.rivals.first(self.colors)), several=False)
        return Bench(picture, rivals, find=False, deadline=self.deadline)

    def stand_in(self) -> Bench:
        """Return a bench for tiles that stand for a large picture, with palettes of all of it."""
        picture = stand_in(self.picture)
        small = None if self.small is None else self.small.of_part(picture.image)
        rivals = self.rivals.for_picture(picture)
        return replace(self, picture=picture, rivals=rivals, small=small, _maps={}, _mixed={})

    def repeated(self, trial: Trial) -> Trial:
        """Map all of the picture as its stand-in was, which is what the score is of."""
        picture = self.picture
        _core.give_back_memory()  # that of the stand-in
        if trial.setting is None:
            indexed = picture.nearest(trial.fit)
        else:
            indexed = self._map(trial.fit, trial.setting, trial.rate_weight, hurry=False)
        return replace(trial, indexed=indexed)

    def scored(self, trial: Trial) -> Trial:
        """Score a trial of this picture anew."""
        setting, container = trial.setting, trial.container
        return self.picture.trial(trial.indexed, trial.fit, trial.rate_weight, setting, container)

    def unscored(self, setting: Setting, rate_weight: float) -> Trial:
        """Map in a hurry: learn one palette, follow few copies, score nothing."""
        fit = self.rivals.first(setting.colors)
        indexed = self._map(fit, setting, rate_weight, hurry=True)
        return Trial(indexed, fit, float("nan"), rate_weight)

    def priced(self, setting: Setting, rate_weight: float) -> Trial:
        """Map by distortion and rate, and score the result."""
        indexed, fit = self.map(setting, rate_weight), self.fit(setting.colors)
        return self.picture.trial(indexed, fit, rate_weight, setting, self.container)

    def priced_all(self, wanted: Iterable[tuple[Setting, float]]) -> list[Trial]:
        """Map in several ways, two at a time if there are processors."""
        wanted = list(wanted)
        lean = self.picture.is_lean
        for setting, _ in wanted:  # made once, before threads ask for them
            if self._mixes(setting):
                self._mixed_map(self.fit(setting.colors))
            elif not lean:
                self._rate_map(self.fit(setting.colors), setting)
        # Large pictures are mapped by several threads each, and trials take memory.
        n_threads = 1 if self.picture.n_threads == 1 or lean else 2
        return side_by_side(lambda each: self.priced(*each), wanted, n_threads)

    def _map(
        self, fit: PaletteFit, setting: Setting, rate_weight: float, *, hurry: bool
    ) -> IndexedImage:
        self.deadline.check()
        given, lean = self.picture.given, self.picture.is_lean
        if given is not None and setting.dither == 0 and len(given) <= COARSE:
            return self.picture.nearest(fit)
        mapped = self._map_of(fit, setting).map(
            rate_weight,
            dither=setting.dither,
            find=self.find and not hurry,
            wide=not hurry,
            halves=hurry or lean,
            container=self.container,
        )
        if given is not None and setting.dither == 0:
            plain = self.rivals.indices_of(fit)
            keep_gray(mapped.indices, self.picture.image.pixels, mapped.palette, plain)
        if self.small is None:
            return mapped
        return self.small.restore(mapped, self.picture.color_space)

    def _mixes(self, setting: Setting) -> bool:
        """Whether dots of given colors are to show what is between them."""
        given = self.picture.given
        return given is not None and setting.dither > 0 and can_mix(given)

    def _mixed_map(self, fit: PaletteFit) -> MixedMap:
        if "given" not in self._mixed:
            self._mixed["given"] = MixedMap(
                self.picture.image.pixels,
                fit.palette,
                nearest=self.rivals.indices_of(fit),
                weights=self.picture.weights,
                n_threads=self.picture.n_threads,
            )
        return self._mixed["given"]

    def _map_of(self, fit: PaletteFit, setting: Setting) -> RateMap | MixedMap | StripMap:
        if self._mixes(setting):
            return self._mixed_map(fit)
        if self.picture.is_lean:
            return self._strip_map(fit, setting)
        return self._rate_map(fit, setting)

    def _strip_map(self, fit: PaletteFit, setting: Setting) -> StripMap:
        picture = self.picture
        return StripMap(
            picture.image,
            fit.palette,
            picture.pixel_counts,
            picture.color_space,
            masked=setting.masked,
            drawn=picture.is_drawn,
            lightness=setting.lightness or picture.is_painted,
            smooth=picture.is_smooth,
            n_threads=picture.n_threads,
        )

    def _rate_map(self, fit: PaletteFit, setting: Setting) -> RateMap:
        picture, palette = self.picture, fit.palette
        lightness = setting.lightness or picture.is_painted
        key = (palette.colors.tobytes(), setting.masked, lightness)
        if key not in self._maps:
            nearest = self.rivals.indices_of(fit)
            alike = [known for (*_, same), known in self._maps.items() if same == lightness]
            if alike:
                self._maps[key] = alike[0].with_palette(
                    palette, masked=setting.masked, nearest=nearest
                )
            else:
                self._maps[key] = RateMap(
                    picture.image.pixels,
                    palette,
                    color_space=picture.color_space,
                    weights=picture.weights,
                    masked=setting.masked,
                    fine=picture.image.deep,
                    points=picture.hand_over_points(),
                    nearest=nearest,
                    drawn=picture.is_drawn,
                    lightness=lightness,
                    smooth=picture.is_smooth,
                    n_threads=picture.n_threads,
                )
        return self._maps[key]
