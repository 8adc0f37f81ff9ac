from agent.briefs import Brief, Job, Phrase
from agent.openings import OPENINGS, opening


def test_a_reply_begins_like_a_phrasing_with_room_for_what_it_says():
    brief = Brief(Job.RECOMMEND, (Phrase("asked", "a heist"), Phrase("is", "a tense film")), ("heat",))
    assert opening(brief) in OPENINGS["recommend: asked, is"]
    assert opening(brief) == opening(brief)


def test_replies_about_different_items_begin_in_different_ways():
    phrases = (Phrase("is", "a tense film"),)
    assert len({opening(Brief(Job.SECOND, phrases, (str(item),))) for item in range(40)}) > 15


def test_after_a_critique_the_reply_begins_with_the_change_whatever_follows():
    short = Brief(Job.CRITIQUE, (Phrase("now", "no horror"), Phrase("is", "a tense film")), ("heat",))
    longer = Brief(Job.CRITIQUE, (*short.phrases, Phrase("by", "Michael Mann")), ("heat",))
    assert {opening(short), opening(longer)} <= set(OPENINGS["critique: now"])


def test_where_no_phrasing_has_room_nothing_is_begun():
    assert opening(Brief(Job.ASK, (Phrase("price", "cheap or dear"),))) == ""
