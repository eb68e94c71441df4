"""guard: foreign hosts, foreign origins and strangers stay outside; answers tell nothing."""

import pytest

from huepress.web import ServeOptions, create_app
from web_pictures import InProcess

HEALTH = "/api/v1/health"


@pytest.fixture
def outside():
    """Clients of applications whose workers never start: none of this needs them."""
    clients = []

    def make(options=None):
        clients.append(InProcess(create_app(options)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8017",
        "localhost:9",
        "LOCALHOST",
        "[::1]:80",
        "127.8.8.8",
        "localhost.",
    ],
)
def test_names_of_this_machine_are_known(host, outside):
    assert outside().get(HEALTH, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8017", "127.0.0.1.evil.example", "localhost.evil", ""),
        *("10.0.0.1", "[::2]", "127.0.0.1@evil.example", "localhost:8017:1", "a b", "[::1"),
    ],
)
def test_foreign_names_are_refused(host, outside):
    answer = outside().get(HEALTH, headers={"Host": host})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "host"


def test_a_name_can_be_allowed(outside):
    options = ServeOptions(allow_host=("pictures.example",))
    assert outside(options).get(HEALTH, headers={"Host": "pictures.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "file://"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
@pytest.mark.parametrize("path", [HEALTH, "/static/main.js"])
def test_pages_of_other_sites_are_refused(headers, path, outside):
    answer = outside().get(path, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "origin"


def test_the_own_page_is_welcome(outside):
    headers = {"Origin": "http://127.0.0.1:8017", "Sec-Fetch-Site": "same-origin"}
    assert outside().get(HEALTH, headers=headers).status_code == 200


def test_a_link_elsewhere_may_lead_to_the_page_only(outside):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert outside().get("/", headers=link).status_code == 200
    assert outside().post("/", headers=link).status_code == 403


def test_every_answer_carries_the_strict_headers(outside):
    for path in ["/", HEALTH, "/static/main.js", "/nothing", "/api/v1/nothing"]:
        headers = outside().get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_what_fails_inside_is_not_told(monkeypatch, caplog, outside):
    client = outside()
    monkeypatch.setattr("huepress.web.form.rows", lambda: 1 / 0)
    answer = client.get("/api/v1/options")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": {"code": "internal", "message": "the server failed; its log says why"}
    }
    assert "ZeroDivisionError" in caplog.text


def test_errors_of_the_router_have_the_shape_of_all(outside):
    answer = outside().get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown")
    answer = outside().put(HEALTH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method")
    assert answer.headers["allow"] == "GET, HEAD"
    allowed = outside().request("OPTIONS", "/api/v1/tabs/x").headers["allow"]
    assert allowed == "DELETE, GET, HEAD"


class TestToken:
    options = ServeOptions(token="s3cret")

    def test_strangers_are_refused(self, outside):
        answer = outside(self.options).get(HEALTH)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "token"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "huepress serve" in outside(self.options).get("/").text
        assert outside(self.options).get("/?token=wrong").status_code == 401
        assert outside(self.options).get("/static/main.js").status_code == 401

    @pytest.mark.parametrize("token", ["", "wrong", "s3cre", "s3crett", "\u00fc"])
    def test_wrong_tokens_are_refused(self, token, outside):
        headers = {"Authorization": f"Bearer {token}".encode()}
        assert outside(self.options).get(HEALTH, headers=headers).status_code == 401

    def test_programs_send_it_in_a_header(self, outside):
        headers = {"Authorization": "Bearer s3cret"}
        assert outside(self.options).get(HEALTH, headers=headers).status_code == 200

    def test_the_address_of_the_page_turns_it_into_a_cookie(self, outside):
        with_token = outside(self.options)
        answer = with_token.get("/?colors=4&token=s3cret", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/?colors=4"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert with_token.get(HEALTH).status_code == 200


def test_other_machines_reach_a_server_by_its_address(outside):
    options = ServeOptions(host="0.0.0.0", token="s3cret")
    headers = {"Authorization": "Bearer s3cret"}
    for host, status in [("192.168.1.5:8017", 200), ("evil.example", 403), ("localhost", 200)]:
        answer = outside(options).get(HEALTH, headers={**headers, "Host": host})
        assert answer.status_code == status
