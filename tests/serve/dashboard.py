"""dashboard.py - a dashboard that runs, for tests: over a folder with the project "p", which a small search has made.

    with Dashboard(folder) as d:       # VARVE is the command
        d.port, d.token, d.url
        d.get("/api/studies")          # (status, headers, bytes)
        d.raw(b"GET / HTTP/1.1\r\n...")
        d.log()                        # what it has written on standard error
"""
import http.client
import json
import os
import signal
import socket
import subprocess
import time

MODEL = """#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <unistd.h>
#include <varve/varve.h>

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    const int layers = vv_int(hp, "layers", .min = 1, .max = 3);
    for (int i = 0; i < layers; i++) {
        const int units = vv_choice_int(hp, vv_name(hp, "units_%d", i), VV_INTS(4, 8, 16));
        vv_add(m, vv_dense(units, .activation = VV_TANH));
    }
    if (vv_bool(hp, "dropout")) vv_add(m, vv_dropout(vv_float(hp, "rate", .min = 0.05, .max = 0.5)));
    const char *optimizer = vv_choice(hp, "optimizer", VV_STRINGS("adam", "sgd"));
    const double rate = vv_float(hp, "learning_rate", .min = 1e-4, .max = 1e-1, .sampling = VV_SAMPLE_LOG);
    vv_add(m, vv_dense(1));
    vv_compile(m, .optimizer = optimizer[0] == 'a' ? vv_adam(.learning_rate = rate) : vv_sgd(.learning_rate = rate),
               .loss = VV_MSE, .metrics = VV_METRICS(VV_METRIC_MAE));
    return m;
}

static vv_status nap(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict, vv_error *error)
{
    (void)self, (void)state, (void)epoch, (void)verdict, (void)error;
    if (getenv("SLOW_MS") != NULL) usleep((useconds_t)atoi(getenv("SLOW_MS")) * 1000);
    return VV_OK;
}

static vv_status fit(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    vv_callback list[8] = { { .name = "nap", .epoch_end = nap } };
    vv_fit_args mine = *args;
    for (size_t i = 0; i < args->callbacks.n; i++) list[i + 1] = args->callbacks.list[i];
    mine.callbacks = (vv_callbacks){ list, args->callbacks.n + 1 };
    return vv_fit_with(model, &mine);
}

VV_HYPERMODEL(.build = build, .fit = fit, .objective = "val_loss", .max_trials = 4, .executions_per_trial = 1, .epochs = 3);
"""


def write_inputs(folder):
    """The hypermodel and 60 rows of data; SLOW_MS in the environment makes each epoch take so long."""
    with open(os.path.join(folder, "model.c"), "w") as file:
        file.write(MODEL)
    with open(os.path.join(folder, "table.csv"), "w") as file:
        file.write("a,b,c,d,y\n")
        for i in range(60):
            a, b, c, d = i * 7 % 13 / 13, i * 5 % 11 / 11, i * 3 % 17 / 17, i % 5 / 5
            file.write(f"{a:.4f},{b:.4f},{c:.4f},{d:.4f},{a - 2 * b + c * d:.4f}\n")


def search(folder, project, *options, slow_ms=0, wait=True):
    """A search in the folder; the process, ended unless it is not waited for."""
    words = [os.environ["VARVE"], "search", "model.c", "--data", "csv:table.csv?target=y", "--project", project, *options]
    environment = dict(os.environ, XDG_CACHE_HOME=os.path.join(folder, "cache"))
    if slow_ms:
        environment["SLOW_MS"] = str(slow_ms)
    log = open(os.path.join(folder, project.replace("/", "_") + ".search.out"), "ab")
    process = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    log.close()
    if wait and process.wait() != 0:
        raise AssertionError(open(log.name).read()[-2000:])
    return process


class Dashboard:
    def __init__(self, folder, *options, place="."):
        self.folder, self.options, self.place = folder, options, place

    def __enter__(self):
        self.errors = open(os.path.join(self.folder, "dashboard.err"), "w+")
        environment = dict(os.environ, XDG_CACHE_HOME=os.path.join(self.folder, "cache"))
        self.process = subprocess.Popen([os.environ["VARVE"], "dashboard", self.place, "--port", "0", "--json", *self.options],
                                        cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=self.errors)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise AssertionError("the dashboard did not start: " + self.log())
        said = json.loads(line)
        self.port, self.token, self.url = said["port"], said["token"], said["url"]
        return self

    def __exit__(self, *ignored):
        self.end(signal.SIGKILL)
        self.process.stdout.close()
        self.errors.close()

    def end(self, number=signal.SIGTERM):
        """Its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def log(self):
        with open(self.errors.name, errors="surrogateescape") as file:
            return file.read()

    def get(self, path, method="GET", headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, path):
        status, _, body = self.get(path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def post(self, path, value, token=True, **headers):
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        headers.setdefault("Content-Type", "application/json")
        if token:
            headers["Varve-Token"] = self.token if token is True else token
        return self.get(path, "POST", headers, value if isinstance(value, bytes) else json.dumps(value).encode())

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def raw(self, request):
        """All that comes back until the connection ends, or rests for a moment after an answer."""
        with self.connect() as connection:
            connection.sendall(request)
            answer = b""
            connection.settimeout(5)
            try:
                while True:
                    piece = connection.recv(65536)
                    if not piece:
                        return answer
                    answer += piece
                    if b"\r\n\r\n" in answer:
                        connection.settimeout(0.3)
            except (TimeoutError, ConnectionError):
                return answer

    def events(self, name):
        """The events of a study's stream, as (event, data)."""
        connection = self.connect()
        connection.sendall(f"GET /api/studies/{name}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return Events(connection)


class Events:
    def __init__(self, connection):
        self.connection, self.left = connection, b""
        self.head = self.until(b"\r\n\r\n")

    def until(self, mark):
        while mark not in self.left:
            piece = self.connection.recv(65536)
            if not piece:
                raise EOFError
            self.left += piece
        text, self.left = self.left.split(mark, 1)
        return text

    def chunk(self):
        """Of Transfer-Encoding: chunked; b"" is the last one."""
        n = int(self.until(b"\r\n"), 16)
        while len(self.left) < n + 2:
            piece = self.connection.recv(65536)
            if not piece:
                raise EOFError
            self.left += piece
        text, self.left = self.left[:n], self.left[n + 2:]
        return text

    def next(self):
        """(event, data) of the next one; None at the end."""
        text = getattr(self, "rest", b"")
        while True:
            while b"\n\n" not in text:
                piece = self.chunk()
                if not piece:
                    return None
                text += piece
            one, text = text.split(b"\n\n", 1)
            self.rest = text
            if not one.startswith(b":"):
                event, data = one.split(b"\n", 1)
                return event.decode()[len("event: "):], json.loads(data[len("data: "):])

    def close(self):
        self.connection.close()


def until(condition, what, wait_s=60):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")
