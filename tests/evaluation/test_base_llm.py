from dataclasses import replace

import pytest
import torch

from agent.actions import Pick, Recommend
from catalog.storage import default_home
from evaluation.base_llm import OFF_CATALOGUE, BaseLlm, load
from evaluation.transcripts import recommended
from tests.catalogs import tiny_catalog
from tests.tiny_model import byte_tokenizer, tiny_llama

CATALOG = tiny_catalog()


class Scripted:
    """A model that goes on from any prompt with the next of its replies."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.tokenizer = byte_tokenizer()
        self.prompts = []
        self.banned = []

    def generate(self, input_ids, attention_mask, max_new_tokens, eos_token_id, bad_words_ids, **_):
        self.banned.append([self.tokenizer.decode(words) for words in bad_words_ids or ()])
        self.prompts.append(self.tokenizer.decode(input_ids[0]))
        reply = self.tokenizer(self.replies.pop(0), return_tensors="pt", add_special_tokens=False)["input_ids"]
        ends = [place for place, token in enumerate(reply[0].tolist()) if token in eos_token_id]
        until = min([max_new_tokens, *(place + 1 for place in ends)])
        return torch.cat([input_ids, reply[:, :until]], dim=1)


def saying(*replies):
    model = Scripted(*replies)
    return BaseLlm(CATALOG, model, model.tokenizer), model


@pytest.mark.parametrize(
    ("words", "item_id"),
    [
        ('Heat" is a great film about', "heat"),
        ("the godfather”", "godfather"),
        ('Amelie"', "amelie"),
        ("Toy Story\nIt is", "toys"),
        ('Heat (1995)"', "heat"),
        ('Heat (1972)"', f"{OFF_CATALOGUE}Heat (1972)"),
        ('The Night Circus" by', f"{OFF_CATALOGUE}The Night Circus"),
        ('Heat and Dust"', f"{OFF_CATALOGUE}Heat and Dust"),
        ('"', OFF_CATALOGUE),
    ],
)
def test_the_title_that_is_named_is_looked_up_exactly(words, item_id):
    answer = saying(words)[0].answer("a", "something tense")
    assert answer.action == Recommend((Pick(item_id, 0.0),))


def test_the_reply_is_what_the_model_said_up_to_the_end_of_the_title():
    answer = saying('Heat" is praised by all')[0].answer("a", "something tense")
    assert answer.reply == 'You could try "Heat".'
    assert answer.tokens == len('Heat"')


def test_of_two_items_of_one_title_the_better_known_is_meant():
    remake = replace(CATALOG["heat"], id="remake", year=2030, popularity=0.9)
    model = Scripted('Heat"', 'Heat (1995)"')
    told = BaseLlm(replace(CATALOG, items=(*CATALOG.items, remake)), model, model.tokenizer)
    assert [recommended(told.answer("a", "hi").action) for _ in range(2)] == [("remake",), ("heat",)]


def test_the_model_reads_its_own_conversation_and_no_other():
    told, model = saying('Heat"', 'Up"', 'Alien"')
    told.answer("a", "something tense")
    told.answer("b", "something silly")
    told.answer("a", "no, older")
    _, other, last = model.prompts
    assert "tense" not in other
    assert last.index("something tense") < last.index('You could try "Heat".') < last.index("no, older")
    assert last.endswith('You could try "')


def test_what_was_named_in_a_conversation_is_not_named_again():
    told, model = saying('Heat"', 'Up"', 'Alien"')
    for conversation in ("a", "a", "b"):
        told.answer(conversation, "hi")
    assert model.banned == [[], ["Heat"], []]


def test_a_real_model_that_is_asked_again_names_something_else():
    told = BaseLlm(CATALOG, tiny_llama(), byte_tokenizer())
    replies = [told.answer("a", "hi").reply for _ in range(4)]
    assert len(set(replies)) == 4


def test_a_model_that_never_ends_a_title_is_cut_off():
    told = BaseLlm(CATALOG, tiny_llama(), byte_tokenizer())
    assert told.answer("a", "hi").tokens <= 40


@pytest.mark.weights
def test_the_model_that_ships_names_films_and_always_the_same_ones():
    first, again = (load(CATALOG, default_home()).answer("a", "an animated film for children") for _ in range(2))
    assert first == again
    assert first.reply.startswith('You could try "')
    assert 0 < first.tokens <= 40
