"""bounds: the last byte that is taken and the first that is not; nobody waits behind a crowd."""

import asyncio
import json

import pytest
from starlette.requests import Request

from huepress.web import ServeOptions, bodies, holdings, pool
from huepress.web.answers import Refusal


async def pieces(*chunks):
    for chunk in chunks:
        yield chunk


def request_of(body, kind="application/json", size=1000):
    """A request whose body arrives in pieces."""
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    messages = iter(parts)

    async def receive():
        part = next(messages, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    headers = [(b"content-type", kind.encode())]
    scope = {"type": "http", "method": "POST", "headers": headers, "query_string": b"", "path": "/"}
    return Request(scope, receive)


def received(folder, chunks, length=None, **options):
    """What the holdings make of an upload, and the holdings."""
    kept = holdings.Holdings(ServeOptions(**options), None, folder)
    return asyncio.run(kept.receive(pieces(*chunks), length)), kept


def code_of(work):
    with pytest.raises(Refusal) as caught:
        work()
    return caught.value.code


@pytest.mark.parametrize("chunks", [[b"x" * 100], [b"x" * 60, b"x" * 40], [b"x"] * 100])
def test_an_upload_of_the_bound_is_taken_and_counted(tmp_path, chunks):
    path, kept = received(tmp_path, chunks, max_upload="100", max_store="100")
    assert path.read_bytes() == b"x" * 100
    assert kept.n_bytes == 100
    kept.remove(path)
    assert kept.n_bytes == 0


@pytest.mark.parametrize("chunks", [[b"x" * 101], [b"x" * 60, b"x" * 41], [b"x"] * 101])
def test_one_byte_more_is_refused_and_leaves_nothing(tmp_path, chunks):
    more = {"max_upload": "100", "max_store": "1000"}
    assert code_of(lambda: received(tmp_path, chunks, **more)) == "limit"
    assert not list(tmp_path.iterdir())


def test_an_announced_byte_more_is_refused_before_it_is_read(tmp_path):
    assert received(tmp_path, [b"x" * 100], 100, max_upload="100")
    assert code_of(lambda: received(tmp_path, [b"x"], 101, max_upload="100")) == "limit"


def test_a_full_store_takes_no_byte_more(tmp_path):
    kept = holdings.Holdings(ServeOptions(max_upload="100", max_store="150"), None, tmp_path)
    first = asyncio.run(kept.receive(pieces(b"x" * 100), None))
    assert asyncio.run(kept.receive(pieces(b"x" * 50), None)).exists()
    assert code_of(lambda: asyncio.run(kept.receive(pieces(b"x"), None))) == "busy"
    assert kept.n_bytes == 150
    kept.remove(first)
    assert asyncio.run(kept.receive(pieces(b"x" * 100), None)).exists()


def test_json_of_the_bound_and_one_byte_more():
    most = bodies._JSON_BYTES
    body = json.dumps({"a": "b"}).encode()
    assert asyncio.run(bodies.read_json(request_of(body.ljust(most), size=9999))) == {"a": "b"}
    assert code_of(lambda: asyncio.run(bodies.read_json(request_of(body.ljust(most + 1))))) == (
        "limit"
    )


def form_of(content):
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    return head + content + b"\r\n--cut--\r\n"


async def read_form(request, most):
    async with bodies.sent(request, most) as found:
        return b"".join([piece async for piece in found.chunks])


def test_a_form_of_the_bound_and_one_byte_more():
    kind = "multipart/form-data; boundary=cut"
    beside = len(form_of(b""))
    most = 5000
    room = most + bodies._JSON_BYTES - beside
    content = asyncio.run(read_form(request_of(form_of(b"x" * room), kind, 4096), most))
    assert content == b"x" * room
    more = request_of(form_of(b"x" * (room + 1)), kind, 4096)
    assert code_of(lambda: asyncio.run(read_form(more, most))) == "limit"


class Still:
    """A worker that never answers."""

    last_path = None


def order_of(asked, n_workers=1):
    """In which order a pool would begin jobs of these owners, each (owner, background)."""

    async def work():
        waiting = pool.Pool(n_workers, memory=1, seconds=1.0, folder="")
        began = []

        async def begin(job, worker):
            began.append(job.owner + ("~" if job.background else ""))
            await asyncio.sleep(0)
            del waiting._running[job]
            waiting._idle.append(worker)
            waiting._dispatch()

        waiting._run = begin
        for owner, background in asked:
            waiting.submit({"path": ""}, owner=owner, background=background)
        waiting._idle += [Still() for _ in range(n_workers)]
        waiting._dispatch()
        for _ in range(100):
            await asyncio.sleep(0)
        return began

    return asyncio.run(work())


def test_nobody_waits_behind_all_the_jobs_of_another():
    asked = [("a", False)] * 4 + [("b", False), ("c", False), ("b", False)]
    assert order_of(asked) == ["a", "b", "c", "a", "b", "a", "a"]


def test_what_is_in_the_background_waits_for_everybody():
    asked = [("a", True), ("a", True), ("b", False), ("c", False)]
    assert order_of(asked) == ["b", "c", "a~", "a~"]
