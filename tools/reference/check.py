#!/usr/bin/env python3
"""check.py - every public function is described: what it is, with which errors, and to whom a pointer belongs.

    check.py HEADER...     prints what lacks

Who returns a vv_status names those that are its own, or the function whose errors they are ("as vv_fit_with"); NO_MEMORY
alone goes without saying where it is the only one. Who returns a pointer, or hands one out, says that it is owned, borrowed
(until when), or static.
"""
import re
import sys

import headers

ERRORS = re.compile(r'\b(VV_)?(NO_MEMORY|BAD_ARG|CONFLICT|BAD_SHAPE|IO|FORMAT|NOT_FOUND|LOCKED|VERSION|DATABASE|UNSUPPORTED|DIVERGED|INTERRUPTED|'
                    r'CRASHED|MISMATCH|TAKEN)\b|\b[Ee]rrors?\b|\b[Aa]s (for |of )?vv_\w+')
OWNER = re.compile(r'\b([Oo]wned|[Bb]orrowed|[Ss]tatic|[Ff]ree with|[Cc]opied|belongs?|lives? (in|as long)|vv_\w+_(free|close|deinit))\b'
                   r'|\b[Aa]s vv_\w+|handed')


def returns(function):
    return re.split(r'\bvv_\w+\s*\(', re.sub(r'VV_\w+(\(.*?\))?', '', function.code), 1)[0].strip()


def wanting(function, intro):
    """What is not said of it; errors and owners may be told at the beginning of its part."""
    if not function.comment.strip():
        yield 'a description'
        return
    said = f'{function.comment}\n{intro}'
    kind = returns(function)
    if kind == 'vv_status' and not ERRORS.search(said):
        yield 'its errors'
    hands_out = kind.endswith('*') or re.search(r'\*\*\w+', function.code)
    if hands_out and not OWNER.search(said):
        yield 'to whom the pointer belongs'


def functions(header):
    for part in header.parts:
        for group in part.groups:
            yield from ((d, part.intro) for d in group.declarations() if d.kind == 'function')


def main(paths):
    count = lacking = 0
    for path in paths:
        header = headers.Header(path)
        for function, intro in functions(header):
            count += 1
            for what in wanting(function, intro):
                lacking += 1
                print(f'{header.name}: {function.name} lacks {what}')
    print(f'{count} functions, {lacking} things lacking')
    return 1 if lacking or count < 100 else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
