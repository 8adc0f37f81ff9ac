"""What is said of the items just shown: verdicts, and questions about them; see ``agent.answers`` for questions."""

import re
from collections.abc import Sequence

from agent.actions import Ask, Recommend, Reply, ReplyKind
from agent.acts import Accepts, Act, Asks, Dislikes, Likes, Rejects, Seen, Topic
from agent.intents import Intent, spans
from agent.mention import Mention
from agent.polarity import unwanted
from agent.state import DialogueState
from catalog.items import TITLE
from graph.evidence import Wish

NOT_SEEN = re.compile(
    r"\b(?:never|(?:have|has)n'?t|not) (?:yet |even |actually )?(?:seen|watched|saw)\b", re.IGNORECASE
)
_SEEN_BEFORE = re.compile(
    r"\b(?:seen|watched|saw|finished|recite|know|rewatched|(?:already|i'?ve|we'?ve|have) d(?:id|one)|(?:i|we|ones) own)"
    r"\b(?:(?! but |\bso\b)[^.!?;]){0,45}$",
    re.IGNORECASE,
)
_SEEN_AFTER = re.compile(r"^[^.!?;]{0,60}?\b(?:are|is|'s) (?:all )?(?:done|retired|ticked off)\b", re.IGNORECASE)
_ALIKE = re.compile(
    r"\bmore (?:of|like|(?:\w+ )?(?:pls|plz|please))\b|\bmore\W*$|\bsimilar\b|"
    r"\bsame (?:vibes?|sort|kind|thing|again)\b|"
    r"\b(?:something|anything|any|stuff) like\b|\bwhat (?:do i watch )?(?:next|now|instead)\b|\bin that vein\b",
    re.IGNORECASE,
)
"""Words that want more of what was named."""
_VARIED = re.compile(
    r"\bbut (?:(?:make it|with|a|an|bit|little|lot|much|way|slightly|not|quite|so|in|something|maybe) )*"
    r"(?:less|fewer|more|newer|older|shorter|longer|funnier|darker|lighter|scarier|faster|slower|nicer|quieter|without|"
    r"with|in (?:space|english|colou?r))\b",
    re.IGNORECASE,
)
"""Words with which something like an item is wanted: ``the first one but less gross``."""
_LOATHED = re.compile(
    r"\b(?:hated|loathed|despised|couldn'?t stand|can'?t stand|walked out|turned (?:it|that) off|fell asleep|insult|"
    r"disgusting|overrated|rubbish|awful|terrible|dreadful|racist|sexist|soppy|corny|cheesy|meh|boring|bored|sickly|"
    r"left (?:me|us) cold|wrecked me|annoyed me|didn'?t (?:like|enjoy|care for)|did nothing for|never forgave)\b",
    re.IGNORECASE,
)
_OF_IT = re.compile(r"\b(?:lov(?:e|ed)|ador(?:e|ed)|hated?|loathed|can'?t stand) (?:it|that|this)\b", re.IGNORECASE)
_ADORED = re.compile(
    r"\b(?<!not )(?<!n't )(?<!never )(?<!'d )(?<!my )(?:lov(?:e|ed|es)|ador(?:e|ed)|favou?rite|masterpiece|treasure|"
    r"perfect film|brilliant|amazing|wonderful|is great|was great|10/10)\b",
    re.IGNORECASE,
)
_LOVED_BEFORE = re.compile(
    r"\b(?:lov(?:e|ed)|like[ds]?|enjoyed|adored?|similar to|close to|vein of|fan of)\b[^.!?;]{0,30}$", re.IGNORECASE
)
_HATED_BEFORE = re.compile(
    r"\b(?:hat(?:e|ed)|dislike[ds]?|despised?|loathed?)\b[^.!?;]{0,20}$|"
    r"(?<!who )(?<!you )(?<!to )\b(?:(?:couldn'?t|can'?t) stand|(?:didn'?t|don'?t|never) (?:really |much )?"
    r"(?:like[ds]?|enjoy(?:ed)?|loved?|care(?:d)? for|rated?)|walked out of|"
    r"(?:fell|falls?|fallen) asleep (?:in|at|during|watching)|the opposite of)\b"
    r"(?:(?!\b(?:but|so|until|till|except|since|than|as|when|after|before|while|like|for|how|if|to)\b)[^.!?;,]){0,20}$",
    re.IGNORECASE,
)
_TURNS = re.compile(r", (?:but )?(?:i |we )?(?:lov|ador|enjoy|lik)e?(?:s|d|ed)? ", re.IGNORECASE)
_HATED_AFTER = re.compile(
    r"^\W{0,3}[^.!?;]{0,25}\b(?:did nothing|didn'?t (?:like|enjoy|care for)|hated (?:it|them|that)|overrated|"
    r"(?:was|is|'s) (?:so |too |just |a bit )?(?:boring|awful|rubbish|bad|terrible|corny|soppy|dreadful|overrated|"
    r"unwatchable)\b(?! (?:it'?s|fun|for my))|bored|"
    r"sucked|(?:put|puts|sent|sends) (?:me|us) to sleep|(?:left|leaves) (?:me|us|him|her) cold|(?:is|was) an insult)|"
    r"^, (?:awful|terrible|dreadful|rubbish|boring|meh)\b(?=\W*$|[.,;!]| (?:film|movie)\b)|"
    r"^:? (?:no|awful|meh)(?=[ )]*$|[.,;])",
    re.IGNORECASE,
)
_LOVED_AFTER = re.compile(
    r"\b(?:(?:loved?|liked) (?:it|them|that)|was (?:great|brilliant|wonderful|perfect)|loved)\b", re.IGNORECASE
)
_PAST = re.compile(r"^\W*(?:was|is done|is over|were)\b", re.IGNORECASE)
"""After the title of a film that was taken: they tell how it was."""
_ASKED_ABOUT = re.compile(
    r"^(?:(?:and|so|ok|but|hm+),? )*(?:is|are|was|does|do|did|has|who|who'?s|what|what'?s|how|when|where|tell me|"
    r"describe|remind me)\b(?! (?:about (?:something|a|some|an)|else)\b)",
    re.IGNORECASE,
)
"""Words that ask something of an item, which is no way to take it."""
_HOLDS_BACK = re.compile(
    r"\b(?:but|too|except|unless|however|though|instead|snooze|not (?:tonight|now|sure|really)|boring)\b|\?\s*$",
    re.IGNORECASE,
)
"""Words with which nothing is taken as it stands."""
_LIKE_BEFORE = re.compile(
    r"\b(?:like|similar to|close to|by the (?:director|maker|author)s? of)\s+(?:the )?$", re.IGNORECASE
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|it's|this|that|they|them|these|those|(?:first|second|third|last|other) one)\b", re.I
)
_NO_BUT = re.compile(r"^(?:no+|nope|nah|not)\b[^,.]*[,.]\s*", re.IGNORECASE)
"""A refusal that a new thought follows: "no not that one, the third"."""
_CURIOUS = re.compile(r"\?\s*$|\b(?:about|made|directed|stars?|long)\b", re.IGNORECASE)
PLACES = {Intent.FIRST: 0, Intent.SECOND: 1, Intent.THIRD: 2}


def asked_about(text: str, flags: frozenset[Intent], state: DialogueState) -> tuple[Act, ...]:
    """Read a question about an item that is pointed at, whose words are no wishes: "is the second in colour?"."""
    shown = _shown(state)
    pointed = _pointed(flags, shown)
    if not pointed or Intent.WHY in flags or not text.rstrip().endswith("?") or not _ASKED_ABOUT.search(text):
        return ()
    return (Asks(Topic.ABOUT, pointed[0]),)


def last_action(state: DialogueState) -> Ask | Recommend | Reply | None:
    """Return what Parley did last."""
    return state.turns[-1].action if state.turns else None


def about_item(
    text: str, mention: Mention, bad: bool, flags: frozenset[Intent], state: DialogueState, until: int
) -> list[Act]:
    """Say what an item's title was named for: as seen, as unwanted, as taken, or as a taste.

    What is said of it ends at ``until``, where the next title stands.
    """
    item_id = mention.values[0]
    before, after = text[: mention.start], text[mention.end :]
    liked = bool(_LOVED_BEFORE.search(before) or _LOVED_AFTER.search(after))
    loathing = _HATED_BEFORE.search(before)
    # "hated Signs, loved The Sixth Sense": what is said last counts.
    hated = bool((loathing and not _TURNS.search(loathing[0])) or _HATED_AFTER.search(text[mention.end : until]))
    seen = bool(_SEEN_BEFORE.search(before) or _SEEN_AFTER.search(after)) and not NOT_SEEN.search(before)
    wish = Wish(TITLE, (item_id,))
    if hated:
        return [*([Rejects(item_id)] if item_id in state.slate else []), Dislikes(wish)]
    if item_id in state.accepted and _PAST.search(after):
        return [Likes(wish)] if liked else []
    if item_id in state.slate:
        if Intent.SEEN in flags or seen:
            return [Seen(item_id), *([Likes(wish)] if liked else [])]
        if bad or Intent.REJECT in flags:
            return [Rejects(item_id)]
        return _about_shown(text, before, item_id, flags)
    if seen:
        return [Seen(item_id), *([Likes(wish)] if liked or _ALIKE.search(after) else [])]
    if bad:
        return [Rejects(item_id)]
    return [] if NOT_SEEN.search(before) else [Likes(wish)]


def _about_shown(text: str, before: str, item_id: str, flags: frozenset[Intent]) -> list[Act]:
    """Say what the title of an item just shown was named for, where it is neither seen nor refused."""
    if NOT_SEEN.search(before) or Intent.WHY in flags:
        return []
    if Intent.MORE in flags or _LIKE_BEFORE.search(before) or _VARIED.search(text):
        return [Likes(Wish(TITLE, (item_id,)))]
    if _ASKED_ABOUT.search(text):
        return [Asks(Topic.ABOUT, item_id)]
    if _HOLDS_BACK.search(text):
        return [] if text.rstrip().endswith("?") else [Rejects(item_id)]
    return [Accepts(item_id)]


def verdicts(
    text: str, flags: frozenset[Intent], found: Sequence[Mention], state: DialogueState, acts: Sequence[Act]
) -> list[Act]:
    """Read a verdict on the items just shown that does not name them."""
    shown = _shown(state)
    if not shown or any(isinstance(act, Seen | Rejects | Accepts) for act in acts):
        return []
    named = [(shown[place], intent) for intent, place in PLACES.items() if intent in flags and place < len(shown)]
    pointed = [item_id for item_id, _ in named]
    unwelcome = [item_id for item_id, intent in named if refused(text, intent)]
    if unwelcome and Intent.SEEN not in flags:
        others = [item_id for item_id in pointed if item_id not in unwelcome]
        return [*(Rejects(item_id) for item_id in unwelcome), *(Accepts(item_id) for item_id in others)]
    alike = [item_id for item_id, intent in named if _compared(text, intent)]
    if _VARIED.search(text):
        alike = alike or pointed or ([*shown] if len(shown) == 1 and _POINTS_BACK.search(text) else [])
    if alike:
        return [Likes(Wish(TITLE, (item_id,))) for item_id in alike]
    if Intent.BOTH in flags or Intent.NEITHER in flags:
        pointed = list(shown)
    shown = _in_focus(state) or shown
    if Intent.SEEN in flags and not any(mention.facet == TITLE for mention in found):
        spoken_of = pointed or shown[:1]
        return [*map(Seen, spoken_of), *_judged(text, flags, spoken_of, acts)]
    critique = any(isinstance(act, Likes | Dislikes) for act in acts)
    turned = _NO_BUT.match(text)
    if turned and named and all(start >= turned.end() for _, i in named for start, _ in spans(i, text)) and not acts:
        return [Accepts(item_id) for item_id in pointed]
    if Intent.NEITHER in flags or (Intent.REJECT in flags and Intent.ACCEPT not in flags and not critique):
        return [*(Rejects(item_id) for item_id in pointed or shown), *_judged(text, flags, pointed or shown, acts)]
    return [] if acts or flags & {Intent.WHY, Intent.MORE} else _answered(text, flags, pointed, shown)


def _answered(text: str, flags: frozenset[Intent], pointed: Sequence[str], shown: Sequence[str]) -> list[Act]:
    """Tell whether an item is taken, asked about or, with a reservation, refused."""
    if pointed and _HOLDS_BACK.search(text) and not _ASKED_ABOUT.search(text):
        return [] if text.rstrip().endswith("?") else [Rejects(item_id) for item_id in pointed]
    if _ASKED_ABOUT.search(text) and (pointed or (_CURIOUS.search(text) and _POINTS_BACK.search(text))):
        return [Asks(Topic.ABOUT, next(iter([*pointed, *shown])))]
    if (Intent.ACCEPT in flags or pointed) and not _HOLDS_BACK.search(text):
        return [Accepts(item_id) for item_id in pointed or shown[:1]]
    return []


def _judged(text: str, flags: frozenset[Intent], spoken_of: Sequence[str], acts: Sequence[Act]) -> list[Act]:
    """Return what is thought of the one item that is spoken of, where the words say it: ``seen it, hated it``."""
    if len(spoken_of) != 1 or acts or not (Intent.SEEN in flags or _OF_IT.search(text)):
        return []
    wish = Wish(TITLE, (spoken_of[0],))
    if _LOATHED.search(text):
        return [Dislikes(wish)]
    return [Likes(wish)] if _ADORED.search(text) else []


def taken(text: str, flags: frozenset[Intent], state: DialogueState) -> tuple[str, ...]:
    """Return the items just shown that the words take, as far as wishes among them do not speak against it."""
    shown = _shown(state)
    against = flags & {Intent.REJECT, Intent.NEITHER, Intent.SEEN, Intent.WHY, Intent.MORE}
    if against or _HOLDS_BACK.search(text) or _ASKED_ABOUT.search(text):
        return ()
    return tuple(_pointed(flags, shown)) or (shown[:1] if Intent.ACCEPT in flags else ())


def _compared(text: str, place: Intent) -> bool:
    """Tell whether something like the item of a place is wanted: ``more like the second``."""
    return any(_LIKE_BEFORE.search(text[:start]) for start, _ in spans(place, text))


def refused(text: str, place: Intent) -> bool:
    """Tell whether the item of a place is not wanted: ``not the first one``, ``anything but the second``."""
    for start, end in spans(place, text):
        # A comma begins a new thought: "not the first, the second".
        clause = max(text.rfind(",", 0, start), 0)
        if unwanted(text[clause:], [Mention(start - clause, end - clause, TITLE, ())])[0] is not False:
            return True
    return False


def _pointed(flags: frozenset[Intent], shown: Sequence[str]) -> list[str]:
    """Return the items that are meant by their places: ``the second one``."""
    return [shown[place] for intent, place in PLACES.items() if intent in flags and place < len(shown)]


def _shown(state: DialogueState) -> tuple[str, ...]:
    """Return the items that the next words may judge: none while a question is open."""
    return () if not state.turns or state.open_question else state.slate


def _in_focus(state: DialogueState) -> tuple[str, ...]:
    """Return the item that was just spoken of alone: "that one" after "why the second?" is the second."""
    last = last_action(state)
    told = isinstance(last, Reply) and last.kind in (ReplyKind.WHY_ITEM, ReplyKind.ABOUT)
    return (last.pick.item_id,) if isinstance(last, Reply) and told and last.pick else ()


def asked(flags: frozenset[Intent], found: Sequence[Mention], state: DialogueState, acts: Sequence[Act]) -> list[Act]:
    """Read what the person asks of Parley."""
    if Intent.TASTE in flags:
        return [Asks(Topic.TASTE)]
    shown = _shown(state)
    if Intent.WHY in flags and (shown or state.last_ask) and not any(isinstance(act, Dislikes) for act in acts):
        if not shown:
            return [Asks(Topic.WHY_QUESTION)]
        titles = [mention.values[0] for mention in found if mention.facet == TITLE]
        named = [item_id for item_id in titles if item_id in state.shown]
        if titles and not named:
            return []
        pointed = _pointed(flags, shown)
        return [Asks(Topic.WHY_ITEM, next(iter([*named, *pointed, *shown])))]
    if Intent.MORE in flags and shown and not any(isinstance(act, Rejects | Seen) for act in acts):
        return [Asks(Topic.MORE)]
    if Intent.JUST_RECOMMEND in flags and not any(isinstance(act, Asks) for act in acts):
        return [Asks(Topic.RECOMMEND)]
    return []
