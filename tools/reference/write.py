#!/usr/bin/env python3
"""write.py - the reference of the library as HTML, made from its headers: a page for each, and an index of all names.

    write.py OUT HEADER...

Each name leads to where it is declared. Code is shown as it stands in the header, and comments as the text that they are: what
is indented in them stays as it is.
"""
import html
import os
import re
import sys

import headers

STYLE = '''body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}
pre{background:#f5f5f2;padding:.8rem;overflow-x:auto;font:13px/1.45 ui-monospace,monospace}
a{color:#0a58a0;text-decoration:none}a:hover{text-decoration:underline}
h2{border-bottom:1px solid #ccc;margin-top:2.5rem}ul.names{columns:3;list-style:none;padding:0;font:13px/1.6 ui-monospace,monospace}
@media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#242424}a{color:#7ab7ff}}'''
NAME = re.compile(r'\b(?:vv_\w+|VV_\w+)\b')


def page_of(header_name):
    return header_name.replace('.h', '.html')


def linked(text, places):
    """Escaped, its known names as links."""
    def link(match):
        place = places.get(match[0])
        return f'<a href="{place}">{match[0]}</a>' if place else match[0]
    return NAME.sub(link, html.escape(text, quote=False))


def prose(text, places):
    """Paragraphs; lines that are indented are code."""
    blocks, code = [], None
    for line in text.split('\n'):
        empty = not line.strip()
        indented = bool(line.startswith('  ') or (empty and code))
        if code != indented or (empty and not indented):
            blocks.append([])
        code = indented
        if not empty or indented:
            blocks[-1].append(line)
    out = []
    for block in blocks:
        joined = '\n'.join(block).strip('\n')
        tag = 'pre' if joined.startswith('  ') else 'p'
        if joined.strip():
            out.append(f'<{tag}>{linked(joined, places)}</{tag}>')
    return '\n'.join(out)


def document(title, body):
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n<style>{STYLE}</style></head>\n'
            f'<body>\n{body}\n</body></html>\n')


def write_group(group, places):
    """Each comment that begins a line of the group, and the code that it is about."""
    out = [''.join(f'<a id="{d.name}"></a>' for d in group.declarations())]
    for comment, code in group.pieces():
        out.append(prose(comment, places))
        out.append(f'<pre>{linked(code, places)}</pre>' if code.strip() else '')
    return '\n'.join(out)


def write_header(header, places):
    body = [f'<p><a href="index.html">Varve</a></p>\n<h1>{header.name}</h1>', prose(header.head, places)]
    for part in header.parts:
        if part.title:
            body.append(f'<h2>{html.escape(part.title[0].upper() + part.title[1:])}</h2>')
        body += [write_group(group, places) for group in part.groups]
    return document(header.name, '\n'.join(body))


def write_index(all_headers, places):
    rows = []
    for header in all_headers:
        first = re.split(r'\.(\s|$)|:\n|\n\n', header.head.split(' - ', 1)[-1])[0].replace('\n', ' ')
        rows.append(f'<li><a href="{page_of(header.name)}">{header.name}</a>: {html.escape(first)}</li>')
    names = ''.join(f'<li><a href="{place}">{name}</a></li>' for name, place in sorted(places.items()))
    return document('Varve: the library', f'<h1>Varve: the library</h1>\n<p>One include, <code>varve/varve.h</code>, has all of '
                    f'it.</p>\n<ul>{"".join(rows)}</ul>\n<h2>All names</h2>\n<ul class="names">{names}</ul>')


def main(out, paths):
    os.makedirs(out, exist_ok=True)
    all_headers = [headers.Header(path) for path in sorted(paths)]
    places = {d.name: f'{page_of(h.name)}#{d.name}' for h in all_headers for d in h.declarations()}
    for header in all_headers:
        with open(f'{out}/{page_of(header.name)}', 'w', encoding='utf-8') as file:
            file.write(write_header(header, places))
    with open(f'{out}/index.html', 'w', encoding='utf-8') as file:
        file.write(write_index(all_headers, places))


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
