from hypothesis import given
from hypothesis import strategies as st

from agent.lexicon import Lexicon, surface, tokenize
from tests.catalogs import tiny_catalog

LEXICON = Lexicon(tiny_catalog())


def test_accents_apostrophes_and_case_do_not_matter():
    assert surface("Amélie's  CAFÉ") == "amelies cafe"


def test_a_possessive_has_a_bare_form():
    (token,) = tokenize("Tarantino's")
    assert (token.norm, token.bare) == ("tarantinos", "tarantino")


@given(st.text())
def test_tokens_are_where_they_say(text):
    for token in tokenize(text):
        assert text[token.start : token.end] == token.text


def test_people_are_names_and_moods_are_words():
    assert LEXICON.names >= {"director", "actor"}
    assert not LEXICON.names & {"mood", "theme", "genre"}


def test_synonyms_lead_to_values_that_the_catalogue_has():
    assert {(m.facet, m.values) for m in LEXICON.values["funny"]} == {("genre", ("Comedy",))}
    assert "zombie" not in LEXICON.values


def test_a_title_is_known_without_its_article():
    assert LEXICON.titles["the godfather"][0].values == ("godfather",)
    assert LEXICON.titles["groundhog day"][0].values == ("groundhog",)
