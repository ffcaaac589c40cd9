#!/usr/bin/env python3
"""run_page.py - runs what a page of the documentation shows, from its top to its end, in one folder.

    run_page.py PAGE FOLDER STATE     VARVE, VARVE_SOURCE, VARVE_BUILD, VARVE_SANITIZE are in the environment

The tag of a block says what becomes of it:

  sh        is run by sh -e
  console   "$ COMMAND" lines, each with the output it must have; see compare.py. No tag is needed where a block
            begins with "$ "
  c         is compiled with the library's headers, warnings being errors, and linked with it if it has a main; one that
            has a VV_HYPERMODEL with a build function is explained. What includes nothing is a fragment: declarations, or
            statements, which are put into a function that has hp, m, status and error
  yaml, json, csv, python, ini
            are files for the commands that follow
  text      is a form or a picture, and not run

Directives, as <!-- NAME: VALUE --> before a block:

  not run: REASON   it is not; it must be named in not_run.txt
  file: NAME        it is written there, too
  first: COMMAND    is run before it, and not shown
  with: OPTIONS     what its searches are given besides, to be short; what the compiler is
  exits: N          with which its last command ends, if not 0
  vary:             numbers with a decimal point are as good as others

A page may say, apart from blocks:  needs: postgresql slurm;  foreign: OPTIONS (of other programs).

What the prose names exists, too: options, subcommands, links.
"""
import os
import re
import subprocess
import sys

import compare
import page as pages
import shell as shells
import words

WARNINGS = '-std=c11 -Wall -Wextra -Werror -Wno-unused -D_GNU_SOURCE'.split()
PRELUDE = '#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <varve/varve.h>\n'
BODY = 'void fragment(vv_hp *hp, vv_model *m, vv_status status, vv_error error);\n' \
       'void fragment(vv_hp *hp, vv_model *m, vv_status status, vv_error error)\n{\n%s}\n'
FILES = {'yaml', 'json', 'csv', 'python', 'ini'}


class Failure(Exception):
    pass


class Runner:
    def __init__(self, folder, state):
        self.folder, self.state = folder, state
        self.shell = shells.Shell(folder, state, 240)
        self.source, self.build = os.environ['VARVE_SOURCE'], os.environ['VARVE_BUILD']
        self.count, self.flags = 0, []

    # ---- commands

    def must(self, commands, directives, shown=None):
        code, out, err = self.shell.run(commands, directives.get('with'))
        said = f'{commands}\n--- exit status {code}\n--- standard output\n{out[-4000:]}\n--- standard error\n{err[-4000:]}'
        if code != int(directives.get('exits', 0)):
            raise Failure(said)
        if shown is not None:
            why = compare.difference(shown, out.split('\n')[:-1] if out else [], 'vary' in directives)
            if why is not None:
                raise Failure(f'{why}\n{said}')
        self.count += 1
        with open(f'{self.state}/outputs', 'a') as file:
            file.write(out)

    def sh(self, block, directives):
        self.must(block.text, directives)

    def console(self, block, directives):
        found = pages.commands(block)
        for number, (command, shown) in enumerate(found):
            mine = dict(directives)
            if number + 1 < len(found):
                mine.pop('exits', None)
            self.must(command, mine, shown)

    # ---- C

    def compile(self, text, *more):
        command = ['cc', *WARNINGS, *self.flags, f'-I{self.source}/include', f'-I{self.source}/src', '-x', 'c', '-', *more]
        done = subprocess.run(command, input=text, text=True, cwd=self.folder, capture_output=True)
        return None if done.returncode == 0 else done.stderr

    def fragment(self, text):
        outside = self.compile(PRELUDE + text, '-fsyntax-only')
        if outside is None:
            return None
        inside = self.compile(PRELUDE + BODY % text, '-fsyntax-only')
        return None if inside is None else f'as declarations:\n{outside}\nas statements:\n{inside}'

    def program(self, text):
        return self.compile(text, '-x', 'none', '-o', f'{self.state}/program', f'-L{self.build}', '-lvarve', '-lm')

    def c(self, block, directives):
        text = block.text
        self.flags = directives.get('with', '').split()
        if '#include' not in text:
            wrong = self.fragment(text)
        elif re.search(r'^int main\(', text, re.M):
            wrong = self.program(text)
        else:
            wrong = self.compile(text, '-fsyntax-only')
        if wrong is not None:
            raise Failure(wrong)
        self.count += 1
        if re.search(r'^VV_HYPERMODEL\(.*\.build = ', text, re.M):
            name = directives.get('file', 'shown.c')
            with open(f'{self.folder}/{name}', 'w') as file:
                file.write(text)
            self.must(f'varve explain {name}', {})

    # ---- a page

    def block(self, block):
        directives = dict(block.directives)
        for name, value in block.directives:
            if name == 'first':
                self.must(value, {})
        if 'file' in directives:
            path = os.path.join(self.folder, directives['file'])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w') as file:
                file.write(block.text)
        if 'not run' in directives or block.kind() == 'text' or block.kind() in FILES:
            return
        handler = {'sh': self.sh, 'console': self.console, 'c': self.c}.get(block.kind())
        if handler is None:
            raise Failure(f'a block "{block.tag}" is of no known kind')
        handler(block, directives)


def main(path, folder, state):
    page, runner, failed = pages.Page(path), Runner(folder, state), False
    try:
        for block in page.blocks:
            runner.block(block)
    except Failure as failure:
        print(f'FAILED: {path}:{block.line}: {failure}')
        failed = True
    finally:
        runner.shell.end()
    for line, wrong in words.check(page, path):
        print(f'FAILED: {path}:{line}: {wrong}')
        failed = True
    for block, reason in page.not_run():
        print(f'not run: {path}:{block.line}: {reason}')
    print(f'{runner.count} commands and programs of {len(page.blocks)} blocks')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
