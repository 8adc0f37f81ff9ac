import pytest

from agent.language import Message
from app import simulate
from app.simulate import SPEAKING, Counting, Speaking, build
from evaluation import run, systems
from evaluation.personas import World
from evaluation.systems import Lister, planner
from evaluation.transcripts import read_dialogues
from tests.catalogs import tiny_catalog
from tests.evaluation.runs import arguments, make_home
from tests.retrieval.fakes import WordEmbedder
from tests.scripted import Scripted

WORLD = World(tiny_catalog())


class Talkative(Scripted):
    """Says the same whatever it is asked."""

    def stream(self, messages, max_tokens, stop=(), guide=None):
        self.replies.append("It is tense.")
        return super().stream(messages, max_tokens, stop)


@pytest.fixture
def weightless(monkeypatch):
    """Let nothing need weights."""
    monkeypatch.setattr(simulate, "_local", lambda home, catalog: Talkative())
    for module in (systems, run):
        monkeypatch.setattr(module, "TrainedEmbedder", lambda home: WordEmbedder())


def test_what_a_model_says_is_passed_on_and_counted():
    counting = Counting(Scripted("one two", favourite="b"))
    assert "".join(counting.stream((Message("user", "count"),), 10)) == "one two"
    assert counting.tokens == 3
    assert counting.score((Message("user", "which"),), ("a", "b")) == (-1.0, 0.0)
    assert counting.tokens == 3
    assert not counting.taught
    assert Counting(Scripted(taught=True)).taught


def test_each_answer_has_the_tokens_of_its_own_turn():
    class Spending:
        """Takes a token more each turn."""

        def __init__(self):
            self.turn = 0

        def talk(self, conversation, text):
            self.turn += 1
            counting.tokens += self.turn
            return planner(WORLD.graph).talk(conversation, text)

    counting = Counting(Scripted())
    speaking = Speaking(Spending(), counting)
    assert [speaking.answer("a", "a tense film").tokens for _ in range(3)] == [1, 2, 3]


def test_the_other_systems_are_those_of_the_evaluation(tmp_path):
    assert isinstance(build("popularity", WORLD, tmp_path), Lister)
    with pytest.raises(ValueError, match="no system 'parly'"):
        build("parly", WORLD, tmp_path)


def test_the_speaking_one_generates_words(tmp_path, weightless):
    answer = build(SPEAKING, WORLD, tmp_path).answer("a", "a tense film by Michael Mann")
    assert answer.reply
    assert answer.tokens > 0


def test_the_command_talks_to_the_speaking_one_unless_told_otherwise(tmp_path, weightless, capsys):
    home, out = make_home(tmp_path), tmp_path / "out"
    simulate.main(arguments(home, "--n", "2", "--workers", "1", "--out", str(out)))
    assert f"| {SPEAKING} |" in capsys.readouterr().out
    dialogues = list(read_dialogues(out / f"{SPEAKING}.jsonl"))
    assert [dialogue.seed for dialogue in dialogues] == [0, 1]
    assert sum(turn.tokens for dialogue in dialogues for turn in dialogue.turns) > 0


def test_both_commands_know_the_systems_of_the_evaluation_and_one_of_them_one_more(capsys):
    for main, known in ((simulate.main, True), (run.main, False)):
        with pytest.raises(SystemExit):
            main(["--help"])
        assert (SPEAKING in capsys.readouterr().out.replace("\n", "")) == known
