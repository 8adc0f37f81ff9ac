import pytest
import torch

from agent.language import Message
from finetune.ablation import losses
from finetune.dialogue import DialogueModel
from finetune.examples import Example
from finetune.stages import compared
from finetune.weave import Weaver
from tests.tiny_model import byte_tokenizer, tiny_llama

SHORT = Example((Message("user", "hi"),), "Hello.")
LONG = Example((Message("user", "a film of some length, please"),), "There is one that runs for hours.")
SEEN = Example((Message("user", "{1}?", ("up",)),), "A balloon.")


def model(rows=None):
    table = torch.randn(3, 2, 32, generator=torch.Generator().manual_seed(1))
    weaver = Weaver(byte_tokenizer(), rows or {}, 2)
    return DialogueModel(tiny_llama(), byte_tokenizer(), weaver, lambda places: table[places], 2)


def test_a_reply_costs_the_same_alone_and_beside_others():
    whole = model().reply_losses([SHORT, LONG])
    alone = torch.cat([model().reply_losses([SHORT]), model().reply_losses([LONG])])
    torch.testing.assert_close(whole, alone, rtol=1e-4, atol=1e-4)


def test_what_the_person_said_is_not_learned():
    """The loss is that of the reply and its end: by hand, from the logits of the whole text."""
    tokenizer, network = byte_tokenizer(), tiny_llama()
    chat = model().weaver.ids(SHORT.messages)
    reply = [*tokenizer.encode("Hello.", add_special_tokens=False), tokenizer.eos_token_id]
    logits = network(torch.tensor([[*chat, *reply]])).logits[0, len(chat) - 1 : -1]
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor(reply))
    assert float(model().reply_losses([SHORT])[0]) == pytest.approx(float(expected), rel=1e-4)


def test_soft_tokens_change_what_is_likely():
    seeing = model({"up": 0})
    assert float(seeing.reply_losses([SEEN])[0]) != pytest.approx(float(model().reply_losses([SEEN])[0]))


def test_own_zeroed_and_other_soft_tokens_are_compared_and_the_model_is_left_as_it_was():
    seeing = model({"heat": 0, "up": 2})
    own = seeing.soften
    both = [SEEN, Example((Message("user", "{1}?", ("heat",)),), "A heist.")]
    found = compared(seeing, both)
    assert found["own"] == pytest.approx(float(losses(seeing, both).mean()))
    assert len(set(found.values())) == 3
    assert seeing.soften is own
