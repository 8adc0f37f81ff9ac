"""The model card of a trained embedder: where it comes from, how it was made, what it reached."""

from collections.abc import Sequence
from pathlib import Path

from finetune.training import EmbedConfig, Step

_STAGES = {
    "following": "collaborative fine-tuning: next titles of MovieLens histories, left to right (LLM2Rec)",
    "unmasking": "masked next-token prediction on the films' texts, both ways (LLM2Rec)",
    "views": "item-level contrastive learning, two views by attention dropout .2 (LLM2Rec)",
    "imitation": "the vectors of all-MiniLM-L6-v2 for requests and parts of films, cut to the same dimensions",
    "answering": "requests near the films that answer them, softmax over a pool of films, staying near the teacher",
}
_TEXT = """# Embedder of films and requests

Low-rank adapters and a linear head on {layers} of `{base}`: mean pooling, {dimensions} dimensions. An item is the
weighted sum of the vectors of its title, facet values, premise and what people remember of it; the weights of the parts
are trained too. `retrieval.tower.load_tower` reads it.

Made on {hardware} in {minutes:.0f} minutes, seed {seed}, adapters of rank {rank} (alpha {alpha}) on every linear map:

    {command}

| stage | steps | batch | highest rate | loss, first and last | development nDCG@10 | what is learned |
| --- | ---: | ---: | ---: | --- | ---: | --- |
{stages}

What is kept lies {blend:.0%} of the way from before the last stage to after it; the figures above are from before that.
`log.jsonl` holds every step. The development set is finetune/data/requests_dev.jsonl, 240 requests over 200 films of
which none is trained on. Held out from everything: films whose id has a sha256 that is 0 modulo 4. Figures on those are
in docs/embedder.md.

Data: facts of films (Wikidata, CC0); premises, themes, moods and requests (this project, Apache-2.0); ratings of
MovieLens latest-small (GroupLens' terms: no commercial use without permission){redial}. Below it: {base} (Apache-2.0),
not part of the files; teacher: all-MiniLM-L6-v2 (Apache-2.0). These files: Apache-2.0, as far as the terms of the data
allow.
"""
_REDIAL = "; dialogues of\nReDial (Li et al., NeurIPS 2018, CC BY 4.0), training part"


def write_card(folder: Path, config: EmbedConfig, steps: Sequence[Step], command: str, hardware: str) -> None:
    """Write README.md into ``folder``; ``steps`` are all that were taken, those before a break as well."""
    rows = []
    for name, stage in config.stages.items():
        own = [step for step in steps if step.stage == name]
        scores = [step.score for step in own if step.score is not None]
        losses = f"{own[0].loss:.2f}, {own[-1].loss:.2f}"
        rows.append(
            f"| {name} | {stage.steps} | {stage.batch} | {stage.rate:g} | {losses} | {scores[-1]:.3f} "
            f"| {_STAGES[name]} |"
        )
    text = _TEXT.format(
        base=config.shape.base,
        layers=f"the lower {config.shape.layers} layers" if config.shape.layers else "all layers",
        blend=config.blend,
        dimensions=config.shape.dimensions,
        command=command,
        hardware=hardware,
        minutes=sum(step.seconds for step in steps) / 60,
        seed=config.seed,
        rank=config.rank,
        alpha=2 * config.rank,
        stages="\n".join(rows),
        redial=_REDIAL if "--redial" in command else "",
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
