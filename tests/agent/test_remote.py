import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from agent.language import Message
from agent.remote import RemoteLanguageModel

HELLO = (Message("system", "Be brief."), Message("user", "hello"))


class Server(ThreadingHTTPServer):
    """Speaks the stream of OpenAI's chat completions, and keeps what it was asked."""

    def __init__(self, pieces, top=None, status=200):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pieces, self.top, self.status = pieces, top, status
        self.asked, self.keys = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):  # noqa: N802
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.keys.append(self.headers["Authorization"])
        if self.server.status != 200:
            body = json.dumps({"error": {"message": "no such model", "code": 404}}).encode()
            return self.answer("application/json", body)
        if asked.get("stream"):
            lines = [f"data: {json.dumps(self.chunk(piece))}\n\n" for piece in self.server.pieces]
            return self.answer("text/event-stream", "".join([*lines, "data: [DONE]\n\n"]).encode())
        return self.answer("application/json", json.dumps(self.whole()).encode())

    def answer(self, kind, body):
        self.send_response(self.server.status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, piece):
        choice = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
        return {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}

    def whole(self):
        message = {"role": "assistant", "content": "x"}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        if self.server.top:
            top = [{"token": token, "logprob": chance, "bytes": None} for token, chance in self.server.top]
            choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}

    def log_message(self, *args):
        pass


@contextmanager
def serving(*pieces, **kind):
    with Server(pieces, **kind) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_a_reply_comes_in_pieces():
    with serving("Good ", "", "evening", "!") as server:
        model = RemoteLanguageModel(server.url, "tiny")
        assert list(model.stream(HELLO, 20)) == ["Good ", "evening", "!"]


def test_the_server_is_asked_for_the_model_the_messages_and_the_stops():
    with serving("fine") as server:
        list(RemoteLanguageModel(server.url, "tiny", "secret").stream(HELLO, 20, ["\n"]))
    (asked,) = server.asked
    assert asked["model"] == "tiny"
    assert asked["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hello"},
    ]
    assert asked["stop"] == ["\n"]
    assert asked["temperature"] == 0.0
    assert 20 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    assert server.keys == ["Bearer secret"]


def test_a_server_that_knows_no_limit_is_cut_short():
    with serving(*"abcdefgh") as server:
        assert "".join(RemoteLanguageModel(server.url, "tiny").stream(HELLO, 3)) == "abc"


def test_a_begun_reply_is_gone_on_from():
    with serving("you.") as server:
        list(RemoteLanguageModel(server.url, "tiny").stream((*HELLO, Message("assistant", "Good to see ")), 5))
    assert server.asked[0]["continue_final_message"] is True
    assert server.asked[0]["add_generation_prompt"] is False


def test_a_reply_of_its_own_is_not_said_to_be_begun():
    with serving("hi") as server:
        list(RemoteLanguageModel(server.url, "tiny").stream(HELLO, 5))
    assert "continue_final_message" not in server.asked[0]


def test_a_reply_that_nobody_reads_on_ends():
    with serving(*"abcdef") as server:
        reply = RemoteLanguageModel(server.url, "tiny").stream(HELLO, 20)
        assert next(reply) == "a"
        reply.close()
        assert list(reply) == []


def test_options_are_scored_by_the_tokens_they_may_begin_with():
    with serving(top=[(" request", -0.1), ("off", -2.5), ("gre", -4.0)]) as server:
        model = RemoteLanguageModel(server.url, "tiny")
        request, greeting, off_topic, other = model.score(HELLO, ("request", "greeting", "off topic", "silence"))
    assert request == pytest.approx(-0.1)
    assert off_topic == pytest.approx(-2.5)
    assert greeting == pytest.approx(-4.0)
    assert other < greeting


def test_a_server_that_tells_no_chances_is_named_with_the_way_out():
    with serving() as server:
        with pytest.raises(NotImplementedError, match=rf"{server.url}.*'tiny'.*vLLM"):
            RemoteLanguageModel(server.url, "tiny").score(HELLO, ("yes", "no"))


def test_a_refused_request_names_the_server_and_the_model():
    with serving(status=404) as server:
        model = RemoteLanguageModel(server.url, "tinny", retries=0)
        with pytest.raises(ConnectionError, match=rf"'tinny' at {server.url}: .*no such model"):
            list(model.stream(HELLO, 5))
        with pytest.raises(ConnectionError, match="no such model"):
            model.score(HELLO, ("yes",))


def test_a_server_that_is_down_is_named():
    with serving() as server:
        url = server.url
    model = RemoteLanguageModel(url, "tiny", seconds=2.0, retries=0)
    with pytest.raises(ConnectionError, match=url):
        list(model.stream(HELLO, 5))
