from agent.acts import Stance
from agent.state import Belief
from agent.ties import Chosen, Enjoyed, Nearer
from app.words import attribute, belief_name, clean, path_line, reason, value_name, wish_name
from graph.build import ItemNode, ValueNode
from graph.evidence import Wish
from graph.walk import Path
from tests.app.fakes import tiny_catalog

CATALOG = tiny_catalog()
HEAT, COLLATERAL = ItemNode("heat"), ItemNode("collateral")
SHARED = Path((HEAT, ValueNode("director", "Michael Mann"), COLLATERAL), 1.0)
STATED = Path((ValueNode("mood", "tense"), COLLATERAL), 1.0)
PEOPLE = Path((HEAT, COLLATERAL), 0.5, "12 people liked both")
BOUND = Path((COLLATERAL,), 0.5, "runtime <=120")


def test_a_path_reads_from_what_was_liked_to_the_item():
    assert path_line(CATALOG, SHARED) == "You like Heat (1995) → directed by Michael Mann → Collateral (2004)"


def test_a_path_from_a_stated_value_names_its_facet():
    assert path_line(CATALOG, STATED) == "You want tense (mood) → Collateral (2004)"


def test_a_path_through_people_counts_them():
    assert path_line(CATALOG, PEOPLE) == "You like Heat (1995) → 12 people liked both → Collateral (2004)"


def test_a_path_from_a_bound_says_the_number_in_words():
    assert path_line(CATALOG, BOUND) == "You want at most 120 minutes → Collateral (2004)"


def test_reasons_are_short():
    assert reason(CATALOG, SHARED) == "Directed by Michael Mann, like Heat"
    assert reason(CATALOG, STATED) == "Tense, as you asked"
    assert reason(CATALOG, PEOPLE) == "12 people liked both, this and Heat"
    assert reason(CATALOG, BOUND) == "At most 120 minutes, as you asked"


def test_a_value_without_a_relation_of_its_own_is_named_by_its_facet():
    assert attribute(ValueNode("age_group", "adults")) == "age group adults"


def test_bounds_are_said_in_their_unit():
    assert value_name("runtime", "<=95") == "at most 95 minutes"
    assert value_name("genre", "Crime") == "Crime"


def test_a_belief_is_a_phrase_about_the_person():
    assert belief_name(CATALOG, Belief(Stance.LIKES, Wish("title", ("heat",)))) == "likes Heat (1995)"
    assert belief_name(CATALOG, Belief(Stance.DISLIKES, Wish("mood", ("bleak",)))) == "does not want bleak"


def test_an_item_that_left_the_catalogue_is_named_by_its_id():
    assert wish_name(CATALOG, Wish("title", ("gone", "heat"))) == "gone or Heat (1995)"


def test_surrogates_and_control_characters_are_taken_out_of_what_is_typed():
    assert clean(" a\ud800b\x00c\nd 👩‍🚀 ") == "abc\nd 👩‍🚀"


def test_a_path_from_a_film_that_was_only_found_nearer_says_so():
    assert path_line(CATALOG, SHARED, {"heat": Nearer("ronin")}) == (
        "You said closer to Heat (1995) than to Ronin (1998) → directed by Michael Mann → Collateral (2004)"
    )


def test_a_path_from_a_film_of_another_occasion_says_so():
    rest = "→ directed by Michael Mann → Collateral (2004)"
    assert path_line(CATALOG, SHARED, {"heat": Enjoyed()}) == f"You went for Heat (1995) before {rest}"
    assert path_line(CATALOG, SHARED, {"heat": Chosen()}) == f"You chose Heat (1995) {rest}"


def test_a_reason_recalls_a_film_that_was_enjoyed_before():
    before = {"heat": Enjoyed()}
    assert reason(CATALOG, SHARED, before) == "Directed by Michael Mann, like Heat, which you went for"
    assert reason(CATALOG, PEOPLE, before) == "12 people liked both, this and Heat, which you went for"


def test_what_is_remembered_is_not_said_as_if_it_were_of_today():
    belief = Belief(Stance.LIKES, Wish("title", ("heat",)))
    assert belief_name(CATALOG, belief, (belief,)) == "went for Heat (1995)"
