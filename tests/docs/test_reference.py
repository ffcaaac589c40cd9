"""test_reference.py - the reference is made of every public name, and what lacks a description is found.

    test_reference.py SOURCE
"""
import glob
import os
import subprocess
import sys
import tempfile

SOURCE = sys.argv[1]
sys.path.insert(0, f'{SOURCE}/tools/reference')
sys.dont_write_bytecode = True
import check  # noqa: E402
import headers  # noqa: E402
import write  # noqa: E402

HEADERS = sorted(glob.glob(f'{SOURCE}/include/varve/*.h'))


def lacking(text):
    with tempfile.TemporaryDirectory() as folder:
        path = f'{folder}/x.h'
        with open(path, 'w') as file:
            file.write('/* x.h - a header. */\n' + text)
        found = [what for function, intro in check.functions(headers.Header(path)) for what in check.wanting(function, intro)]
    return found


def test_every_public_function_is_described():
    assert check.main(HEADERS) == 0


def test_what_lacks_is_found():
    assert lacking('int vv_a(void);\n') == ['a description']
    assert lacking('/* Makes one. */\nvv_status vv_a(int n);\n') == ['its errors']
    assert lacking('/* Makes one. BAD_ARG. */\nvv_status vv_a(vv_b **b);\n') == ['to whom the pointer belongs']
    assert lacking('/* The name. */\nconst char *vv_a(void);\n') == ['to whom the pointer belongs']
    assert lacking('/* ---- part ----\n *\n * Errors: IO. */\n\n/* Makes one. */\nvv_status vv_a(int n);\n') == []
    assert lacking('/* The name. Static storage. */\nconst char *vv_a(void);\nint vv_b(void); /* how many */\n') == []


def test_comments_are_about_what_follows_or_what_they_end():
    found = lacking('int vv_a(void); /* how many */\nint vv_b(void);\n/* The third. */\nint vv_c(void);\n')
    assert found == ['a description'], found


def test_every_exported_name_is_in_the_index():
    library = os.path.join(os.environ['VARVE_BUILD'], 'libvarve.so')
    exported = {line.split()[-1] for line in
                subprocess.run(['nm', '-D', '--defined-only', library], capture_output=True, text=True).stdout.splitlines()}
    exported = {name for name in exported if name.startswith('vv_')}
    with tempfile.TemporaryDirectory() as out:
        write.main(out, HEADERS)
        with open(f'{out}/index.html') as file:
            index = file.read()
        for name in exported:
            assert f'#{name}">' in index, name
        pages = {os.path.basename(path) for path in glob.glob(f'{out}/*.html')}
    assert len(exported) > 100 and {'study.html', 'hp.html'} <= pages


for name, test in [(n, t) for n, t in globals().items() if n.startswith('test_')]:
    test()
    print(name)
