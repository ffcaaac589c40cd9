"""page.py - a page of the documentation as the blocks and words that can be checked.

A fenced block has a tag that says what it is, and may have directives: HTML comments, each in a line of its own, right
before it. How they are run stands in run_page.py.
"""
import re

DIRECTIVE = re.compile(r'^<!-- (not run|file|first|with|exits|vary|needs|foreign): ?(.*?) -->$')
FENCE = re.compile(r'^```(\S*)$')


class Block:
    def __init__(self, tag, line, directives):
        self.tag, self.line, self.directives = tag, line, directives
        self.lines = []

    @property
    def text(self):
        return '\n'.join(self.lines) + '\n'

    def kind(self):
        """What is shown without a tag is a session if it begins with a command."""
        if self.tag == '' and self.lines and self.lines[0].startswith('$ '):
            return 'console'
        return self.tag


class Page:
    """blocks: in their order; prose: the lines outside of them; directives that stand alone are the page's own."""

    def __init__(self, path):
        self.blocks, self.prose, self.directives = [], [], []
        block, pending = None, []
        with open(path, encoding='utf-8') as file:
            lines = file.read().split('\n')
        for number, line in enumerate(lines, 1):
            fence = FENCE.match(line)
            directive = DIRECTIVE.match(line)
            if block is not None and line == '```':
                self.blocks.append(block)
                block = None
            elif block is not None:
                block.lines.append(line)
            elif fence:
                block, pending = Block(fence[1], number, pending), []
            elif directive:
                pending.append((directive[1], directive[2]))
            else:
                self.directives += pending
                pending = []
                self.prose.append((number, line))
        if block is not None:
            raise ValueError(f'line {block.line}: a block without an end')

    def needs(self):
        return ' '.join(value for name, value in self.directives if name == 'needs').split()

    def foreign(self):
        return ' '.join(value for name, value in self.directives if name == 'foreign').split()

    def not_run(self):
        return [(b, value) for b in self.blocks for name, value in b.directives if name == 'not run']


def commands(block):
    """The commands of a session, each with what it shows: a line "$ COMMAND", gone on with after a backslash."""
    found = []
    for line in block.lines:
        if found and found[-1][0].endswith('\\') and not found[-1][1]:
            found[-1][0] += '\n' + line
        elif line.startswith('$ '):
            found.append([line[2:], []])
        elif found:
            found[-1][1].append(line)
    return found
