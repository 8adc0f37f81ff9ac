import torch

from finetune.decoding import DecodingConfig
from finetune.guided import GuidedReply, guided_pieces

WORDS = ("<end>", " a", " b", " c", " d")
END = frozenset({0})


def logits(*likeliest):
    """Make the first token the likeliest, the next one a little less so, and all others unlikely."""
    found = torch.full((len(WORDS),), -9.0)
    for place, token in enumerate(likeliest):
        found[token] = 3.0 - place
    return found


def decode(tokens):
    return "".join(WORDS[token] for token in tokens)


def guided(after, allowed, max_tokens=9, stop=()):
    """Decode with a model that knows what is likely ``after`` the last word."""
    reply = GuidedReply(logits(*after[""]), DecodingConfig(), lambda tokens, token: allowed(decode([*tokens, token])))
    pieces = guided_pieces(reply, lambda tokens: logits(*after[WORDS[tokens[-1]]]), decode, END, stop, max_tokens)
    return "".join(pieces)


def test_the_likeliest_allowed_token_is_taken():
    after = {"": (1, 2), " a": (0,), " b": (0,)}
    assert guided(after, lambda text: True) == " a"
    assert guided(after, lambda text: "a" not in text) == " b"


def test_what_is_unlikely_is_not_taken_even_if_nothing_else_is_allowed():
    assert guided({"": (1, 2)}, lambda text: text == " d") == ""


def test_out_of_a_dead_end_it_steps_back():
    after = {"": (1, 2), " a": (3,), " b": (4,), " d": (0,)}
    assert guided(after, lambda text: "c" not in text) == " b d"


def test_where_no_step_back_helps_the_reply_ends_as_it_was():
    after = {"": (1,), " a": (1,)}
    assert guided(after, lambda text: len(text) <= len(" a" * 8), max_tokens=20) == " a" * 8


def test_what_was_shown_is_not_taken_back():
    after = {"": (2, 1), " a": (1,), " b": (1,)}
    # The other first word would be free, but is five words back.
    assert guided(after, lambda text: text.startswith(" a") or len(text) <= len(" b" * 8), max_tokens=20)[:2] == " b"


def test_nothing_is_computed_after_a_stop():
    # There are no logits after " b".
    assert guided({"": (1,), " a": (2,)}, lambda text: True, stop=(" b",)) == " a b"


def test_it_ends_at_the_most_tokens():
    assert guided({"": (1,), " a": (1,)}, lambda text: True, max_tokens=3) == " a a a"
