import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from agent.chatbot import Chatbot
from app.adding import Additions, Models, bot_parts, ready_graph
from retrieval import build as build_module
from retrieval.build import open_catalog_index
from tests.app.fakes import FakeBot, serving, tiny_catalog
from tests.retrieval.fakes import WordEmbedder, silent
from tests.scripted import Scripted

SECRET = "a line that only the file holds"


@pytest.fixture(scope="module")
def address():
    with serving(FakeBot(tiny_catalog())) as found:
        yield found


def test_health_is_answered(address):
    assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}


def test_the_page_may_load_nothing_from_elsewhere(address):
    answer = httpx.get(f"{address}/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_client_can_hold_a_conversation(address):
    client = Client(address, verbose=False)
    first = client.predict("Something like Heat", None, api_name="/chat")
    second = client.predict("Just show me something funny", first["conversation"], api_name="/chat")
    assert first["action"] == "ask"
    assert [item["title"] for item in second["items"]]
    assert second["conversation"] == first["conversation"]


def test_nothing_but_the_conversation_is_offered_to_clients(address):
    offered = Client(address, verbose=False).view_api(return_format="dict", print_info=False)
    assert list(offered["named_endpoints"]) == ["/chat"]
    assert not offered["unnamed_endpoints"]


def test_a_file_path_sent_to_the_server_does_not_bring_the_file(address, tmp_path):
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    reference = {"path": str(file), "meta": {"_type": "gradio.FileData"}}
    said = {"path": str(file), "url": file.as_uri(), "orig_name": "secret.txt", "meta": {"_type": "gradio.FileData"}}
    base = f"{address}/gradio_api"
    answers = [httpx.get(f"{base}/file={file}"), httpx.get(f"{base}/proxy={file.as_uri()}")]
    for data in ([reference, None], [said, None], [str(file), None], [[reference], reference]):
        begun = httpx.post(f"{base}/call/chat", json={"data": data})
        answers.append(begun)
        if event := begun.json().get("event_id"):
            answers.append(httpx.get(f"{base}/call/chat/{event}", timeout=20))
        answers += [httpx.post(f"{base}/run/chat", json={"data": data})]
        answers += [httpx.post(f"{base}/run/predict", json={"data": data, "fn_index": n}) for n in range(9)]
    for number in range(9):
        joined = {"data": [said, None, said], "fn_index": number, "session_hash": f"s{number}", "event_data": said}
        answers.append(httpx.post(f"{base}/queue/join", json=joined))
        if answers[-1].is_success:
            answers.append(httpx.get(f"{base}/queue/data", params={"session_hash": f"s{number}"}, timeout=20))
    assert not [answer.url for answer in answers if SECRET in answer.text]
    assert answers[0].status_code == 403


def test_nothing_can_be_uploaded(address, tmp_path):
    answer = httpx.post(f"{address}/gradio_api/upload", files={"files": ("x.txt", b"some bytes")})
    assert answer.status_code >= 400


def test_adding_is_offered_where_it_is_allowed_and_says_what_it_refuses(tmp_path, monkeypatch):
    monkeypatch.setattr(build_module, "SHIPPED", tmp_path)
    catalog, embedder, model = tiny_catalog(), WordEmbedder(), Scripted()
    index = open_catalog_index(catalog, tmp_path, embedder, silent)
    bot = Chatbot(*bot_parts(ready_graph(catalog), index, Models(model, embedder)))
    with serving(bot, Additions(bot, index, Models(model, embedder), tmp_path)) as found:
        client = Client(found, verbose=False)
        offered = client.view_api(return_format="dict", print_info=False)
        assert list(offered["named_endpoints"]) == ["/chat", "/add"]
        begun = client.predict("no horror please", None, api_name="/chat")
        added = client.predict(
            id="rock", title="Signal Rock", year=2019, facets={"director": ["Una Quill"]}, api_name="/add"
        )
        assert added["facets"] == {"director": ["Una Quill"], "decade": ["2010s"]}
        said = client.predict("just recommend something by Una Quill", begun["conversation"], api_name="/chat")
        assert said["items"][0]["title"] == "Signal Rock"
        with pytest.raises(AppError, match="the id 'rock' of 'Again' belongs to"):
            client.predict(id="rock", title="Again", api_name="/add")
    index.close()
    bot.close()
