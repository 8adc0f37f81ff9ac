"""Which first words a trained model goes on from as it was taught, and which it does not manage.

    python -m finetune.beginnings --tries 4

Every opening is tried on briefs of self-play by people of its own. Those after which the check cuts what was said, or
lets nothing through, in more than a quarter of tries are written to ``data/unmanaged.json`` and left out of
``agent/data/openings.json``. Run it again after training.
"""

import argparse
import itertools
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tqdm import tqdm

from agent.briefs import Brief, Job
from agent.language import LanguageModel
from agent.openings import key_of
from agent.prompt import speaking_prompt
from agent.vouch import Vouching, spoken
from catalog import films
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.personas import World
from finetune.selfplay import briefs_of, decisions
from finetune.speaking import OPENINGS, UNMANAGED, all_openings, openings
from finetune.trained import SHIPPED, load_trained
from retrieval.base import WeightsError
from retrieval.embed import TrainedEmbedder

_SEED, _TURNS, _MAX_TOKENS = 40, 400, 110
_EDGES = " \n.,;:!?"


def unmanaged(
    language: LanguageModel, briefs: Mapping[str, Sequence[Brief]], tries: int, rng: random.Random
) -> Iterator[tuple[str, str, bool]]:
    """Yield key and text of each opening, and whether it fails in over a quarter of ``tries`` on its briefs."""
    for key, texts in all_openings().items():
        for text in texts if briefs.get(key) else ():
            drawn = [rng.choice(briefs[key]) for _ in range(tries)]
            failures = (brief for brief in drawn if not passes(language, brief, text))
            # What has failed so often need not be tried on.
            yield key, text, len(list(itertools.islice(failures, tries // 4 + 1))) > tries // 4


def passes(language: LanguageModel, brief: Brief, begun: str) -> bool:
    """Tell whether all that the model says after ``begun`` is let through."""
    pieces = [begun, *language.stream(speaking_prompt(brief, begun), _MAX_TOKENS, ("\n",), Vouching(brief, begun))]
    said = list(spoken(pieces, brief))
    return bool(said) and said[-1].strip(_EDGES) == "".join(pieces).strip(_EDGES)


def played_briefs(world: World, rng: random.Random) -> dict[str, list[Brief]]:
    """Return briefs of self-play by their keys."""
    found = defaultdict[str, list[Brief]](list)
    for state in itertools.islice(decisions(world, _SEED), _TURNS):
        for brief in briefs_of(state, world.catalog, rng):
            found[key_of(brief.job, (phrase.label for phrase in brief.phrases))].append(brief)
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Try all openings and write which are managed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder of python -m finetune.train")
    parser.add_argument("--tries", type=int, default=4, help="of each opening (default: %(default)s)")
    parser.add_argument(
        "--jobs", nargs="+", choices=[*Job], default=[*Job], metavar="JOB", help="kinds of replies (default: all)"
    )
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    given = parser.parse_args(argv)
    try:
        catalog = load_catalog(given.home, films.NAME)
        language = load_trained(given.home, given.model, catalog, TrainedEmbedder(given.home))
    except (OSError, ValueError, WeightsError) as error:
        raise SystemExit(f"finetune.beginnings: {error}") from None
    rng = random.Random(_SEED)
    briefs = {key: some for key, some in played_briefs(World(catalog), rng).items() if some[0].job in given.jobs}
    total = sum(len(texts) for key, texts in all_openings().items() if key in briefs)
    tried = unmanaged(language, briefs, given.tries, rng)
    before = json.loads(UNMANAGED.read_text(encoding="utf-8"))
    found = defaultdict[str, list[str]](list, {key: texts for key, texts in before.items() if key not in briefs})
    for key, text, fails in tqdm(tried, total=total, disable=None):
        if fails:
            found[key].append(text)
    _write(UNMANAGED, found)
    _write(OPENINGS, openings())
    print(f"{sum(len(found[key]) for key in briefs)} of {total} openings are not managed")  # noqa: T201


def _write(path: Path, found: Mapping[str, Sequence[str]]) -> None:
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
