"""serving.py - pages over HTTP on loopback, under the policy that the dashboard has: what it forbids is a message of the console.

    with Serving({"/": ("text/html", text), ...}, folder) as url:      files of the folder are there as well, by their names
"""
import http.server
import os
import threading

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".json": "application/json"}


class Serving:
    def __init__(self, texts, *folders):
        self.texts, self.folders = texts, folders

    def find(self, path):
        if path in self.texts:
            kind, text = self.texts[path]
            return kind, text.encode("utf-8", "surrogatepass")
        for folder in self.folders:
            file = os.path.join(folder, os.path.basename(path))
            if os.path.isfile(file):
                with open(file, "rb") as opened:
                    return TYPES.get(os.path.splitext(file)[1], "text/plain"), opened.read()
        return None

    def __enter__(self):
        serving = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                found = serving.find(self.path)
                self.send_response(200 if found else 204 if self.path == "/favicon.ico" else 404)
                if found:
                    self.send_header("Content-Type", found[0] + "; charset=utf-8")
                    self.send_header("Content-Security-Policy", POLICY)
                self.end_headers()
                self.wfile.write(found[1] if found else b"")

            def log_message(self, *ignored):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return "http://127.0.0.1:%d/" % self.server.server_address[1]

    def __exit__(self, *ignored):
        self.server.shutdown()
        self.server.server_close()
