import json

import pytest

from catalog.storage import default_home
from finetune.embed import _public, main
from retrieval.embed import TrainedEmbedder

SMALL = ("--layers", "1", "--rank", "2")


def test_a_card_names_no_folder_of_the_machine_it_was_made_on():
    command = "python -m finetune.embed --out /home/me/run1 --redial ../data/redial/train.jsonl --seed 1"
    assert _public(command) == "python -m finetune.embed --out run1 --redial train.jsonl --seed 1"


@pytest.mark.parametrize("steps", ["views", "views=x", "nothing=3"])
def test_a_number_of_steps_that_cannot_be_read_is_named(tmp_path, steps):
    with pytest.raises(SystemExit, match=f"--steps {steps}.*name=number; stages: following"):
        main(["--out", str(tmp_path), "--steps", steps])


@pytest.mark.weights
def test_a_short_run_leaves_an_embedder_its_log_and_its_card(tmp_path):
    home = default_home()
    main(["--home", str(home), "--out", str(tmp_path), "--stages", "views", "--steps", "views=1", *SMALL])
    (step,) = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert (step["stage"], step["number"]) == ("views", 1)
    card = (tmp_path / "README.md").read_text()
    assert "| views | 1 | 16 |" in card
    assert "More Information Needed" not in card
    assert TrainedEmbedder(home, tmp_path).encode(["a quiet film"]).shape == (1, 256)
