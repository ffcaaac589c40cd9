"""compare.py - is what a command printed what the page shows?

In the page a line "..." stands for any number of lines, and "..." within a line for any text in it. Times, durations,
dates and process ids are as good as any other. Where a block says so ("vary"), so are numbers with a decimal point, and lines
may come in another order: what a training comes to differs in its last digits between processors, and with it who is best.
"""
import re

ANY_TIME = [
    (re.compile(r'\b\d{4}-\d\d-\d\d\b'), 'DATE'),
    (re.compile(r'\b\d\d:\d\d(:\d\d)?\b'), 'CLOCK'),
    (re.compile(r'\b\d[\d,]*(\.\d+)?(e[-+]\d+)? ?(ms|s|min|h)\b'), 'TIME'),
    (re.compile(r'\b(process|pid) \d+\b'), 'PROCESS'),
]
DECIMAL = re.compile(r'-?\b\d[\d,]*\.\d+(e[-+]\d+)?')


def normal(line, vary):
    for pattern, word in ANY_TIME:
        line = pattern.sub(word, line)
    if vary:
        # Tables are as wide as their numbers.
        line = re.sub(r'[ -]{2,}', '  ', DECIMAL.sub('NUMBER', line))
    return line.rstrip()


def line_matches(shown, got):
    parts = [re.escape(part) for part in shown.split('...')]
    return re.fullmatch('.*'.join(parts), got) is not None


def difference_unordered(shown, got):
    left = list(got)
    for number, line in enumerate(shown, 1):
        if line == '...':
            continue
        match = next((has for has in left if line_matches(line, has)), None)
        if match is None:
            return f'line {number} of what it shows is not in the output: {line}'
        left.remove(match)
    if '...' not in shown and left:
        return f'the output has besides: {left[0]}'
    return None


def difference(shown, got, vary=False):
    """None, or what differs in words. Among several places where a line fits after "..." the first is taken."""
    shown = [normal(line, vary) for line in shown]
    got = [normal(line, vary) for line in got]
    if vary:
        return difference_unordered(shown, got)
    at, anywhere = 0, False
    for number, line in enumerate(shown, 1):
        if line == '...':
            anywhere = True
            continue
        while anywhere and at < len(got) and not line_matches(line, got[at]):
            at += 1
        if at == len(got) or not line_matches(line, got[at]):
            has = got[at] if at < len(got) else '(its end)'
            return f'line {number} of what it shows: {line}\n    the output has: {has}'
        at, anywhere = at + 1, False
    if not anywhere and at < len(got):
        return f'the output goes on: {got[at]}'
    return None
