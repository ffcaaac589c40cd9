"""headers.py - a public header as its parts: what its head says, and groups of declarations with what is said of them.

A group is what stands between two empty lines: comments that begin a line, and code, in which comments at the ends of lines
or of struct members stay where they are. Nothing is declared in two words of markup: comments are plain English.
"""
import re

SECTION = re.compile(r'^/\* -{3,} (.*?) -+( \*/)?$')
SKIPPED = re.compile(r'^(#\s*(ifndef VARVE_\w+_H|define VARVE_\w+_H|include|ifdef __cplusplus|ifndef __cplusplus|else|endif|if )'
                     r'|extern "C" \{|\}$)')


class Declaration:
    """name; kind: function, type, macro, constant; code; comment: what is said of it, its group's included."""

    def __init__(self, name, kind, code, comment):
        self.name, self.kind, self.code, self.comment = name, kind, code, comment


class Group:
    def __init__(self, lines):
        self.lines = lines
        self.comment, self.code = split_comment(lines)

    def pieces(self):
        """(comment, code) from each comment in the first column to the next."""
        lines, found = self.lines, []
        while lines:
            comment, rest = split_comment(lines)
            end = next((i for i, line in enumerate(rest) if line.startswith('/*')), len(rest))
            found.append((comment, '\n'.join(rest[:end])))
            lines = rest[end:]
        return found

    def declarations(self):
        found = []
        for code, said in statements(self.code):
            for name, kind in names_of(code):
                found.append(Declaration(name, kind, code, f'{self.comment}\n{said}'))
        return found


class Header:
    def __init__(self, path):
        self.name = path.split('/')[-1]
        with open(path, encoding='utf-8') as file:
            lines = file.read().split('\n')
        self.head, rest = head_of(lines)
        self.parts = parts_of(rest)

    def declarations(self):
        return [declaration for part in self.parts for group in part.groups for declaration in group.declarations()]


class Part:
    """What stands under one title; what is said under it holds for all of it."""

    def __init__(self, title):
        self.title, self.groups = title, []

    @property
    def intro(self):
        return self.groups[0].comment if self.groups and not self.groups[0].code else ''


def text_of(comment):
    """A comment without its marks; what is indented in it stays so."""
    body = re.sub(r'^/\*+ ?|\s*\*/$', '', comment.strip())
    return '\n'.join(re.sub(r'^ \* ?|^ \*$', '', line) for line in body.split('\n'))


def head_of(lines):
    end = next(i for i, line in enumerate(lines) if line.rstrip().endswith('*/'))
    return text_of('\n'.join(lines[:end + 1])), lines[end + 1:]


def parts_of(lines):
    parts, group, depth, in_comment, in_macro = [Part(None)], [], 0, False, False

    def flush():
        kept = [line for line in group if line.strip()]
        if kept:
            parts[-1].groups.append(Group(kept))
        group.clear()

    for line in lines:
        section = SECTION.match(line)
        if section and not in_comment:
            flush()
            parts.append(Part(section[1]))
            in_comment = section[2] is None
            if in_comment:
                group.append('/*')
            continue
        inside = in_comment or in_macro or depth > 0
        if not inside and (line.strip() == '' or SKIPPED.match(line)):
            if line.strip() == '':
                flush()
            continue
        group.append(line)
        code = re.sub(r'/\*.*?\*/', '', line) if not in_comment else line.split('*/', 1)[1] if '*/' in line else ''
        in_comment = in_comment and '*/' not in line or '/*' in code
        in_macro = line.endswith('\\')
        if not in_macro and not line.startswith('#') and not in_comment:
            depth += code.count('{') - code.count('}')
    flush()
    return [part for part in parts if part.groups]


def split_comment(lines):
    """The comment that the group begins with, and the rest."""
    if not lines[0].startswith('/*'):
        return '', lines
    for i, line in enumerate(lines):
        if line.rstrip().endswith('*/'):
            return text_of('\n'.join(lines[:i + 1])), lines[i + 1:]
    return '', lines


TOKEN = re.compile(r'/\*.*?\*/|#define(?:[^\n]*\\\n)*[^\n]*|[{};]|\n|[^{};/#\n]+|.', re.S)


def statements(lines):
    """[code without comments, comments] of each declaration in the lines. A comment that begins a line is about all that
    follows, up to the next one; one at the end of a line, or within braces, about what it stands in."""
    text = '\n'.join(lines)
    found, code, inner, standing, depth = [], '', '', '', 0
    for match in TOKEN.finditer(text):
        word = match[0]
        begins_line = not text[text.rfind('\n', 0, match.start()) + 1:match.start()].strip()
        if word.startswith('/*') and depth == 0 and not code.strip() and begins_line:
            standing = text_of(word)
        elif word.startswith('/*') and not code.strip() and found:
            found[-1][1] += '\n' + text_of(word)
        elif word.startswith('/*'):
            inner += '\n' + text_of(word)
        elif word.startswith('#define'):
            found.append([re.sub(r'/\*.*?\*/', '', word, flags=re.S), standing])
        else:
            depth += (word == '{') - (word == '}')
            code += word
        if word == ';' and depth == 0:
            found.append([code.strip(), standing + inner])
            code, inner = '', ''
    return found


def names_of(code):
    if code.startswith('#define'):
        return [(re.match(r'#define (\w+)', code)[1], 'macro')]
    names = []
    body = code[code.find('{'):] if '{' in code else ''
    if 'enum' in code.split('{')[0]:
        names += [(name, 'constant') for name in re.findall(r'\b(VV_\w+)', body)]
    typedef = re.match(r'typedef\b.*?(?:\(\*(vv_\w+)\)\(.*|(vv_\w+));$', code, re.S)
    if typedef:
        return names + [(typedef[1] or typedef[2], 'type')]
    plain = re.match(r'(?:struct|enum) (vv_\w+)\s*\{', code)
    if plain:
        return names + [(plain[1], 'type')]
    outer = re.sub(r'VV_PRINTF\(.*?\)|VV_MUST_USE', '', code)
    function = re.match(r'[\w\s*]+?\b(vv_\w+)\s*\(', outer)
    if function and not code.startswith('typedef'):
        names.append((function[1], 'function'))
    return names
