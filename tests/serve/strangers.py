"""strangers.py - what a dashboard answers to strangers, the careless and the malicious: over raw sockets."""
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import time

from dashboard import Dashboard, search, until, write_inputs

HOST = b"Host: localhost\r\n"
WRITES = ("/api/studies/p/requests", "/api/studies/p/begin")


def status_of(answer):
    match = re.match(rb"HTTP/1\.1 (\d+)", answer)
    return int(match.group(1)) if match else None


def check(condition, *what):
    if not condition:
        raise AssertionError(*what)


def every_answer_has_the_policies(d):
    for path in ("/", "/study/p", "/assets/d3.min.js", "/api/studies", "/api/studies/p/status", "/nowhere", "/..%2f", "/favicon.ico"):
        _, headers, _ = d.get(path)
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
                     "form-action 'none'"):
            check(part in policy, path, policy)
        check("unsafe" not in policy, path, policy)
        check(headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer", path)
        check("Access-Control-Allow-Origin" not in headers, path)
        check(headers["Cache-Control"] in ("no-cache", "no-store"), path)


def data_is_not_kept_and_assets_are_asked_about(d):
    status, headers, body = d.get("/assets/d3.min.js")
    check(status == 200 and len(body) > 100000 and headers["Cache-Control"] == "no-cache")
    status, _, body = d.get("/assets/d3.min.js", headers={"If-None-Match": headers["ETag"]})
    check(status == 304 and body == b"")
    status, headers, _ = d.get("/api/studies/p/trials")
    check(headers["Cache-Control"] == "no-store")
    status, _, _ = d.get("/api/studies/p/trials", headers={"If-None-Match": headers["ETag"]})
    check(status == 304, status)


def all_parts_are_there(d):
    for part in ("status", "question", "about", "figures", "trials", "command", "explanation", "trials/0"):
        check(json.loads(d.get(f"/api/studies/p/{part}")[2]), part)
    for kind in d.json("/api/studies/p/figures"):
        sheet = d.json(f"/api/studies/p/figures/{kind['kind']}")["sheet"]
        check(sheet["figures"][0]["kind"] == kind["kind"], kind)
    trial = d.json("/api/studies/p/trials/0")
    check(trial["layers"][0]["name"] and trial["curves"], trial)
    for path in ("/api/studies/p/trials/9999", "/api/studies/p/trials/-1", "/api/studies/p/trials/1x", "/api/studies/p/figures/nothing",
                 "/api/studies/q/status", "/api/studies/cache/status", "/assets/nothing.js"):
        check(d.get(path)[0] == 404, path)


def paths_lead_nowhere_else(d):
    for path in (b"/../../../../etc/passwd", b"/assets/../../etc/passwd", b"/assets/%2e%2e/%2e%2e/etc/passwd", b"/assets/..%2f..%2fetc",
                 b"/api/studies/..%2f..%2ftmp/status", b"/api/studies/%2e%2e/status", b"/assets/%00", b"/assets/d3.min.js%00.html",
                 b"//etc/passwd", b"/assets//d3.min.js", b"/assets/\\..\\x", b"/%", b"/%zz", b"/" + b"a" * 5000,
                 b"/api/studies/p%00/status", b"/\xff\xfe"):
        answer = d.raw(b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        check(status_of(answer) in (400, 404, 414, None), path, answer[:200])
        check(b"root:" not in answer, path)
    answer = d.raw(b"GET /api/studies/p\x00x/status HTTP/1.1\r\n" + HOST + b"\r\n")
    check(status_of(answer) != 200, answer[:200])


def only_our_names_are_answered_to(d):
    for host in (b"evil.example", b"evil.example:%d" % d.port, b"localhost.evil.example", b"169.254.169.254", b""):
        answer = d.raw(b"GET /api/studies HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        check(status_of(answer) in (400, 403) and b"studies\"" not in answer, host, answer[:200])
    for host in (b"localhost", b"127.0.0.1:%d" % d.port, b"[::1]:1"):
        check(status_of(d.raw(b"GET /api/studies HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")) == 200, host)
    check(status_of(d.raw(b"GET /api/studies HTTP/1.1\r\n\r\n")) in (400, 403))
    check(status_of(d.raw(b"GET /api/studies HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")) in (400, 403))
    check(status_of(d.raw(b"GET /api/studies HTTP/1.0\r\n\r\n")) in (400, 403))


def other_sites_are_refused(d):
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Origin": "http://127.0.0.1:1"}):
        check(d.get("/api/studies", headers=headers)[0] == 403, headers)
        check(d.post(WRITES[0], {"kind": "stop"}, **{name.replace("-", "_"): text for name, text in headers.items()})[0] == 403)
    check(d.get("/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})[0] == 200)


def nothing_is_written_without_the_token(d):
    before = d.json("/api/studies/p/status")["asked"]
    for path in WRITES:
        for token in (None, "", "x", d.token[:-1], d.token + "0", d.token.upper() if d.token.upper() != d.token else "1", "0" * 40):
            check(d.post(path, {"kind": "stop"}, token=token)[0] == 403, path, token)
        check(d.get(f"{path}?token={d.token}", "POST", {"Content-Type": "application/json"}, b"{}")[0] == 403, path)
    check(d.json("/api/studies/p/status")["asked"] == before)
    check(d.token not in d.log())


def a_request_with_the_token_is_kept_for_the_next_search(d):
    status, _, body = d.post(WRITES[0], {"kind": "enqueue", "values": {"layers": 1, "units_0": 4}})
    check(status == 200, status, body)
    asked = d.json("/api/studies/p/status")["asked"]
    check(any(one["id"] == json.loads(body)["id"] and one["kind"] == "enqueue" and not one["done"] for one in asked), asked)


def what_only_a_search_that_runs_can_do_is_refused_where_none_does(d):
    before = d.json("/api/studies/p/status")["asked"]
    for body in ({"kind": "pause"}, {"kind": "go_on"}, {"kind": "stop"}, {"kind": "stop_trial", "trial": 0}):
        status, _, answer = d.post(WRITES[0], body)
        check(status == 409 and b"no search" in answer, body, status, answer)
    check(d.json("/api/studies/p/status")["asked"] == before)


def keep_command(d, *more):
    """With more words than it was begun with; what it was."""
    with contextlib.closing(sqlite3.connect(os.path.join(d.folder, "p", "study.db"), timeout=60)) as db:
        kept = db.execute("SELECT text FROM facts WHERE key = 'command'").fetchone()[0]
        command = json.loads(kept)
        command["argv"] += more
        db.execute("UPDATE facts SET text = ? WHERE key = 'command'", (json.dumps(command),))
        db.commit()
    return kept


def a_command_is_shown_whole_and_as_a_shell_reads_it(d):
    keep_command(d, "--note", "it's " + "x" * 9000 + " $HOME")
    command = d.json("/api/studies/p/command")
    words = shlex.split(command["text"])
    check(words[:4] == ["cd", command["cwd"], "&&", "varve"] and words[4:] == command["argv"][1:], words)
    check(len(command["digest"]) == 64 and command["obstacle"] is None, command)


def a_search_that_ends_at_once_is_said_to(d):
    """The words of the claim before are none that a search knows."""
    command = d.json("/api/studies/p/command")
    status, _, answer = d.post(WRITES[1], {"digest": command["digest"]})
    check(status == 409 and b"ended at once" in answer, status, answer)
    check("--note" in open(command["log"]).read())


def no_search_is_begun_where_one_is_at_work(d):
    other = search(d.folder, "busy", "--max-trials", "5000", slow_ms=200, wait=False)
    try:
        until(lambda: d.get("/api/studies/busy/status")[0] == 200 and d.json("/api/studies/busy/status")["running"], "the search")
        command = d.json("/api/studies/busy/command")
        check("at work" in command["obstacle"], command)
        status, _, answer = d.post("/api/studies/busy/begin", {"digest": command["digest"]})
        check(status == 409 and b"at work" in answer, status, answer)
    finally:
        other.kill()
        other.wait()


def bodies_are_looked_at(d):
    before = d.json("/api/studies/p/status")["asked"]
    for body, code in ((b"", 400), (b"{", 400), (b"[]", 400), (b"{}", 400), (b'{"kind": "dance"}', 400), (b'{"kind": 3}', 400),
                       (b'{"kind": "stop_trial"}', 400), (b'{"kind": "stop_trial", "trial": -1}', 400), (b'{"kind": "enqueue"}', 400),
                       (b'{"kind": "stop_trial", "trial": 4000000000}', 400), (b'{"kind": "stop_trial", "trial": 99999}', 409),
                       (b'{"kind": "enqueue", "values": 7}', 400), (b'{"kind": "stop", "kind": "pause"}', 400), (b"\xff\x00{}", 400),
                       (b"[" * 100000, 400), (b'{"digest": 1}', 400), (b'{"kind": "stop", "trial": 0.5}', 400),
                       (b'{"kind": "stop", "trial": "0"}', 400), (b'{"kind": "stop", "trial": 3}', 400),
                       (b'{"kind": "stop_trial", "trial": 0.5}', 400), (b'{"kind": "stop_trial", "trial": 1e300}', 400),
                       (b'{"kind": "pause", "more": null}', 400), (b'{"kind": "stop"}\x00junk', 400),
                       (b'{"kind": "stop"}{}', 400), (b'{"kind": "stop"} junk', 400)):
        status, _, answer = d.post(WRITES[0], body)
        check(status == code, body[:80], status, answer)
    check(d.json("/api/studies/p/status")["asked"] == before)
    for kind in ("text/plain", "application/jsonfoo", "application/json-seq", "application/jso", ""):
        check(d.post(WRITES[0], {"kind": "stop"}, Content_Type=kind)[0] == 415, kind)
    check(d.post(WRITES[0], {"kind": "go_on"}, Content_Type="application/json; charset=utf-8")[0] == 409)
    check(d.post(WRITES[1], {"digest": "0" * 16})[0] == 409)
    head = b"POST " + WRITES[0].encode() + b" HTTP/1.1\r\n" + HOST + b"Varve-Token: " + d.token.encode() + b"\r\nContent-Type: application/json\r\n"
    check(status_of(d.raw(head + b"Content-Length: 1200000\r\n\r\n")) == 413)
    check(status_of(d.raw(head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")) in (400, 411))
    check(status_of(d.raw(head + b"Content-Length: 99999999999999999999\r\n\r\n")) in (400, 413))
    check(status_of(d.raw(head + b"Content-Length: -1\r\n\r\n{}")) in (400, 413))
    check(status_of(d.raw(b"GET /api/studies HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello")) == 400)


def a_command_that_would_remove_the_study_is_not_begun(d):
    """Whoever wrote the study wrote its command, too."""
    database = sqlite3.connect(os.path.join(d.folder, "p", "study.db"))
    text, = database.execute("SELECT text FROM facts WHERE key = 'command'").fetchone()
    for word in ("--overwrite", "--begin-only"):
        fact = json.loads(text)
        fact["argv"].append(word)
        with database:
            database.execute("UPDATE facts SET text = ? WHERE key = 'command'", (json.dumps(fact),))
        shown = until(lambda: (now := d.json("/api/studies/p/command"))["argv"][-1] == word and now, word)
        check("--overwrite or --begin-only" in (shown["obstacle"] or ""), shown)
        status, _, body = d.post(WRITES[1], {"digest": shown["digest"]})
        check(status >= 400 and b"--overwrite or --begin-only" in body, status, body)
    with database:
        database.execute("UPDATE facts SET text = ? WHERE key = 'command'", (text,))
    until(lambda: d.json("/api/studies/p/command")["obstacle"] is None, "the command as it was")
    database.close()


def methods_are_those_of_the_table(d):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
        status, headers, _ = d.get("/api/studies", method)
        check(status == 405 and headers["Allow"] == "GET", method, status)
    check(d.post("/api/studies", {})[0] == 405)
    status, headers, body = d.get("/api/studies", "HEAD")
    check(status == 200 and body == b"" and int(headers["Content-Length"]) > 0)
    check(d.get("/api/studies/p/events", "HEAD")[0] == 405)


def what_is_no_http_is_let_go_of(d):
    for junk in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"\r\n" * 200, b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
                 b"A" * 100000, b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 200000 + b"\r\n\r\n",
                 b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"H%d: v\r\n" % i for i in range(20000)) + b"\r\n",
                 b"GET / HTTP/1.1\r\n" + HOST + b" folded\r\n\r\n", b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n"):
        try:
            answer = d.raw(junk)
        except ConnectionError:
            answer = b""
        check(status_of(answer) not in (200,) or junk.startswith(b"\r\n") or b"folded" in junk, junk[:40], answer[:100])
    check(d.get("/")[0] == 200)


def half_requests_do_not_hold_up_others(d):
    half = [d.connect() for _ in range(40)]
    for one in half:
        one.sendall(b"GET / HTTP/1.1\r\nHost: local")
    check(d.get("/api/studies")[0] == 200)
    for one in half:
        one.close()


def who_is_slow_is_let_go_of(d):
    """A byte at a time is never idle, and all the same it ends."""
    slow = d.connect()
    slow.settimeout(0.2)
    request = b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"z" * 10000
    ended, sent = None, 0
    for sent in range(400):
        try:
            slow.sendall(request[sent:sent + 1])
            if slow.recv(1) == b"":
                ended = sent
                break
        except TimeoutError:
            continue
        except ConnectionError:
            ended = sent
            break
    slow.close()
    check(ended is not None, "after", sent, "bytes it is still there")


def many_viewers_are_told_and_more_are_refused(d):
    viewers = [d.events("p") for _ in range(64)]
    for one in viewers:
        check(status_of(one.head) == 200 and one.next()[0] == "status")
    refused = [d.events("p") for _ in range(6)]
    for one in refused:
        check(status_of(one.head) == 503, one.head)
        one.close()
    check(d.get("/api/studies")[0] == 200)
    asked = json.loads(d.post(WRITES[0], {"kind": "enqueue", "values": {"layers": 1, "units_0": 8}})[2])["id"]
    for one in viewers:
        event, data = one.next()
        check(event == "status" and data["asked"][-1]["id"] == asked, data["asked"])
        one.close()
    def one_more():
        again = d.events("p")
        again.close()
        return status_of(again.head) == 200
    until(one_more, "a place for another viewer")


def many_connections_are_answered_or_refused(d):
    held = []
    for _ in range(520):
        try:
            held.append(socket.create_connection(("127.0.0.1", d.port), timeout=5))
        except OSError:
            break
    for one in held:
        one.close()
    until(lambda: d.get("/")[0] == 200, "an answer after many connections")


def what_was_refused_is_said_harmlessly_and_not_too_often(d):
    before = len(d.log().splitlines())
    time.sleep(2)
    d.raw(b"GET /\x1b[31m\xe2\x80\xae HTTP/1.1\r\n" + HOST + b"\r\n")
    text = until(lambda: d.log().splitlines()[before:], "a line about it")
    check(all(line.startswith("refused") for line in text), text)
    for _ in range(300):
        d.get("/nowhere")
    log = d.log()
    check("\x1b" not in log and "\u202e" not in log)
    check(len(log.splitlines()) < before + 200, len(log.splitlines()))
    check(all(len(line) < 400 for line in log.splitlines()))


def a_port_that_is_taken_is_named(d):
    other = Dashboard(d.folder)
    other.options = ("--port", str(d.port))
    try:
        with other:
            raise AssertionError("it began")
    except AssertionError as error:
        check(str(d.port) in str(error) and "taken" in str(error), error)


def a_signal_ends_it_with_viewers_at_it(d):
    viewer = d.events("p")
    viewer.next()
    check(d.end(signal.SIGINT) == 0)
    try:
        check(viewer.next() is None)
    except (EOFError, ConnectionError):
        pass
    viewer.close()


CLAIMS = [every_answer_has_the_policies, data_is_not_kept_and_assets_are_asked_about, all_parts_are_there, paths_lead_nowhere_else,
          only_our_names_are_answered_to, other_sites_are_refused, nothing_is_written_without_the_token,
          a_request_with_the_token_is_kept_for_the_next_search, what_only_a_search_that_runs_can_do_is_refused_where_none_does,
          a_command_is_shown_whole_and_as_a_shell_reads_it, a_search_that_ends_at_once_is_said_to, no_search_is_begun_where_one_is_at_work,
          bodies_are_looked_at, a_command_that_would_remove_the_study_is_not_begun, methods_are_those_of_the_table,
          what_is_no_http_is_let_go_of, half_requests_do_not_hold_up_others, many_viewers_are_told_and_more_are_refused,
          many_connections_are_answered_or_refused, who_is_slow_is_let_go_of, what_was_refused_is_said_harmlessly_and_not_too_often,
          a_port_that_is_taken_is_named, a_signal_ends_it_with_viewers_at_it]


def main():
    folder = tempfile.mkdtemp(prefix="varve-serve-")
    try:
        write_inputs(folder)
        search(folder, "p", "--max-trials", "6")
        with Dashboard(folder) as d:
            for claim in CLAIMS:
                try:
                    claim(d)
                except BaseException:
                    print(f"FAILED: {claim.__name__}\n--- the dashboard's log\n{d.log()[-2000:]}", file=sys.stderr)
                    raise
                print(claim.__name__.replace("_", " "), flush=True)
            check("ERROR: " not in d.log(), d.log())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
