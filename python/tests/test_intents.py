"""An order is never doubled: whatever breaks, the venue's ledger has it once."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest

import tollgate
from stage import PATIENCE_S, ROOT, CutLine, Stage, staged
from tollgate import AsyncClient, Client, Intents, NewOrder
from tollgate._intents_file import IntentsFile

Small = Callable[[], NewOrder]

SCRIPT = """
import sys, tollgate
url, key_file, path, qty = sys.argv[1:]
client = tollgate.Client(url, key_file=key_file, sleep=lambda seconds: None)
with client.intents(path) as intents:
    for intent in intents.settle():
        print(intent.name, intent.state, intent.found and intent.found.status)
    answer = intents.submit("entry", tollgate.buy(qty, "KO", limit="10", tif="gtc"))
    print(answer.cl_ord_id, answer.outcome, answer.meta.replayed)
"""


@pytest.fixture(scope="module")
def line(tollgate: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CutLine]:
    """A line to a gateway that may be killed."""
    made = CutLine()
    with staged(tollgate, tmp_path_factory.mktemp("line"), names=(made.name,)) as stage:
        made.stage = stage
        yield made
        made.close()


@pytest.fixture(autouse=True)
def untouched(line: CutLine) -> Iterator[None]:
    yield
    line.cuts_left, line.before_request, line.before_answer = 0, lambda: None, lambda: None
    line.requests.clear()


def staged_at(line: CutLine) -> Stage:
    assert line.stage is not None
    return line.stage


@pytest.fixture
def client(line: CutLine) -> Iterator[Client]:
    with staged_at(line).client(url=line.url, sleep=lambda _: None) as made:
        yield made


def kept(path: Path) -> list[dict[str, object]]:
    return [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]


def test_the_key_is_on_the_disk_before_the_order_leaves(line: CutLine, client: Client, small: Small, tmp_path: Path) -> None:
    path, seen = tmp_path / "intents", []
    line.before_request = lambda: seen.append(kept(path))
    with client.intents(path) as intents:
        answer = intents.submit("first", small())
    assert [[text["name"] for text in one] for one in seen] == [["first"]]
    assert seen[0][0]["key"] == answer.cl_ord_id
    assert [one.get("state") for one in kept(path)] == [None, "answered"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("cuts", [1, 5])
def test_an_answer_that_never_arrives_doubles_nothing(
    line: CutLine, client: Client, small: Small, tmp_path: Path, cuts: int
) -> None:
    line.cuts_left = cuts
    with client.intents(tmp_path / "intents") as intents:
        answer = intents.submit("cut", small())
        again = intents.submit("cut", intents_order(intents))
    assert answer.outcome == "acknowledged"
    assert answer.meta is not None
    assert answer.meta.replayed
    assert again.cl_ord_id == answer.cl_ord_id
    assert len(line.requests) == cuts + 2
    assert staged_at(line).count_of(answer.cl_ord_id) == 1


def intents_order(intents: Intents) -> NewOrder:
    [one] = list(intents)
    return one.order


def test_a_gateway_killed_in_the_middle_of_submits_doubles_and_loses_nothing(line: CutLine, small: Small, tmp_path: Path) -> None:
    stage = staged_at(line)
    kills = iter([lambda _: True, None, lambda key: stage.count_of(key) == 1, None, None, lambda key: stage.count_of(key) == 1])

    def before_answer() -> None:
        ripe = next(kills, None)
        key = next(
            text.split(b": ")[1].decode()
            for text in line.requests[-1].split(b"\r\n")
            if text.lower().startswith(b"idempotency-key")
        )
        while ripe is not None:
            # Either at once, or when the venue has the order and the gateway has not yet said so.
            if ripe(key):
                stage.gateway.kill()
                break

    comebacks = []

    def comeback(_seconds: float) -> None:
        if stage.gateway.child.poll() is not None:
            comebacks.append(stage.serve())

    line.before_answer = before_answer
    with stage.client(url=line.url, sleep=comeback) as client, client.intents(tmp_path / "intents") as intents:
        keys = [intents.submit(f"order {number}", small()).cl_ord_id for number in range(6)]
        assert len(comebacks) == 3
        assert {one.state for one in intents} == {"answered"}
    assert [stage.count_of(key) for key in keys] == [1] * 6


def script(line: CutLine, path: Path, qty: int) -> subprocess.Popen[str]:
    stage = staged_at(line)
    words = [sys.executable, "-c", SCRIPT, line.url, str(stage.key_file()), str(path), str(qty)]
    env = {"PYTHONPATH": str(ROOT / "python/src"), "PATH": "/usr/bin:/bin"}
    return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("moment", ["before_request", "before_answer"])
def test_a_script_killed_in_the_middle_goes_on_with_its_own_key(line: CutLine, tmp_path: Path, moment: str) -> None:
    stage, path = staged_at(line), tmp_path / "intents"
    qty = {"before_request": 811, "before_answer": 812}[moment]
    before = len(stage.ledger())
    started: list[subprocess.Popen[str]] = []
    is_started = threading.Event()

    def kill() -> None:
        is_started.wait(PATIENCE_S)
        if started:
            child = started.pop()
            child.send_signal(signal.SIGKILL)
            child.wait(PATIENCE_S)
            if moment == "before_request":
                raise ConnectionAbortedError

    setattr(line, moment, kill)
    first = script(line, path, qty)
    started.append(first)
    is_started.set()
    assert first.communicate(timeout=PATIENCE_S)[0] == ""
    [intent] = kept(path)
    key = str(intent["key"])
    if moment == "before_answer":
        while stage.count_of(key) == 0:
            continue
    again = script(line, path, qty)
    looked, answered = (again.communicate(timeout=PATIENCE_S)[0]).splitlines()
    assert looked == ("entry open None" if moment == "before_request" else "entry open working")
    assert answered == f"{key} acknowledged {moment == 'before_answer'}"
    third = script(line, path, qty)
    assert third.communicate(timeout=PATIENCE_S)[0].splitlines() == [f"{key} acknowledged True"]
    assert stage.count_of(key) == 1
    assert len(stage.ledger()) == before + 1


def test_an_unknown_outcome_is_asked_for_under_the_same_key(line: CutLine, client: Client, small: Small, tmp_path: Path) -> None:
    stage, order = staged_at(line), small()
    stage.fault({"message": "place_order"}, "lose_ack")
    with client.intents(tmp_path / "intents") as intents:
        try:
            key = intents.submit("silence", order, wait=0).cl_ord_id
        except tollgate.OutcomeUnknown as unknown:
            [found] = intents.settle()
            key = found.key
            assert found.found is not None
            assert any(key in note for note in unknown.__notes__)
    assert len(line.requests) >= 2
    assert stage.count_of(key) == 1


def test_one_name_is_one_order_also_for_many_threads(line: CutLine, client: Client, small: Small, tmp_path: Path) -> None:
    order, answers = small(), []
    with client.intents(tmp_path / "intents") as intents:
        threads = [threading.Thread(target=lambda: answers.append(intents.submit("shared", order))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({answer.cl_ord_id for answer in answers}) == 1
    assert len(answers) == 8
    assert staged_at(line).count_of(answers[0].cl_ord_id) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_it_is_the_same_when_it_is_awaited(line: CutLine, small: Small, tmp_path: Path, backend: str) -> None:
    stage, order = staged_at(line), small()
    answers = []

    async def pause(_seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    async def main() -> None:
        async with AsyncClient(line.url, key_file=stage.key_file(), sleep=pause) as client:
            async with client.intents(tmp_path / "intents") as intents:
                line.cuts_left = 2

                async def submit() -> None:
                    answers.append(await intents.submit("awaited", order))

                async with anyio.create_task_group() as tasks:
                    for _ in range(3):
                        tasks.start_soon(submit)
                assert await intents.settle() == []
                with pytest.raises(tollgate.IntentChanged):
                    await intents.submit("awaited", small())

    anyio.run(main, backend=backend)
    assert len({answer.cl_ord_id for answer in answers}) == 1
    assert stage.count_of(answers[0].cl_ord_id) == 1


def test_a_name_is_not_reused_for_another_order(line: CutLine, client: Client, small: Small, tmp_path: Path) -> None:
    order = tollgate.buy(901, "KO", limit="10.00", tif="gtc")
    with client.intents(tmp_path / "intents") as intents:
        first = intents.submit("once", order)
        same = intents.submit("once", tollgate.buy(901, "KO", limit="10", tif="gtc"))
        assert same.cl_ord_id == first.cl_ord_id
        with pytest.raises(tollgate.IntentChanged, match=r'limit_price was "10.00" and is "10.01"') as caught:
            intents.submit("once", tollgate.buy(901, "KO", limit="10.01", tif="gtc"))
        assert first.cl_ord_id in str(caught.value)
        with pytest.raises(tollgate.IntentsError, match="no name"):
            intents.submit(" ", order)
    assert len(line.requests) == 2


def test_a_refusal_is_final_and_a_request_that_did_nothing_leaves_the_name_free(
    client: Client, small: Small, tmp_path: Path
) -> None:
    with client.intents(tmp_path / "intents") as intents:
        too_much = tollgate.buy(1_000_000, "AAPL", limit=1000)
        for _ in range(2):
            with pytest.raises(tollgate.Denied):
                intents.submit("denied", too_much)
        with pytest.raises(tollgate.IntentChanged):
            intents.submit("denied", small())
        for wrong in (tollgate.buy(-1, "KO", limit=10), tollgate.buy(1, "NOSUCH", limit=10)):
            with pytest.raises(tollgate.Refusal):
                intents.submit("typo", wrong)
        assert {one.name: one.state for one in intents} == {"denied": "refused", "typo": "void"}
        assert intents.submit("typo", small()).outcome == "acknowledged"


def test_a_name_whose_fate_was_ever_unknown_is_never_free(line: CutLine, client: Client, small: Small, tmp_path: Path) -> None:
    stage, order = staged_at(line), small()
    with client.intents(tmp_path / "intents") as intents:
        line.cuts_left = 10_000
        with pytest.raises(tollgate.Unreachable) as caught:
            intents.submit("lost", order)
        line.cuts_left = 0
        assert caught.value.__notes__
        [found] = intents.settle()
        assert found.found is not None
        # The key is refused now, but it was not when the order was sent.
        wrong = tmp_path / "wrong.key"
        wrong.write_text("tg_00", encoding="ascii")
    with stage.client(key_file=wrong) as stranger, stranger.intents(tmp_path / "intents") as intents:
        with pytest.raises(tollgate.Unauthorized):
            intents.submit("lost", order)
        assert [one.state for one in intents] == ["open"]
    assert stage.count_of(found.key) == 1


def test_a_disk_that_does_not_take_the_intent_sends_nothing(
    line: CutLine, client: Client, small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "intents"

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with client.intents(path) as intents:
        intents.submit("before", small())
        monkeypatch.setattr(os, "fsync", full)
        for _ in range(2):
            with pytest.raises(tollgate.IntentsError, match=r"No space left on device; nothing was sent"):
                intents.submit("full", small())
        monkeypatch.undo()
        with pytest.raises(tollgate.IntentsError):
            intents.submit("still closed", small())
    assert len(line.requests) == 1
    with client.intents(path) as intents:
        assert [one.name for one in intents] == ["before", "full"]
        assert [one.found for one in intents.settle()] == [None]
    with pytest.raises(tollgate.IntentsError, match="it was closed"):
        intents.submit("closed", small())


def test_a_line_cut_short_is_taken_away_and_a_wrong_one_is_not_passed_over(client: Client, small: Small, tmp_path: Path) -> None:
    path = tmp_path / "intents"
    with client.intents(path) as intents:
        intents.submit("whole", small())
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"v":1,"name":"torn","ke')
    with client.intents(path) as intents:
        assert [one.name for one in intents] == ["whole"]
    assert path.read_bytes() == whole
    for wrong in (
        b"{}\n",
        b"no json\n",
        b'{"v":2,"name":"new"}\n',
        b'{"v":1,"key":"py-1","state":"answered"}\n',
        b'{"v":1,"key":"k","state":"gone"}\n',
    ):
        path.write_bytes(whole + wrong)
        with pytest.raises(tollgate.IntentsError, match="line 3"):
            client.intents(path)
    with pytest.raises(tollgate.IntentsError, match="opened"):
        client.intents(tmp_path / "nosuch" / "intents")


def test_the_file_is_for_one_at_a_time(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "intents"
    with client.intents(path) as intents:
        assert "intents" in repr(intents)
        with pytest.raises(tollgate.AlreadyOpen):
            client.intents(path)
    with client.intents(path):
        pass


def test_a_void_intent_that_somebody_else_took_up_stays_open(tmp_path: Path, small: Small) -> None:
    file = IntentsFile(tmp_path / "intents")
    order = small().body()
    first, is_new = file.claim("both", order)
    second, is_second_new = file.claim("both", order)
    assert (first.key, is_new, is_second_new) == (second.key, True, False)
    file.settle(first.key, "void")
    assert [one.state for one in file.all()] == ["open"]
    file.settle(first.key, "answered")
    file.settle(first.key, "void")
    assert [one.state for one in file.all()] == ["answered"]
    file.close()
