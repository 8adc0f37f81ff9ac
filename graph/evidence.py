"""What a conversation has told us, in the words of the graph."""

from dataclasses import dataclass

from catalog.items import TITLE, Item, parse_bound


@dataclass(frozen=True)
class Wish:
    """A facet and the values of which any one will do.

    A value may be a bound on the number of the same name: ``Wish("runtime", ("<=95",))``.
    """

    facet: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a wish that nothing could satisfy."""
        if not self.values:
            raise ValueError(f"a wish about {self.facet!r} needs at least one value")

    def holds_for(self, item: Item) -> bool:
        """Tell whether the item has any of the values."""
        return any(item.has(self.facet, value) for value in self.values)

    def known_for(self, item: Item) -> bool:
        """Tell whether the catalogue says anything about this facet of the item."""
        if self.facet == TITLE:
            return True
        if any(parse_bound(value) for value in self.values):
            return item.number(self.facet) is not None
        return self.facet in item.facets


@dataclass(frozen=True)
class Evidence:
    """Everything said so far that bears on which item fits."""

    wanted: tuple[Wish, ...] = ()
    unwanted: tuple[Wish, ...] = ()
    """Values that the person does not want to see in any item."""
    liked: tuple[str, ...] = ()
    """Ids of items the person likes."""
    disliked: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    """Ids of items the person liked on other occasions, oldest first: they tell of taste, not of the wish of today."""
    rejected: tuple[str, ...] = ()
    """Ids of items that were shown and not wanted, which says little of items like them."""
    preferred: tuple[tuple[str, str], ...] = ()
    """Pairs of ids: what is wanted is more like the first than like the second."""
    excluded: frozenset[str] = frozenset()
    """Ids never to recommend: seen, rejected, already accepted."""
