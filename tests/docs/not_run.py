"""not_run.py - what the pages show and the runner does not run, is what not_run.txt says: it does not grow unseen.

    not_run.py SOURCE PAGE...     prints the lines that not_run.txt should have
"""
import collections
import sys

import page as pages


def main(source, names):
    found = collections.Counter()
    for name in names:
        for _, reason in pages.Page(f'{source}/{name}').not_run():
            found[f'{name}: {reason}'] += 1
    lines = sorted(f'{count} {what}' for what, count in found.items())
    with open(f'{source}/tests/docs/not_run.txt', encoding='utf-8') as file:
        listed = sorted(line for line in file.read().split('\n') if line and not line.startswith('#'))
    print('\n'.join(lines))
    if lines == listed:
        return 0
    print('FAILED: this is not what tests/docs/not_run.txt lists')
    return 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2:]))
