"""words.py - what the prose of a page names must exist: options, subcommands, and what links lead to."""
import os
import re
import subprocess

CODE = re.compile(r'`([^`]+)`')
OPTION = re.compile(r'(?<![\w-])--[a-z][a-z-]+')
COMMAND = re.compile(r'^varve ([a-z]+)')
LINK = re.compile(r'\]\(([^)\s]+)\)')


def varve(*arguments):
    return subprocess.run([os.environ['VARVE'], *arguments], capture_output=True, text=True).stdout


def known():
    """(commands, options)"""
    commands = varve('help', '--commands').split()
    options = {'--help', '--version', '--man', '--commands'}
    for command in commands:
        options.update(re.findall(r'^  (--[a-z-]+)', varve(command, '--help'), re.M))
    return set(commands) | {'help'}, options


def anchor(heading):
    """As GitHub makes it."""
    return re.sub(r'[^\w\- ]', '', heading.strip().lower()).replace(' ', '-')


def headings(path):
    with open(path, encoding='utf-8') as file:
        return {anchor(line.lstrip('#')) for line in file if line.startswith('#')}


def check_link(link, path):
    if re.match(r'[a-z]+:', link):
        return None
    name, _, place = link.partition('#')
    target = os.path.join(os.path.dirname(path), name) if name else path
    if not os.path.exists(target):
        return f'{link} leads nowhere'
    if place and place not in headings(target):
        return f'{link}: there is no such heading'
    return None


def check(page, path):
    """(line, what is wrong) for all that is."""
    commands, options = known()
    options |= set(page.foreign())
    for number, line in page.prose:
        for code in CODE.findall(line):
            for option in OPTION.findall(code):
                if option not in options:
                    yield number, f'no command has the option {option}'
            command = COMMAND.match(code)
            if command and command[1] not in commands:
                yield number, f'there is no command {command[1]}'
        for link in LINK.findall(line):
            wrong = check_link(link, path)
            if wrong:
                yield number, wrong
