#!/usr/bin/python3
"""Writes src/report/widths.h: which characters take two columns of a terminal, and which take none.

From the Unicode tables that Python knows: East Asian Width "W" and "F"; marks that are put on the character before, and
formats. Ranges are joined over numbers that no character has, which keeps the tables short and harms nobody.
"""
import sys
import unicodedata

LAST = 0x10FFFF


def width(code):
    """0, 1 or 2 columns; None: there is no such character."""
    character = chr(code)
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf") and code != 0xAD or 0x1160 <= code <= 0x11FF:
        return 0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 2
    return None if category in ("Cn", "Cs") else 1


def ranges(wanted):
    found = []
    open_ended = False
    for code in range(LAST + 1):
        columns = width(code)
        if columns is None:
            continue
        if columns != wanted:
            open_ended = False
        elif open_ended:
            found[-1][1] = code
        else:
            found.append([code, code])
            open_ended = True
    return found


def print_table(name, wanted):
    print(f"static const vvi_characters {name}[] = {{")
    line = "   "
    for first, last in ranges(wanted):
        word = f" {{ 0x{first:x}, 0x{last:x} }},"
        if len(line) + len(word) > 118:
            print(line)
            line = "   "
        line += word
    print(f"{line}\n}};\n")


def main():
    print(f"/* widths.h - made by tools/widths.py from Unicode {unicodedata.unidata_version}; for width.c alone. */")
    print("/* clang-format off */")
    print("typedef struct vvi_characters {\n    unsigned first, last;\n} vvi_characters;\n")
    print_table("none", 0)
    print_table("wide", 2)
    print("/* clang-format on */")
    return 0


sys.exit(main())
