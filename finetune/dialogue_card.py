"""The model card of a dialogue model: what it is, how it was made, what it reached."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from finetune.stages import TrainConfig

_STAGES = {
    "adapter": "item-text contrast, matching, grounded generation, item-item contrast (ILM phase 1)",
    "bridge": "soft tokens point to where the words of the item lie among the input embeddings",
    "align": "answers about items, known through soft tokens alone; the language model is frozen (ILM phase 2)",
    "dialogue": "LoRA and adapter together: replies of self-play, small talk, and what align asks",
    "botplay": "the same, with self-play drawn anew",
}
_TEXT = """# Dialogue model: LoRA and an item adapter

Low-rank adapters of rank {rank} (alpha {alpha}) on every linear map of `{base}`, and a Q-Former that
turns what is known of an item, its text vector and a vector of who liked it, into soft tokens. `app.models` reads them;
agent/prompt.py has the prompts, agent/vouch.py holds what the model says to its notes. It speaks of films, in English,
and of nothing else.

Made with `python -m finetune.train` in {minutes:.0f} minutes of steps on {hardware}, seed {seed}, {examples}
self-played examples.

| stage | steps | batch | highest rate | loss, first and last tenth | at the end, on what is kept aside | learns |
| --- | ---: | ---: | ---: | --- | --- | --- |
{stages}

`log.jsonl` holds every step. Figures in use, and what was tried: docs/dialogue_model.md.

Data: facts of films (Wikidata, CC0); premises, moods and themes, phrasings, small talk (this project, Apache-2.0);
people simulated by this project; likes of MovieLens latest-small (GroupLens' terms: no commercial use without
permission){redial}. Below it, and not part of the files: {base} (Apache-2.0). These files: Apache-2.0, as far
as the terms of the data allow.
"""


_REDIAL = ";\nwhat seekers of ReDial said and liked (Li et al., NeurIPS 2018, CC BY 4.0), training part"


def write_dialogue_card(out: Path, config: TrainConfig) -> None:
    """Write README.md into the folder of a model, from the log of its steps there."""
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    # Steps that were taken again after a break count once.
    steps = {(row["stage"], row["number"]): row for row in rows}
    taken = [(name, [row for (stage, _), row in steps.items() if stage == name]) for name in config.stages]
    lines = [_line(name, own, config) for name, own in taken if own]
    text = _TEXT.format(
        rank=config.rank,
        alpha=2 * config.rank,
        base=config.base,
        minutes=sum(row["seconds"] for row in steps.values()) / 60,
        hardware=torch.cuda.get_device_name()
        if torch.cuda.is_available()
        else f"{torch.get_num_threads()} CPU thread(s)",
        seed=config.seed,
        examples=config.examples,
        redial=_REDIAL if config.redial else "",
        stages="\n".join(lines),
    )
    (out / "README.md").write_text(text, encoding="utf-8")


def _line(name: str, own: list[Mapping[str, Any]], config: TrainConfig) -> str:
    stage = config.stages[name]
    tenth = max(1, len(own) // 10)
    first, last = (sum(row["loss"] for row in part) / tenth for part in (own[:tenth], own[-tenth:]))
    looked = [row["scores"] for row in own if row["scores"]]
    scores = ", ".join(f"{key} {value:.2f}" for key, value in looked[-1].items()) if looked else ""
    cells = (name, len(own), stage.batch, f"{stage.rate:g}", f"{first:.2f}, {last:.2f}", scores, _STAGES[name])
    return f"| {' | '.join(map(str, cells))} |"
