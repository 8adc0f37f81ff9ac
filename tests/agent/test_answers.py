import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.actions import Ask, Pick, Recommend, Relaxation, Reply, ReplyKind
from agent.acts import Accepts, Asks, Dislikes, Indifferent, Likes, Prefers, Rejects, Seen, SmallTalk, Talk, Topic
from agent.answers import chosen, declined, undecided
from agent.state import DialogueState
from agent.understand import Understander
from catalog.items import TITLE, Catalog, Item
from graph.evidence import Wish
from graph.questions import Question
from tests.catalogs import tiny_catalog
from tests.scripted import Scripted

CATALOG = tiny_catalog()
READER = Understander(CATALOG, Scripted(favourite="request"))
HEIST = Question("theme", ("heist",))
TENSE = Question("mood", ("tense",))
YEARS = Question("year", ("<=1989", ">=1990"))
MINUTES = Question("runtime", ("<=109", ">=110"))
FILMS = Question(TITLE, ("heat", "alien"))
CHOICE = Question("mood", ("tense", "dark"))


def asked(question, before=()):
    return DialogueState().heard("hello", before).decided(Ask(question))


def read(text, question):
    return READER.acts(text, asked(question))


def likes(facet, *values):
    return Likes(Wish(facet, values))


def dislikes(facet, *values):
    return Dislikes(Wish(facet, values))


YES, NO, NEVER_MIND = (likes("theme", "heist"),), (dislikes("theme", "heist"),), (Indifferent("theme", ("heist",)),)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes!",
        "yeah sure",
        "ok",
        "why not",
        "please",
        "yes please",
        "sure",
        "definitely",
        "I'd like that",
        "y",
        "oh god yes",
    ]
    + [
        "that would be nice",
        "oh yes",
        "of course",
        "sounds good",
        "a heist, yes",
        "yes, a heist",
        "go for it",
        "a bit",
    ],
)
def test_a_value_is_wanted(text):
    assert read(text, HEIST) == YES


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "nah",
        "No.",
        "not really",
        "rather not",
        "nope",
        "no thanks",
        "please no",
        "definitely not",
        "I'd rather not",
    ]
    + ["no heist", "not a heist", "nothing like that", "I don't think so", "hm, not really", "never", "no, not a heist"]
    + ["I don't care for it", "not tonight", "no, heists bore me", "no way"],
)
def test_a_value_is_not_wanted(text):
    assert read(text, HEIST) == NO


@pytest.mark.parametrize(
    "text",
    ["don't mind", "I don't mind", "whatever", "doesn't matter", "no preference", "not sure", "maybe", "don't know"]
    + ["either way", "couldn't say", "hard to say", "no idea", "ok whatever", "it depends"],
)
def test_a_value_that_does_not_matter_leaves_its_facet_open(text):
    assert read(text, HEIST) == NEVER_MIND


def test_a_facet_that_is_named_does_not_matter_as_a_whole():
    assert read("the mood doesn't matter", TENSE) == (Indifferent("mood"),)


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("no, a comedy", (likes("genre", "Comedy"), *NO)),
        ("no but something dark", (likes("mood", "dark"), *NO)),
        ("nah, I want space", (likes("theme", "space"), *NO)),
        ("yes, but nothing dark", (dislikes("mood", "dark"), *YES)),
        ("yes and a comedy", (likes("genre", "Comedy"), *YES)),
        ("something dark", (likes("mood", "dark"),)),
        ("nothing dark", (dislikes("mood", "dark"),)),
        ("no dark films", (dislikes("mood", "dark"),)),
        ("you choose", (*NEVER_MIND, Asks(Topic.RECOMMEND))),
        ("ok, just recommend something", (*NEVER_MIND, Asks(Topic.RECOMMEND))),
        ("why do you ask?", (Asks(Topic.WHY_QUESTION),)),
        ("why?", (Asks(Topic.WHY_QUESTION),)),
        ("haha thanks", (SmallTalk(Talk.THANKS),)),
    ],
)
def test_more_is_said_than_yes_or_no(text, acts):
    assert read(text, HEIST) == acts


BEFORE, SINCE = (likes("year", "<=1989"),), (likes("year", ">=1990"),)


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("older", BEFORE),
        ("the older ones", BEFORE),
        ("before", BEFORE),
        ("before 1990", BEFORE),
        ("the first", BEFORE),
        ("a classic", BEFORE),
        ("nothing too new", BEFORE),
        ("less recent", BEFORE),
        ("no later than 1990", BEFORE),
        ("1985", BEFORE),
        ("newer", SINCE),
        ("recent", SINCE),
        ("more recent please", SINCE),
        ("1990 or later", SINCE),
        ("from 1990 on", SINCE),
        ("the latter", SINCE),
        ("something modern", SINCE),
        ("not too old", SINCE),
        ("1999 maybe", SINCE),
        ("before 1960", (likes("year", "<=1959"),)),
        ("the 1970s", (likes("decade", "1970s"),)),
        ("either", (Indifferent("year"),)),
        ("both", (Indifferent("year"),)),
        ("doesn't matter", (Indifferent("year"),)),
        ("don't know", (Indifferent("year"),)),
        ("no", (Indifferent("year"),)),
        ("a comedy", (likes("genre", "Comedy"),)),
        ("newer, and a comedy", (likes("genre", "Comedy"), *SINCE)),
        ("just pick something", (Indifferent("year"), Asks(Topic.RECOMMEND))),
    ],
)
def test_a_side_of_the_years_is_taken(text, acts):
    assert read(text, YEARS) == acts


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("shorter", (likes("runtime", "<=109"),)),
        ("short please", (likes("runtime", "<=109"),)),
        ("not too long", (likes("runtime", "<=109"),)),
        ("under 110 minutes", (likes("runtime", "<=110"),)),
        ("90 minutes tops", (likes("runtime", "<=90"),)),
        ("less", (likes("runtime", "<=109"),)),
        ("under", (likes("runtime", "<=109"),)),
        ("longer", (likes("runtime", ">=110"),)),
        ("long is fine", (likes("runtime", ">=110"),)),
        ("more", (likes("runtime", ">=110"),)),
        ("the second one", (likes("runtime", ">=110"),)),
        ("whatever", (Indifferent("runtime"),)),
    ],
)
def test_a_side_of_the_running_times_is_taken(text, acts):
    assert read(text, MINUTES) == acts


HEAT, ALIEN, NEITHER = (
    (Prefers("heat", "alien"),),
    (Prefers("alien", "heat"),),
    (Indifferent(TITLE, ("heat", "alien")),),
)


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("Heat", HEAT),
        ("heat", HEAT),
        ("more like Heat", HEAT),
        ("the first", HEAT),
        ("the former", HEAT),
        ("Heat rather than Alien", HEAT),
        ("less like Alien than Heat", HEAT),
        ("not Alien", HEAT),
        ("I loved Heat", HEAT),
        ("Alien!", ALIEN),
        ("more like alien please", ALIEN),
        ("closer to Alien than to Heat", ALIEN),
        ("the latter", ALIEN),
        ("number 2", ALIEN),
        ("not the first", ALIEN),
        ("Alien, not Heat", ALIEN),
        ("definitely Alien", ALIEN),
        ("neither", NEITHER),
        ("both", NEITHER),
        ("either", NEITHER),
        ("Heat and Alien", NEITHER),
        ("don't know", NEITHER),
        ("can't say", NEITHER),
        ("no", NEITHER),
        ("I haven't seen Alien", NEITHER),
        ("haven't seen them", NEITHER),
        ("doesn't matter", (Indifferent(TITLE),)),
        ("seen both", (Seen("heat"), Seen("alien"), *NEITHER)),
        ("I hated Alien", (dislikes(TITLE, "alien"), *HEAT)),
        ("more like Casino", (likes(TITLE, "casino"),)),
        ("something funny", (likes("genre", "Comedy"),)),
        ("surprise me", (*NEITHER, Asks(Topic.RECOMMEND))),
    ],
)
def test_two_films_are_compared(text, acts):
    assert read(text, FILMS) == acts


def test_comparing_words_are_no_titles():
    closer = Item("closer", "Closer", 2004, {"genre": ("Drama",)})
    reader = Understander(Catalog("films", (*CATALOG, closer), "film"), Scripted(favourite="request"))
    assert reader.acts("closer to the first one", asked(FILMS)) == HEAT
    assert reader.acts("Closer to Alien", asked(FILMS)) == ALIEN


def test_an_ordinary_word_is_a_title_where_it_was_offered_as_one():
    assert read("up", Question(TITLE, ("up", "heat"))) == (Prefers("up", "heat"),)


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("the second", (likes("mood", "dark"),)),
        ("the first is fine", (likes("mood", "tense"),)),
        ("hated the second", (dislikes("mood", "dark"),)),
        ("can't stand the first one", (dislikes("mood", "tense"),)),
        ("the first bores me", (dislikes("mood", "tense"),)),
        ("the second, never the first", (likes("mood", "dark"), dislikes("mood", "tense"))),
        ("the first, no wait, the second", (likes("mood", "dark"),)),
        ("whichever loads first", (Indifferent("mood"),)),
        ("not those first two", ()),
    ],
)
def test_options_are_wanted_or_not_by_their_places(text, acts):
    assert read(text, CHOICE) == acts


@pytest.mark.parametrize("text", ["can't say", "no idea", "don't mind"])
def test_a_choice_that_cannot_be_made_does_not_matter(text):
    assert read(text, CHOICE) == (Indifferent("mood"),)


SLATE = DialogueState().heard("hello", ()).decided(Recommend((Pick("casino", 0.5), Pick("up", 0.3))))


@pytest.mark.parametrize("text", ["yes", "sounds good", "perfect", "ok"])
def test_yes_to_a_question_takes_no_film_of_an_older_slate(text):
    state = SLATE.heard("hm", ()).decided(Ask(HEIST))
    assert READER.acts(text, state) == YES
    chatted = state.heard("haha", ()).decided(Reply(ReplyKind.OFFTOPIC))
    assert READER.acts(text, chatted) == YES


def test_naming_a_film_of_an_older_slate_compares_it():
    state = SLATE.heard("hm", ()).decided(Ask(Question(TITLE, ("casino", "alien"))))
    assert READER.acts("Casino", state) == (Prefers("casino", "alien"),)


def test_a_question_is_closed_by_news_of_the_slate_and_by_nothing_left():
    state = SLATE.heard("hm", ()).decided(Ask(HEIST))
    told = state.heard("what is Up about?", ()).decided(Reply(ReplyKind.ABOUT, Pick("up", 0.0)))
    assert READER.acts("perfect", told) == (Accepts("up"),)
    stuck = state.heard("no", ()).decided(
        Reply(ReplyKind.NOTHING_FITS, relaxation=Relaxation(Wish("theme", ("heist",)), 2))
    )
    assert stuck.open_question is None


@pytest.mark.parametrize("question", [HEIST, YEARS, FILMS, CHOICE])
def test_every_answer_of_a_button_is_an_act_about_the_question(question):
    for option in question.options:
        for act in (*chosen(question, option), *declined(question), *undecided(question)):
            assert isinstance(act, Likes | Dislikes | Prefers | Indifferent)
    assert not any(isinstance(act, Dislikes | Rejects) for act in declined(FILMS))


@given(
    st.one_of(
        st.text(max_size=60), st.lists(st.sampled_from("no not yes Heat alien older than 1990 the first".split()))
    ),
    st.sampled_from([HEIST, TENSE, YEARS, MINUTES, FILMS, CHOICE]),
)
def test_any_text_is_an_answer_or_none_and_what_it_says_is_possible(said, question):
    text = said if isinstance(said, str) else " ".join(said)
    for act in read(text, question):
        if isinstance(act, Prefers):
            assert {act.better, act.worse} == set(question.options)
        if isinstance(act, Indifferent) and act.values:
            assert act.values == question.options
