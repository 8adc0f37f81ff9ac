import json

from finetune.dialogue_card import write_dialogue_card
from finetune.stages import TrainConfig


def row(stage, number, loss, scores=None):
    return json.dumps({"stage": stage, "number": number, "loss": loss, "seconds": 30.0, "scores": scores}) + "\n"


def test_the_card_tells_what_the_log_holds_each_step_once(tmp_path):
    again = row("dialogue", 2, 9.0)
    steps = (row("bridge", 1, 4.0), row("dialogue", 1, 3.0), again, row("dialogue", 2, 1.25, {"own": 0.75}))
    (tmp_path / "log.jsonl").write_text("".join(steps))
    write_dialogue_card(tmp_path, TrainConfig(base="owner/model"))
    card = (tmp_path / "README.md").read_text()
    assert "`owner/model`" in card
    assert "in 2 minutes of steps" in card
    assert "| dialogue | 2 | 16 | 0.0005 | 3.00, 1.25 | own 0.75 |" in card
    assert "| botplay |" not in card
