"""test_runner.py - the runner of pages finds what is wrong in them: a difference, a block without an end, a fragment that is no C."""
import os
import sys
import tempfile

import compare
import page as pages
import shell as shells


def page_of(text):
    with tempfile.NamedTemporaryFile('w', suffix='.md', delete=False) as file:
        file.write(text)
    try:
        return pages.Page(file.name)
    finally:
        os.unlink(file.name)


def test_blocks_have_their_directives():
    page = page_of('<!-- needs: slurm -->\n\ntext\n<!-- file: a.c -->\n<!-- exits: 2 -->\n```c\nint a;\n```\n')
    assert page.needs() == ['slurm']
    assert page.blocks[0].directives == [('file', 'a.c'), ('exits', '2')]
    assert page.blocks[0].line == 6 and page.blocks[0].text == 'int a;\n'


def test_a_block_without_an_end_is_told():
    try:
        page_of('```sh\nls\n')
    except ValueError as error:
        assert 'line 1' in str(error)
        return
    raise AssertionError('it was taken')


def test_a_session_is_its_commands_and_what_they_print():
    page = page_of('```\n$ one \\\n    two\nx\ny\n$ three\n```\n')
    assert page.blocks[0].kind() == 'console'
    assert pages.commands(page.blocks[0]) == [['one \\\n    two', ['x', 'y']], ['three', []]]


def test_what_is_not_run_is_found():
    assert [r for _, r in page_of('<!-- not run: too long -->\n```sh\nx\n```\n').not_run()] == ['too long']


def test_outputs_are_compared():
    same = compare.difference
    assert same(['a', 'b'], ['a', 'b']) is None
    assert same(['a', 'b'], ['a', 'c']) is not None
    assert same(['a'], ['a', 'b']) is not None
    assert same(['a', 'b'], ['a']) is not None
    assert same(['a', '...', 'c'], ['a', 'b', 'b', 'c']) is None
    assert same(['a', '...'], ['a', 'b', 'b', 'c']) is None
    assert same(['...', 'd'], ['a', 'b']) is not None
    assert same(['a ... c'], ['a much c']) is None
    assert same(['took 3.2 s, process 12'], ['took 114 ms, process 9']) is None
    assert same(['score 0.25'], ['score 0.26']) is not None
    assert same(['score 0.25  x'], ['score 0.2  x'], vary=True) is None
    assert same(['score 3'], ['score 4'], vary=True) is not None
    assert same(['1  0.5', '2  0.6'], ['2  0.6', '1  0.7'], vary=True) is None
    assert same(['1  0.5', '1  0.5'], ['1  0.5', '2  0.5'], vary=True) is not None
    assert same(['1  0.5'], ['1  0.5', 'more'], vary=True) is not None


def test_a_shell_goes_on_where_it_was():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f'{folder}/page')
        os.mkdir(f'{folder}/state')
        shell = shells.Shell(f'{folder}/page', f'{folder}/state', 10)
        assert shell.run('mkdir a; cd a; export X=1; echo $VARVE_MORE', '--b c')[:2] == (0, '--b c\n')
        assert shell.run('echo $X; basename $PWD; echo "$VARVE_MORE"')[:2] == (0, '1\na\n\n')
        assert shell.run('false; echo never')[:2] == (1, '')
        shell.end()


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith('test_')]
    for name, test in tests:
        test()
        print(name)
    assert len(tests) > 4


if __name__ == '__main__':
    sys.exit(main())
