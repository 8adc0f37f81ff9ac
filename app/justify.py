"""Measure whether what the model says of recommended items is true, with and without the checker.

    python -m app.justify --n 500 --out justifications.json

Simulated people talk to the planner until something is recommended; the language model justifies the first item as it
does in the chat. What it wrote by itself and what the checker made of it are taken apart into atomic claims, which are
held against the catalogue and the person's own words (evaluation/claims.py). One situation a conversation: number i is
with the person of seed SEED + i. The seconds are those in which the model wrote all that it had to say, even what the
checker would not have waited for. The intervals are 95 % of bootstrap resamples of situations.
"""

import argparse
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from agent.actions import Recommend
from agent.language import Guide, LanguageModel, Message
from agent.respond import Respondent
from agent.state import DialogueState, replay
from app.settings import PARLEY
from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.casting import person_of
from evaluation.claims import NAME, Checker, Claim
from evaluation.estimates import Row, markdown, mean, plain, ratio
from evaluation.personas import World
from evaluation.scenarios import Scenario
from evaluation.simulator import SIMULATORS, converse
from evaluation.systems import Parley, planner, warm_graph
from evaluation.transcripts import Exchange
from retrieval.base import WeightsError
from retrieval.embed import TrainedEmbedder

_BEHAVIOURS = ("target", "critiquing", "contradictory", "target-free")
_TRIES = 4
"""Conversations that are held for a situation before it is given up, as so many turns that recommend there are."""
_SLOT = re.compile(r"\{(\d)\}")
_EDGES = " \n.,;:!?"


@dataclass(frozen=True)
class Situation:
    """A turn in which an item was recommended."""

    state: DialogueState
    """With a single pick as the last turn's action."""
    exchange: Exchange
    earlier: tuple[Exchange, ...]

    def said(self, reply: str) -> Exchange:
        """Return the turn with another reply."""
        return replace(self.exchange, reply=reply)


@dataclass(frozen=True)
class Justification:
    """What was said of an item, and what of it is true."""

    item_id: str
    written: str
    """By the model alone, where it spoke at all."""
    reply: str
    before: tuple[Claim, ...]
    after: tuple[Claim, ...]
    spoke: bool
    seconds: float

    @property
    def stepped_in(self) -> bool:
        """Whether the checker let not all pass that the model wrote."""
        return self.spoke and _bare(self.written) != _bare(self.reply)


class Recording:
    """A language model of which every reply is kept as it came."""

    def __init__(self, language: LanguageModel) -> None:
        """Pass everything on to ``language``."""
        self._language = language
        self.taught = language.taught
        self.replies: list[tuple[tuple[Message, ...], str]] = []
        """Prompts and what came of them."""

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = (), guide: Guide | None = None
    ) -> Iterator[str]:
        """Yield the reply to ``messages`` and keep it, whole, even if nobody reads on."""
        pieces = list(self._language.stream(messages, max_tokens, stop, guide))
        self.replies.append((tuple(messages), "".join(pieces)))
        yield from pieces

    def score(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Return the mean log-probability per token of each option."""
        return self._language.score(messages, options)


def situations(world: World, n: int, seed: int) -> Iterator[Situation]:
    """Yield ``n`` turns of simulated conversations with the planner; fewer if these never recommend anything."""
    parley = Parley(planner(warm_graph(world)))
    found = 0
    for number in range(_TRIES * n):
        behaviour = _BEHAVIOURS[number % len(_BEHAVIOURS)]
        person = person_of(Scenario(f"justify-{behaviour}", behaviour), seed + number, world)
        conversation = f"{behaviour}/{seed + number}"
        exchanges = converse(parley, person, SIMULATORS[behaviour], world.graph, conversation).turns
        turns = parley.bot.state(conversation).turns
        places = [place for place, turn in enumerate(exchanges) if isinstance(turn.action, Recommend)]
        if places:
            place = random.Random(conversation).choice(places)
            yield _situation(replay(turns[: place + 1]), exchanges[: place + 1])
            found += 1
        if found == n:
            return


def _situation(state: DialogueState, exchanges: Sequence[Exchange]) -> Situation:
    action = exchanges[-1].action
    alone = Recommend(action.picks[:1]) if isinstance(action, Recommend) else Recommend(())
    last = replace(state.turns[-1], action=alone)
    state = replace(state, turns=(*state.turns[:-1], last))
    return Situation(state, replace(exchanges[-1], action=alone), tuple(exchanges[:-1]))


def justified(situation: Situation, catalog: Catalog, language: LanguageModel, checker: Checker) -> Justification:
    """Let the model justify what a situation recommends, and check what it says."""
    recording = Recording(language)
    begin = time.perf_counter()
    *_, reply = Respondent(catalog, recording).words(situation.state)
    seconds = time.perf_counter() - begin
    (pick,) = situation.exchange.action.picks if isinstance(situation.exchange.action, Recommend) else ()
    written = _written(recording, pick.item_id, catalog) if recording.replies else reply
    before, after = (checker.claims(situation.said(text), situation.earlier) for text in (written, reply))
    return Justification(pick.item_id, written, reply, before, after, bool(recording.replies), seconds)


def _written(recording: Recording, item_id: str, catalog: Catalog) -> str:
    """Return what the model wrote, with what it was to go on from, its slots filled."""
    messages, text = recording.replies[-1]
    begun = messages[-1].text if messages[-1].role == "assistant" else ""
    items = next((message.items for message in reversed(messages) if message.items), (item_id,))

    def title(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        return catalog[items[place]].title if 0 <= place < len(items) else match[0]

    return _SLOT.sub(title, f"{begun}{text}").strip()


def _bare(text: str) -> str:
    return " ".join(text.split()).strip(_EDGES)


def rows(found: Sequence[Justification], seed: int) -> tuple[Row, ...]:
    """Return the figures before the checker and after it."""
    each = [
        ("before the checker", [one.before for one in found]),
        ("after the checker", [one.after for one in found]),
    ]
    return tuple({"words": words, **_figures(claims, seed)} for words, claims in each)


def _figures(claims: Sequence[Sequence[Claim]], seed: int) -> Row:
    """Return the shares of claims that are true, and of justifications that name what nobody knows."""
    true = np.array([sum(claim.true for claim in one) for one in claims], dtype=np.float64)
    total = np.array([len(one) for one in claims], dtype=np.float64)
    unknown = np.array([any(claim.facet == NAME and not claim.true for claim in one) for one in claims])
    return {
        "justifications": len(claims),
        "claims": int(total.sum()),
        "true": replace(ratio(true, total, seed), digits=3) if total.any() else "-",
        "all true": mean(true == total, seed, digits=3),
        "off the catalogue": mean(unknown, seed, digits=3),
    }


def summary(found: Sequence[Justification], seed: int) -> Row:
    """Return how often the model spoke, how often the checker stepped in, and how long it took."""
    return {
        "the model spoke": mean(np.array([one.spoke for one in found]), seed, digits=3),
        "the checker stepped in": mean(np.array([one.stepped_in for one in found]), seed, digits=3),
        "seconds": mean(np.array([one.seconds for one in found]), seed),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Justify recommendations and print how much of it is true."""
    given = _parser().parse_args(argv)
    try:
        catalog = load_catalog(given.home, given.catalog)
        language = _local(given.home, given.model, catalog)
    except (OSError, ValueError, WeightsError) as error:
        raise SystemExit(f"error: {error}") from None
    world = World(catalog)
    checker = Checker(world.graph)
    asked = tqdm(situations(world, given.n, given.seed), total=given.n, unit="justification", disable=None)
    found = [justified(situation, world.catalog, language, checker) for situation in asked]
    if not found:
        raise SystemExit(f"error: nothing is ever recommended of catalogue {given.catalog!r}")
    table, rest = rows(found, given.seed), summary(found, given.seed)
    print(f"{markdown(table)}\n\n{markdown([rest])}")  # noqa: T201
    if given.out is not None:
        _write(given.out, found, {"n": len(found), "seed": given.seed, "model": given.model}, (*table, rest))


def _write(path: Path, found: Sequence[Justification], about: Row, table: Sequence[Row]) -> None:
    texts = [{"item": one.item_id, "written": one.written, "reply": one.reply, **_false(one)} for one in found]
    path.parent.mkdir(parents=True, exist_ok=True)
    report = {**about, "figures": plain(table), "justifications": texts}
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _false(one: Justification) -> dict[str, list[str]]:
    each = {"false before": one.before, "false after": one.after}
    return {
        name: [f"{claim.facet}: {claim.value}" for claim in claims if not claim.true] for name, claims in each.items()
    }


def _local(home: Path, model: str, catalog: Catalog) -> LanguageModel:
    # These import torch; --help and a wrong argument need not wait for it.
    from app.models import speaking_model

    return speaking_model(home, model, catalog, TrainedEmbedder(home))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=500, help="situations (default: %(default)s)")
    parser.add_argument("--model", default=PARLEY, help=f"{PARLEY}, hub id or folder (default: %(default)s)")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of people and intervals (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write figures and texts there, as JSON")
    return parser


if __name__ == "__main__":
    main()
