"""Dialogues about twelve well-known films, made up for the tests, in the formats of ReDial and INSPIRED."""

import json

from evaluation.corpora import Conversation, Film, Said

NAMES = {
    "10": "Alien (1979)",
    "11": "Blade Runner  (1982)",
    "12": "The Shining (1980)",
    "20": "Toy Story (1995)",
    "21": "Up (2009)",
    "22": "Groundhog Day (1993)",
    "30": "The Godfather (1972)",
    "31": "Heat (1996)",
    "32": "Casino  (1995)",
    "90": "Moonlit Harbour (2016)",
}
IDS = {
    "10": "alien",
    "11": "runner",
    "12": "shining",
    "20": "toys",
    "21": "up",
    "22": "groundhog",
    "30": "godfather",
    "31": "heat",
    "32": "casino",
}
SCARY = (
    ("S", "hi, something scary please"),
    ("R", "sure"),
    ("R", "have you seen @10 ?"),
    ("S", "I loved @10 and want another scary one"),
    ("R", "then try @12"),
    ("S", "what is it about?"),
    ("R", "a hotel. @12 is a classic, and so is @90"),
)
SWEET = (
    ("R", "hello"),
    ("S", "a sweet film for the kids, we liked @20"),
    ("R", "how about @21"),
    ("S", "seen it, anything else for the kids?"),
    ("R", "@22 then"),
    ("S", "thanks, bye"),
)
CRIME = (
    ("S", "crime like @30 &amp; such"),
    ("R", "@31 or @32"),
    ("S", "great, thank you"),
    ("R", "enjoy @31"),
)


def redial(number, messages):
    """Return one dialogue as a line of ReDial."""
    used = {key: name for key, name in NAMES.items() if any(f"@{key}" in text for _, text in messages)}
    return json.dumps(
        {
            "conversationId": str(number),
            "initiatorWorkerId": 1,
            "respondentWorkerId": 2,
            "movieMentions": used or [],
            "messages": [
                {"senderWorkerId": 1 if speaker == "S" else 2, "text": text, "timeOffset": place}
                for place, (speaker, text) in enumerate(messages)
            ],
        }
    )


def write_redial(path, *dialogues):
    path.write_text("".join(redial(number, one) + "\n" for number, one in enumerate(dialogues)), encoding="utf-8")
    return path


INSPIRED = (
    ("a", "RECOMMENDER", "Hello! What do you like?", ""),
    ("a", "SEEKER", "Something QUOTATION_MARKscaryQUOTATION_MARK", ""),
    ("a", "SEEKER", 'I "liked" Alien', "Alien (1979)"),
    ("a", "RECOMMENDER", "Then The Shining or Moonlit Harbour", "The Shining (1980);  Moonlit Harbour (2016)"),
    ("b", "SEEKER", "Hi", ""),
    ("b", "RECOMMENDER", "Heat!", "Heat (1995)"),
)


def write_inspired(path, rows=INSPIRED, head=("dialog_id", "utt_id", "speaker", "text", "movies", "movie_id")):
    lines = ["\t".join(head)]
    for place, (dialogue, speaker, text, movies) in enumerate(rows):
        cells = {"dialog_id": dialogue, "utt_id": place, "speaker": speaker, "text": text, "movies": movies}
        lines.append("\t".join(str(cells.get(name, "x")) for name in head))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def said(seeker, text, *ids):
    """Return a turn that names the items of these ids."""
    return Said(seeker, text, tuple(Film(item_id, item_id) for item_id in ids))


def talk(number, *turns):
    """Return a conversation of turns of the seeker and the recommender, the seeker first: text, then ids."""
    found = [said(place % 2 == 0, *turn) for place, turn in enumerate(turns)]
    return Conversation(f"talk-{number}", tuple(found))


def lessons(count=24):
    """Return dialogues in which scary wishes are answered by horror, and wishes for the kids by animation."""
    found = []
    for number in range(count):
        if number % 2:
            found.append(talk(number, ("something scary like", "alien"), ("try this", "shining"), ("thanks",)))
        else:
            found.append(talk(number, ("for the kids like", "toys"), ("try this", "up"), ("thanks",)))
    return found
